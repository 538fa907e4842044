//! Where new facilities should stand in a measured city, and how far from the best possible that is.
//!
//! Existing facilities count. Candidates are places that are given, or junctions of the streets, thinned so that everybody who reaches
//! a junction reaches a candidate at most [`LOSS`] later; what any choice of junctions could reach is bounded with that time added. Several services may share one count
//! or budget, each in facilities of its own or all in one. It turns a city into a [`Problem`] and an answer into places; it knows no solver, and of files only lists of candidates.

mod candidates;
mod demands;
mod document;
mod fewest;
mod read;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use lifecircle::error::{Error, Result};
use lifecircle::geo::{LonLat, Seconds};
use lifecircle::measure::Measured;
use lifecircle::progress::Progress;

use candidates::Candidates;
pub use candidates::{Candidate, Role};
use demands::Demands;
pub use document::{SiteDocument, SitesDocument};
pub use fewest::{Fewest, fewest_sites};
pub use read::read_candidates;

use crate::siting::{Demand, Limit, Link, Outcome, Problem, Settings, Watch, solve};

/// How much later than at any junction people are at a candidate.
pub const LOSS: Seconds = Seconds(30.0);

/// Who has a longer way than this is counted as if it were this long, where the mean way is made shortest.
pub const LONGEST_WAY: Seconds = Seconds(1_800.0);

/// Money is counted in hundredths.
const PARTS_OF_COST: f64 = 100.0;

/// Nothing costs more.
const MOST_COST: f64 = 1e12;

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

/// How much may be built.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Most {
    /// So many facilities.
    Count(u32),
    /// Facilities that cost so much together.
    Budget(f64),
}

/// How much people of some ages count, beside others who count 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Children, 0 to 14 years.
    pub children: f64,
    /// People of 60 and older.
    pub elderly: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { children: 1.0, elderly: 1.0 }
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The services, by their places in the standard.
    pub services: Vec<usize>,
    /// Whether a new facility serves all of them at once, as an embedded centre does; else each facility is of one.
    pub together: bool,
    /// How much may be built.
    pub most: Most,
    /// What is made best.
    pub model: Model,
    /// How near is near enough, instead of the standard's thresholds.
    pub within: Option<Seconds>,
    /// Where they may stand; junctions of the streets if nothing is said.
    pub candidates: Option<Vec<Candidate>>,
    /// Who counts how much.
    pub weights: Weights,
    /// What a facility of each of the services costs wherever it stands, instead of what candidates cost.
    pub prices: Option<Vec<f64>>,
    /// How far from the bound is good enough, as a share of what is gained.
    pub gap: f64,
}

impl Question {
    /// For so many facilities of a service at any junctions, with proof.
    pub fn of(service: usize, count: u32, model: Model) -> Self {
        Self {
            services: vec![service],
            together: false,
            most: Most::Count(count),
            model,
            within: None,
            candidates: None,
            weights: Weights::default(),
            prices: None,
            gap: 0.0,
        }
    }

    fn check(&self, measured: &Measured) -> Result<()> {
        if let Some(twice) = self.services.iter().enumerate().find(|(index, one)| self.services[..*index].contains(one))
        {
            let id = &measured.standard.services[*twice.1].id;
            return Err(Error::new(format!("the service `{id}` is named twice")).hint("name it once"));
        }
        for &service in &self.services {
            let service = &measured.standard.services[service];
            if self.model == Model::Cover && self.within.is_none() && service.count > 1 {
                return Err(Error::new(format!(
                    "`{}` asks for {} facilities within reach, and one more is only sited where one is enough",
                    service.id, service.count
                ))
                .hint("choose the model p-median, or a standard that asks for one"));
            }
        }
        Ok(())
    }
}

/// A place for a new facility.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its number among the candidates that were given; among those that were found if none were.
    pub candidate: u32,
    /// Where.
    pub at: LonLat,
    /// The services that it is of, by their places in the standard.
    pub services: Vec<usize>,
    /// What it costs.
    pub cost: f64,
    /// Whether it was required.
    pub required: bool,
    /// What it adds to those before it: residents who have the service, or resident-seconds saved.
    pub adds: f64,
}

