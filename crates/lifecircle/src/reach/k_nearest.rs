//! The few nearest targets of each group: which they are and how long it takes to each.
//!
//! If a target is among the k nearest of a place, it is among the k nearest of every node on the way there. So the sweeps of
//! [`nearest`](super::nearest()) do, with a list of k targets for a label and a merge for a minimum. Of targets equally near the
//! one that comes first among all counts as nearer, which keeps this true where times are equal.
//!
//! Source: the order-k network Voronoi diagram of Okabe, Satoh, Furuta, Suzuki & Okano (2008), *Generalized network
//! Voronoi diagrams*.

use arrow_array::RecordBatch;
use rayon::prelude::*;

use super::engine::Engine;
use super::heading::Heading;
use super::hierarchy::Hierarchy;
use super::lanes::FAR;
use super::places::{Grouped, Places, Question};
use crate::error::{Error, Result};
use crate::geo::Quantity;
use crate::network::{Cost, Millis};
use crate::progress::{Progress, give_back_aside};
use crate::tables::Table;

/// A target and what the way there costs. The nearer of two is the lesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near<C = Millis> {
    /// What the way there costs.
    pub cost: C,
    /// The target, as an index among all.
    pub target: u32,
}

impl<C: Cost> Near<C> {
    const NONE: Self = Self { cost: C::NEVER, target: u32::MAX };

    fn later(self, by: u32) -> Self {
        Self { cost: self.cost.plus(C::of(by)), ..self }
    }

    fn is_some(self) -> bool {
        self.cost.units() < FAR
    }
}

/// The nearest targets of a group, by origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KNearest<C = Millis> {
    k: usize,
    found: Vec<Near<C>>,
}

impl<C: Cost> KNearest<C> {
    /// Number of origins.
    pub fn origins(&self) -> usize {
        self.found.len() / self.k
    }

    /// All of them as a record batch, a row an origin and target: `origin`, `rank` from 1 on, `target`, and `seconds` or `metres`.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_batch(&self) -> Result<RecordBatch> {
        let near =
            || (0..self.origins()).flat_map(|origin| self.of(origin).iter().zip(1..).map(move |near| (origin, near)));
        let costs = near().map(|(_, (near, _))| near.cost.quantity().map(Quantity::number));
        Table::new()
            .ids("origin", near().map(|(origin, _)| origin as i64))
            .integers("rank", near().map(|(_, (_, rank))| rank))
            .ids("target", near().map(|(_, (near, _))| i64::from(near.target)))
            .maybe_numbers(C::Quantity::UNIT, costs)
            .to_batch()
    }

    /// The nearest targets of an origin, nearest first: k of them, or as many as can be reached.
    pub fn of(&self, origin: usize) -> &[Near<C>] {
        let found = &self.found[origin * self.k..(origin + 1) * self.k];
        &found[..found.partition_point(|near| near.is_some())]
    }
}

/// For each group, the k nearest targets of every origin, however far they are.
///
/// # Errors
/// If it is cancelled.
///
/// # Panics
/// If a group names a target that is not there.
pub fn k_nearest<C: Cost>(
    engine: &Engine<C>,
    question: Question<'_, C>,
    k: usize,
    progress: &dyn Progress,
) -> Result<Vec<KNearest<C>>> {
    let Question { origins, targets, groups } = question;
    let by_edge = Grouped::by_edge(origins, engine.network(), progress);
    progress.check()?;
    let owners = origins.owners();
    let of_group = |members: &Vec<u32>| {
        let labels = search(engine, targets, members, k, progress)?;
        let mut found = arrive(engine, origins, &labels, k, progress)?;
        for target in members {
            for door in targets.doors(*target as usize) {
                for other in by_edge.of(door.edge) {
                    let origin = owners[*other as usize] as usize;
                    let time = Heading::Back.straight(door, &origins.all_doors()[*other as usize], engine.network());
                    let near = Near { cost: C::of(time), target: *target };
                    insert(&mut found[origin * k..(origin + 1) * k], near);
                }
            }
        }
        progress.advance(1);
        Ok(KNearest { k, found })
    };
    let found: Vec<Result<KNearest<C>>> = groups.par_iter().map(of_group).collect();
    if progress.is_cancelled() {
        give_back_aside(found);
        return Err(Error::cancelled());
    }
    found.into_iter().collect()
}

