//! Where new facilities of a service should stand in a measured city, and how far from the best possible that is.
//!
//! Existing facilities count. Candidates are points that are given, or junctions of the streets, thinned so that everybody who reaches
//! a junction reaches a candidate at most [`LOSS`] later; what any choice of junctions could reach is bounded with that time added. It
//! turns a city into a [`Problem`] and an answer into places; it knows no file and no solver.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use lifecircle::error::{Error, Result};
use lifecircle::geo::{LonLat, Seconds};
use lifecircle::measure::{Measured, residents_of};
use lifecircle::network::{Cost, Millimetres, Millis, Snap};
use lifecircle::progress::Progress;
use lifecircle::reach::{Places, catchment};
use lifecircle::ready::Searched;
use lifecircle::standard::Threshold;

use schemars::JsonSchema;
use serde::Serialize;

use crate::siting::{Demand, Limit, Link, METHOD, Outcome, Problem, Settings, Watch, solve};

/// How much later than at any junction people are at a candidate.
pub const LOSS: Seconds = Seconds(30.0);

/// Who has a longer way than this is counted as if it were this long, where the mean way is made shortest.
pub const LONGEST_WAY: Seconds = Seconds(1_800.0);

/// People are counted in thousandths, ways in tenths of seconds.
const PARTS_OF_PERSON: f64 = 1_000.0;
const PARTS_OF_SECOND: f64 = 10.0;

/// What is made best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Most residents have the service within its threshold: maximal covering.
    Cover,
    /// The way of all residents to the nearest facility is shortest: the *p*-median.
    Median,
}

impl Model {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cover => "mclp",
            Self::Median => "p-median",
        }
    }

    /// The model of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Cover, Self::Median].into_iter().find(|model| model.name() == name)
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The service, by its place in the standard.
    pub service: usize,
    /// How many new facilities.
    pub count: u32,
    /// What is made best.
    pub model: Model,
    /// How near is near enough, instead of the standard's threshold.
    pub within: Option<Seconds>,
    /// Where they may stand; junctions of the streets if nothing is said.
    pub candidates: Option<Vec<LonLat>>,
    /// How far from the bound is good enough, as a share of what is gained.
    pub gap: f64,
}

/// A place for a new facility.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// Its number among the candidates that were given; among those that were found if none were.
    pub candidate: u32,
    /// Where.
    pub at: LonLat,
    /// What it adds to those before it: residents who have the service, or resident-seconds saved.
    pub adds: f64,
}

/// Where new facilities should stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Sites {
    /// The places, the one that adds most first.
    pub sites: Vec<Site>,
    /// Whom the service is for: residents in all.
    pub people: f64,
    /// Who has it before; resident-seconds of all ways for [`Model::Median`].
    pub before: f64,
    /// The same after.
    pub value: f64,
    /// No choice of candidates is better than this.
    pub bound: f64,
    /// No choice of junctions is better than this; known where candidates were found and the threshold is a time.
    pub bound_at_junctions: Option<f64>,
    /// How many candidates there were.
    pub candidates: usize,
    /// Candidates that were given and have no street within reach.
    pub without_street: usize,
}

impl Sites {
    /// How far the answer is from its bound, as a share of what is gained.
    pub fn gap(&self) -> f64 {
        let gained = (self.value - self.before).abs();
        if self.value == self.bound { 0.0 } else { (self.bound - self.value).abs() / gained.max(f64::MIN_POSITIVE) }
    }
}

/// An answer as every caller gives it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SitesDocument {
    /// The service.
    pub service: String,
    /// By which standard.
    pub standard: String,
    /// Who walks.
    pub walker: String,
    /// `mclp` or `p-median`.
    pub model: String,
    /// Whom the service is for: residents in all.
    pub residents: f64,
    /// Residents who have it before; resident-seconds of all ways for `p-median`.
    pub before: f64,
    /// The same after.
    pub value: f64,
    /// No choice of candidates is better than this.
    pub bound: f64,
    /// How far the value is from the bound, as a share of what is gained.
    pub gap: f64,
    /// Whether no choice of candidates is better.
    pub proven_optimal: bool,
    /// What no choice of any junctions could exceed, where junctions are the candidates and the threshold is a time.
    pub bound_at_junctions: Option<f64>,
    /// How long it took.
    pub seconds: f64,
    /// How it was found.
    pub method: String,
    /// How many candidates there were.
    pub candidates: usize,
    /// Candidates that were given and have no street within reach.
    pub candidates_without_street: usize,
    /// The places, the one that adds most first.
    pub sites: Vec<SiteDocument>,
}

