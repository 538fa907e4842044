//! Coverage: the share of homes and of residents who have a service within its threshold. Compliance: the share who have
//! every required service of a circle.
//!
//! Homes without a street count among all homes and have nothing, so that nobody is hidden.

use serde::Serialize;

use super::Measured;
use crate::city::City;

/// A share of homes and of residents, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Share {
    /// Of homes.
    pub homes: f64,
    /// Of residents.
    pub residents: f64,
}

/// Homes and residents, counted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Tally {
    homes: u64,
    residents: f64,
}

impl Tally {
    fn add(&mut self, residents: f64) {
        self.homes += 1;
        self.residents += residents;
    }

    fn share_of(self, all: Self) -> Share {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        Share { homes: share(self.homes as f64, all.homes as f64), residents: share(self.residents, all.residents) }
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
    /// Residents by how many circles they have, from none to all.
    pub residents_by_circles: Vec<f64>,
}

/// Who has a circle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CircleCoverage {
    /// Mean coverage of its required services.
    pub coverage: Share,
    /// Those who have every required service.
    pub compliance: Share,
}

impl Coverage {
    /// The coverage of some of a city's homes.
    pub fn of(city: &City, measured: &Measured, homes: impl Iterator<Item = usize>) -> Self {
        let standard = &measured.options.standard;
        let mut all = Tally::default();
        let mut services = vec![Tally::default(); standard.services.len()];
        let mut circles = vec![Tally::default(); standard.circles.len()];
        let mut residents_by_circles = vec![0.0; standard.circles.len() + 1];
        for home in homes {
            let residents = city.homes[home].residents;
            all.add(residents);
            for (_, tally) in services.iter_mut().enumerate().filter(|(service, _)| measured.has(home, *service)) {
                tally.add(residents);
            }
            let mut held = 0;
            for (_, tally) in circles.iter_mut().enumerate().filter(|(circle, _)| measured.has_circle(home, *circle)) {
                tally.add(residents);
                held += 1;
            }
            residents_by_circles[held] += residents;
        }
        let services: Vec<Share> = services.into_iter().map(|tally| tally.share_of(all)).collect();
        let circles = circles
            .into_iter()
            .enumerate()
            .map(|(circle, tally)| CircleCoverage {
                coverage: mean(
                    standard.services_of(circle).filter(|s| standard.services[*s].required).map(|s| services[s]),
                ),
                compliance: tally.share_of(all),
            })
            .collect();
        Self { homes: all.homes, residents: all.residents, services, circles, residents_by_circles }
    }
}

fn mean(shares: impl Iterator<Item = Share>) -> Share {
    let (mut sum, mut count) = (Share::default(), 0.0);
    for share in shares {
        sum = Share { homes: sum.homes + share.homes, residents: sum.residents + share.residents };
        count += 1.0;
    }
    if count > 0.0 { Share { homes: sum.homes / count, residents: sum.residents / count } } else { sum }
}
