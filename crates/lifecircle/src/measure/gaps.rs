//! Gaps: where people lack a service, how many they are, how far the nearest one is for them, and how much more of it
//! the standard's ratios ask for.

use schemars::JsonSchema;
use serde::Serialize;

use super::Measured;
use super::people::residents_of;
use crate::city::City;
use crate::geo::{Metres, Seconds};
use crate::standard::{AgeGroup, SupplyOf};

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
    /// How many of them are without it. Gaps are ranked by this.
    pub people_without: f64,
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
pub(super) fn gaps(city: &City, measured: &Measured, community: Option<&str>, homes: &[usize]) -> Vec<Gap> {
    let services = 0..measured.standard.services.len();
    let mut gaps: Vec<Gap> = services
        .map(|service| gap(city, measured, community, homes, service))
        .filter(|gap| gap.homes_without > 0 || gap.shortage.is_some())
        .collect();
    // Stable: equal gaps stay in the standard's order.
    gaps.sort_by(|a, b| b.people_without.total_cmp(&a.people_without));
    gaps
}

fn gap(city: &City, measured: &Measured, community: Option<&str>, homes: &[usize], index: usize) -> Gap {
    let service = &measured.standard.services[index];
    let is_known = |home: &usize| residents_of(&city.homes[*home], service.people).is_some();
    let people = if homes.iter().all(is_known) { service.people } else { AgeGroup::All };
    let mut gap = Gap {
        community: community.map(str::to_owned),
        service: service.id.clone(),
        required: service.required,
        people,
        people_without: 0.0,
        residents_without: 0.0,
        homes_without: 0,
        mean_seconds: None,
        mean_metres: None,
        residents_without_way: 0.0,
        shortage: shortage(measured, homes, index),
    };
    let (mut seconds, mut metres) = (0.0, None);
    for home in homes.iter().filter(|home| !measured.has(**home, index)) {
        let residents = city.homes[*home].residents;
        gap.homes_without += 1;
        gap.residents_without += residents;
        gap.people_without += residents_of(&city.homes[*home], people).unwrap_or(residents);
        match measured.nearest(*home, index) {
            Some(time) => seconds += time.0 * residents,
            None => gap.residents_without_way += residents,
        }
        if let Some(length) = measured.nearest_metres(*home, index) {
            *metres.get_or_insert(0.0) += length.0 * residents;
        }
    }
    let with_way = gap.residents_without - gap.residents_without_way;
    if with_way > 0.0 {
        gap.mean_seconds = Some(Seconds(seconds / with_way));
        gap.mean_metres = metres.map(|metres| Metres(metres / with_way));
    }
    gap
}

fn shortage(measured: &Measured, homes: &[usize], index: usize) -> Option<Shortage> {
    let ratio = measured.standard.services[index].ratio.as_ref()?;
    let (needed, had) = measured.supply[index].as_ref()?.needed_and_had(ratio, homes.iter().copied());
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
