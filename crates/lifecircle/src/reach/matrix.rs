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
    let task = Task::new(engine, Heading::Out, origins, targets, limit, progress);
    let schema = schema::<C>();
    for cells in task.cells().chunks(CELLS_AT_ONCE) {
        let batches: Vec<Result<RecordBatch>> = cells
            .par_iter()
            .map(|origins| task.with(origins, |cell| rows(cell, origins, limit))?.into_batch(&schema))
            .collect();
        for batch in batches {
            take(batch?)?;
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

#[derive(Default)]
struct Rows {
    origins: Vec<u32>,
    targets: Vec<u32>,
    costs: Vec<f64>,
}

impl Rows {
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

fn rows<C: Cost>(cell: &mut Cell<'_, '_, C>, origins: &[u32], limit: C) -> Rows {
    let mut rows = Rows::default();
    let targets = cell.ends().to_vec();
    let progress = cell.progress();
    for origins in origins.chunks(WIDTH) {
        if progress.is_cancelled() {
            break;
        }
        let times = cell.search(origins);
        for (lane, origin) in origins.iter().enumerate() {
            // There may be a million targets to each origin.
            if progress.is_cancelled() {
                break;
            }
            for (target, times) in targets.iter().zip(times) {
                let cost: C = cost(times.0[lane]);
                if let Some(quantity) = cost.quantity().filter(|_| cost <= limit) {
                    rows.origins.push(*origin);
                    rows.targets.push(*target);
                    rows.costs.push(quantity.number());
                }
            }
        }
    }
    rows
}
