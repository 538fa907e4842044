//! The few nearest targets of each group: which they are and how long it takes to each.
//!
//! If a target is among the k nearest of a place, it is among the k nearest of every node on the way there. So the sweeps of
//! [`nearest`](super::nearest()) do, with a list of k targets for a label and a merge for a minimum. Of targets equally near the
//! one that comes first among all counts as nearer, which keeps this true where times are equal.
//!
//! Source: the order-k network Voronoi diagram of Okabe, Satoh, Furuta, Suzuki & Okano (2008), *Generalized network
//! Voronoi diagrams*.

use rayon::prelude::*;

use super::engine::Engine;
use super::heading::Heading;
use super::hierarchy::Hierarchy;
use super::lanes::FAR;
use super::places::{Grouped, Places, Question};
use crate::network::Millis;

/// A target and how long it takes there. The nearer of two is the lesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// How long it takes.
    pub time: Millis,
    /// The target, as an index among all.
    pub target: u32,
}

impl Near {
    const NONE: Self = Self { time: Millis::NEVER, target: u32::MAX };

    fn later(self, by: u32) -> Self {
        Self { time: self.time.plus(Millis(by)), ..self }
    }

    fn is_some(self) -> bool {
        self.time.0 < FAR
    }
}

/// The nearest targets of a group, by origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KNearest {
    k: usize,
    found: Vec<Near>,
}

impl KNearest {
    /// The nearest targets of an origin, nearest first: k of them, or as many as can be reached.
    pub fn of(&self, origin: usize) -> &[Near] {
        let found = &self.found[origin * self.k..(origin + 1) * self.k];
        &found[..found.partition_point(|near| near.is_some())]
    }
}

/// For each group, the k nearest targets of every origin, however far they are.
///
/// `done` is called with the number of groups that are done.
///
/// # Panics
/// If a group names a target that is not there.
pub fn k_nearest(engine: &Engine, question: Question<'_>, k: usize, done: impl Fn(usize) + Sync) -> Vec<KNearest> {
    let Question { origins, targets, groups } = question;
    let by_edge = Grouped::by_edge(origins, engine.network());
    let owners = origins.owners();
    let of_group = |members: &Vec<u32>| {
        let labels = search(engine, targets, members, k);
        let mut found = arrive(engine, origins, &labels, k);
        for target in members {
            for door in targets.doors(*target as usize) {
                for other in by_edge.of(door.edge) {
                    let origin = owners[*other as usize] as usize;
                    let time = Heading::Back.straight(door, &origins.all_doors()[*other as usize], engine.network());
                    let near = Near { time: Millis(time), target: *target };
                    insert(&mut found[origin * k..(origin + 1) * k], near);
                }
            }
        }
        done(1);
        KNearest { k, found }
    };
    groups.par_iter().map(of_group).collect()
}

/// Puts a target into a list in order, unless the list is full of nearer ones; returns whether the list has changed. No
/// target is in a list twice.
fn insert(list: &mut [Near], near: Near) -> bool {
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
fn merge(labels: &mut [Near], k: usize, from: usize, into: usize, time: u32) -> bool {
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
fn search(engine: &Engine, targets: &Places, members: &[u32], k: usize) -> Vec<Near> {
    let hierarchy = engine.hierarchy();
    let mut labels = vec![Near::NONE; hierarchy.nodes() * k];
    for target in members {
        for door in targets.doors(*target as usize) {
            for (node, time) in Heading::Back.leave(door, engine.network()) {
                let rank = hierarchy.rank(node) as usize;
                insert(&mut labels[rank * k..(rank + 1) * k], Near { time: Millis(time), target: *target });
            }
        }
    }
    for rank in 0..hierarchy.core() {
        let arcs = hierarchy.arcs(rank, Heading::Back);
        for (head, time) in arcs.heads.iter().zip(arcs.climb) {
            merge(&mut labels, k, rank, *head as usize, *time);
        }
    }
    let core = hierarchy.core()..hierarchy.nodes();
    while core.clone().map(|rank| gather(hierarchy, &mut labels, k, rank)).fold(false, |any, changed| any | changed)
        && core
            .clone()
            .rev()
            .map(|rank| gather(hierarchy, &mut labels, k, rank))
            .fold(false, |any, changed| any | changed)
    {}
    for rank in (0..hierarchy.core()).rev() {
        gather(hierarchy, &mut labels, k, rank);
    }
    labels
}

/// Merges the lists at the other ends of a rank's arcs into its own; returns whether it has changed.
fn gather(hierarchy: &Hierarchy, labels: &mut [Near], k: usize, rank: usize) -> bool {
    let arcs = hierarchy.arcs(rank, Heading::Back);
    let mut changed = false;
    for (head, time) in arcs.heads.iter().zip(arcs.descend) {
        changed |= merge(labels, k, *head as usize, rank, *time);
    }
    changed
}

fn arrive(engine: &Engine, origins: &Places, labels: &[Near], k: usize) -> Vec<Near> {
    let hierarchy = engine.hierarchy();
    let mut found = vec![Near::NONE; origins.len() * k];
    for origin in 0..origins.len() {
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
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(time: u32, target: u32) -> Near {
        Near { time: Millis(time), target }
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
