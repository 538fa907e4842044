//! Facilities that are new, closed or moved.

use geo_types::{Geometry, Point};

use crate::summary::{Change, Changes};
use crate::tables::Table;

/// A row for each facility and change: `change` (opened, closed, moved), `id`, `name`, `name_en`, `services` (ids, with
/// commas), `metres` (how far it moved).
pub fn facility_changes_table(changes: &Changes) -> Table {
    let all = || changes.facilities.iter();
    let word = |change: Change| match change {
        Change::Opened => "opened",
        Change::Closed => "closed",
        Change::Moved => "moved",
    };
    Table::new()
        .text("change", all().map(|facility| word(facility.change)))
        .text("id", all().map(|facility| &facility.id))
        .text("name", all().map(|facility| &facility.name.local))
        .text("name_en", all().map(|facility| &facility.name.en))
        .text("services", all().map(|facility| facility.services.join(",")))
        .maybe_numbers("metres", all().map(|facility| facility.metres.map(|metres| metres.0)))
        .geometry(all().map(|facility| Geometry::Point(Point::new(facility.lon, facility.lat))))
}
