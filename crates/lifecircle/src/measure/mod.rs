//! A city measured by a standard: who has what within reach, home by home, and tallies of it that add up.
//!
//! [`measure`] and [`measure_all`] run the reach kernels once for all standards; everything else here only reads their
//! times and counts. It knows nothing of files or documents.

mod edited;
mod people;
mod reached;
mod supply;
mod tally;

pub use edited::{EditedCity, Joining, NoJoint};
pub use people::residents_of;
pub use reached::{COUNTED_MINUTES, Reached};
pub use supply::Supply;
pub use tally::{CircleCoverage, CityTally, Coverage, PeopleCount, ServiceTally, Share, Tally, Total};

use std::sync::Arc;

use crate::city::City;
use crate::error::Result;
use crate::geo::{Metres, Seconds};
use crate::network::{Cost as _, Millimetres, Network, Walker};
use crate::progress::Progress;
use crate::reach::Near;
use crate::ready::ReadyCity;
use crate::standard::{Recognised, Score, ServicesOf, Standard, Threshold, recognise};
use reached::At;

/// A city measured by one standard: for every home and service, how far the nearest facility is and how many are near.
#[derive(Debug)]
pub struct Measured {
    /// By which standard.
    pub standard: Arc<Standard>,
    /// Which facilities are which services.
    pub recognised: Recognised,
    /// What the walker reaches; shared with other standards.
    pub reached: Arc<Reached>,
    /// For each service that has a ratio, its supply and who gets it; none where the ratio is for an age group that is not
    /// known.
    pub supply: Vec<Option<Arc<Supply>>>,
    at: Vec<At>,
    /// For each service, the mean time of every home to the nearest few; empty where it is the nearest one's.
    proximity: Vec<Arc<MeanTimes>>,
    /// Every home's score; empty if the standard has none.
    scores: Vec<f64>,
}

/// For each home the mean time to its nearest few facilities of a service.
type MeanTimes = Vec<Option<Seconds>>;

/// What was found of each service besides nearest times and counts, as long as it holds.
#[derive(Debug, Clone)]
pub(crate) struct Renewed(Vec<Holding>);

#[derive(Debug, Clone, Default)]
struct Holding {
    proximity: Option<Arc<MeanTimes>>,
    supply: Option<Option<Arc<Supply>>>,
    credits: Option<Arc<Vec<f64>>>,
}

impl Renewed {
    /// Nothing was found yet.
    fn nothing(services: usize) -> Self {
        Self(vec![Holding::default(); services])
    }

    /// A facility of these services has come, changed or gone.
    fn touch(&mut self, found: &ServicesOf) {
        found.services.iter().for_each(|service| self.0[*service] = Holding::default());
    }

    /// Anything may have changed.
    fn touch_all(&mut self) {
        self.0.fill(Holding::default());
    }
}

/// Measures a city by one standard.
///
/// # Errors
/// If it is cancelled.
pub fn measure(ready: &ReadyCity, standard: Standard, progress: &dyn Progress) -> Result<Measured> {
    let mut measured = measure_all(ready, vec![standard], progress)?;
    // One standard in, one out.
    Ok(measured.swap_remove(0))
}

/// Measures a city by several standards, in one pass of the kernels.
///
/// # Errors
/// If it is cancelled.
pub fn measure_all(ready: &ReadyCity, standards: Vec<Standard>, progress: &dyn Progress) -> Result<Vec<Measured>> {
    let city = ready.city();
    let recognised: Vec<Recognised> = standards.iter().map(|s| recognise(s, &city.facilities)).collect();
    let asked: Vec<(&Standard, &Recognised)> = standards.iter().zip(&recognised).collect();
    let (plan, at, groups) = reached::plan(&asked);
    let reached = Arc::new(Reached::find(ready.clone(), &plan, groups, progress)?);
    let of = |((standard, recognised), at): ((Standard, Recognised), Vec<At>)| {
        let mut renewed = Renewed::nothing(standard.services.len());
        Measured::renewed(Arc::new(standard), recognised, Arc::clone(&reached), at, &mut renewed, progress)
    };
    standards.into_iter().zip(recognised).zip(at).map(of).collect()
}

/// How much faster than on the flat people walk at most: down a slope of 5 %. Source: Tobler (1993).
const FASTEST: f64 = 1.2;

/// The farthest that lies within a threshold, straight, for those who walk: a street that carries people, as a scenario may have
/// one, is not thought of.
pub(crate) fn farthest(threshold: Threshold, walker: &Walker) -> Metres {
    match threshold {
        Threshold::Time(time) => Metres(time.0 * walker.speed * FASTEST),
        Threshold::Distance(metres) => metres,
    }
}

impl Measured {
    /// What is still known is taken as it is, the rest is found.
    fn renewed(
        standard: Arc<Standard>,
        recognised: Recognised,
        reached: Arc<Reached>,
        at: Vec<At>,
        known: &mut Renewed,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let (mut proximity, mut supply, mut scores) = (Vec::new(), Vec::new(), Vec::new());
        for (index, (service, holding)) in standard.services.iter().zip(&mut known.0).enumerate() {
            let trips = || reached.trips(at[index], progress);
            let members = &recognised.services[index];
            let found = || Ok(Supply::find(reached.ready.city(), service, members, trips)?.map(Arc::new));
            supply.push(get_or_find(&mut holding.supply, found)?.clone());
            if standard.nearest > 1 {
                let found = || mean_times(&reached, standard.nearest, at[index], progress).map(Arc::new);
                proximity.push(Arc::clone(get_or_find(&mut holding.proximity, found)?));
            }
            if let Some(score) = standard.score.as_ref().filter(|_| !service.weights.is_empty()) {
                let found = || credits(score, &service.weights, &reached, at[index], progress).map(Arc::new);
                let credits = get_or_find(&mut holding.credits, found)?;
                scores.resize(credits.len(), 0.0);
                scores.iter_mut().zip(&**credits).for_each(|(score, credit)| *score += credit);
            }
        }
        let all: f64 = standard.services.iter().flat_map(|service| &service.weights).sum();
        scores.iter_mut().for_each(|score| *score = 100.0 * *score / all);
        Ok(Self { standard, recognised, reached, supply, at, proximity, scores })
    }

