//! What to build next: places for new facilities of a service. The library chooses and proves; here time and numbers are bounded.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::Json;
use axum::extract::State;
use lifecircle::geo::{Metres, Seconds};
use lifecircle::progress::Progress as _;
use lifecircle_plan::links::{LinkDocument, Question as LinksQuestion, missing_links};
use lifecircle_plan::renewal::{Programme, Question as RenewalQuestion, programme};
use lifecircle_plan::sites::{Candidate, Model, Most, Question, SitesDocument, Weights, fewest_sites, find_sites};
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

/// Links that are looked for, and how long they are.
const MOST_LINKS: u32 = 50;
const LONGEST_LINK: f64 = 200.0;

/// How many minutes a link saves at least: ways beyond half an hour are not told apart.
const LONGEST_DETOUR: f64 = 30.0;

/// How many units are made, and how many wishes are followed.
const MOST_UNITS: usize = 1_000;
const MOST_WISHES: usize = 1_000;

/// How long units are searched, unless it is said.
const USUAL_UNIT_SECONDS: f64 = 20.0;

/// Services that are sited at once, and money.
const MOST_SERVICES: usize = 20;
const MOST_MONEY: f64 = 1e12;

/// How long is proven, unless it is said, and at most.
const USUAL_SECONDS: f64 = 10.0;
const LONGEST_SECONDS: f64 = 60.0;

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().merge(units_route()).merge(links_route()).merge(programme_route()).api_route(
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

fn links_route() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/cities/{city}/links",
        post_with(links, |it| {
            it.id("links").tag("Plan").summary("Gates and short paths that are missing").description(
                "Junctions that lie near to each other and far apart on foot; the likeliest links are built one by one, and the city is measured with each. When time is over, those that were tried are answered.",
            )
        }),
    )
}

fn programme_route() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/cities/{city}/programme",
        post_with(renewal, |it| {
            it.id("programme").tag("Plan").summary("A programme of facilities and links for a budget").description(
                "The works in the order of what they give for their cost, what is reached after each, and what no programme of that budget could exceed.",
            )
        }),
    )
}

/// Which links are looked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinksOf {
    /// How long a link is at most, in metres up to 200; 60 if it is not said.
    longest: Option<f64>,
    /// How many minutes longer the way between its ends is now, at least, up to 30; 5 if it is not said.
    saves: Option<f64>,
    /// How many, up to 50; 20 if it is not said.
    most: Option<u32>,
    /// How many seconds to try, up to 60; 20 if it is not said.
    seconds: Option<f64>,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
}

/// Links that are missing.
#[derive(Serialize, JsonSchema)]
struct LinksAnswer {
    /// Those that give most first.
    links: Vec<LinkDocument>,
}

/// A number that is bounded, or the usual one.
fn within(name: &str, given: Option<f64>, usual: f64, most: f64) -> Result<f64, Problem> {
    match given.unwrap_or(usual) {
        number if number > 0.0 && number <= most => Ok(number),
        _ => Err(Problem::bad_input(format!("`{name}` must lie between 0 and {most}"))),
    }
}

async fn links(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(asked): Given<LinksOf>,
) -> Result<Json<LinksAnswer>, Problem> {
    let (walker, known) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let most = asked.most.unwrap_or(20);
    if !(1..=MOST_LINKS).contains(&most) {
        return Err(Problem::bad_input(format!("`most` must lie between 1 and {MOST_LINKS}")));
    }
    let question = LinksQuestion {
        longest: Metres(within("longest", asked.longest, 60.0, LONGEST_LINK)?),
        saves: Seconds::from_minutes(within("saves", asked.saves, 5.0, LONGEST_DETOUR)?),
        most: most as usize,
    };
    let limit = Duration::from_secs_f64(within("seconds", asked.seconds, USUAL_UNIT_SECONDS, LONGEST_SECONDS)?);
    let found = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &known, stop)?;
        let links = missing_links(&evaluated.measured, question, &Until::new(stop, limit), stop)?;
        Ok(LinksAnswer { links: links.iter().map(LinkDocument::from).collect() })
    };
    with_city(app, Lane::Heavy, of.city, found).await.map(Json)
}

/// What a programme may cost, and what works cost.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProgrammeOf {
    /// How much may be spent.
    budget: f64,
    /// What a new facility of each service costs, by the service's id.
    prices: std::collections::BTreeMap<String, f64>,
    /// What a link costs; none are built if it is not said.
    link: Option<f64>,
    /// How far from the bound is good enough, as a share of the gain; 0.01 if it is not said.
    gap: Option<f64>,
    /// How many seconds to search, up to 60; 20 if it is not said.
    seconds: Option<f64>,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
}

