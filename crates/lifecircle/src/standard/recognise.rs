//! Which facilities are which services.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Standard;
use crate::city::Facility;
use crate::kinds::CORRECTED;

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
    let recogniser = Recogniser::new(standard);
    let found: Vec<ServicesOf> = facilities.par_iter().map(|facility| recogniser.services_of(facility)).collect();
    Recognised::of(standard, &found)
}

impl Recognised {
    /// What was found of each facility, by service.
    pub(crate) fn of(standard: &Standard, found: &[ServicesOf]) -> Self {
        let services = standard.services.len();
        let mut recognised =
            Self { services: vec![Vec::new(); services], unrecognised: 0, unknown_area: vec![0; services] };
        for (facility, found) in found.iter().enumerate() {
            found.services.iter().for_each(|service| recognised.services[*service].push(facility as u32));
            found.of_unknown_area.iter().for_each(|service| recognised.unknown_area[*service] += 1);
            recognised.unrecognised += usize::from(found.services.is_empty());
        }
        recognised
    }
}

/// The services that one facility is, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServicesOf {
    pub services: Vec<usize>,
    /// Those of its kinds that ask for an area, where its own is not known.
    pub of_unknown_area: Vec<usize>,
}

/// Recognises facilities one by one.
pub(crate) struct Recogniser<'a> {
    standard: &'a Standard,
    /// Services by their ids and names.
    called: HashMap<String, Vec<usize>>,
}

impl<'a> Recogniser<'a> {
    pub fn new(standard: &'a Standard) -> Self {
        let mut called: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, service) in standard.services.iter().enumerate() {
            for name in [&service.id, &service.zh, &service.en] {
                called.entry(name.to_lowercase()).or_default().push(index);
            }
        }
        Self { standard, called }
    }

    pub fn services_of(&self, facility: &Facility) -> ServicesOf {
        let mut found = ServicesOf::default();
        for service in self.of_any_size(facility) {
            let wanted = &self.standard.services[service];
            if wanted.asks_for_area() && facility.area.is_none() && !wanted.unknown_area {
                found.of_unknown_area.push(service);
            } else if facility.area.is_none_or(|area| (wanted.min_area..=wanted.max_area).contains(&area)) {
                found.services.push(service);
            }
        }
        found
    }

    /// The services that a facility is by its kinds or by what a list calls it, whatever its size, ascending.
    fn of_any_size(&self, facility: &Facility) -> Vec<usize> {
        let kinds = self.standard.catalogue.kinds_of(facility);
        let is = |service: &super::Service| service.kinds.iter().any(|kind| kinds.contains(kind));
        let services = self.standard.services.iter().enumerate();
        let mut found: Vec<usize> = services.filter(|(_, service)| is(service)).map(|(index, _)| index).collect();
        let word = facility.kind.trim().to_lowercase();
        if let Some(also) = self.called.get(&word).filter(|_| facility.tag(CORRECTED).is_none()) {
            found.extend(also);
            found.sort_unstable();
            found.dedup();
        }
        found
    }
}
