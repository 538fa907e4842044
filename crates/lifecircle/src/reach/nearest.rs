//! The time from every origin to the nearest target of each group, however far it is.
//!
//! Sixteen groups are searched side by side, a lane each, by three sweeps over the whole hierarchy: up, over the core, and
//! down. There is no queue and no region, and it does not matter how many targets there are.

use std::collections::VecDeque;

use rayon::prelude::*;

use super::engine::Engine;
use super::heading::Heading;
use super::hierarchy::Hierarchy;
use super::lanes::{Lanes, WIDTH, cost, make_fresh};
use super::places::{Grouped, Places, Question};
use crate::error::Result;
use crate::network::{Cost, Snap};
use crate::progress::Progress;

/// Nodes of the core that are swept together until they are settled.
const BLOCK: usize = 256;

/// Ranks that are swept before it is looked at whether to stop: some milliseconds.
const STRETCH: usize = 1 << 16;

/// For each group, the cost of every origin's way to its nearest target; [`Cost::NEVER`] where none can be reached.
///
/// # Errors
/// If it is cancelled.
///
/// # Panics
/// If a group names a target that is not there.
pub fn nearest<C: Cost>(engine: &Engine<C>, question: Question<'_, C>, progress: &dyn Progress) -> Result<Vec<Vec<C>>> {
    let Question { origins, targets, groups } = question;
    let owners = origins.owners();
    let by_edge = Grouped::by_edge(origins, engine.network(), progress);
    progress.check()?;
    // As many lanes to each thread as there are; a few groups on many threads leave lanes empty.
    let width = groups.len().div_ceil(rayon::current_num_threads()).clamp(1, WIDTH);
    let found: Vec<Vec<Vec<C>>> = groups
        .par_chunks(width)
        .map(|groups| {
            let doors_of = |group: &Vec<u32>| group.iter().flat_map(|target| targets.doors(*target as usize)).collect();
            let doors: Vec<Vec<&Snap<C>>> = groups.iter().map(doors_of).collect();
            let labels = search(engine, &doors, progress)?;
            let mut times = arrive(engine, origins, &labels, groups.len(), progress)?;
            for (times, doors) in times.iter_mut().zip(&doors) {
                walk_straight(engine, origins, &owners, &by_edge, doors, times);
            }
            progress.advance(groups.len() as u64);
            Ok(times)
        })
        .collect::<Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// For each group, the time from every node to its nearest target; [`FAR`](super::lanes::FAR) if there is no way.
pub(super) fn times_of_nodes<C: Cost>(
    engine: &Engine<C>,
    targets: &Places<C>,
    groups: &[Vec<u32>],
    progress: &dyn Progress,
) -> Result<Vec<Vec<u32>>> {
    let doors_of = |group: &Vec<u32>| group.iter().flat_map(|target| targets.doors(*target as usize)).collect();
    let of_some = |groups: &[Vec<u32>]| -> Result<Vec<Vec<u32>>> {
        let doors: Vec<Vec<&Snap<C>>> = groups.iter().map(doors_of).collect();
        let labels = search(engine, &doors, progress)?;
        let ranks = || (0..labels.len() as u32).map(|node| engine.hierarchy().rank(node) as usize);
        Ok((0..groups.len()).map(|lane| ranks().map(|rank| labels[rank].0[lane]).collect()).collect())
    };
    let found: Vec<Vec<Vec<u32>>> = groups.par_chunks(WIDTH).map(of_some).collect::<Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// The time from every rank to the nearest door of each group, a lane each.
fn search<C: Cost>(engine: &Engine<C>, groups: &[Vec<&Snap<C>>], progress: &dyn Progress) -> Result<Vec<Lanes>> {
    let hierarchy = engine.hierarchy();
    let mut labels = Vec::new();
    make_fresh(&mut labels, hierarchy.nodes(), Lanes::FAR, progress);
    progress.check()?;
    for (lane, doors) in groups.iter().enumerate() {
        for door in doors {
            for (node, time) in Heading::Back.leave(door, engine.network()) {
                let label = &mut labels[hierarchy.rank(node) as usize].0[lane];
                *label = (*label).min(time);
            }
        }
    }
    let arch = pulp::Arch::new();
    for start in (0..hierarchy.core()).step_by(STRETCH) {
        progress.check()?;
        let ranks = start..(start + STRETCH).min(hierarchy.core());
        arch.dispatch(Climb { hierarchy, ranks, labels: &mut labels });
    }
    settle_core(hierarchy, arch, &mut labels, progress)?;
    for start in (0..hierarchy.core()).step_by(STRETCH).rev() {
        progress.check()?;
        let ranks = start..(start + STRETCH).min(hierarchy.core());
        arch.dispatch(Descend { hierarchy, ranks, labels: &mut labels });
    }
    Ok(labels)
}

struct Climb<'a> {
    hierarchy: &'a Hierarchy,
    ranks: std::ops::Range<usize>,
    labels: &'a mut [Lanes],
}

impl pulp::NullaryFnOnce for Climb<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { hierarchy, ranks, labels } = self;
        for rank in ranks {
            let own = labels[rank];
            if !own.differs(Lanes::FAR) {
                continue;
            }
            let arcs = hierarchy.arcs(rank, Heading::Back);
            for (head, time) in arcs.heads.iter().zip(arcs.climb) {
                let label = &mut labels[*head as usize];
                *label = label.min(own.plus(*time));
            }
        }
    }
}

