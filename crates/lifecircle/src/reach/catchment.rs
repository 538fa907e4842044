//! Catchments: who reaches a facility, and how long it takes them. The matrix transposed: searched from the targets,
//! against the way people walk.

use rayon::prelude::*;

use super::cell::{Cell, Task};
use super::engine::Engine;
use super::heading::Heading;
use super::lanes::{WIDTH, cost};
use super::places::Places;
use crate::error::Result;
use crate::network::Cost;
use crate::progress::Progress;

/// For each target, the origins that reach it within a limit and what the way costs them, in the order of origins.
///
/// # Errors
/// If it is cancelled.
pub fn catchment<C: Cost>(
    engine: &Engine<C>,
    targets: &Places<C>,
    origins: &Places<C>,
    limit: C,
    progress: &dyn Progress,
) -> Result<Vec<Vec<(u32, C)>>> {
    let task = Task::new(engine, Heading::Back, targets, origins, limit, progress)?;
    let cells = task.cells();
    let found: Vec<Vec<Vec<(u32, C)>>> = cells
        .par_iter()
        .map(|targets| task.with(targets, |cell| catchments_of(cell, targets, limit)))
        .collect::<Result<_>>()?;
    let mut catchments = vec![Vec::new(); targets.len()];
    for (target, catchment) in cells.iter().flatten().zip(found.into_iter().flatten()) {
        catchments[*target as usize] = catchment;
    }
    Ok(catchments)
}

fn catchments_of<C: Cost>(cell: &mut Cell<'_, '_, C>, targets: &[u32], limit: C) -> Vec<Vec<(u32, C)>> {
    let origins = cell.ends().to_vec();
    let mut catchments = Vec::with_capacity(targets.len());
    for targets in targets.chunks(WIDTH) {
        if cell.is_cancelled() {
            break;
        }
        let mut reached = vec![Vec::new(); targets.len()];
        cell.search_in_stretches(targets, |start, times| {
            for (lane, reached) in reached.iter_mut().enumerate() {
                let times = origins[start..].iter().zip(times).map(|(origin, times)| (*origin, cost(times.0[lane])));
                reached.extend(times.filter(|(_, time): &(u32, C)| *time <= limit && *time != C::NEVER));
            }
        });
        catchments.extend(reached);
    }
    catchments
}