/// Where new facilities should stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Sites {
    /// The places: those that are required, then the one that adds most first.
    pub sites: Vec<Site>,
    /// Whom the services are for: residents in all, each service for itself.
    pub people: f64,
    /// Who has it before; resident-seconds of all ways for [`Model::Median`].
    pub before: f64,
    /// The same after.
    pub value: f64,
    /// No choice of candidates is better than this.
    pub bound: f64,
    /// No choice of junctions is better than this; known where candidates were found and thresholds are times.
    pub bound_at_junctions: Option<f64>,
    /// What all places cost together.
    pub cost: f64,
    /// How many candidates there were.
    pub candidates: usize,
    /// Candidates that were given and have no street within reach.
    pub without_street: usize,
}

impl Sites {
    /// How far the answer is from its bound, as a share of what is gained.
    pub fn gap(&self) -> f64 {
        let gained = (self.value - self.before).abs();
        let missed = (self.bound - self.value).abs();
        // Where nothing is gained yet, all of what could be is missed.
        if missed == 0.0 { 0.0 } else { missed / if gained > 0.0 { gained } else { missed } }
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
/// If a service asks for more than one facility, no candidate has a street, those that are required are too many, or it is cancelled before anything is known.
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
/// let found = find_sites(&measured, &Question::of(service, 3, Model::Cover), &(), &())?.sites;
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
    let city = Prepared::new(measured, question, progress)?;
    let limit = city.limit(question.most)?;
    let problem = city.problem(Seconds(0.0), Some(limit.clone()), progress)?;
    let settings = Settings { gap: question.gap, saved_from: Some(city.nothing_chosen()), ..Settings::default() };
    let outcome = solve(&problem, settings, watch);
    let anywhere = if question.candidates.is_none() && city.is_bounded_anywhere() && !watch.is_over() {
        let problem = city.problem(LOSS, Some(limit), progress)?;
        solve(&problem, settings, &Once::new(watch)).bound
    } else {
        None
    };
    let sites = city.answer(&outcome, anywhere, progress)?;
    Ok(Solved { sites, problem, outcome })
}

/// Stops when a first bound is known, and the choice that a search by swapping finds.
pub(crate) struct Once<'a> {
    watch: &'a dyn Watch,
    is_done: AtomicBool,
}

impl<'a> Once<'a> {
    pub(crate) fn new(watch: &'a dyn Watch) -> Self {
        Self { watch, is_done: AtomicBool::new(false) }
    }
}

impl Watch for Once<'_> {
    fn closing(&self, _: Option<i64>, _: i64) {
        self.is_done.store(true, Ordering::Relaxed);
    }
    fn is_over(&self) -> bool {
        self.is_done.load(Ordering::Relaxed) || self.watch.is_over()
    }
}

/// A facility that may be built: a candidate and the services that it would be of.
struct Buildable {
    candidate: u32,
    services: Vec<usize>,
}

/// A city and what is asked of it, as demands and facilities that may be built. Competitors stand already; what is required is built.
struct Prepared<'a> {
    measured: &'a Measured,
    question: &'a Question,
    candidates: Candidates,
    demands: Demands,
    /// What may be built, required ones included.
    buildable: Vec<Buildable>,
    /// Those of them that are required.
    required: Vec<u32>,
    /// All that may be built, without a limit.
    whole: Problem,
}

impl<'a> Prepared<'a> {
    fn new(measured: &'a Measured, question: &'a Question, progress: &dyn Progress) -> Result<Self> {
        question.check(measured)?;
        let demands = Demands::of(measured, question)?;
        let candidates = Candidates::find(measured, question, progress)?;
        let services = &question.services;
        let of_candidate = |(number, (_, candidate)): (u32, &(u32, Candidate))| {
            let allowed = |service: &&usize| candidate.services.is_empty() || candidate.services.contains(service);
            let allowed: Vec<usize> = services.iter().filter(allowed).copied().collect();
            let one = |services: Vec<usize>| Buildable { candidate: number, services };
            match question.together {
                true => {
                    if allowed.is_empty() {
                        Vec::new()
                    } else {
                        vec![one(allowed)]
                    }
                }
                false => allowed.into_iter().map(|service| one(vec![service])).collect(),
            }
        };
        let buildable: Vec<Buildable> = (0..).zip(&candidates.all).flat_map(of_candidate).collect();
        let role = |option: &Buildable| candidates.all[option.candidate as usize].1.role;
        let required = (0..).zip(&buildable).filter(|(_, option)| role(option) == Role::Required);
        let required: Vec<u32> = required.map(|(number, _)| number).collect();
        let whole = Problem::new(Vec::new(), Vec::new(), Vec::new(), None)?;
        let mut prepared = Self { measured, question, candidates, demands, buildable, required, whole };
        prepared.whole = prepared.all_links(Seconds(0.0), progress)?;
        Ok(prepared)
    }

