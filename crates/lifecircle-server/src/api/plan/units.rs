//! Communities put together into units.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::extract::State;
use lifecircle::geo::Metres;
use lifecircle::progress::Progress as _;
use lifecircle::standard::Standard;
use lifecircle_plan::units::{Pieces, Pilots, Question, Unit, Units, find_units, rank};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LONGEST_SECONDS, MOST_MONEY, MOST_SERVICES, USUAL_SEARCH, within};
use crate::App;
use crate::api::Shared;
use crate::api::ask::{Asked, Given, Named, Nothing, OfCity, service, walker};
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
    /// Lists of communities, by id or name, that are a unit as they stand.
    #[serde(default)]
    kept: Vec<Vec<String>>,
    /// Whether the units are ranked as pilots: where five new facilities of the eight required services that most residents lack give most, or what `prices` and `budget` say.
    #[serde(default)]
    rank: bool,
    /// What a new facility of each service costs, by the service's id; then `budget` is needed.
    #[serde(default)]
    prices: BTreeMap<String, f64>,
    /// How much may be spent in each unit.
    budget: Option<f64>,
    /// A standard's id, by which units are ranked; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
    /// How far from the bound is good enough, as a share; 0.01 if it is not said.
    gap: Option<f64>,
    /// How many seconds to search, up to 60; 20 if it is not said.
    seconds: Option<f64>,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
}

/// How many facilities a pilot has, where no prices are given; and how long pilots are searched.
const FACILITIES: u32 = 5;
const RANKING: Duration = Duration::from_secs(30);

/// Services with prices, and the budget of a pilot.
type Priced = (Vec<(usize, f64)>, f64);

/// What may be built in pilots, if it is said.
fn priced(asked: &UnitsOf, standard: &Standard) -> Result<Option<Priced>, Problem> {
    let Some(budget) = asked.budget else {
        let is_nothing = asked.prices.is_empty();
        return is_nothing.then_some(None).ok_or_else(|| {
            Problem::bad_input(lifecircle::say!("`prices` need a `budget`", "给出 `prices` 时须给出 `budget`"))
        });
    };
    if !asked.rank || asked.prices.is_empty() || asked.prices.len() > MOST_SERVICES {
        return Err(Problem::bad_input(lifecircle::say!(
            "`budget` is for `rank`, with `prices` of one to {MOST_SERVICES} services",
            "`budget` 用于 `rank`，并须给出 1 至 {MOST_SERVICES} 项服务的 `prices`"
        )));
    }
    let price = |name: &str, price: f64| within(name, Some(price), price, MOST_MONEY);
    let prices = asked.prices.iter().map(|(id, cost)| Ok((service(standard, id)?, price("prices", *cost)?)));
    Ok(Some((prices.collect::<Result<_, Problem>>()?, price("budget", budget)?)))
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
        return Err(Problem::bad_input(lifecircle::say!(
            "`count` must lie between 1 and {MOST_UNITS}",
            "`count` 须在 1 至 {MOST_UNITS} 之间"
        )));
    }
    let (tolerance, gap) = (asked.tolerance.unwrap_or(0.2), asked.gap.unwrap_or(0.01));
    if !(0.0..1.0).contains(&tolerance) || !(0.0..1.0).contains(&gap) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`tolerance` and `gap` must be shares from 0 to below 1",
            "`tolerance` 和 `gap` 须为 0 至 1 之间（不含 1）的比例"
        )));
    }
    let kept: usize = asked.kept.iter().map(Vec::len).sum();
    let wishes = asked.together.len() + asked.apart.len() + asked.centres.len() + kept + asked.kept.len();
    if wishes > MOST_WISHES {
        return Err(Problem::bad_input(lifecircle::say!(
            "there are more than {MOST_WISHES} wishes",
            "条件超过 {MOST_WISHES} 条"
        )));
    }
    let seconds = asked.seconds.unwrap_or(USUAL_SEARCH);
    if !(seconds > 0.0 && seconds <= LONGEST_SECONDS) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`seconds` must lie between 0 and {LONGEST_SECONDS}",
            "`seconds` 须在 0 至 {LONGEST_SECONDS} 之间"
        )));
    }
    let known = app.standard(&of.city, asked.standard.as_deref())?;
    let is_ranked = asked.rank;
    let prices = priced(&asked, &known.standard)?;
    let question = Question {
        pieces: asked.cells.map_or(Pieces::Communities, |side| Pieces::Cells(Metres(side))),
        count: asked.count,
        tolerance,
        within_districts: asked.within_districts,
        together: asked.together,
        apart: asked.apart,
        centres: asked.centres,
        kept: asked.kept,
        gap,
    };
    let found = move |city: &OpenCity, stop: &Stop, tell: Option<Tell<'_>>| {
        let ready = city.ready(walker, stop)?;
        let until = Until::new(stop, Duration::from_secs_f64(seconds)).telling(tell);
        let mut units = find_units(&ready, &question, &until, stop)?;
        if is_ranked {
            let measured = &city.evaluated(walker, &known, stop)?.measured;
            let pilots = prices
                .map_or_else(|| Pilots::of_count(measured, FACILITIES), |(prices, budget)| Pilots { prices, budget });
            units.pilots = rank(measured, &units, &pilots, &Until::new(stop, RANKING), stop)?;
        }
        stop.check()?;
        let area = |(unit, of): (usize, &Unit)| Feature::new(Area::of(&of.shape), OfUnit { unit });
        let areas = FeatureCollection::new(units.units.iter().enumerate().map(area).collect());
        Ok(UnitsAnswer { units, areas })
    };
    telling(app, of.city, events, found).await
}
