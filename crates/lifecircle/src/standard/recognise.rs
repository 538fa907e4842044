//! Which facilities are which services.

use rayon::prelude::*;

use super::Standard;
use crate::city::Facility;

/// The facilities of each service.
#[derive(Debug, Clone, Default)]
pub struct Recognised {
    /// For each service of the standard, indices of its facilities. A facility may be several services.
    pub services: Vec<Vec<u32>>,
    /// How many facilities are no service of this standard.
    pub unrecognised: usize,
    /// For each service that asks for an area, how many facilities of its kinds were left out because theirs is not known.
    pub unknown_area: Vec<usize>,
}

/// Sorts facilities by service.
///
/// A facility is a service if it is one of the service's kinds, or a list calls it by the service's id or name, and it is
/// as large as the service must be.
pub fn recognise(standard: &Standard, facilities: &[Facility]) -> Recognised {
    let services = standard.services.len();
    let mut recognised =
        Recognised { services: vec![Vec::new(); services], unrecognised: 0, unknown_area: vec![0; services] };
    let found: Vec<Vec<usize>> = facilities.par_iter().map(|facility| standard.kinds_and_services(facility)).collect();
    for (index, (facility, found)) in facilities.iter().zip(found).enumerate() {
        let mut any = false;
        for service in found {
            let wanted = &standard.services[service];
            if wanted.asks_for_area() && facility.area.is_none() && !wanted.unknown_area {
                recognised.unknown_area[service] += 1;
            } else if facility.area.is_none_or(|area| (wanted.min_area..=wanted.max_area).contains(&area)) {
                recognised.services[service].push(index as u32);
                any = true;
            }
        }
        if !any {
            recognised.unrecognised += 1;
        }
    }
    recognised
}

impl Standard {
    /// The services that a facility is by its kinds or by what a list calls it, whatever its size, ascending.
    fn kinds_and_services(&self, facility: &Facility) -> Vec<usize> {
        let word = facility.kind.trim().to_lowercase();
        let called = |names: [&str; 3]| !word.is_empty() && names.iter().any(|name| name.to_lowercase() == word);
        let kinds = self.catalogue.kinds_of(facility);
        let is = |service: &super::Service| {
            called([&service.id, &service.zh, &service.en]) || service.kinds.iter().any(|kind| kinds.contains(kind))
        };
        self.services.iter().enumerate().filter(|(_, service)| is(service)).map(|(index, _)| index).collect()
    }
}
