//! The costs from all places to all others, within a limit.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type};

use super::{Points, Unit};
use crate::error::{Error, Result};
use crate::geo::Quantity;
use crate::progress::Progress;
use crate::reach;
use crate::ready::ReadyCity;
use crate::tables::Table;

/// A table has no more rows.
const MOST_ROWS: usize = 50_000_000;

/// The ways from some places to others, as indices and numbers of the cost's quantity.
pub(super) struct Ways {
    pub from: Vec<u32>,
    pub to: Vec<u32>,
    pub cost: Vec<f64>,
}

impl Ways {
    /// All within a limit.
    pub fn find<C: Unit>(
        ready: &ReadyCity,
        from: &Points,
        to: &Points,
        limit: C,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let (origins, targets) = (from.places::<C>(ready), to.places::<C>(ready));
        let mut ways = Self { from: Vec::new(), to: Vec::new(), cost: Vec::new() };
        let engine = C::searched(ready).engine(progress)?;
        reach::matrix(engine, &origins, &targets, limit, progress, |batch| {
            let column = |number: usize| batch.column(number).as_primitive::<UInt32Type>().values().clone();
            ways.from.extend_from_slice(&column(0));
            ways.to.extend_from_slice(&column(1));
            ways.cost.extend_from_slice(batch.column(2).as_primitive::<Float64Type>().values());
            if ways.cost.len() > MOST_ROWS {
                return Err(Error::new(say!(
                    "more than {MOST_ROWS} pairs lie within the limit of each other",
                    "在范围内的点对超过 {MOST_ROWS}"
                ))
                .hint(say!("give a smaller limit, or ask in parts", "请缩小范围，或分批计算")));
            }
            Ok(())
        })?;
        Ok(ways)
    }
}

/// A row for each two places within a limit of each other: `from`, `to`, and `seconds` or `metres`; in the order of the first list, then of the second.
///
/// # Errors
/// If there are too many, or it is cancelled.
pub fn matrix<C: Unit>(
    ready: &ReadyCity,
    from: &Points,
    to: &Points,
    limit: C,
    progress: &dyn Progress,
) -> Result<Table> {
    let ways = Ways::find(ready, from, to, limit, progress)?;
    let mut order: Vec<u32> = (0..ways.cost.len() as u32).collect();
    order.sort_unstable_by_key(|row| (ways.from[*row as usize], ways.to[*row as usize]));
    let row = |row: &u32| *row as usize;
    Ok(Table::new()
        .text("from", order.iter().map(|at| &from.ids()[ways.from[row(at)] as usize]))
        .text("to", order.iter().map(|at| &to.ids()[ways.to[row(at)] as usize]))
        .numbers(C::Quantity::UNIT, order.iter().map(|at| ways.cost[row(at)])))
}