    /// All that may be built; whom competitors serve is served.
    fn all_links(&self, longer: Seconds, progress: &dyn Progress) -> Result<Problem> {
        let by_service = self.demands.links(self.measured, &self.candidates, longer, progress)?;
        // The options of each candidate, for each service.
        let services = &self.question.services;
        let mut options = vec![vec![u32::MAX; self.candidates.len()]; services.len()];
        for (number, option) in (0..).zip(&self.buildable) {
            for (index, _) in services.iter().enumerate().filter(|(_, service)| option.services.contains(service)) {
                options[index][option.candidate as usize] = number;
            }
        }
        let is_competitor = |site: u32| self.candidates.all[site as usize].1.role == Role::Competitor;
        let mut demands = self.demands.all.clone();
        let rows: Vec<Vec<Link>> = by_service
            .into_iter()
            .zip(&options)
            .flat_map(|(rows, options)| {
                rows.into_iter().map(|row| {
                    row.into_iter()
                        .map(|link| (link.site, Link { site: options[link.site as usize], ..link }))
                        .collect::<Vec<_>>()
                })
            })
            .zip(&mut demands)
            .map(|(row, demand)| {
                let theirs = row.iter().filter(|(site, _)| is_competitor(*site)).map(|(_, link)| link.cost).min();
                demand.ceiling = [demand.ceiling, theirs].into_iter().flatten().min();
                row.into_iter()
                    .filter(|(site, link)| !is_competitor(*site) && link.site != u32::MAX)
                    .map(|(_, link)| link)
                    .collect()
            })
            .collect();
        Problem::new(demands, rows, vec![0; self.buildable.len()], None)
    }

    /// The problem that is left: what is required stands.
    fn problem(&self, longer: Seconds, limit: Option<Limit>, progress: &dyn Progress) -> Result<Problem> {
        let longer_ways;
        let whole = if longer.0 > 0.0 {
            longer_ways = self.all_links(longer, progress)?;
            &longer_ways
        } else {
            &self.whole
        };
        let is_required: HashSet<u32> = self.required.iter().copied().collect();
        let (mut demands, mut rows) = (Vec::with_capacity(whole.demands()), Vec::with_capacity(whole.demands()));
        for number in 0..whole.demands() {
            let (Demand { weight, ceiling }, row) = (whole.demand(number), whole.row(number));
            let built = row.iter().filter(|link| is_required.contains(&link.site)).map(|link| link.cost).min();
            demands.push(Demand { weight, ceiling: [ceiling, built].into_iter().flatten().min() });
            rows.push(row.iter().filter(|link| !is_required.contains(&link.site)).copied().collect());
        }
        Problem::new(demands, rows, vec![0; self.buildable.len()], limit)
    }

    /// What may be built besides what is required.
    fn limit(&self, most: Most) -> Result<Limit> {
        let role = |option: &Buildable| self.candidates.all[option.candidate as usize].1.role;
        let price = |option: &Buildable| self.price(option);
        let (sizes, most): (Vec<i64>, i64) = match most {
            Most::Count(count) => (vec![1; self.buildable.len()], i64::from(count)),
            Most::Budget(budget) => {
                let parts = |cost: f64| (cost.clamp(0.0, MOST_COST) * PARTS_OF_COST).ceil() as i64;
                let sizes = self.buildable.iter().map(|option| parts(price(option))).collect();
                (sizes, (budget.clamp(0.0, MOST_COST) * PARTS_OF_COST).floor() as i64)
            }
        };
        let spent: i64 = self.required.iter().map(|&number| sizes[number as usize]).sum();
        if spent > most {
            return Err(Error::new("what is required is more than may be built")
                .hint("raise the count or the budget, or require less"));
        }
        let left = most - spent;
        // What may not be chosen is larger than what is left.
        let size = |(option, size): (&Buildable, i64)| if role(option) == Role::Allowed { size } else { left + 1 };
        Ok(Limit { sizes: self.buildable.iter().zip(sizes).map(size).collect(), most: left })
    }

    /// What a facility costs.
    fn price(&self, buildable: &Buildable) -> f64 {
        let Some(prices) = &self.question.prices else {
            return self.candidates.all[buildable.candidate as usize].1.cost;
        };
        let priced = self.question.services.iter().zip(prices);
        priced.filter(|(service, _)| buildable.services.contains(service)).map(|(_, price)| price).sum()
    }

