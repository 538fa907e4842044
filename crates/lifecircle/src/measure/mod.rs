//! Measures: who has what within reach, by home, circle, community and city; how well, how fairly, and what is missing.
//!
//! [`measure`] and [`measure_all`] run the reach kernels once for all standards; everything else here only reads their
//! times and counts. The measures themselves are functions on plain times, people and supply ([`Trips`],
//! [`floating_catchment`], [`gini`] …), which any program may use. It knows nothing of files or pictures.

mod changes;
mod composite;
mod coverage;
mod decay;
mod diversity;
mod equity;
mod fairness;
mod gaps;
mod indicators;
mod people;
mod reached;
mod rests_on;
mod summary;
mod supply;
mod supply_demand;
mod trips;

pub use changes::{
    Change, Changes, CircleChange, CommunityChange, FacilityChange, MeasuredCity, ServiceChange, changes_schema,
    compare,
};
pub use composite::{Composite, entropy_composite};
pub use coverage::{CircleCoverage, Coverage, Share};
pub use decay::Decay;
pub use diversity::{hill, shannon};
pub use equity::{
    Concentration, CurvePoint, Theil, concentration, curve, gini, palma, palma_between, quantile, theil_l, theil_t,
};
pub use fairness::Fairness;
pub use gaps::{Gap, Shortage};
pub use indicators::{CompositeSummary, Indicators, ServiceIndicators};
pub use people::residents_of;
pub use reached::{COUNTED_MINUTES, Reached};
pub use rests_on::{RestsOn, Unsnapped};
pub use summary::{
    AreaSummary, CircleSummary, CommunitySummary, NamedShare, PairSummary, ServiceSummary, Summary, UnitSummary,
    summarise, summary_schema,
};
pub use supply::Supply;
pub use supply_demand::{FloatingCatchment, floating_catchment};
pub use trips::Trips;

use std::sync::Arc;

use rayon::prelude::*;

use crate::city::City;
use crate::geo::{Metres, Seconds};
use crate::network::{Network, Walker};
use crate::progress::Progress;
use crate::ready::ReadyCity;
use crate::standard::{Recognised, Standard, recognise};
use reached::At;

/// A city measured by one standard: for every home and service, how far the nearest facility is and how many are near.
#[derive(Debug)]
pub struct Measured {
    /// By which standard.
    pub standard: Standard,
    /// Which facilities are which services.
    pub recognised: Recognised,
    /// What the walker reaches; shared with other standards.
    pub reached: Arc<Reached>,
    /// For each service that has a ratio, its supply and who gets it; none where the ratio is for an age group that is not
    /// known.
    pub supply: Vec<Option<Supply>>,
    at: Vec<At>,
    /// For each service, the mean time of every home to the nearest few; empty where it is the nearest one's.
    proximity: Vec<Vec<Option<Seconds>>>,
    /// Every home's score; empty if the standard has none.
    scores: Vec<f64>,
}

/// The JSON Schema of a document, with its title.
fn schema_of<T: schemars::JsonSchema>(title: &str) -> serde_json::Value {
    // What is serialised is described, not what would be read.
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

/// Measures a city by one standard.
pub fn measure(ready: &ReadyCity, standard: Standard, progress: &dyn Progress) -> Measured {
    let mut measured = measure_all(ready, vec![standard], progress);
    // One standard in, one out.
    measured.swap_remove(0)
}

/// Measures a city by several standards, in one pass of the kernels.
pub fn measure_all(ready: &ReadyCity, standards: Vec<Standard>, progress: &dyn Progress) -> Vec<Measured> {
    let city = ready.city();
    let recognised: Vec<Recognised> = standards.iter().map(|s| recognise(s, &city.facilities)).collect();
    let asked: Vec<(&Standard, &Recognised)> = standards.iter().zip(&recognised).collect();
    let (reached, at) = Reached::find(ready.clone(), &asked, progress);
    let reached = Arc::new(reached);
    let of = |((standard, recognised), at): ((Standard, Recognised), Vec<At>)| {
        Measured::new(city, standard, recognised, Arc::clone(&reached), at)
    };
    standards.into_iter().zip(recognised).zip(at).map(of).collect()
}

impl Measured {
    fn new(city: &City, standard: Standard, recognised: Recognised, reached: Arc<Reached>, at: Vec<At>) -> Self {
        let k = standard.nearest;
        let mean = |near: &[crate::reach::Near]| {
            let times: f64 = near.iter().filter_map(|near| near.time.seconds()).map(|time| time.0).sum();
            (!near.is_empty()).then(|| Seconds(times / near.len() as f64))
        };
        let proximity = match k {
            1 => Vec::new(),
            _ => at.par_iter().map(|at| reached.nearest_times(k, *at, mean)).collect(),
        };
        let scores = scores(&standard, &reached, &at, city.homes.len());
        let supply = (0..standard.services.len())
            .map(|service| {
                Supply::find(city, &standard.services[service], &recognised.services[service], || {
                    reached.catchments(at[service])
                })
            })
            .collect();
        Self { standard, recognised, reached, supply, at, proximity, scores }
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

/// Every home's score: each service's weights, in turn, times the credit of its nearest facilities, over all weights.
fn scores(standard: &Standard, reached: &Reached, at: &[At], homes: usize) -> Vec<f64> {
    let Some(score) = &standard.score else { return Vec::new() };
    let credit = |metres: f64| ((score.none_metres - metres) / (score.none_metres - score.full_metres)).clamp(0.0, 1.0);
    let weighed = standard.services.par_iter().zip(at).filter(|(service, _)| !service.weights.is_empty());
    let parts: Vec<Vec<f64>> = weighed
        .map(|(service, at)| {
            reached.nearest_lengths(service.weights.len(), *at, |near| {
                let metres = near.iter().filter_map(|near| near.time.seconds());
                service.weights.iter().zip(metres).map(|(weight, metres)| weight * credit(metres.0)).sum()
            })
        })
        .collect();
    let all: f64 = standard.services.iter().flat_map(|service| &service.weights).sum();
    (0..homes).map(|home| 100.0 * parts.iter().map(|part: &Vec<f64>| part[home]).sum::<f64>() / all).collect()
}
