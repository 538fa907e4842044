//! Facilities with what a standard takes them for.

use geo_types::{Geometry, Point};

use crate::measure::Measured;
use crate::tables::Table;

/// A row for each facility that is a service of the standard: `id`, `name`, `name_en`, `kind`, `services` (ids of those that it is,
/// apart by semicolons), `capacity`, `area` (m²).
pub fn facilities_table(measured: &Measured) -> Table {
    let facilities = &measured.city().facilities;
    let mut services: Vec<Vec<&str>> = vec![Vec::new(); facilities.len()];
    for (service, members) in measured.standard.services.iter().zip(&measured.recognised.services) {
        members.iter().for_each(|facility| services[*facility as usize].push(&service.id));
    }
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
