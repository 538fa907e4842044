//! Where homes and facilities join the network: one row for each entry.
//!
//! Times are those of the walk as it is done: homes are left (`seconds_to_from` is the time from the home's place on the
//! edge to the edge's `from`), facilities are entered (the time from `from` to the facility's place). For walkers on the
//! flat the two are the same. A home and a facility on the same edge are also joined straight along it: the time to the edge's end, and
//! from its start to the facility, less the whole edge's.

use geo_types::{Geometry, Point};

use crate::city::City;
use crate::network::{Millis, Snap};
use crate::ready::ReadyCity;
use crate::standard::{Standard, recognise};
use crate::tables::Table;

/// A row for each home that has a street: `id`, `residents`, `edge`, `from`, `to`, `seconds_to_from`, `seconds_to_to`,
/// `access_seconds`, `along` (0 at `from`, 1 at `to`), `island`.
pub fn home_snaps_table(ready: &ReadyCity) -> Table {
    let city = ready.city();
    let rows: Vec<(usize, Snap)> =
        ready.snaps().homes.iter().enumerate().filter_map(|(home, snap)| Some((home, *snap.as_ref().ok()?))).collect();
    let snaps: Vec<Snap> = rows.iter().map(|(_, snap)| *snap).collect();
    let table = Table::new()
        .text("id", rows.iter().map(|(home, _)| &city.homes[*home].id))
        .numbers("residents", rows.iter().map(|(home, _)| city.homes[*home].residents));
    with_snaps(table, city, &snaps, |snap| [snap.to_start, snap.to_end])
}

/// A row for each service and entry of every facility that is a service and has a street: `id`, `service`, and the
/// columns of [`home_snaps_table`] but `residents`.
pub fn facility_snaps_table(ready: &ReadyCity, standard: &Standard) -> Table {
    let (city, recognised) = (ready.city(), recognise(standard, &ready.city().facilities));
    let mut rows: Vec<(&str, &str, Snap)> = Vec::new();
    for (service, facilities) in standard.services.iter().zip(&recognised.services) {
        for facility in facilities {
            let snaps = ready.snaps().facilities[*facility as usize].as_ref();
            rows.extend(
                snaps
                    .into_iter()
                    .flatten()
                    .map(|snap| (city.facilities[*facility as usize].id.as_str(), service.id.as_str(), *snap)),
            );
        }
    }
    let snaps: Vec<Snap> = rows.iter().map(|row| row.2).collect();
    let table = Table::new().text("id", rows.iter().map(|row| row.0)).text("service", rows.iter().map(|row| row.1));
    with_snaps(table, city, &snaps, |snap| [snap.from_start, snap.from_end])
}

fn with_snaps(table: Table, city: &City, snaps: &[Snap], times: impl Fn(&Snap) -> [Millis; 2]) -> Table {
    let seconds = |time: Millis| f64::from(time.0) / 1000.0;
    let street = |snap: &Snap| &city.streets.edges[snap.edge as usize];
    table
        .ids("edge", snaps.iter().map(|snap| i64::from(snap.edge)))
        .ids("from", snaps.iter().map(|snap| i64::from(street(snap).from)))
        .ids("to", snaps.iter().map(|snap| i64::from(street(snap).to)))
        .numbers("seconds_to_from", snaps.iter().map(|snap| seconds(times(snap)[0])))
        .numbers("seconds_to_to", snaps.iter().map(|snap| seconds(times(snap)[1])))
        .numbers("access_seconds", snaps.iter().map(|snap| seconds(snap.access)))
        .numbers("along", snaps.iter().map(|snap| snap.along))
        .flags("island", snaps.iter().map(Snap::is_on_island))
        .geometry(snaps.iter().map(|snap| Geometry::Point(Point(place(city, snap)))))
}

/// The point on the edge.
fn place(city: &City, snap: &Snap) -> crate::geo::LonLat {
    let line: Vec<_> = city.streets.line(&city.streets.edges[snap.edge as usize]).collect();
    crate::geo::metric::point_along(&line, snap.along)
}
