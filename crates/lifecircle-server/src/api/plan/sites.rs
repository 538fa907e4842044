//! Where new facilities of a service should stand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::extract::State;
use lifecircle::geo::Seconds;
use lifecircle::measure::Measured;
use lifecircle::progress::Progress as _;
use lifecircle_plan::sites::{
    Areas, Candidate, Floor, Model, Most, Question, SitesDocument, Weights, fewest_sites, find_sites, offered,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{LONGEST_SECONDS, MOST_MONEY, MOST_SERVICES};
use crate::App;
use crate::api::Shared;
use crate::api::ask::{Asked, Given, LONGEST_MINUTES, Named, Nothing, OfCity, point, service, walker};
use crate::api::telling::{Telling, WantsEvents, telling};
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::work::{Stop, Tell, Until};

/// How many new facilities are sited at a time.
const MOST_SITES: u32 = 1_000;

/// How many candidates may be given.
const MOST_CANDIDATES: usize = 50_000;

/// How many kinds of places may be named.
const MOST_WORDS: usize = 100;

/// How long is proven, unless it is said.
const USUAL_SECONDS: f64 = 10.0;

pub(super) fn routes() -> ApiRouter<Arc<App>> {
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
    /// The service's id in the standard; several with commas share what may be built.
    service: String,
    /// Whether each new facility serves all of them, as an embedded centre does.
    #[serde(default)]
    together: bool,
    /// How many new facilities, up to 1,000; not said where a budget or a share to cover is.
    count: Option<u32>,
    /// How much they may cost together; then `costs` are needed.
    budget: Option<f64>,
    /// As few as give this share of people the service, from 0 to 1; with `p-center`, the share of people whose longest way is made shortest.
    cover: Option<f64>,
    /// How much a child counts, beside others who count 1.
    weight_of_children: Option<f64>,
    /// How much somebody of 60 or older counts.
    weight_of_elderly: Option<f64>,
    /// `mclp`: most residents have it within reach; `p-median`: the mean way to it is shortest; `p-center`: the longest way is; `lscp`: the fewest that
    /// are enough; `backup`: most residents have one and another besides; `capacitated`: most residents have a place. `mclp` if none is named.
    model: Option<String>,
    /// What a new facility holds, for `capacitated`: places, or what the standard's ratio counts; the standard's usual if it is not said.
    capacity: Option<f64>,
    /// At least this share of the people of every area has the service, from 0 to 1, or as many as candidates give.
    floor: Option<f64>,
    /// Whether the area that has least is given as much as can be, before most people are served.
    #[serde(default)]
    worst_first: bool,
    /// Which areas those are: `districts`, `subdistricts` or `communities`; districts if it is not said.
    areas: Option<String>,
    /// How near is near enough, in minutes up to 120; as the standard says if it is not said.
    within: Option<f64>,
    /// Longitudes and latitudes where they may stand, up to 50,000; junctions of the streets if none are given.
    candidates: Option<Vec<[f64; 2]>>,
    /// What the city offers, instead: with commas `vacant` (land), `public` (buildings), or ids of kinds of facilities.
    offered: Option<String>,
    /// What a facility costs at each candidate.
    costs: Option<Vec<f64>>,
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
    events: WantsEvents,
    Given(asked): Given<SitesOf>,
) -> Result<Telling<SitesDocument>, Problem> {
    let (walker, known) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let services =
        asked.service.split(',').map(|id| service(&known.standard, id.trim())).collect::<Result<Vec<_>, _>>()?;
    let (mut question, limit) = bounded(&asked, services)?;
    let fewest = fewest_share(&asked);
    let found = move |city: &OpenCity, stop: &Stop, tell: Option<Tell<'_>>| {
        let evaluated = city.evaluated(walker, &known, stop)?;
        let began = Instant::now();
        let (measured, until) = (&evaluated.measured, Until::new(stop, limit).telling(tell));
        if let Some(words) = &asked.offered {
            question.candidates = Some(offered_by(measured, words)?);
        }
        let (solved, fewest) = match fewest {
            Some(share) => {
                let (solved, fewest) = fewest_sites(measured, &question, share, &until, stop)?;
                (solved, Some(fewest))
            }
            None => (find_sites(measured, &question, &until, stop)?, None),
        };
        stop.check()?;
        let document = SitesDocument::new(&solved.sites, measured, &question, began.elapsed().as_secs_f64());
        Ok(fewest.map_or(document.clone(), |fewest| document.of_fewest(&fewest)))
    };
    telling(app, of.city, events, found).await
}

