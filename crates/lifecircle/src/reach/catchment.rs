//! Catchments: who reaches a facility, and how long it takes them. The matrix transposed: searched from the targets,
//! against the way people walk.

use rayon::prelude::*;

use super::cell::{Cell, Task};
use super::engine::Engine;
use super::heading::Heading;
use super::lanes::{WIDTH, millis};
use super::places::Places;
use crate::network::Millis;

/// For each target, the origins that reach it within a limit and how long it takes them, in the order of origins.
pub fn catchment(engine: &Engine, targets: &Places, origins: &Places, limit: Millis) -> Vec<Vec<(u32, Millis)>> {
    let task = Task::new(engine, Heading::Back, targets, origins, limit);
    let cells = task.cells();
    let found: Vec<Vec<Vec<(u32, Millis)>>> =
        cells.par_iter().map(|targets| task.with(targets, |cell| catchments_of(cell, targets, limit))).collect();
    let mut catchments = vec![Vec::new(); targets.len()];
    for (target, catchment) in cells.iter().flatten().zip(found.into_iter().flatten()) {
        catchments[*target as usize] = catchment;
    }
    catchments
}

fn catchments_of(cell: &mut Cell<'_, '_>, targets: &[u32], limit: Millis) -> Vec<Vec<(u32, Millis)>> {
    let origins = cell.ends().to_vec();
    let mut catchments = Vec::with_capacity(targets.len());
    for targets in targets.chunks(WIDTH) {
        let mut reached = vec![Vec::new(); targets.len()];
        cell.search_in_stretches(targets, |start, times| {
            for (lane, reached) in reached.iter_mut().enumerate() {
                let times = origins[start..].iter().zip(times).map(|(origin, times)| (*origin, millis(times.0[lane])));
                reached.extend(times.filter(|(_, time)| *time <= limit && *time != Millis::NEVER));
            }
        });
        catchments.extend(reached);
    }
    catchments
}