    /// What was measured.
    pub fn city(&self) -> &City {
        self.reached.ready.city()
    }

    /// Who walked.
    pub fn walker(&self) -> &Walker {
        &self.reached.ready.walk().walker
    }

    /// The streets as the walker walks them.
    pub fn network(&self) -> &Network {
        self.reached.ready.network()
    }

    /// The time from a home to the nearest facility of a service; none if no way leads to one.
    pub fn nearest(&self, home: usize, service: usize) -> Option<Seconds> {
        self.reached.nearest(home, self.at[service])
    }

    /// The way from a home to the nearest facility of a service whose threshold is in metres; none for others.
    pub fn nearest_metres(&self, home: usize, service: usize) -> Option<Metres> {
        self.reached.nearest_metres(home, self.at[service])
    }

    /// How many facilities of a service lie within 5, 10 and 15 minutes of a home.
    pub fn counts(&self, home: usize, service: usize) -> [u32; 3] {
        self.reached.counts(home, self.at[service])
    }

    /// How many facilities of a service lie within its threshold of a home.
    pub fn count_within_threshold(&self, home: usize, service: usize) -> u32 {
        self.reached.count_within_threshold(home, self.at[service])
    }

    /// Whether a home has a service: as many within its threshold as the standard asks for.
    pub fn has(&self, home: usize, service: usize) -> bool {
        match self.standard.services[service].count {
            1 => self.reached.has_one(home, self.at[service]),
            count => self.count_within_threshold(home, service) >= count,
        }
    }

    /// Whether a home is so near to where the data ends that a facility beyond could lie within a service's threshold.
    pub fn could_be_beyond(&self, home: usize, service: usize) -> bool {
        let reach = farthest(self.standard.services[service].threshold, self.walker());
        self.city().homes[home].to_edge.is_some_and(|metres| metres.0 < reach.0)
    }

    /// Whether a home has every required service of a circle; for a circle that requires none, whether it has them all.
    pub fn has_circle(&self, home: usize, circle: usize) -> bool {
        self.standard.deciding(circle).all(|service| self.has(home, service))
    }

    /// How many circles a home has.
    pub fn circles(&self, home: usize) -> usize {
        (0..self.standard.circles.len()).filter(|circle| self.has_circle(home, *circle)).count()
    }

    /// The share of required services that a home has.
    pub fn completeness(&self, home: usize) -> f64 {
        let (mut had, mut all) = (0, 0);
        for service in self.standard.required() {
            all += 1;
            had += u32::from(self.has(home, service));
        }
        f64::from(had) / f64::from(all.max(1))
    }

    /// The mean time from a home to the nearest few facilities of a service, as many as the standard looks at; none if no
    /// way leads to one.
    pub fn proximity(&self, home: usize, service: usize) -> Option<Seconds> {
        match self.proximity.get(service) {
            Some(times) => times[home],
            None => self.nearest(home, service),
        }
    }

    /// A home's score from 0 to 100, if the standard has one.
    pub fn score(&self, home: usize) -> Option<f64> {
        self.scores.get(home).copied()
    }

    /// How many facilities of each service lie within 15 minutes of a home.
    pub fn mix(&self, home: usize) -> Vec<f64> {
        (0..self.standard.services.len()).map(|service| f64::from(self.counts(home, service)[2])).collect()
    }
}

/// For each home, the mean time to its k nearest facilities of a service, or to as many as there are.
fn mean_times(reached: &Reached, k: usize, at: At, progress: &dyn Progress) -> Result<Vec<Option<Seconds>>> {
    let found = reached.nearest_few(k, at, progress)?;
    let mean = |near: &[Near]| {
        let times: f64 = near.iter().filter_map(|near| near.cost.quantity()).map(|time| time.0).sum();
        (!near.is_empty()).then(|| Seconds(times / near.len() as f64))
    };
    Ok((0..found.origins()).map(|home| mean(found.of(home))).collect())
}

/// What a service adds to every home's score: its weights, in turn, times the credit of its nearest facilities.
fn credits(score: &Score, weights: &[f64], reached: &Reached, at: At, progress: &dyn Progress) -> Result<Vec<f64>> {
    let credit = |metres: f64| ((score.none_metres - metres) / (score.none_metres - score.full_metres)).clamp(0.0, 1.0);
    let of_home = |near: &[Near<Millimetres>]| {
        let metres = near.iter().filter_map(|near| near.cost.quantity());
        weights.iter().zip(metres).map(|(weight, metres)| weight * credit(metres.0)).sum::<f64>()
    };
    let found = reached.nearest_few_lengths(weights.len(), at, progress)?;
    Ok((0..found.origins()).map(|home| of_home(found.of(home))).collect())
}

/// What is known, or is found now.
fn get_or_find<T>(known: &mut Option<T>, find: impl FnOnce() -> Result<T>) -> Result<&T> {
    let found = match known.take() {
        Some(found) => found,
        None => find()?,
    };
    Ok(known.insert(found))
}