    /// What it costs if only what is required is built.
    fn nothing_chosen(&self) -> i64 {
        self.whole.value(&self.required).unwrap_or(0)
    }

    /// What it costs as it is.
    fn nothing_built(&self) -> i64 {
        self.whole.value(&[]).unwrap_or(0)
    }

    fn is_bounded_anywhere(&self) -> bool {
        self.question.model == Model::Cover && self.demands.are_in_time()
    }

    /// People, or their seconds, of a cost.
    fn told(&self, cost: i64) -> f64 {
        let before = self.demands.before + self.by_competitors();
        let gained = (self.nothing_built() - cost) as f64 / self.demands.parts();
        match self.question.model {
            Model::Cover => before + gained,
            Model::Median => before - gained,
        }
    }

    /// What competitors change of what counts before.
    fn by_competitors(&self) -> f64 {
        let own: i64 =
            self.demands.all.iter().map(|demand| demand.weight * i64::from(demand.ceiling.unwrap_or(0))).sum();
        let change = (own - self.nothing_built()) as f64 / self.demands.parts();
        match self.question.model {
            Model::Cover => change,
            Model::Median => -change,
        }
    }

    fn answer(&self, outcome: &Outcome, anywhere: Option<i64>, progress: &dyn Progress) -> Result<Sites> {
        let nothing_chosen = self.nothing_chosen();
        let (chosen, _) = outcome.best.clone().unwrap_or((Vec::new(), nothing_chosen));
        let everything = [self.required.as_slice(), &chosen].concat();
        let cost = self.whole.value(&everything).unwrap_or(nothing_chosen);
        let bound = outcome.bound.unwrap_or(cost);
        let mut order = InOrder::new(&self.whole, &everything);
        let mut sites: Vec<Site> = Vec::new();
        for (left, required) in [(&self.required, true), (&chosen, false)] {
            let mut left = left.clone();
            while !left.is_empty() {
                progress.check()?;
                let gains = left.iter().map(|&site| (order.gain(site), Reverse(site)));
                let Some((gain, Reverse(site))) = gains.max() else { break };
                order.build(site);
                sites.push(self.site(site, required, gain as f64 / self.demands.parts()));
                left.retain(|&other| other != site);
            }
        }
        Ok(Sites {
            people: self.demands.people,
            before: self.told(self.nothing_built()),
            value: self.told(cost),
            bound: self.told(bound),
            bound_at_junctions: anywhere.map(|cost| self.told(cost)),
            cost: sites.iter().map(|site| site.cost).sum(),
            candidates: self.candidates.len(),
            without_street: self.candidates.without_street,
            sites,
        })
    }

    fn site(&self, number: u32, required: bool, adds: f64) -> Site {
        let buildable = &self.buildable[number as usize];
        let (candidate, told) = &self.candidates.all[buildable.candidate as usize];
        let (services, cost) = (buildable.services.clone(), self.price(buildable));
        Site { candidate: *candidate, at: told.at, services, cost, required, adds }
    }
}

/// What each demand costs while sites are built one after another.
struct InOrder<'a> {
    problem: &'a Problem,
    /// By site: the demands that it serves, and at what cost of a unit.
    served: HashMap<u32, Vec<(usize, u32)>>,
    now: Vec<u32>,
}

impl<'a> InOrder<'a> {
    fn new(problem: &'a Problem, sites: &[u32]) -> Self {
        let mut served: HashMap<u32, Vec<(usize, u32)>> = sites.iter().map(|&site| (site, Vec::new())).collect();
        for demand in 0..problem.demands() {
            for link in problem.row(demand) {
                if let Some(all) = served.get_mut(&link.site) {
                    all.push((demand, link.cost));
                }
            }
        }
        let now = (0..problem.demands()).map(|demand| problem.demand(demand).ceiling.unwrap_or(0)).collect();
        Self { problem, served, now }
    }

    fn gain(&self, site: u32) -> i64 {
        let all = self.served.get(&site).into_iter().flatten();
        let less = |(demand, cost): &(usize, u32)| {
            self.problem.demand(*demand).weight * i64::from(self.now[*demand].saturating_sub(*cost))
        };
        all.map(less).sum()
    }

    fn build(&mut self, site: u32) {
        for (demand, cost) in self.served.get(&site).into_iter().flatten() {
            self.now[*demand] = self.now[*demand].min(*cost);
        }
    }
}
