//! Gaps: where residents lack a service, how many they are, and how far the nearest one is for them.

use serde::Serialize;

use super::Measured;
use crate::city::City;
use crate::geo::Seconds;

/// A service that some residents of a community (or of the city) lack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gap {
    /// Id of the community; none for the city as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
    /// Id of the service.
    pub service: String,
    /// Whether its circle is incomplete without it.
    pub required: bool,
    /// Residents without one within the threshold.
    pub residents_without: f64,
    /// Homes without one within the threshold.
    pub homes_without: u64,
    /// Mean time of these residents to their nearest; none if none of them can get to one at all.
    pub mean_seconds: Option<Seconds>,
    /// Residents among them who cannot get to one at all.
    pub residents_without_way: f64,
}

/// The gaps of some homes, most residents first; services that all have are left out.
pub(super) fn gaps(city: &City, measured: &Measured, community: Option<&str>, homes: &[usize]) -> Vec<Gap> {
    let standard = &measured.options.standard;
    let mut gaps: Vec<Gap> = Vec::new();
    for (index, service) in standard.services.iter().enumerate() {
        let mut gap = Gap {
            community: community.map(str::to_owned),
            service: service.id.clone(),
            required: service.required,
            residents_without: 0.0,
            homes_without: 0,
            mean_seconds: None,
            residents_without_way: 0.0,
        };
        let mut weighted = 0.0;
        for home in homes.iter().filter(|home| !measured.has(**home, index)) {
            let residents = city.homes[*home].residents;
            gap.homes_without += 1;
            gap.residents_without += residents;
            match measured.nearest(*home, index) {
                Some(time) => weighted += time.0 * residents,
                None => gap.residents_without_way += residents,
            }
        }
        let with_way = gap.residents_without - gap.residents_without_way;
        if with_way > 0.0 {
            gap.mean_seconds = Some(Seconds(weighted / with_way));
        }
        if gap.homes_without > 0 {
            gaps.push(gap);
        }
    }
    // Stable: equal gaps stay in the standard's order.
    gaps.sort_by(|a, b| b.residents_without.total_cmp(&a.residents_without));
    gaps
}
