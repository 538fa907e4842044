//! Communities put together into units.

use std::sync::Arc;
use std::time::Duration;

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::extract::State;
use lifecircle::geo::Metres;
use lifecircle::progress::Progress as _;
use lifecircle_plan::units::{Pieces, Question, Unit, Units, find_units};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LONGEST_SECONDS, USUAL_SEARCH};
use crate::App;
use crate::api::Shared;
use crate::api::ask::{Asked, Given, Named, Nothing, OfCity, walker};
use crate::api::geojson::{Area, Feature, FeatureCollection};
use crate::api::telling::{Telling, WantsEvents, telling};
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::work::{Stop, Tell, Until};

/// How many units are made, and how many wishes are followed.
const MOST_UNITS: usize = 1_000;
const MOST_WISHES: usize = 1_000;

pub(super) fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/cities/{city}/units",
        post_with(units, |it| {
            it.id("units").tag("Plan").summary("Communities put together into connected units of about equal population").description(
                "Each unit has a centre that its residents reach on foot as quickly as can be. The answer says how far from the best possible it is; when time is over, the best so far and its bound are answered.",
            )
        }),
    )
}

/// What is put together.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UnitsOf {
    /// How many units, up to 1,000.
    count: usize,
    /// How much more or less populous than the mean a unit may be, as a share; 0.2 if it is not said.
    tolerance: Option<f64>,
    /// Squares of a grid, so many metres wide, instead of communities.
    cells: Option<f64>,
    /// Whether no unit lies in two districts.
    #[serde(default)]
    within_districts: bool,
    /// Pairs of communities, by id or name, that are in one unit.
    #[serde(default)]
    together: Vec<[String; 2]>,
    /// Pairs that are not.
    #[serde(default)]
    apart: Vec<[String; 2]>,
    /// Communities in which a unit has its centre.
    #[serde(default)]
    centres: Vec<String>,
    /// How far from the bound is good enough, as a share; 0.01 if it is not said.
    gap: Option<f64>,
    /// How many seconds to search, up to 60; 20 if it is not said.
    seconds: Option<f64>,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
}

/// Units with their areas.
#[derive(Serialize, JsonSchema)]
struct UnitsAnswer {
    #[serde(flatten)]
    units: Units,
    /// Their areas, in the same order.
    areas: FeatureCollection<Area, OfUnit>,
}

/// What an area is of.
#[derive(Serialize, JsonSchema)]
struct OfUnit {
    /// The unit's place in the list.
    unit: usize,
}

async fn units(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    events: WantsEvents,
    Given(asked): Given<UnitsOf>,
) -> Result<Telling<UnitsAnswer>, Problem> {
    let walker = walker(asked.walker.as_deref())?;
    if !(1..=MOST_UNITS).contains(&asked.count) {
        return Err(Problem::bad_input(format!("`count` must lie between 1 and {MOST_UNITS}")));
    }
    let (tolerance, gap) = (asked.tolerance.unwrap_or(0.2), asked.gap.unwrap_or(0.01));
    if !(0.0..1.0).contains(&tolerance) || !(0.0..1.0).contains(&gap) {
        return Err(Problem::bad_input("`tolerance` and `gap` must be shares from 0 to below 1"));
    }
    let wishes = asked.together.len() + asked.apart.len() + asked.centres.len();
    if wishes > MOST_WISHES {
        return Err(Problem::bad_input(format!("there are more than {MOST_WISHES} wishes")));
    }
    let seconds = asked.seconds.unwrap_or(USUAL_SEARCH);
    if !(seconds > 0.0 && seconds <= LONGEST_SECONDS) {
        return Err(Problem::bad_input(format!("`seconds` must lie between 0 and {LONGEST_SECONDS}")));
    }
    let question = Question {
        pieces: asked.cells.map_or(Pieces::Communities, |side| Pieces::Cells(Metres(side))),
        count: asked.count,
        tolerance,
        within_districts: asked.within_districts,
        together: asked.together,
        apart: asked.apart,
        centres: asked.centres,
        gap,
    };
    let found = move |city: &OpenCity, stop: &Stop, tell: Option<Tell<'_>>| {
        let ready = city.ready(walker, stop)?;
        let until = Until::new(stop, Duration::from_secs_f64(seconds)).telling(tell);
        let units = find_units(&ready, &question, &until, stop)?;
        stop.check()?;
        let area = |(unit, of): (usize, &Unit)| Feature::new(Area::of(&of.shape), OfUnit { unit });
        let areas = FeatureCollection::new(units.units.iter().enumerate().map(area).collect());
        Ok(UnitsAnswer { units, areas })
    };
    telling(app, of.city, events, found).await
}
