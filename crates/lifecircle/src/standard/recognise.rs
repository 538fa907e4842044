//! Which facilities are which services.

use std::collections::HashMap;

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
    let mut called: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, service) in standard.services.iter().enumerate() {
        for name in [&service.id, &service.zh, &service.en] {
            called.entry(name.to_lowercase()).or_default().push(index);
        }
    }
    let found: Vec<Vec<usize>> =
        facilities.par_iter().map(|facility| standard.services_of_facility(facility, &called)).collect();
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
    fn services_of_facility(&self, facility: &Facility, called: &HashMap<String, Vec<usize>>) -> Vec<usize> {
        let kinds = self.catalogue.kinds_of(facility);
        let is = |service: &super::Service| service.kinds.iter().any(|kind| kinds.contains(kind));
        let mut found: Vec<usize> =
            self.services.iter().enumerate().filter(|(_, service)| is(service)).map(|(index, _)| index).collect();
        if let Some(also) = called.get(&facility.kind.trim().to_lowercase()) {
            found.extend(also);
            found.sort_unstable();
            found.dedup();
        }
        found
    }
}
