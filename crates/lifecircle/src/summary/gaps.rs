//! Gaps: where people lack a service, how many they are, how far the nearest one is for them, and how much more of it
//! the standard's ratios ask for.

use schemars::JsonSchema;
use serde::Serialize;

use crate::geo::{Metres, Seconds};
use crate::measure::{ServiceTally, Tally, Total};
use crate::standard::{AgeGroup, Service, Standard, SupplyOf};

/// A service that some people of a community (or of the city) lack, or of which they have too little.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Gap {
    /// Id of the community; none for the city as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
    /// Id of the service.
    pub service: String,
    /// Whether its circle is incomplete without it.
    pub required: bool,
    /// Who is counted: those whom the service is for; everybody where the ages of some of these homes are not known.
    pub people: AgeGroup,
    /// How many of them are without it as far as is known. Gaps are ranked by this less `people_unknown`.
    pub people_without: f64,
    /// How many of these live so near to where the data ends that one beyond it could be within the threshold.
    pub people_unknown: f64,
    /// Residents without it.
    pub residents_without: f64,
    /// Homes without it.
    pub homes_without: u64,
    /// Mean time of these residents to their nearest; none if none of them can get to one at all.
    pub mean_seconds: Option<Seconds>,
    /// Mean way of these residents to their nearest, where the threshold is in metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_metres: Option<Metres>,
    /// Residents among them who cannot get to one at all.
    pub residents_without_way: f64,
    /// How much more the ratio asks for, if the service has one and there is too little.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortage: Option<Shortage>,
}

impl Gap {
    /// How many people are without it whatever lies beyond the data.
    pub fn surely_without(&self) -> f64 {
        (self.people_without - self.people_unknown).max(0.0)
    }

    /// Whether it is one whatever lies beyond the data.
    pub fn is_ranked(&self) -> bool {
        self.surely_without() > 0.0 || self.shortage.is_some() && self.people_unknown == 0.0
    }
}

/// Too little of a service for the people who should have it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Shortage {
    /// Of what: capacity, area (m²), facilities.
    pub of: SupplyOf,
    /// What the ratio asks for.
    pub needed: f64,
    /// What these homes get: their share of every facility within the threshold, shared with all who have it too.
    pub had: f64,
    /// What is missing.
    pub short: f64,
    /// How many more facilities of the usual size that is.
    pub more_facilities: f64,
}

/// The gaps of some homes, most people first; services of which nothing is missing are left out.
pub fn gaps(standard: &Standard, community: Option<&str>, tally: &Tally) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = (0..standard.services.len())
        .map(|service| gap(standard, community, tally, service))
        .filter(|gap| gap.homes_without > 0 || gap.shortage.is_some())
        .collect();
    // Stable: equal gaps stay in the standard's order.
    gaps.sort_by(|a, b| b.surely_without().total_cmp(&a.surely_without()));
    gaps
}

fn gap(standard: &Standard, community: Option<&str>, tally: &Tally, index: usize) -> Gap {
    let service = &standard.services[index];
    let (counted, lacking) = (&tally.services[index], tally.lacking(index));
    let (people, _) = tally.all.of_group(service.people);
    let with_way = counted.lacking_with_way.value();
    let mean = |sum: Total| (with_way > 0.0).then(|| sum.value() / with_way);
    Gap {
        community: community.map(str::to_owned),
        service: service.id.clone(),
        required: service.required,
        people,
        people_without: lacking.of_group(people).1.value(),
        people_unknown: counted.unknown.of_group(people).1.value(),
        residents_without: lacking.residents.value(),
        homes_without: lacking.homes,
        mean_seconds: mean(counted.lacking_seconds).map(Seconds),
        mean_metres: counted.lacking_metres.and_then(mean).map(Metres),
        residents_without_way: (lacking.residents - counted.lacking_with_way).value(),
        shortage: shortage(service, counted),
    }
}

fn shortage(service: &Service, counted: &ServiceTally) -> Option<Shortage> {
    let ratio = service.ratio.as_ref()?;
    let (needed, had) = (counted.needed.value(), counted.had.value());
    let short = needed - had;
    // Less than a thousandth is a matter of rounding.
    (short > needed / 1000.0).then(|| Shortage {
        of: ratio.of,
        needed,
        had,
        short,
        more_facilities: short / ratio.usual,
    })
}
