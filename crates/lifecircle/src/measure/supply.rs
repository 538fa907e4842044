//! The supply of a city's services that have a ratio: what facilities hold, and the share of it that each home gets, by
//! the two-step floating catchment within the service's threshold.

use super::people::residents_of;
use super::{Decay, FloatingCatchment, Trips, floating_catchment};
use crate::city::City;
use crate::geo::Seconds;
use crate::standard::{Ratio, Service, SupplyOf};

/// The supply of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Supply {
    /// What its facilities hold together.
    pub all: f64,
    /// How many of its facilities do not tell what they hold, so that the usual was taken.
    pub presumed: usize,
    /// For each home, the share of supply for each of its people whom the ratio is for.
    pub access: Vec<f64>,
    /// For each home, how many such people it has.
    pub people: Vec<f64>,
}

impl Supply {
    /// The supply of a service; none if it has no ratio, or one for an age group that is not known of every home. `catchments` tells, for each of its facilities, the homes that
    /// have it within the threshold.
    pub(super) fn find(
        city: &City,
        service: &Service,
        facilities: &[u32],
        catchments: impl FnOnce() -> Vec<Vec<(u32, Seconds)>>,
    ) -> Option<Self> {
        let ratio = service.ratio.as_ref()?;
        // A thousand old people are not a thousand residents: where ages are not known, nothing can be said.
        let people: Vec<f64> = city.homes.iter().map(|home| residents_of(home, ratio.people)).collect::<Option<_>>()?;
        let facilities = || facilities.iter().map(|index| &city.facilities[*index as usize]);
        let supply: Vec<f64> = facilities().map(|facility| service.supply(facility)).collect();
        let trips = Trips::by_target(people.len(), catchments());
        // Whoever is in a catchment is within the threshold.
        let all_within = Decay::Step(Seconds(f64::INFINITY));
        let access = floating_catchment(FloatingCatchment::TwoStep, &trips, &people, &supply, &all_within);
        let told = |facility: &&crate::city::Facility| match ratio.of {
            SupplyOf::Facilities => true,
            SupplyOf::Capacity => facility.capacity.is_some(),
            SupplyOf::Area => facility.area.is_some(),
        };
        let presumed = facilities().filter(|facility| !told(facility)).count();
        // The sum of nothing is −0 in floating point.
        let all = supply.iter().sum::<f64>() + 0.0;
        Some(Self { all, presumed, access, people })
    }

    /// How much some homes need by the ratio, and how much they get.
    pub fn needed_and_had(&self, ratio: &Ratio, homes: impl Iterator<Item = usize>) -> (f64, f64) {
        homes.fold((0.0, 0.0), |(needed, had), home| {
            let people = self.people[home];
            (needed + people * ratio.per_thousand / 1000.0, had + people * self.access[home])
        })
    }
}