/// A place as every caller gives it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SiteDocument {
    /// Its number among the candidates.
    pub candidate: u32,
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
    /// What it adds to those before it: residents, or resident-seconds.
    pub adds: f64,
}

impl SitesDocument {
    /// Of an answer.
    pub fn new(found: &Sites, measured: &Measured, question: &Question, seconds: f64) -> Self {
        let place =
            |site: &Site| SiteDocument { candidate: site.candidate, lon: site.at.x, lat: site.at.y, adds: site.adds };
        Self {
            service: measured.standard.services[question.service].id.clone(),
            standard: measured.standard.id.clone(),
            walker: measured.walker().id.clone(),
            model: question.model.name().to_owned(),
            residents: found.people,
            before: found.before,
            value: found.value,
            bound: found.bound,
            gap: found.gap(),
            proven_optimal: found.gap() == 0.0,
            bound_at_junctions: found.bound_at_junctions,
            seconds,
            method: METHOD.to_owned(),
            candidates: found.candidates,
            candidates_without_street: found.without_street,
            sites: found.sites.iter().map(place).collect(),
        }
    }
}

/// The problem behind an answer, for those who want to check it.
#[derive(Debug)]
pub struct Solved {
    /// The answer.
    pub sites: Sites,
    /// The problem.
    pub problem: Problem,
    /// What was found of it.
    pub outcome: Outcome,
}

/// Chooses places for new facilities of a service.
///
/// # Errors
/// If the service asks for more than one facility, no candidate has a street, or it is cancelled before anything is known.
///
/// ```
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import, measure, network::Walker, standard::Standard};
/// use lifecircle_plan::sites::{Model, Question, find_sites};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// let measured = measure::measure(&ready, Standard::find("wuhai-8")?, &())?;
/// let service = measured.standard.services.iter().position(|service| service.id == "pocket_park").unwrap();
/// let question = Question { service, count: 3, model: Model::Cover, within: None, candidates: None, gap: 0.0 };
/// let found = find_sites(&measured, &question, &(), &())?.sites;
/// assert!(found.value >= found.before && found.value <= found.bound);
/// # Ok(())
/// # }
/// ```
pub fn find_sites(
    measured: &Measured,
    question: &Question,
    watch: &dyn Watch,
    progress: &dyn Progress,
) -> Result<Solved> {
    let service = &measured.standard.services[question.service];
    if question.model == Model::Cover && question.within.is_none() && service.count > 1 {
        return Err(Error::new(format!(
            "`{}` asks for {} facilities within reach, and one more is only sited where one is enough",
            service.id, service.count
        ))
        .hint("choose the model p-median, or a standard that asks for one"));
    }
    let homes = Homes::of(measured, question);
    let candidates = Candidates::find(measured, question, progress)?;
    let links = homes.links(measured, &candidates, Seconds(0.0), progress)?;
    let problem = homes.problem(links, candidates.len(), question.count)?;
    let nothing_built = problem.value(&[]).unwrap_or(0);
    let settings = Settings { gap: question.gap, saved_from: Some(nothing_built), ..Settings::default() };
    let outcome = solve(&problem, settings, watch);
    let anywhere = match (&question.candidates, question.model, homes.threshold) {
        (None, Model::Cover, Threshold::Time(_)) if !watch.is_over() => {
            let links = homes.links(measured, &candidates, LOSS, progress)?;
            let problem = homes.problem(links, candidates.len(), question.count)?;
            solve(&problem, settings, &Once { watch, is_done: AtomicBool::new(false) }).bound
        }
        _ => None,
    };
    let sites = homes.answer(&problem, &outcome, &candidates, anywhere, nothing_built);
    Ok(Solved { sites, problem, outcome })
}

