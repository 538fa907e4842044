//! Facilities with what a standard takes them for.

use geo_types::{Geometry, Point};

use crate::city::{City, facilities_table as city_facilities_table};
use crate::kinds::{Because, Catalogue};
use crate::measure::Measured;
use crate::standard::{Recognised, Standard, recognise};
use crate::tables::Table;

/// All facilities of a city as they are kept, with what they were taken for: `kinds` of the catalogue and `services` of a standard, ids
/// apart by semicolons, and `because`, the rule or the word of the name that tells each kind.
pub fn recognised_facilities_table(city: &City, standard: &Standard) -> Table {
    let catalogue = Catalogue::built_in();
    let services = services_of(standard, &recognise(standard, &city.facilities), city.facilities.len());
    let found: Vec<_> = city.facilities.iter().map(|facility| catalogue.recognise(facility)).collect();
    let join = |parts: &mut dyn Iterator<Item = String>| parts.collect::<Vec<_>>().join(";");
    city_facilities_table(&city.facilities)
        .text(
            "kinds",
            found.iter().map(|kinds| join(&mut kinds.iter().map(|(kind, _)| catalogue.kinds[*kind].id.clone()))),
        )
        .text("because", found.iter().map(|kinds| join(&mut kinds.iter().map(|(_, why)| why.to_string()))))
        .text("services", services.iter().map(|ids| ids.join(";")))
}

/// A row for each facility of a kind (or of none): `id`, `name`, `name_en`, `kind` (its tag or its list's word), `kinds`, `because`, and a point;
/// to be corrected in `kinds` and given back.
pub fn facilities_of_kind_table(city: &City, kind: Option<usize>) -> Table {
    let catalogue = Catalogue::built_in();
    let is_of = |kinds: &[(usize, Because<'_>)]| match kind {
        Some(kind) => kinds.iter().any(|(found, _)| *found == kind),
        None => kinds.is_empty(),
    };
    let found = city.facilities.iter().map(|facility| (facility, catalogue.recognise(facility)));
    let found: Vec<_> = found.filter(|(_, kinds)| is_of(kinds)).collect();
    let join = |parts: &mut dyn Iterator<Item = String>| parts.collect::<Vec<_>>().join(";");
    let ids = |kinds: &[(usize, Because<'_>)]| match kinds {
        [] => "none".to_owned(),
        kinds => join(&mut kinds.iter().map(|(kind, _)| catalogue.kinds[*kind].id.clone())),
    };
    Table::new()
        .text("id", found.iter().map(|(facility, _)| &facility.id))
        .text("name", found.iter().map(|(facility, _)| &facility.name.local))
        .text("name_en", found.iter().map(|(facility, _)| &facility.name.en))
        .text("kind", found.iter().map(|(facility, _)| &facility.kind))
        .text("kinds", found.iter().map(|(_, kinds)| ids(kinds)))
        .text("because", found.iter().map(|(_, kinds)| join(&mut kinds.iter().map(|(_, why)| why.to_string()))))
        .geometry(found.iter().map(|(facility, _)| Geometry::Point(Point(facility.at))))
}

/// For each facility the ids of its services.
fn services_of<'a>(standard: &'a Standard, recognised: &Recognised, facilities: usize) -> Vec<Vec<&'a str>> {
    let mut services = vec![Vec::new(); facilities];
    for (service, members) in standard.services.iter().zip(&recognised.services) {
        members.iter().for_each(|facility| services[*facility as usize].push(service.id.as_str()));
    }
    services
}

/// A row for each facility that is a service of the standard: `id`, `name`, `name_en`, `kind`, `services` (ids of those that it is,
/// apart by semicolons), `capacity`, `area` (m²).
pub fn facilities_table(measured: &Measured) -> Table {
    let facilities = &measured.city().facilities;
    let services = services_of(&measured.standard, &measured.recognised, facilities.len());
    let all = || facilities.iter().zip(&services).filter(|(_, services)| !services.is_empty());
    Table::new()
        .text("id", all().map(|(facility, _)| &facility.id))
        .text("name", all().map(|(facility, _)| &facility.name.local))
        .text("name_en", all().map(|(facility, _)| &facility.name.en))
        .text("kind", all().map(|(facility, _)| &facility.kind))
        .text("services", all().map(|(_, services)| services.join(";")))
        .maybe_numbers("capacity", all().map(|(facility, _)| facility.capacity))
        .maybe_numbers("area", all().map(|(facility, _)| facility.area))
        .geometry(all().map(|(facility, _)| Geometry::Point(Point(facility.at))))
}
