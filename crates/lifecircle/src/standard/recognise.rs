//! Which facilities are which services.

use super::Standard;
use crate::city::Facility;

/// The facilities of each service.
#[derive(Debug, Clone, Default)]
pub struct Recognised {
    /// For each service of the standard, indices of its facilities. A facility may be several services.
    pub services: Vec<Vec<u32>>,
    /// How many facilities are no service of this standard.
    pub unrecognised: usize,
}

/// Sorts facilities by service.
///
/// A facility is a service if one of the service's rules fits its tags, or a list calls it by the service's id or name.
/// Only where nothing fits does its name decide, by the words that the standard gives.
pub fn recognise(standard: &Standard, facilities: &[Facility]) -> Recognised {
    let mut recognised = Recognised { services: vec![Vec::new(); standard.services.len()], unrecognised: 0 };
    for (index, facility) in facilities.iter().enumerate() {
        let services = services_of(standard, facility);
        if services.is_empty() {
            recognised.unrecognised += 1;
        }
        for service in services {
            recognised.services[service].push(index as u32);
        }
    }
    recognised
}

fn services_of(standard: &Standard, facility: &Facility) -> Vec<usize> {
    if standard.exclude.iter().any(|rule| rule.fits(facility)) {
        return Vec::new();
    }
    let services = || standard.services.iter().enumerate();
    let word = facility.kind.trim().to_lowercase();
    let called = |names: [&str; 3]| !word.is_empty() && names.iter().any(|name| name.to_lowercase() == word);
    let by_rule: Vec<usize> = services()
        .filter(|(_, service)| {
            called([&service.id, &service.zh, &service.en]) || service.rules.iter().any(|rule| rule.fits(facility))
        })
        .map(|(index, _)| index)
        .collect();
    if !by_rule.is_empty() || standard.names_not_for.iter().any(|rule| rule.fits(facility)) {
        return by_rule;
    }
    // A list's kind is a word such as 药店; an OpenStreetMap kind is a tag and tells nothing more.
    let kind = if word.contains('=') { "" } else { &word };
    let local = facility.name.local.to_lowercase();
    let english = facility.name.en.to_lowercase();
    let tells = |text: &str, names: &[String]| names.iter().any(|name| text.contains(name.as_str()));
    services()
        .filter(|(_, service)| [kind, &local, &english].iter().any(|text| tells(text, &service.names)))
        .map(|(index, _)| index)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::{Entries, Name};
    use crate::geo::LonLat;

    fn services(kind: &str, name: &str, tags: &[(&str, &str)]) -> Vec<String> {
        let standard = Standard::find("wuhai-8").unwrap();
        let facility = Facility {
            id: "n1".to_owned(),
            name: Name { local: name.to_owned(), en: String::new() },
            kind: kind.to_owned(),
            tags: tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            at: LonLat { x: 0.0, y: 0.0 },
            entries: Entries::Known(vec![]),
            area: None,
            capacity: None,
        };
        services_of(&standard, &facility).into_iter().map(|index| standard.services[index].id.clone()).collect()
    }

    #[test]
    fn tags_first_then_names() {
        assert_eq!(services("amenity=pharmacy", "某某大药房", &[("amenity", "pharmacy")]), ["pharmacy"]);
        assert_eq!(services("amenity=yes", "滨河幼儿园", &[("amenity", "yes")]), ["kindergarten"]);
        assert_eq!(services("药店", "国大", &[]), ["pharmacy"]);
        assert_eq!(services("pharmacy", "国大", &[]), ["pharmacy"]);
        assert_eq!(services("amenity=parking", "人民医院停车场", &[("amenity", "parking")]), [""; 0]);
        assert_eq!(services("leisure=pitch", "", &[("leisure", "pitch"), ("access", "private")]), [""; 0]);
    }

    #[test]
    fn schools_by_level() {
        assert_eq!(
            services("amenity=school", "第一中学", &[("amenity", "school"), ("name", "第一中学")]),
            ["middle_school"]
        );
        assert_eq!(
            services("amenity=school", "", &[("amenity", "school"), ("isced:level", "1;2")]),
            ["primary_school", "middle_school"]
        );
    }
}
