//! The ways themselves.

use geo_types::{Geometry, LineString};

use super::Points;
use crate::error::{Error, Result};
use crate::geo::metric;
use crate::network::Millis;
use crate::progress::Progress;
use crate::ready::ReadyCity;
use crate::tables::Table;

/// A row for each pair: the first to the first, the second to the second and so on; one place on either side is paired with all of the other.
/// `from`, `to`, `seconds`, `metres` along the streets, and the way as geometry. Where there is no way, the numbers are missing and the line is empty.
///
/// # Errors
/// If the sides are of different length, or it is cancelled.
pub fn routes(ready: &ReadyCity, from: &Points, to: &Points, progress: &dyn Progress) -> Result<Table> {
    let (origins, targets) = (from.places::<Millis>(ready), to.places::<Millis>(ready));
    let pairs: Vec<(usize, usize)> = match (origins.len(), targets.len()) {
        (1, all) => (0..all).map(|to| (0, to)).collect(),
        (all, 1) => (0..all).map(|from| (from, 0)).collect(),
        (first, second) if first == second => (0..first).map(|one| (one, one)).collect(),
        (first, second) => {
            return Err(Error::new(say!(
                "there are {first} places to set out from and {second} to go to",
                "起点有 {first} 个，终点有 {second} 个"
            ))
            .hint(say!("give as many of both, or one of either", "两者数目应相同，或其中之一只有一个")));
        }
    };
    let mut found = Vec::with_capacity(pairs.len());
    for (from, to) in &pairs {
        found.push(ready.route(origins.doors(*from), targets.doors(*to), progress)?);
        progress.advance(1);
    }
    let lines: Vec<LineString<f64>> = found
        .iter()
        .map(|route| LineString(route.as_ref().map_or_else(Vec::new, |route| route.line(&ready.city().streets))))
        .collect();
    let seconds = found.iter().map(|route| route.as_ref().map(|route| f64::from(route.cost.0) / 1000.0));
    let metres = found.iter().zip(&lines).map(|(route, line)| route.as_ref().map(|_| metric::length(&line.0).0));
    Ok(Table::new()
        .text("from", pairs.iter().map(|(one, _)| &from.ids()[*one]))
        .text("to", pairs.iter().map(|(_, one)| &to.ids()[*one]))
        .maybe_numbers("seconds", seconds)
        .maybe_numbers("metres", metres)
        .geometry(lines.into_iter().map(Geometry::LineString)))
}