/// The share of people for whom the fewest facilities are asked, if they are.
fn fewest_share(asked: &SitesOf) -> Option<f64> {
    match asked.model.as_deref() {
        Some("lscp") => Some(asked.cover.unwrap_or(1.0)),
        None | Some("mclp") => asked.cover,
        _ => None,
    }
}

/// Candidates at what the city offers.
fn offered_by(measured: &Measured, words: &str) -> Result<Vec<Candidate>, Problem> {
    if words.split(',').count() > MOST_WORDS {
        return Err(Problem::bad_input(lifecircle::say!(
            "`offered` names more than {MOST_WORDS} kinds",
            "`offered` 的类别超过 {MOST_WORDS} 种"
        )));
    }
    let candidates = offered(measured.city(), words, &measured.standard)?;
    if candidates.len() > MOST_CANDIDATES {
        return Err(Problem::bad_input(lifecircle::say!(
            "`offered` names more than {MOST_CANDIDATES} places",
            "`offered` 的地点超过 {MOST_CANDIDATES} 处"
        )));
    }
    Ok(candidates)
}

/// Which model is asked for.
fn model(asked: &SitesOf) -> Result<Model, Problem> {
    match asked.model.as_deref() {
        None | Some("lscp") => Ok(Model::Cover),
        Some(name) => Model::named(name).ok_or_else(|| {
            let known: Vec<&str> = Model::ALL.iter().map(|model| model.name()).collect();
            Problem::bad_input(lifecircle::say!(
                "there is no model {name:?}; choose lscp, {}",
                "没有模型 {name:?}；可选：lscp, {}",
                known.join(", ")
            ))
        }),
    }
}

/// How much may be built.
fn most(asked: &SitesOf, model: Model) -> Result<Most, Problem> {
    if asked.cover.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`cover` must be a share above 0, up to 1",
            "`cover` 须为大于 0、不超过 1 的比例"
        )));
    }
    if fewest_share(asked).is_some() {
        let is_alone = asked.count.is_none() && asked.budget.is_none();
        return is_alone.then_some(Most::Count(1)).ok_or_else(|| {
            Problem::bad_input(lifecircle::say!(
                "give one of `count`, `budget` and `cover`",
                "`count`、`budget`、`cover` 须给出其一"
            ))
        });
    }
    if asked.cover.is_some() && model != Model::Center {
        return Err(Problem::bad_input(lifecircle::say!(
            "`cover` is for the models mclp, lscp and p-center",
            "`cover` 用于模型 mclp、lscp 和 p-center"
        )));
    }
    match (asked.count, asked.budget) {
        (Some(count), None) if (1..=MOST_SITES).contains(&count) => Ok(Most::Count(count)),
        (Some(_), None) => Err(Problem::bad_input(lifecircle::say!(
            "`count` must lie between 1 and {MOST_SITES}",
            "`count` 须在 1 至 {MOST_SITES} 之间"
        ))),
        (None, Some(budget)) if budget > 0.0 && budget <= MOST_MONEY => Ok(Most::Budget(budget)),
        (None, Some(_)) => Err(Problem::bad_input(lifecircle::say!(
            "`budget` must lie between 0 and 1000000000000",
            "`budget` 须在 0 至 1000000000000 之间"
        ))),
        _ => Err(Problem::bad_input(lifecircle::say!(
            "give one of `count`, `budget` and `cover`",
            "`count`、`budget`、`cover` 须给出其一"
        ))),
    }
}

/// What every area has at least.
fn floor(asked: &SitesOf) -> Result<Option<(Areas, Floor)>, Problem> {
    let areas = match asked.areas.as_deref() {
        None | Some("districts") => Areas::Districts,
        Some("subdistricts") => Areas::Subdistricts,
        Some("communities") => Areas::Communities,
        Some(_) => {
            return Err(Problem::bad_input(lifecircle::say!(
                "`areas` must be districts, subdistricts or communities",
                "`areas` 须为 districts、subdistricts 或 communities"
            )));
        }
    };
    match (asked.floor, asked.worst_first) {
        (None, false) => Ok(None),
        (None, true) => Ok(Some((areas, Floor::WorstFirst))),
        (Some(share), false) if share > 0.0 && share <= 1.0 => Ok(Some((areas, Floor::Share(share)))),
        (Some(_), false) => Err(Problem::bad_input(lifecircle::say!(
            "`floor` must be a share above 0, up to 1",
            "`floor` 须为大于 0、不超过 1 的比例"
        ))),
        (Some(_), true) => Err(Problem::bad_input(lifecircle::say!(
            "give one of `floor` and `worst_first`",
            "`floor` 与 `worst_first` 只能给出其一"
        ))),
    }
}