/// Stops when a first bound is known.
struct Once<'a> {
    watch: &'a dyn Watch,
    is_done: AtomicBool,
}

impl Watch for Once<'_> {
    fn closing(&self, _: Option<i64>, _: i64) {
        self.is_done.store(true, Ordering::Relaxed);
    }
    fn is_over(&self) -> bool {
        self.is_done.load(Ordering::Relaxed) || self.watch.is_over()
    }
}

/// Where new facilities may stand.
struct Candidates {
    /// The number and the place of each.
    all: Vec<(u32, LonLat)>,
    snaps: Vec<Snap>,
    without_street: usize,
}

impl Candidates {
    fn find(measured: &Measured, question: &Question, progress: &dyn Progress) -> Result<Self> {
        let ready = &measured.reached.ready;
        let Some(given) = &question.candidates else {
            let nodes = thinned(ready.times(), progress)?;
            let network = ready.network();
            let at = |&node: &u32| ready.city().streets.nodes[node as usize];
            let all = (0..).zip(nodes.iter().map(at)).collect();
            return Ok(Self {
                all,
                snaps: nodes.iter().filter_map(|&node| Snap::at_node(network, node)).collect(),
                without_street: 0,
            });
        };
        let snapped = (0..).zip(given).filter_map(|(number, &at)| ready.snap(at).ok().map(|snap| ((number, at), snap)));
        let (all, snaps): (Vec<_>, Vec<_>) = snapped.unzip();
        if all.is_empty() {
            return Err(Error::new("no candidate has a street within reach")
                .hint("are they in this city, and in longitude and latitude?"));
        }
        let without_street = given.len() - all.len();
        Ok(Self { all, snaps, without_street })
    }

    fn len(&self) -> usize {
        self.all.len()
    }

    fn places(&self) -> Places {
        self.snaps.iter().map(|&snap| Some(snap)).collect()
    }
}

/// Junctions such that from every junction that homes reach one of them is at most [`LOSS`] away.
fn thinned(times: &Searched<Millis>, progress: &dyn Progress) -> Result<Vec<u32>> {
    let network = times.network();
    let is_used = |node: &u32| !network.is_on_island(*node) && Snap::at_node(network, *node).is_some();
    let nodes: Vec<u32> = (0..network.nodes() as u32).filter(is_used).collect();
    let places: Places = nodes.iter().map(|&node| Snap::at_node(network, node)).collect();
    let limit = Millis::round(LOSS);
    let near = catchment(times.engine(progress)?, &places, &places, limit, progress)?;
    // Those that stand for most others first.
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|&node| (std::cmp::Reverse(near[node].len()), node));
    let mut is_near = vec![false; nodes.len()];
    let mut kept = Vec::new();
    for node in order {
        if !is_near[node] {
            kept.push(nodes[node]);
            is_near[node] = true;
            near[node].iter().for_each(|&(other, _)| is_near[other as usize] = true);
        }
    }
    kept.sort_unstable();
    Ok(kept)
}

/// Homes that a new facility could help.
struct Homes {
    model: Model,
    threshold: Threshold,
    demands: Vec<Demand>,
    people: f64,
    /// What counts before: residents who have the service, or resident-seconds.
    before: f64,
}

impl Homes {
    fn of(measured: &Measured, question: &Question) -> Self {
        let service = &measured.standard.services[question.service];
        let threshold = question.within.map_or(service.threshold, Threshold::Time);
        let has = |home: usize| match question.within {
            Some(within) => measured.nearest(home, question.service).is_some_and(|time| time.0 <= within.0),
            None => measured.has(home, question.service),
        };
        let mut homes = Self { model: question.model, threshold, demands: Vec::new(), people: 0.0, before: 0.0 };
        for (index, home) in measured.city().homes.iter().enumerate() {
            // Where ages are not known, everybody counts.
            let people = residents_of(home, service.people).unwrap_or(home.residents);
            homes.people += people;
            let ceiling = match question.model {
                Model::Cover => u32::from(!has(index)),
                Model::Median => {
                    let now =
                        measured.nearest(index, question.service).map_or(LONGEST_WAY.0, |now| now.0.min(LONGEST_WAY.0));
                    (now * PARTS_OF_SECOND).round() as u32
                }
            };
            homes.before += match question.model {
                Model::Cover => people * f64::from(1 - ceiling),
                Model::Median => people * f64::from(ceiling) / PARTS_OF_SECOND,
            };
            homes.demands.push(Demand { weight: (people * PARTS_OF_PERSON).round() as i64, ceiling: Some(ceiling) });
        }
        homes
    }