struct Descend<'a> {
    hierarchy: &'a Hierarchy,
    ranks: std::ops::Range<usize>,
    labels: &'a mut [Lanes],
}

impl pulp::NullaryFnOnce for Descend<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for rank in self.ranks.rev() {
            self.labels[rank] = least(self.hierarchy, rank, self.labels);
        }
    }
}

/// The least of a label and those at the other ends of its arcs.
#[inline(always)]
fn least(hierarchy: &Hierarchy, rank: usize, labels: &[Lanes]) -> Lanes {
    let mut best = labels[rank];
    let arcs = hierarchy.arcs(rank, Heading::Back);
    for (head, time) in arcs.heads.iter().zip(arcs.descend) {
        best = best.min(labels[*head as usize].plus(*time));
    }
    best
}

/// Sweeps blocks of the core until nothing changes: a block that has changed wakes those that it has arcs to.
fn settle_core(hierarchy: &Hierarchy, arch: pulp::Arch, labels: &mut [Lanes], progress: &dyn Progress) -> Result<()> {
    let (core, nodes) = (hierarchy.core(), hierarchy.nodes());
    let blocks = (nodes - core).div_ceil(BLOCK);
    let mut waiting: VecDeque<usize> = (0..blocks).collect();
    let mut is_waiting = vec![true; blocks];
    let mut before: Vec<Lanes> = Vec::with_capacity(BLOCK);
    while let Some(block) = waiting.pop_front() {
        progress.check()?;
        is_waiting[block] = false;
        let ranks = core + block * BLOCK..(core + (block + 1) * BLOCK).min(nodes);
        before.clear();
        before.extend_from_slice(&labels[ranks.clone()]);
        arch.dispatch(Settle { hierarchy, ranks: ranks.clone(), labels });
        for (rank, old) in ranks.zip(&before) {
            if labels[rank].differs(*old) {
                for head in hierarchy.heads(rank) {
                    let other = (*head as usize - core) / BLOCK;
                    if other != block && !std::mem::replace(&mut is_waiting[other], true) {
                        waiting.push_back(other);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Sweeps ranks forwards and backwards until nothing changes.
struct Settle<'a> {
    hierarchy: &'a Hierarchy,
    ranks: std::ops::Range<usize>,
    labels: &'a mut [Lanes],
}

impl pulp::NullaryFnOnce for Settle<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut backwards = false;
        while sweep(self.hierarchy, self.ranks.clone(), self.labels, backwards) {
            backwards = !backwards;
        }
    }
}

/// One sweep over ranks in order, each taking the least over its arcs (Gauss-Seidel): returns whether anything changed.
#[inline(always)]
fn sweep(hierarchy: &Hierarchy, ranks: std::ops::Range<usize>, labels: &mut [Lanes], backwards: bool) -> bool {
    let mut changed = false;
    for step in ranks.clone() {
        let rank = if backwards { ranks.start + ranks.end - 1 - step } else { step };
        let best = least(hierarchy, rank, labels);
        if best.differs(labels[rank]) {
            labels[rank] = best;
            changed = true;
        }
    }
    changed
}

/// For each lane, the times of all origins by way of the ends of their edges.
fn arrive<C: Cost>(
    engine: &Engine<C>,
    origins: &Places<C>,
    labels: &[Lanes],
    lanes: usize,
    progress: &dyn Progress,
) -> Result<Vec<Vec<C>>> {
    let hierarchy = engine.hierarchy();
    let mut times: Vec<Vec<C>> = vec![Vec::with_capacity(origins.len()); lanes];
    for origin in 0..origins.len() {
        if origin.is_multiple_of(STRETCH) {
            progress.check()?;
        }
        let mut best = Lanes::FAR;
        for door in origins.doors(origin) {
            for (node, time) in Heading::Back.enter(door, engine.network()) {
                best = best.min(labels[hierarchy.rank(node) as usize].plus(time));
            }
        }
        for (times, time) in times.iter_mut().zip(best.0) {
            times.push(cost(time));
        }
    }
    Ok(times)
}

/// Shortens the times of those who stand on the same edge as a target.
fn walk_straight<C: Cost>(
    engine: &Engine<C>,
    origins: &Places<C>,
    owners: &[u32],
    by_edge: &Grouped,
    doors: &[&Snap<C>],
    times: &mut [C],
) {
    for door in doors {
        for other in by_edge.of(door.edge) {
            let straight = Heading::Back.straight(door, &origins.all_doors()[*other as usize], engine.network());
            let time = &mut times[owners[*other as usize] as usize];
            *time = (*time).min(cost(straight));
        }
    }
}
