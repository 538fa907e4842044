//! What to build next: places for new facilities of a service. The library chooses and proves; here time and numbers are bounded.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::Json;
use axum::extract::State;
use lifecircle::geo::Seconds;
use lifecircle::progress::Progress as _;
use lifecircle_plan::sites::{Model, Question, SitesDocument, find_sites};
use schemars::JsonSchema;
use serde::Deserialize;

use super::ask::{Asked, Given, LONGEST_MINUTES, Named, Nothing, OfCity, point, service, walker};
use super::{Shared, with_city};
use crate::App;
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::work::{Lane, Stop, Until};

/// How many new facilities are sited at a time.
const MOST_SITES: u32 = 1_000;

/// How many candidates may be given.
const MOST_CANDIDATES: usize = 50_000;

/// How long is proven, unless it is said, and at most.
const USUAL_SECONDS: f64 = 10.0;
const LONGEST_SECONDS: f64 = 60.0;

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/cities/{city}/sites",
        post_with(sites, |it| {
            it.id("sites").tag("Plan").summary("Where new facilities of a service should stand").description(
                "Chooses places and says how far from the best possible they are. When time is over, the best so far and its bound are answered.",
            )
        }),
    )
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
    /// A standard's id; `wuhai-8` if none is named.
    standard: Option<String>,
}

async fn sites(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(asked): Given<SitesOf>,
) -> Result<Json<SitesDocument>, Problem> {
    let (walker, known) = (walker(asked.walker.as_deref())?, app.standards.find(asked.standard.as_deref())?);
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
