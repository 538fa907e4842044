//! Coverage: the share of homes and of residents who have a service within its threshold. Compliance: the share who have
//! every required service of a circle.
//!
//! Homes without a street count among all homes and have nothing, so that nobody is hidden.

use schemars::JsonSchema;
use serde::Serialize;

use super::Measured;
use crate::city::{City, Home};
use crate::standard::AgeGroup;

/// A share of homes and of residents, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, JsonSchema)]
pub struct Share {
    /// Of homes.
    pub homes: f64,
    /// Of residents.
    pub residents: f64,
    /// Of children, 0 to 14 years; none where ages are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub children: Option<f64>,
    /// Of people of 60 and older; none where ages are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elderly: Option<f64>,
}

impl Share {
    /// The share of an age group; that of all residents where ages are not known.
    pub fn of(&self, group: AgeGroup) -> f64 {
        let share = match group {
            AgeGroup::All => None,
            AgeGroup::Children => self.children,
            AgeGroup::Elderly => self.elderly,
        };
        share.unwrap_or(self.residents)
    }
}

/// Homes and residents, counted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Tally {
    homes: u64,
    residents: f64,
    children: f64,
    elderly: f64,
}

impl Tally {
    pub(super) fn add(&mut self, home: &Home) {
        self.homes += 1;
        self.residents += home.residents;
        self.children += home.ages.children.unwrap_or(0.0);
        self.elderly += home.ages.elderly.unwrap_or(0.0);
    }

    pub(super) fn share_of(self, all: Self) -> Share {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        Share {
            homes: share(self.homes as f64, all.homes as f64),
            residents: share(self.residents, all.residents),
            children: (all.children > 0.0).then(|| share(self.children, all.children)),
            elderly: (all.elderly > 0.0).then(|| share(self.elderly, all.elderly)),
        }
    }
}

/// Who has what among some homes.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Number of homes.
    pub homes: u64,
    /// Number of residents.
    pub residents: f64,
    /// For each service of the standard, who has it.
    pub services: Vec<Share>,
    /// For each circle of the standard.
    pub circles: Vec<CircleCoverage>,
    /// For each aspect of the standard, the mean coverage of its services.
    pub aspects: Vec<Share>,
    /// For each pair of the standard, who has all of it.
    pub pairs: Vec<Share>,
    /// Residents by how many circles they have, from none to all.
    pub residents_by_circles: Vec<f64>,
}

/// Who has a circle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct CircleCoverage {
    /// Mean coverage of its required services.
    pub coverage: Share,
    /// Those who have every required service.
    pub compliance: Share,
}

impl Coverage {
    /// The coverage of some of a city's homes.
    pub fn of(city: &City, measured: &Measured, homes: impl Iterator<Item = usize>) -> Self {
        let standard = &measured.standard;
        let mut all = Tally::default();
        let mut services = vec![Tally::default(); standard.services.len()];
        let mut circles = vec![Tally::default(); standard.circles.len()];
        let mut pairs = vec![Tally::default(); standard.pairs.len()];
        let mut residents_by_circles = vec![0.0; standard.circles.len() + 1];
        for index in homes {
            let home = &city.homes[index];
            all.add(home);
            for (_, tally) in services.iter_mut().enumerate().filter(|(service, _)| measured.has(index, *service)) {
                tally.add(home);
            }
            let mut held = 0;
            for (_, tally) in circles.iter_mut().enumerate().filter(|(circle, _)| measured.has_circle(index, *circle)) {
                tally.add(home);
                held += 1;
            }
            residents_by_circles[held] += home.residents;
            for (pair, tally) in standard.pairs.iter().zip(&mut pairs) {
                if pair.services.iter().all(|service| measured.has(index, *service)) {
                    tally.add(home);
                }
            }
        }
        let services: Vec<Share> = services.into_iter().map(|tally| tally.share_of(all)).collect();
        let circles = circles
            .into_iter()
            .enumerate()
            .map(|(circle, tally)| CircleCoverage {
                coverage: mean(standard.deciding(circle).map(|s| services[s])),
                compliance: tally.share_of(all),
            })
            .collect();
        let aspects =
            standard.aspects.iter().map(|aspect| mean(aspect.services.iter().map(|s| services[*s]))).collect();
        let pairs = pairs.into_iter().map(|tally| tally.share_of(all)).collect();
        Self { homes: all.homes, residents: all.residents, services, circles, aspects, pairs, residents_by_circles }
    }
}

/// The mean of shares, each of its parts by itself.
fn mean(shares: impl Iterator<Item = Share>) -> Share {
    let shares: Vec<Share> = shares.collect();
    let count = shares.len().max(1) as f64;
    let of = |part: fn(&Share) -> f64| shares.iter().map(part).sum::<f64>() / count;
    let maybe = |part: fn(&Share) -> Option<f64>| Some(shares.iter().map(part).sum::<Option<f64>>()? / count);
    Share {
        homes: of(|share| share.homes),
        residents: of(|share| share.residents),
        children: maybe(|share| share.children).filter(|_| !shares.is_empty()),
        elderly: maybe(|share| share.elderly).filter(|_| !shares.is_empty()),
    }
}