fn bounded(asked: &SitesOf, services: Vec<usize>) -> Result<(Question, Duration), Problem> {
    let model = model(asked)?;
    let most = most(asked, model)?;
    if asked.capacity.is_some_and(|places| model != Model::Capacitated || !(places > 0.0 && places <= 1e7)) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`capacity` is for the model capacitated, and lies between 0 and 10000000",
            "`capacity` 用于模型 capacitated，须在 0 至 10000000 之间"
        )));
    }
    if services.len() > MOST_SERVICES {
        return Err(Problem::bad_input(lifecircle::say!(
            "at most {MOST_SERVICES} services are sited at once",
            "一次最多为 {MOST_SERVICES} 项服务选址"
        )));
    }
    let weight = |name: &str, given: Option<f64>| match given.unwrap_or(1.0) {
        weight if (0.0..=1000.0).contains(&weight) => Ok(weight),
        _ => Err(Problem::bad_input(lifecircle::say!(
            "`{name}` must lie between 0 and 1000",
            "`{name}` 须在 0 至 1000 之间"
        ))),
    };
    let weights = Weights {
        children: weight("weight_of_children", asked.weight_of_children)?,
        elderly: weight("weight_of_elderly", asked.weight_of_elderly)?,
    };
    if asked.costs.as_ref().map(Vec::len) != asked.costs.as_ref().and(asked.candidates.as_ref()).map(Vec::len)
        || asked.budget.is_some() && asked.costs.is_none()
    {
        return Err(Problem::bad_input(lifecircle::say!(
            "`costs` must hold one number for each of `candidates`",
            "`costs` 须与 `candidates` 逐一对应"
        )));
    }
    if asked.costs.iter().flatten().any(|cost| !(*cost >= 0.0 && *cost <= MOST_MONEY)) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`costs` must lie between 0 and 1000000000000",
            "`costs` 须在 0 至 1000000000000 之间"
        )));
    }
    let candidates = asked.candidates.as_ref();
    if candidates.is_some() && asked.offered.is_some() {
        return Err(Problem::bad_input(lifecircle::say!(
            "give one of `candidates` and `offered`",
            "`candidates` 与 `offered` 只能给出其一"
        )));
    }
    if candidates.is_some_and(|all| all.len() > MOST_CANDIDATES) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`candidates` holds more than {MOST_CANDIDATES} places",
            "`candidates` 的地点超过 {MOST_CANDIDATES} 处"
        )));
    }
    let points = |all: &Vec<[f64; 2]>| all.iter().map(|[lon, lat]| point(*lon, *lat)).collect::<Result<Vec<_>, _>>();
    let candidates = candidates.map(points).transpose()?;
    if asked.within.is_some_and(|within| !(within > 0.0 && within <= LONGEST_MINUTES)) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`within` must lie between 0 and {LONGEST_MINUTES}",
            "`within` 须在 0 至 {LONGEST_MINUTES} 之间"
        )));
    }
    let within = asked.within.map(Seconds::from_minutes);
    let gap = asked.gap.unwrap_or(0.0);
    if !(0.0..1.0).contains(&gap) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`gap` must be a share from 0 to below 1",
            "`gap` 须为 0 至 1 之间（不含 1）的比例"
        )));
    }
    let seconds = asked.seconds.unwrap_or(USUAL_SECONDS);
    if !(seconds > 0.0 && seconds <= LONGEST_SECONDS) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`seconds` must lie between 0 and {LONGEST_SECONDS}",
            "`seconds` 须在 0 至 {LONGEST_SECONDS} 之间"
        )));
    }
    let cost = |number: usize| asked.costs.as_ref().and_then(|costs| costs.get(number)).copied().unwrap_or(1.0);
    let candidate = |(number, at)| Candidate { cost: cost(number), ..Candidate::at(at) };
    let candidates = candidates.map(|all| all.into_iter().enumerate().map(candidate).collect());
    let question = Question {
        services,
        together: asked.together,
        most,
        model,
        within,
        candidates,
        weights,
        prices: None,
        share: asked.cover.filter(|_| model == Model::Center).unwrap_or(1.0),
        capacity: asked.capacity,
        floor: floor(asked)?,
        gap,
    };
    Ok((question, Duration::from_secs_f64(seconds)))
}
