//! The network as one walker walks it.

use geo_types::{Geometry, LineString, Point};

use crate::city::Streets;
use crate::network::{Cost as _, Millis, Network};
use crate::tables::Table;

/// A row for each node: `id`, `lon`, `lat`.
pub fn nodes_table(streets: &Streets) -> Table {
    Table::new()
        .ids("id", 0..streets.nodes.len() as i64)
        .numbers("lon", streets.nodes.iter().map(|node| node.x))
        .numbers("lat", streets.nodes.iter().map(|node| node.y))
        .geometry(streets.nodes.iter().map(|node| Geometry::Point(Point(*node))))
}

/// A row for each direction in which an edge can be walked: `edge` (the same for both), `from`, `to`, `seconds`, `metres`.
pub fn edges_table(streets: &Streets, network: &Network) -> Table {
    let mut rows: Vec<(i64, u32, u32, f64)> = Vec::new();
    for (index, street) in streets.edges.iter().enumerate() {
        let times = network.costs(index as u32);
        let mut add =
            |from, to, time: Millis| rows.extend(time.quantity().map(|seconds| (index as i64, from, to, seconds.0)));
        add(street.from, street.to, times.forward);
        add(street.to, street.from, times.backward);
    }
    let street = |edge: i64| &streets.edges[edge as usize];
    let line = |(edge, from, ..): &(i64, u32, u32, f64)| {
        let mut line: Vec<_> = streets.line(street(*edge)).collect();
        if street(*edge).from != *from {
            line.reverse();
        }
        Geometry::LineString(LineString(line))
    };
    Table::new()
        .ids("edge", rows.iter().map(|row| row.0))
        .ids("from", rows.iter().map(|row| i64::from(row.1)))
        .ids("to", rows.iter().map(|row| i64::from(row.2)))
        .numbers("seconds", rows.iter().map(|row| row.3))
        .numbers("metres", rows.iter().map(|row| street(row.0).length.0))
        .geometry(rows.iter().map(line))
}