async fn renewal(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(asked): Given<ProgrammeOf>,
) -> Result<Json<Programme>, Problem> {
    let (walker, known) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    if asked.prices.is_empty() || asked.prices.len() > MOST_SERVICES {
        return Err(Problem::bad_input(format!("`prices` must name one to {MOST_SERVICES} services")));
    }
    let price = |name: &str, price: f64| within(name, Some(price), price, MOST_MONEY);
    let prices = asked.prices.iter().map(|(id, cost)| Ok((service(&known.standard, id)?, price("prices", *cost)?)));
    let question = RenewalQuestion {
        prices: prices.collect::<Result<_, Problem>>()?,
        link: asked.link.map(|cost| price("link", cost)).transpose()?,
        budget: price("budget", asked.budget)?,
        links: LinksQuestion::default(),
        gap: within("gap", asked.gap, 0.01, 1.0)?,
    };
    let limit = Duration::from_secs_f64(within("seconds", asked.seconds, USUAL_UNIT_SECONDS, LONGEST_SECONDS)?);
    let found = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &known, stop)?;
        let found = programme(&evaluated.measured, &question, &Until::new(stop, limit), stop)?;
        stop.check()?;
        Ok(found)
    };
    with_city(app, Lane::Heavy, of.city, found).await.map(Json)
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
    /// The service's id in the standard; several with commas share what may be built.
    service: String,
    /// Whether each new facility serves all of them, as an embedded centre does.
    #[serde(default)]
    together: bool,
    /// How many new facilities, up to 1,000; not said where a budget or a share to cover is.
    count: Option<u32>,
    /// How much they may cost together; then `costs` are needed.
    budget: Option<f64>,
    /// As few as give this share of people the service, from 0 to 1.
    cover: Option<f64>,
    /// How much a child counts, beside others who count 1.
    weight_of_children: Option<f64>,
    /// How much somebody of 60 or older counts.
    weight_of_elderly: Option<f64>,
    /// `mclp`: most residents have it within reach; `p-median`: the mean way to it is shortest. `mclp` if none is named.
    model: Option<String>,
    /// How near is near enough, in minutes up to 120; as the standard says if it is not said.
    within: Option<f64>,
    /// Longitudes and latitudes where they may stand, up to 50,000; junctions of the streets if none are given.
    candidates: Option<Vec<[f64; 2]>>,
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
    Given(asked): Given<SitesOf>,
) -> Result<Json<SitesDocument>, Problem> {
    let (walker, known) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let services =
        asked.service.split(',').map(|id| service(&known.standard, id.trim())).collect::<Result<Vec<_>, _>>()?;
    let (question, limit) = bounded(&asked, services)?;
    let cover = asked.cover;
    let found = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &known, stop)?;
        let began = Instant::now();
        let (measured, until) = (&evaluated.measured, Until::new(stop, limit));
        let (solved, fewest) = match cover {
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
    with_city(app, Lane::Heavy, of.city, found).await.map(Json)
}

fn bounded(asked: &SitesOf, services: Vec<usize>) -> Result<(Question, Duration), Problem> {
    let model = asked.model.as_deref().unwrap_or(Model::Cover.name());
    let model = Model::named(model)
        .ok_or_else(|| Problem::bad_input(format!("there is no model {model:?}; choose mclp or p-median")))?;
    let most = match (asked.count, asked.budget, asked.cover) {
        (Some(count), None, None) if (1..=MOST_SITES).contains(&count) => Most::Count(count),
        (Some(_), None, None) => {
            return Err(Problem::bad_input(format!("`count` must lie between 1 and {MOST_SITES}")));
        }
        (None, Some(budget), None) if budget > 0.0 && budget <= MOST_MONEY => Most::Budget(budget),
        (None, Some(_), None) => return Err(Problem::bad_input("`budget` must lie between 0 and 1000000000000")),
        (None, None, Some(share)) if share > 0.0 && share <= 1.0 => Most::Count(1),
        (None, None, Some(_)) => return Err(Problem::bad_input("`cover` must be a share above 0, up to 1")),
        _ => return Err(Problem::bad_input("give one of `count`, `budget` and `cover`")),
    };
    if services.len() > MOST_SERVICES {
        return Err(Problem::bad_input(format!("at most {MOST_SERVICES} services are sited at once")));
    }
    let weight = |name: &str, given: Option<f64>| match given.unwrap_or(1.0) {
        weight if (0.0..=1000.0).contains(&weight) => Ok(weight),
        _ => Err(Problem::bad_input(format!("`{name}` must lie between 0 and 1000"))),
    };
    let weights = Weights {
        children: weight("weight_of_children", asked.weight_of_children)?,
        elderly: weight("weight_of_elderly", asked.weight_of_elderly)?,
    };
    if asked.costs.as_ref().map(Vec::len) != asked.costs.as_ref().and(asked.candidates.as_ref()).map(Vec::len)
        || asked.budget.is_some() && asked.costs.is_none()
    {
        return Err(Problem::bad_input("`costs` must hold one number for each of `candidates`"));
    }
    if asked.costs.iter().flatten().any(|cost| !(*cost >= 0.0 && *cost <= MOST_MONEY)) {
        return Err(Problem::bad_input("`costs` must lie between 0 and 1000000000000"));
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
    let cost = |number: usize| asked.costs.as_ref().and_then(|costs| costs.get(number)).copied().unwrap_or(1.0);
    let candidate = |(number, at)| Candidate { cost: cost(number), ..Candidate::at(at) };
    let candidates = candidates.map(|all| all.into_iter().enumerate().map(candidate).collect());
    let question =
        Question { services, together: asked.together, most, model, within, candidates, weights, prices: None, gap };
    Ok((question, Duration::from_secs_f64(seconds)))
}
