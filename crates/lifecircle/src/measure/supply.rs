//! The supply of a city's services that have a ratio: what facilities hold, and the share of it that each home gets, by
//! a floating catchment within the service's threshold.

use super::people::residents_of;
use super::reached::AnyTrips;
use crate::city::{City, Facility};
use crate::error::Result;
use crate::formulas::floating_catchment;
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
    /// The supply of a service; none if it has no ratio, or one for an age group that is not known of every home. `trips` leads
    /// from every home to the facilities that it has within the threshold.
    pub(super) fn find(
        city: &City,
        service: &Service,
        facilities: &[u32],
        trips: impl FnOnce() -> Result<AnyTrips>,
    ) -> Result<Option<Self>> {
        let Some(ratio) = &service.ratio else { return Ok(None) };
        // A thousand older people are not a thousand residents: where ages are not known, nothing can be said.
        let people: Option<Vec<f64>> = city.homes.iter().map(|home| residents_of(home, ratio.people)).collect();
        let Some(people) = people else { return Ok(None) };
        let facilities = || facilities.iter().map(|index| &city.facilities[*index as usize]);
        let supply: Vec<f64> = facilities().map(|facility| service.supply(facility)).collect();
        let (model, decay) = (ratio.model.formula(), &ratio.decay);
        let access = match trips()? {
            AnyTrips::Times { trips, within } => {
                floating_catchment(model, &trips, &people, &supply, &decay.in_time(within))
            }
            AnyTrips::Lengths { trips, within } => {
                floating_catchment(model, &trips, &people, &supply, &decay.in_length(within))
            }
        };
        let told = |facility: &&Facility| match ratio.of {
            SupplyOf::Facilities => true,
            SupplyOf::Capacity => facility.capacity.is_some(),
            SupplyOf::Area => facility.area.is_some(),
        };
        let presumed = facilities().filter(|facility| !told(facility)).count();
        // The sum of nothing is −0 in floating point.
        let all = supply.iter().sum::<f64>() + 0.0;
        Ok(Some(Self { all, presumed, access, people }))
    }

    /// How much a home needs by the ratio, and how much it gets.
    pub fn needed_and_had(&self, ratio: &Ratio, home: usize) -> (f64, f64) {
        let people = self.people[home];
        (people * ratio.per_thousand / 1000.0, people * self.access[home])
    }
}
