//! The nearest few of some places, from each of others.

use geo_types::{Geometry, Point};

use super::{Points, Unit};
use crate::error::Result;
use crate::geo::Quantity;
use crate::progress::Progress;
use crate::reach::{Near, Question, k_nearest};
use crate::ready::ReadyCity;
use crate::tables::Table;

/// A row for each place and each of its `count` nearest: `from`, `rank` from 1 on, `to`, and `seconds` or `metres`, with the place as geometry. Of places that
/// reach none within the limit there is no row.
///
/// # Errors
/// If it is cancelled.
pub fn nearest<C: Unit>(
    ready: &ReadyCity,
    from: &Points,
    to: &Points,
    count: usize,
    limit: C,
    progress: &dyn Progress,
) -> Result<Table> {
    let (origins, targets) = (from.places::<C>(ready), to.places::<C>(ready));
    let groups = [(0..targets.len() as u32).collect()];
    let question = Question { origins: &origins, targets: &targets, groups: &groups };
    let found = k_nearest(C::searched(ready).engine(progress)?, question, count, progress)?;
    let of_origin = |origin: usize| {
        let near = found.iter().flat_map(move |found| found.of(origin)).filter(|near| near.cost <= limit);
        near.zip(1..).map(move |(near, rank)| (origin, rank, *near)).collect::<Vec<_>>()
    };
    let rows: Vec<(usize, i32, Near<C>)> = (0..origins.len()).flat_map(of_origin).collect();
    Ok(Table::new()
        .text("from", rows.iter().map(|(origin, ..)| &from.ids()[*origin]))
        .integers("rank", rows.iter().map(|(_, rank, _)| *rank))
        .text("to", rows.iter().map(|(.., near)| &to.ids()[near.target as usize]))
        .maybe_numbers(C::Quantity::UNIT, rows.iter().map(|(.., near)| near.cost.quantity().map(Quantity::number)))
        .geometry(rows.iter().map(|(origin, ..)| Geometry::Point(Point(from.at()[*origin])))))
}
