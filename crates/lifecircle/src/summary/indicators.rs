//! The city in single numbers: proximity, diversity, scores, supply, equity and the composite of its communities.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::equity::Equity;
use crate::city::City;
use crate::formulas::{entropy_composite, hill, shannon};
use crate::geo::Seconds;
use crate::measure::{CityTally, Coverage, Measured, Tally};
use crate::standard::{AgeGroup, Standard, SupplyOf};

/// The indicators of a city.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Indicators {
    /// How many of the nearest facilities proximity looks at.
    pub proximity_nearest: usize,
    /// Proximity time: for each resident the mean over services of the mean time to the nearest few, then the mean over
    /// residents who can get to every service that the city has.
    pub proximity_seconds: Option<Seconds>,
    /// Residents who cannot get to some service that the city has, and are left out of it.
    pub residents_without_proximity: f64,
    /// Mean over residents of Shannon's entropy of services within 15 minutes, in nats.
    pub diversity_shannon: f64,
    /// Mean over residents of Hill's numbers of orders 0, 1 and 2: effective numbers of services within 15 minutes.
    pub diversity_hill: [f64; 3],
    /// Mean score of residents from 0 to 100, if the standard has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Mean over residents of the share of required services that they have.
    pub completeness: f64,
    /// How evenly completeness is spread.
    pub equity: Equity,
    /// Services that have a ratio, in the standard's order.
    pub supply: Vec<ServiceIndicators>,
    /// The composite of circles by community; none with fewer than two communities or two circles, or where half of the circles or more are mostly empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub composite: Option<CompositeSummary>,
}

/// Supply and demand of a service.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ServiceIndicators {
    /// Id of the service.
    pub service: String,
    /// What is supplied: capacity, area (m²), facilities.
    pub of: SupplyOf,
    /// A thousand of whom.
    pub people: AgeGroup,
    /// What the ratio asks for, for every thousand.
    pub per_thousand_needed: f64,
    /// What there is for every thousand, in the whole city.
    pub per_thousand: f64,
    /// What there is for every thousand whom it is within reach of, on average.
    pub per_thousand_in_reach: f64,
    /// What all facilities hold.
    pub supply: f64,
    /// Facilities that do not tell what they hold, so that the usual was taken.
    pub presumed: usize,
    /// Where the ratio and the usual come from.
    pub source: String,
    /// How evenly it is spread.
    pub equity: Equity,
}

/// Entropy weights of the circles and the communities' scores.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CompositeSummary {
    /// Id and weight of each circle that takes part, in the standard's order.
    pub weights: Vec<(String, f64)>,
    /// Ids of circles that are left out, since most communities have nothing of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub left_out: Vec<String>,
    /// Id and score of each community from 0 to 100, in the order of communities.
    pub scores: Vec<(String, f64)>,
}

