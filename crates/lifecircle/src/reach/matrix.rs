//! The matrix: the times between all origins and targets within a limit, streamed and never held whole.

use std::sync::Arc;

use arrow_array::{Float64Array, RecordBatch, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use rayon::prelude::*;

use super::cell::{Cell, Task};
use super::engine::Engine;
use super::heading::Heading;
use super::lanes::{WIDTH, cost};
use super::places::Places;
use crate::error::{Error, Result};
use crate::geo::Quantity as _;
use crate::network::Cost;
use crate::progress::Progress;

/// Cells that are worked on before their rows are handed over.
const CELLS_AT_ONCE: usize = 16;

/// Pairs of a cell, at most, that are held until the cells before it are done; 64 MB. The rows of larger cells are handed over
/// as they are found.
const MOST_HELD: usize = 1 << 22;

/// Rows of a batch of a large cell, unless one origin has more.
const ROWS_A_BATCH: usize = 1 << 18;

/// Rows that are made before it is looked whether the work should stop: some milliseconds.
const LOOK_EVERY: usize = 1 << 16;

/// Hands over a row for every origin and target within a limit of each other ([`Cost::NEVER`] for no limit), in record
/// batches: `origin` and `target` as UInt32, their indices among the places, and `seconds` or `metres` as Float64.
///
/// Rows come cell by cell: origins that lie together follow each other, and the targets of an origin ascend. The order is
/// the same for any number of threads.
///
/// # Errors
/// Whatever `take` returns, or if it is cancelled; no further batch is handed over then.
pub fn matrix<C: Cost>(
    engine: &Engine<C>,
    origins: &Places<C>,
    targets: &Places<C>,
    limit: C,
    progress: &dyn Progress,
    mut take: impl FnMut(RecordBatch) -> Result<()>,
) -> Result<()> {
    let task = Task::new(engine, Heading::Out, origins, targets, limit, progress)?;
    let rows = RowsOf { limit, progress, schema: schema::<C>() };
    let cells = task.cells();
    if limit == C::NEVER {
        // Every cell would be the whole network.
        return rows.of_large(&task, &cells.concat(), &mut take);
    }
    for cells in cells.chunks(CELLS_AT_ONCE) {
        let found: Vec<Result<Option<RecordBatch>>> = cells
            .par_iter()
            .map(|origins| task.with(origins, |cell| rows.of_small(cell, origins))?.transpose())
            .collect();
        for (origins, batch) in cells.iter().zip(found) {
            match batch? {
                Some(batch) => take(batch)?,
                None => rows.of_large(&task, origins, &mut take)?,
            }
        }
    }
    Ok(())
}

/// The schema of the batches.
pub fn schema<C: Cost>() -> Arc<Schema> {
    Arc::new(Schema::new(vec![
        Field::new("origin", DataType::UInt32, false),
        Field::new("target", DataType::UInt32, false),
        Field::new(C::Quantity::UNIT, DataType::Float64, false),
    ]))
}

/// How times become rows.
struct RowsOf<'a, C> {
    limit: C,
    progress: &'a dyn Progress,
    schema: Arc<Schema>,
}

impl<C: Cost> RowsOf<'_, C> {
    /// All rows of a cell; none if there may be too many to be held.
    fn of_small(&self, cell: &mut Cell<'_, '_, C>, origins: &[u32]) -> Option<Result<RecordBatch>> {
        let targets = cell.ends().to_vec();
        if origins.len().saturating_mul(targets.len()) > MOST_HELD {
            return None;
        }
        let mut rows = Rows::default();
        for origins in origins.chunks(WIDTH) {
            if self.progress.is_cancelled() {
                break;
            }
            let times = cell.search(origins);
            for (lane, origin) in origins.iter().enumerate() {
                let times = targets.iter().zip(times.iter().map(|times| times.0[lane]));
                rows.add(*origin, times, self.limit, self.progress);
            }
        }
        Some(rows.into_batch(&self.schema))
    }

    /// Hands over the rows of a cell, some origins at a time.
    fn of_large(
        &self,
        task: &Task<'_, C>,
        origins: &[u32],
        take: &mut dyn FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        if origins.is_empty() {
            return Ok(());
        }
        task.with(origins, |cell| {
            let targets = cell.ends().to_vec();
            let origins_a_batch = (ROWS_A_BATCH / targets.len().max(1)).clamp(1, WIDTH);
            cell.search_on_all_threads(origins, |origins, times| {
                let lanes: Vec<(usize, u32)> = origins.iter().copied().enumerate().collect();
                let batch_of = |lanes: &[(usize, u32)]| {
                    let mut rows = Rows::default();
                    for (lane, origin) in lanes {
                        let times = targets.iter().zip(times.iter().map(|times| times.0[*lane]));
                        rows.add(*origin, times, self.limit, self.progress);
                    }
                    self.progress.check()?;
                    rows.into_batch(&self.schema)
                };
                for lanes in lanes.chunks(origins_a_batch * rayon::current_num_threads()) {
                    let batches: Vec<_> = lanes.par_chunks(origins_a_batch).map(batch_of).collect();
                    batches.into_iter().try_for_each(|batch| take(batch?))?;
                }
                Ok(())
            })
        })?
    }
}

#[derive(Default)]
struct Rows {
    origins: Vec<u32>,
    targets: Vec<u32>,
    costs: Vec<f64>,
}

impl Rows {
    /// Adds a row for every target within a limit of an origin.
    fn add<'t, C: Cost>(
        &mut self,
        origin: u32,
        times: impl Iterator<Item = (&'t u32, u32)>,
        limit: C,
        progress: &dyn Progress,
    ) {
        for (number, (target, time)) in times.enumerate() {
            // Rows that nobody will look at need not be there.
            if number % LOOK_EVERY == LOOK_EVERY - 1 && progress.is_cancelled() {
                return;
            }
            let cost: C = cost(time);
            if let Some(quantity) = cost.quantity().filter(|_| cost <= limit) {
                self.origins.push(origin);
                self.targets.push(*target);
                self.costs.push(quantity.number());
            }
        }
    }

    fn into_batch(self, schema: &Arc<Schema>) -> Result<RecordBatch> {
        let columns: Vec<arrow_array::ArrayRef> = vec![
            Arc::new(UInt32Array::from(self.origins)),
            Arc::new(UInt32Array::from(self.targets)),
            Arc::new(Float64Array::from(self.costs)),
        ];
        RecordBatch::try_new(schema.clone(), columns)
            .map_err(|e| Error::new(say!("cannot make the matrix ({e})", "无法生成矩阵（{e}）")))
    }
}
