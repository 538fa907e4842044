//! The time from every origin to the nearest target of each group, however far it is.
//!
//! Sixteen groups are searched side by side, a lane each, by three sweeps over the whole hierarchy: up, over the core, and
//! down. There is no queue and no region, and it does not matter how many targets there are.

use std::collections::VecDeque;

use rayon::prelude::*;

use super::engine::Engine;
use super::heading::Heading;
use super::hierarchy::Hierarchy;
use super::lanes::{Lanes, WIDTH, millis};
use super::places::{Grouped, Places, Question};
use crate::network::{Millis, Snap};

/// Nodes of the core that are swept together until they are settled.
const BLOCK: usize = 256;

/// For each group, the time of every origin to its nearest target; [`Millis::NEVER`] where none can be reached.
///
/// `done` is called with the number of groups that are done.
///
/// # Panics
/// If a group names a target that is not there.
pub fn nearest(engine: &Engine, question: Question<'_>, done: impl Fn(usize) + Sync) -> Vec<Vec<Millis>> {
    let Question { origins, targets, groups } = question;
    let owners = origins.owners();
    let by_edge = Grouped::by_edge(origins, engine.network());
    // As many lanes to each thread as there are; a few groups on many threads leave lanes empty.
    let width = groups.len().div_ceil(rayon::current_num_threads()).clamp(1, WIDTH);
    let found: Vec<Vec<Vec<Millis>>> = groups
        .par_chunks(width)
        .map(|groups| {
            let doors_of = |group: &Vec<u32>| group.iter().flat_map(|target| targets.doors(*target as usize)).collect();
            let doors: Vec<Vec<&Snap>> = groups.iter().map(doors_of).collect();
            let labels = search(engine, &doors);
            let mut times = arrive(engine, origins, &labels, groups.len());
            for (times, doors) in times.iter_mut().zip(&doors) {
                walk_straight(engine, origins, &owners, &by_edge, doors, times);
            }
            done(groups.len());
            times
        })
        .collect();
    found.into_iter().flatten().collect()
}

/// For each group, the time from every node to its nearest target; [`FAR`](super::lanes::FAR) if there is no way.
pub(super) fn times_of_nodes(engine: &Engine, targets: &Places, groups: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let doors_of = |group: &Vec<u32>| group.iter().flat_map(|target| targets.doors(*target as usize)).collect();
    let of_some = |groups: &[Vec<u32>]| -> Vec<Vec<u32>> {
        let doors: Vec<Vec<&Snap>> = groups.iter().map(doors_of).collect();
        let labels = search(engine, &doors);
        let ranks = || (0..labels.len() as u32).map(|node| engine.hierarchy().rank(node) as usize);
        (0..groups.len()).map(|lane| ranks().map(|rank| labels[rank].0[lane]).collect()).collect()
    };
    groups.par_chunks(WIDTH).flat_map_iter(of_some).collect()
}

/// The time from every rank to the nearest door of each group, a lane each.
fn search(engine: &Engine, groups: &[Vec<&Snap>]) -> Vec<Lanes> {
    let hierarchy = engine.hierarchy();
    let mut labels = vec![Lanes::FAR; hierarchy.nodes()];
    for (lane, doors) in groups.iter().enumerate() {
        for door in doors {
            for (node, time) in Heading::Back.leave(door, engine.network()) {
                let label = &mut labels[hierarchy.rank(node) as usize].0[lane];
                *label = (*label).min(time);
            }
        }
    }
    let arch = pulp::Arch::new();
    arch.dispatch(Climb { hierarchy, labels: &mut labels });
    settle_core(hierarchy, arch, &mut labels);
    arch.dispatch(Descend { hierarchy, labels: &mut labels });
    labels
}

struct Climb<'a> {
    hierarchy: &'a Hierarchy,
    labels: &'a mut [Lanes],
}

impl pulp::NullaryFnOnce for Climb<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { hierarchy, labels } = self;
        for rank in 0..hierarchy.core() {
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
    labels: &'a mut [Lanes],
}

impl pulp::NullaryFnOnce for Descend<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for rank in (0..self.hierarchy.core()).rev() {
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
fn settle_core(hierarchy: &Hierarchy, arch: pulp::Arch, labels: &mut [Lanes]) {
    let (core, nodes) = (hierarchy.core(), hierarchy.nodes());
    let blocks = (nodes - core).div_ceil(BLOCK);
    let mut waiting: VecDeque<usize> = (0..blocks).collect();
    let mut is_waiting = vec![true; blocks];
    let mut before: Vec<Lanes> = Vec::with_capacity(BLOCK);
    while let Some(block) = waiting.pop_front() {
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
fn arrive(engine: &Engine, origins: &Places, labels: &[Lanes], lanes: usize) -> Vec<Vec<Millis>> {
    let hierarchy = engine.hierarchy();
    let mut times: Vec<Vec<Millis>> = vec![Vec::with_capacity(origins.len()); lanes];
    for origin in 0..origins.len() {
        let mut best = Lanes::FAR;
        for door in origins.doors(origin) {
            for (node, time) in Heading::Back.enter(door, engine.network()) {
                best = best.min(labels[hierarchy.rank(node) as usize].plus(time));
            }
        }
        for (times, time) in times.iter_mut().zip(best.0) {
            times.push(millis(time));
        }
    }
    times
}

/// Shortens the times of those who stand on the same edge as a target.
fn walk_straight(
    engine: &Engine,
    origins: &Places,
    owners: &[u32],
    by_edge: &Grouped,
    doors: &[&Snap],
    times: &mut [Millis],
) {
    for door in doors {
        for other in by_edge.of(door.edge) {
            let straight = Heading::Back.straight(door, &origins.all_doors()[*other as usize], engine.network());
            let time = &mut times[owners[*other as usize] as usize];
            *time = (*time).min(millis(straight));
        }
    }
}
