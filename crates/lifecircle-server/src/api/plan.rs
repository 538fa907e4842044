//! What to build next: places for new facilities of a service. The library chooses and proves; here time and numbers are bounded.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::Json;
use axum::extract::State;
use lifecircle::geo::{Metres, Seconds};
use lifecircle::progress::Progress as _;
use lifecircle_plan::sites::{Model, Question, SitesDocument, find_sites};
use lifecircle_plan::units::{Pieces, Question as UnitsQuestion, Unit, Units, find_units};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asked, Given, LONGEST_MINUTES, Named, Nothing, OfCity, point, service, walker};
use super::geojson::{Area, Feature, FeatureCollection};
use super::{Shared, with_city};
use crate::App;
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::work::{Lane, Stop, Until};

/// How many new facilities are sited at a time.
const MOST_SITES: u32 = 1_000;

/// How many candidates may be given.
const MOST_CANDIDATES: usize = 50_000;

/// How many units are made, and how many wishes are followed.
const MOST_UNITS: usize = 1_000;
const MOST_WISHES: usize = 1_000;

/// How long units are searched, unless it is said.
const USUAL_UNIT_SECONDS: f64 = 20.0;

/// How long is proven, unless it is said, and at most.
const USUAL_SECONDS: f64 = 10.0;
const LONGEST_SECONDS: f64 = 60.0;

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().merge(units_route()).api_route(
        "/cities/{city}/sites",
        post_with(sites, |it| {
            it.id("sites").tag("Plan").summary("Where new facilities of a service should stand").description(
                "Chooses places and says how far from the best possible they are. When time is over, the best so far and its bound are answered.",
            )
        }),
    )
}

fn units_route() -> ApiRouter<Arc<App>> {
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
    Given(asked): Given<UnitsOf>,
) -> Result<Json<UnitsAnswer>, Problem> {
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
    let seconds = asked.seconds.unwrap_or(USUAL_UNIT_SECONDS);
    if !(seconds > 0.0 && seconds <= LONGEST_SECONDS) {
        return Err(Problem::bad_input(format!("`seconds` must lie between 0 and {LONGEST_SECONDS}")));
    }
    let question = UnitsQuestion {
        pieces: asked.cells.map_or(Pieces::Communities, |side| Pieces::Cells(Metres(side))),
        count: asked.count,
        tolerance,
        within_districts: asked.within_districts,
        together: asked.together,
        apart: asked.apart,
        centres: asked.centres,
        gap,
    };
    let found = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let units = find_units(&ready, &question, &Until::new(stop, Duration::from_secs_f64(seconds)), stop)?;
        stop.check()?;
        let area = |(unit, of): (usize, &Unit)| Feature::new(Area::of(&of.shape), OfUnit { unit });
        let areas = FeatureCollection::new(units.units.iter().enumerate().map(area).collect());
        Ok(UnitsAnswer { units, areas })
    };
    with_city(app, Lane::Heavy, of.city, found).await.map(Json)
}

/// What should be built.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SitesOf {
    /// The service's id in the standard.
    service: String,
    /// How many new facilities, up to 1,000.
    count: u32,
    /// `mclp`: most residents have it within reach; `p-median`: the mean way to it is shortest. `mclp` if none is named.
    model: Option<String>,
    /// How near is near enough, in minutes up to 120; as the standard says if it is not said.
    within: Option<f64>,
    /// Longitudes and latitudes where they may stand, up to 50,000; junctions of the streets if none are given.
    candidates: Option<Vec<[f64; 2]>>,
    /// How far from the bound is good enough, as a share of the gain; 0 if it is not said, which asks for proof.
    gap: Option<f64>,
    /// How many seconds to search, up to 60; 10 if it is not said.
    seconds: Option<f64>,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
}

async fn sites(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(asked): Given<SitesOf>,
) -> Result<Json<SitesDocument>, Problem> {
    let (walker, known) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let (question, limit) = bounded(&asked, service(&known.standard, &asked.service)?)?;
    let found = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &known, stop)?;
        let began = Instant::now();
        let solved = find_sites(&evaluated.measured, &question, &Until::new(stop, limit), stop)?;
        stop.check()?;
        Ok(SitesDocument::new(&solved.sites, &evaluated.measured, &question, began.elapsed().as_secs_f64()))
    };
    with_city(app, Lane::Heavy, of.city, found).await.map(Json)
}

fn bounded(asked: &SitesOf, service: usize) -> Result<(Question, Duration), Problem> {
    let model = asked.model.as_deref().unwrap_or(Model::Cover.name());
    let model = Model::named(model)
        .ok_or_else(|| Problem::bad_input(format!("there is no model {model:?}; choose mclp or p-median")))?;
    if !(1..=MOST_SITES).contains(&asked.count) {
        return Err(Problem::bad_input(format!("`count` must lie between 1 and {MOST_SITES}")));
    }
    let candidates = asked.candidates.as_ref();
    if candidates.is_some_and(|all| all.len() > MOST_CANDIDATES) {
        return Err(Problem::bad_input(format!("`candidates` holds more than {MOST_CANDIDATES} places")));
    }
    let points = |all: &Vec<[f64; 2]>| all.iter().map(|[lon, lat]| point(*lon, *lat)).collect::<Result<Vec<_>, _>>();
    let candidates = candidates.map(points).transpose()?;
    if asked.within.is_some_and(|within| !(within > 0.0 && within <= LONGEST_MINUTES)) {
        return Err(Problem::bad_input(format!("`within` must lie between 0 and {LONGEST_MINUTES}")));
    }
    let within = asked.within.map(Seconds::from_minutes);
    let gap = asked.gap.unwrap_or(0.0);
    if !(0.0..1.0).contains(&gap) {
        return Err(Problem::bad_input("`gap` must be a share from 0 to below 1"));
    }
    let seconds = asked.seconds.unwrap_or(USUAL_SECONDS);
    if !(seconds > 0.0 && seconds <= LONGEST_SECONDS) {
        return Err(Problem::bad_input(format!("`seconds` must lie between 0 and {LONGEST_SECONDS}")));
    }
    Ok((Question { service, count: asked.count, model, within, candidates, gap }, Duration::from_secs_f64(seconds)))
}