    /// Which candidates serve each home, if everybody may take some time longer.
    fn links(
        &self,
        measured: &Measured,
        candidates: &Candidates,
        longer: Seconds,
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Link>>> {
        let ready = &measured.reached.ready;
        match (self.model, self.threshold) {
            (Model::Cover, Threshold::Distance(metres)) => {
                let lengths = ready.lengths();
                let places = candidates.snaps.iter().map(|snap| Some(snap.in_lengths(lengths.network()))).collect();
                self.served(lengths, &places, Millimetres::round(metres), |_| 0, progress)
            }
            (Model::Cover, Threshold::Time(seconds)) => {
                let limit = Millis::round(Seconds(seconds.0 + longer.0));
                self.served(ready.times(), &candidates.places(), limit, |_| 0, progress)
            }
            (Model::Median, _) => {
                let cost = |time: Millis| (f64::from(time.units()) / 1_000.0 * PARTS_OF_SECOND).round() as u32;
                self.served(ready.times(), &candidates.places(), Millis::round(LONGEST_WAY), cost, progress)
            }
        }
    }

    fn served<C: Cost>(
        &self,
        searched: &Searched<C>,
        candidates: &Places<C>,
        limit: C,
        cost: impl Fn(C) -> u32,
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Link>>> {
        let found = catchment(searched.engine(progress)?, candidates, searched.homes(), limit, progress)?;
        let mut rows = vec![Vec::new(); self.demands.len()];
        for (site, homes) in (0..).zip(found) {
            for (home, time) in homes {
                let (cost, demand) = (cost(time), &self.demands[home as usize]);
                if demand.weight > 0 && demand.ceiling.is_some_and(|ceiling| cost < ceiling) {
                    rows[home as usize].push(Link { cost, site });
                }
            }
        }
        Ok(rows)
    }

    fn problem(&self, links: Vec<Vec<Link>>, candidates: usize, count: u32) -> Result<Problem> {
        let limit = Limit { sizes: vec![1; candidates], most: i64::from(count) };
        Problem::new(self.demands.clone(), links, vec![0; candidates], Some(limit))
    }

    fn answer(
        &self,
        problem: &Problem,
        outcome: &Outcome,
        candidates: &Candidates,
        anywhere: Option<i64>,
        nothing_built: i64,
    ) -> Sites {
        let parts = match self.model {
            Model::Cover => PARTS_OF_PERSON,
            Model::Median => PARTS_OF_PERSON * PARTS_OF_SECOND,
        };
        let gained = |cost: i64| (nothing_built - cost) as f64 / parts;
        let after = |cost: i64| match self.model {
            Model::Cover => self.before + gained(cost),
            Model::Median => self.before - gained(cost),
        };
        let (chosen, cost) = outcome.best.clone().unwrap_or((Vec::new(), nothing_built));
        let bound = outcome.bound.unwrap_or(cost);
        let mut sites = Vec::new();
        let (mut left, mut built, mut now): (HashSet<u32>, Vec<u32>, i64) =
            (chosen.into_iter().collect(), Vec::new(), nothing_built);
        while !left.is_empty() {
            let with = |site: u32| problem.value(&[built.as_slice(), &[site]].concat()).unwrap_or(now);
            let Some((cost, site)) = left.iter().map(|&site| (with(site), site)).min() else { break };
            let (candidate, at) = candidates.all[site as usize];
            sites.push(Site { candidate, at, adds: (now - cost) as f64 / parts });
            left.remove(&site);
            built.push(site);
            now = cost;
        }
        Sites {
            sites,
            people: self.people,
            before: self.before,
            value: after(cost),
            bound: after(bound),
            bound_at_junctions: anywhere.map(after),
            candidates: candidates.len(),
            without_street: candidates.without_street,
        }
    }
}
