//! Where new facilities should stand in a measured city, and how far from the best possible that is.
//!
//! Existing facilities count. Candidates are places that are given, or junctions of the streets, thinned so that everybody who reaches
//! a junction reaches a candidate at most [`LOSS`] later; what any choice of junctions could reach is bounded with that time added. Several services may share one count
//! or budget, each in facilities of its own or all in one. It turns a city into a problem of [`crate::siting`] and an answer into places; it knows no solver, and of files only lists of candidates.

mod candidates;
mod center;
mod conditions;
mod demands;
mod document;
mod fewest;
mod offered;
mod order;
mod prepared;
mod question;
mod read;

use std::cmp::Reverse;
use std::sync::atomic::{AtomicBool, Ordering};

use lifecircle::city::Name;
use lifecircle::error::Result;
use lifecircle::geo::{LonLat, Seconds};
use lifecircle::measure::Measured;
use lifecircle::progress::Progress;

pub use candidates::{Candidate, Role, junctions};
pub(crate) use demands::PARTS_OF_PERSON;
pub use document::{AreaDocument, SiteDocument, SitesDocument};
pub use fewest::{Fewest, fewest_sites};
pub use offered::{PUBLIC, PUBLIC_KINDS, VACANT, offered};
use prepared::Prepared;
pub(crate) use prepared::{Reach, reach_anywhere};
pub use question::{Areas, Floor, Model, Most, Question, Weights};
pub use read::read_candidates;

use crate::siting::{Known, Outcome, Posed, Settings, Watch, one_alone, solve};

/// How much later than at any junction people are at a candidate.
pub const LOSS: Seconds = Seconds(30.0);

/// Who has a longer way than this is counted as if it were this long, where the mean way is made shortest.
pub const LONGEST_WAY: Seconds = Seconds(1_800.0);

/// A place for a new facility.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its number among the candidates that were given; among those that were found if none were.
    pub candidate: u32,
    /// What the place is called; empty where it has no name.
    pub name: String,
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
    /// Who has it before; resident-seconds of all ways for [`Model::Median`], the seconds of the longest for [`Model::Center`]. For
    /// [`Model::Backup`] whoever has two counts twice.
    pub before: f64,
    /// The same after.
    pub value: f64,
    /// No choice of candidates is better than this.
    pub bound: f64,
    /// No choice of junctions is better than this; known where candidates were found and thresholds are times.
    pub bound_at_junctions: Option<f64>,
    /// The areas that have floors.
    pub areas: Vec<AreaShare>,
    /// Whether no higher floors can be had, where the highest were asked for.
    pub floors_proven: bool,
    /// For [`Model::Backup`], who has one and who has two.
    pub times: Option<Times>,
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

/// What an area has.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaShare {
    /// Its name.
    pub name: Name,
    /// Its residents whom the services are for.
    pub people: f64,
    /// Who has the service before.
    pub before: f64,
    /// Who has it after.
    pub after: f64,
    /// Who must at least.
    pub floor: f64,
}

/// Residents with facilities within reach, before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times {
    /// With one at least.
    pub one: [f64; 2],
    /// With two at least.
    pub two: [f64; 2],
}

/// The problem behind an answer, for those who want to check it.
#[derive(Debug)]
pub struct Solved {
    /// The answer.
    pub sites: Sites,
    /// The problem.
    pub problem: Posed,
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
    if question.model == Model::Center {
        return center::solved(&city, watch, progress);
    }
    if question.has_conditions() {
        return conditions::solved(&city, watch, progress);
    }
    let limit = city.limit(question.most)?;
    let problem = city.problem(Seconds(0.0), Some(limit.clone()), progress)?;
    let settings = Settings { gap: question.gap, saved_from: Some(city.nothing_chosen()), ..Settings::default() };
    // First, since proof may take all the time that there is, and this is one climb.
    let anywhere = if question.candidates.is_none() && city.is_bounded_anywhere() && !watch.is_over() {
        let problem = city.problem(LOSS, Some(limit), progress)?;
        solve(&problem, settings, &Once::new(watch)).bound
    } else {
        None
    };
    let outcome = solve(&problem, settings, watch);
    let sites = city.answer(&outcome, anywhere, progress)?;
    Ok(Solved { sites, problem: problem.into(), outcome })
}

/// For each service of a question the one place where a new facility gives most, and only it is built; those that give most first.
pub(crate) fn best_of_each(measured: &Measured, question: &Question, progress: &dyn Progress) -> Result<Vec<Site>> {
    let city = Prepared::new(measured, question, progress)?;
    let problem = city.problem(Seconds(0.0), None, progress)?;
    progress.check()?;
    let gains = one_alone(&problem);
    let best = |service: &usize| {
        let of_it =
            city.buildable.iter().zip(&gains).enumerate().filter(|(_, (built, _))| built.services == [*service]);
        let (number, (_, gain)) = of_it.max_by_key(|(number, (_, gain))| (**gain, Reverse(*number)))?;
        Some(city.site(number as u32, false, *gain as f64 / city.demands.parts()))
    };
    let mut sites: Vec<Site> = question.services.iter().filter_map(best).collect();
    sites.sort_by(|a, b| b.adds.total_cmp(&a.adds));
    Ok(sites)
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
    fn closing(&self, known: Known) {
        self.watch.closing(known);
        self.is_done.store(true, Ordering::Relaxed);
    }
    fn is_over(&self) -> bool {
        self.is_done.load(Ordering::Relaxed) || self.watch.is_over()
    }
}