/// Puts a target into a list in order, unless the list is full of nearer ones; returns whether the list has changed. No
/// target is in a list twice.
fn insert<C: Cost>(list: &mut [Near<C>], near: Near<C>) -> bool {
    if !near.is_some() || list.last().is_none_or(|last| *last <= near) {
        return false;
    }
    let known = list.iter().position(|other| other.target == near.target).unwrap_or(list.len() - 1);
    if list[known].target == near.target && list[known] <= near {
        return false;
    }
    let place = list.partition_point(|other| *other < near);
    list.copy_within(place..known, place + 1);
    list[place] = near;
    true
}

/// Merges the list of one rank, later by a time, into that of another; returns whether the other has changed.
fn merge<C: Cost>(labels: &mut [Near<C>], k: usize, from: usize, into: usize, time: u32) -> bool {
    let mut changed = false;
    for position in 0..k {
        let near = labels[from * k + position].later(time);
        if !near.is_some() {
            break;
        }
        changed |= insert(&mut labels[into * k..(into + 1) * k], near);
    }
    changed
}

/// The k nearest targets of every rank.
fn search<C: Cost>(
    engine: &Engine<C>,
    targets: &Places<C>,
    members: &[u32],
    k: usize,
    progress: &dyn Progress,
) -> Result<Vec<Near<C>>> {
    let hierarchy = engine.hierarchy();
    let mut labels = vec![Near::NONE; hierarchy.nodes() * k];
    for target in members {
        for door in targets.doors(*target as usize) {
            for (node, time) in Heading::Back.leave(door, engine.network()) {
                let rank = hierarchy.rank(node) as usize;
                insert(&mut labels[rank * k..(rank + 1) * k], Near { cost: C::of(time), target: *target });
            }
        }
    }
    let below = 0..hierarchy.core();
    for rank in below.clone() {
        check(rank, progress)?;
        let arcs = hierarchy.arcs(rank, Heading::Back);
        for (head, time) in arcs.heads.iter().zip(arcs.climb) {
            merge(&mut labels, k, rank, *head as usize, *time);
        }
    }
    let mut sweep = |ranks: &mut dyn Iterator<Item = usize>| -> Result<bool> {
        let mut changed = false;
        for rank in ranks {
            check(rank, progress)?;
            changed |= gather(hierarchy, &mut labels, k, rank);
        }
        Ok(changed)
    };
    let core = hierarchy.core()..hierarchy.nodes();
    while sweep(&mut core.clone())? && sweep(&mut core.clone().rev())? {}
    sweep(&mut below.rev())?;
    Ok(labels)
}

/// Now and then looks at whether to stop.
fn check(rank: usize, progress: &dyn Progress) -> Result<()> {
    if rank.is_multiple_of(1024) { progress.check() } else { Ok(()) }
}

/// Merges the lists at the other ends of a rank's arcs into its own; returns whether it has changed.
fn gather<C: Cost>(hierarchy: &Hierarchy, labels: &mut [Near<C>], k: usize, rank: usize) -> bool {
    let arcs = hierarchy.arcs(rank, Heading::Back);
    let mut changed = false;
    for (head, time) in arcs.heads.iter().zip(arcs.descend) {
        changed |= merge(labels, k, *head as usize, rank, *time);
    }
    changed
}

fn arrive<C: Cost>(
    engine: &Engine<C>,
    origins: &Places<C>,
    labels: &[Near<C>],
    k: usize,
    progress: &dyn Progress,
) -> Result<Vec<Near<C>>> {
    let hierarchy = engine.hierarchy();
    let mut found = vec![Near::NONE; origins.len() * k];
    for origin in 0..origins.len() {
        check(origin, progress)?;
        let list = &mut found[origin * k..(origin + 1) * k];
        for door in origins.doors(origin) {
            for (node, time) in Heading::Back.enter(door, engine.network()) {
                let rank = hierarchy.rank(node) as usize;
                for near in &labels[rank * k..(rank + 1) * k] {
                    insert(list, near.later(time));
                }
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(time: u32, target: u32) -> Near {
        Near { cost: Millis(time), target }
    }

    #[test]
    fn of_equally_near_targets_the_first_among_all_stays() {
        let mut list = [near(10, 4), near(20, 7)];
        // It comes last and the list is full, but it stands before the other.
        assert!(insert(&mut list, near(20, 5)));
        assert_eq!(list, [near(10, 4), near(20, 5)]);
        assert!(!insert(&mut list, near(20, 6)));
        // A target that is in the list already only moves up.
        assert!(insert(&mut list, near(9, 5)));
        assert_eq!(list, [near(9, 5), near(10, 4)]);
        assert!(!insert(&mut list, near(11, 5)));
        assert!(!insert(&mut list, Near::NONE));
    }
}