impl Indicators {
    /// Of a measured city; `communities`: id and coverage of each.
    pub(super) fn of(measured: &Measured, tally: &CityTally, communities: &[(String, Coverage)]) -> Self {
        let city = measured.city();
        let residents = || city.homes.iter().map(|home| home.residents);
        let mean = |value: &dyn Fn(usize) -> f64| {
            let sum: f64 = residents().enumerate().map(|(home, people)| people * value(home)).sum();
            share(sum, residents().sum())
        };
        // Shannon's entropy and three of Hill's numbers for each home; the mixes themselves are not kept.
        let diversity = |home: usize| {
            let mix = measured.mix(home);
            [shannon(&mix), hill(&mix, 0.0), hill(&mix, 1.0), hill(&mix, 2.0)]
        };
        let diversity: Vec<[f64; 4]> = (0..city.homes.len()).into_par_iter().map(diversity).collect();
        let (proximity_seconds, residents_without_proximity) = proximity(city, measured);
        Self {
            proximity_nearest: measured.standard.nearest,
            proximity_seconds,
            residents_without_proximity,
            diversity_shannon: mean(&|home| diversity[home][0]),
            diversity_hill: [1, 2, 3].map(|number| mean(&|home| diversity[home][number])),
            score: measured.standard.score.as_ref().map(|_| mean(&|home| measured.score(home).unwrap_or(0.0))),
            completeness: completeness(&tally.all),
            equity: Equity::of_completeness(tally),
            supply: (0..measured.standard.services.len()).filter_map(|s| supply(city, measured, s)).collect(),
            composite: composite(&measured.standard, communities),
        }
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Mean over residents of the share of required services that they have.
fn completeness(tally: &Tally) -> f64 {
    let required = (tally.residents_by_required.len() - 1).max(1) as f64;
    let had = tally.residents_by_required.iter().enumerate();
    let had: f64 = had.map(|(count, residents)| count as f64 * residents.value()).sum();
    share(had / required, tally.all.residents.value())
}

/// The mean proximity time of residents, and how many have none.
fn proximity(city: &City, measured: &Measured) -> (Option<Seconds>, f64) {
    let there: Vec<usize> =
        (0..measured.standard.services.len()).filter(|s| !measured.recognised.services[*s].is_empty()).collect();
    let (mut sum, mut with, mut without) = (0.0, 0.0, 0.0);
    for (index, home) in city.homes.iter().enumerate() {
        let times: Option<f64> = there.iter().map(|service| Some(measured.proximity(index, *service)?.0)).sum();
        match times {
            Some(times) if !there.is_empty() => {
                sum += home.residents * times / there.len() as f64;
                with += home.residents;
            }
            _ => without += home.residents,
        }
    }
    ((with > 0.0).then(|| Seconds(sum / with)), without)
}

fn supply(city: &City, measured: &Measured, index: usize) -> Option<ServiceIndicators> {
    let service = &measured.standard.services[index];
    let (ratio, supply) = (service.ratio.as_ref()?, measured.supply[index].as_ref()?);
    let all: f64 = supply.people.iter().sum();
    let in_reach = || supply.access.iter().zip(&supply.people).filter(|(access, _)| **access > 0.0);
    let had: f64 = in_reach().map(|(access, people)| access * people).sum();
    Some(ServiceIndicators {
        service: service.id.clone(),
        of: ratio.of,
        people: ratio.people,
        per_thousand_needed: ratio.per_thousand,
        per_thousand: 1000.0 * share(supply.all, all),
        per_thousand_in_reach: 1000.0 * share(had, in_reach().map(|(_, people)| people).sum()),
        supply: supply.all,
        presumed: supply.presumed,
        source: ratio.source.clone(),
        equity: Equity::of(city, &supply.access),
    })
}

/// A circle that most communities have nothing of says which few have any, and would get the greatest weight for it: it is left out,
/// and the composite with it where no more than half of the circles would be left.
fn composite(standard: &Standard, communities: &[(String, Coverage)]) -> Option<CompositeSummary> {
    let circles = &standard.circles;
    let values = |circle: &usize| communities.iter().map(|(_, c)| c.circles[*circle].coverage.residents).collect();
    let is_told = |circle: &usize| {
        let with_any = communities.iter().filter(|(_, c)| c.circles[*circle].coverage.residents > 0.0).count();
        2 * with_any >= communities.len()
    };
    let (told, left_out): (Vec<usize>, Vec<usize>) = (0..circles.len()).partition(is_told);
    if communities.len() < 2 || told.len() < 2 || told.len() <= left_out.len() {
        return None;
    }
    let composite = entropy_composite(&told.iter().map(values).collect::<Vec<Vec<f64>>>());
    let id = |circle: &usize| circles[*circle].id.clone();
    Some(CompositeSummary {
        weights: told.iter().map(id).zip(composite.weights).collect(),
        left_out: left_out.iter().map(id).collect(),
        scores: communities.iter().map(|(id, _)| id.clone()).zip(composite.scores).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{CircleCoverage, Share};

    /// Communities of which each has these coverages of the first circles, and nothing of the others.
    fn communities(standard: &Standard, coverages: &[&[f64]]) -> Vec<(String, Coverage)> {
        let share = |residents: f64| Share { residents, ..Share::default() };
        let of = |(index, known): (usize, &&[f64])| {
            let circles = (0..standard.circles.len()).map(|circle| {
                let coverage = share(known.get(circle).copied().unwrap_or_default());
                CircleCoverage { coverage, compliance: Share::default() }
            });
            let coverage = Coverage {
                homes: 1,
                residents: 1.0,
                services: vec![Share::default(); standard.services.len()],
                circles: circles.collect(),
                aspects: vec![],
                pairs: vec![],
                residents_by_circles: vec![],
            };
            (index.to_string(), coverage)
        };
        coverages.iter().enumerate().map(of).collect()
    }

    #[test]
    fn what_few_have_does_not_weigh_most() {
        let standard = Standard::find("moreno-6").unwrap();
        // The fifth circle is had by one community of four, the sixth by none.
        let four = [
            &[0.5, 0.4, 0.3, 0.2, 0.9][..],
            &[0.6, 0.5, 0.4, 0.3, 0.0],
            &[0.7, 0.6, 0.5, 0.4, 0.0],
            &[0.8, 0.7, 0.6, 0.5, 0.0],
        ];
        let composite = composite(&standard, &communities(&standard, &four)).unwrap();
        let ids = |circles: &[usize]| circles.iter().map(|c| standard.circles[*c].id.clone()).collect::<Vec<_>>();
        assert_eq!(composite.weights.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), ids(&[0, 1, 2, 3]));
        assert_eq!(composite.left_out, ids(&[4, 5]));
        assert!((composite.weights.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(composite.scores.last().unwrap().1, 100.0);
    }

    #[test]
    fn a_composite_of_mostly_empty_circles_is_none() {
        let standard = Standard::find("moreno-6").unwrap();
        let most_empty = [&[0.5, 0.4, 0.3][..], &[0.6, 0.5, 0.4], &[0.7, 0.6, 0.5]];
        assert!(composite(&standard, &communities(&standard, &most_empty)).is_none());
        let enough = [&[0.5, 0.4, 0.3, 0.2][..], &[0.6, 0.5, 0.4, 0.3], &[0.7, 0.6, 0.5, 0.0]];
        assert!(composite(&standard, &communities(&standard, &enough)).is_some());
        assert!(composite(&standard, &communities(&standard, &enough[..1])).is_none());
    }
}
