//! How many targets of each group lie within each of several times of every origin.
//!
//! One bounded search a target, from all its entries at once (so a target with many gates counts once, at its nearest
//! gate), then a look at the origins on the edges that it touched. Each thread counts for itself; the counts are added
//! up at the end, and whole numbers add up the same in any order.

use rayon::prelude::*;

use super::search::Search;
use super::targets::{Origins, Targets};
use crate::network::{Millis, Network};

/// Counts by origin, group and limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    groups: usize,
    limits: usize,
    counts: Vec<u32>,
}

impl Counts {
    fn new(origins: usize, groups: usize, limits: usize) -> Self {
        Self { groups, limits, counts: vec![0; origins * groups * limits] }
    }

    /// The counts of an origin and group, one for each limit of that group.
    pub fn of(&self, origin: usize, group: usize) -> &[u32] {
        let start = (origin * self.groups + group) * self.limits;
        &self.counts[start..start + self.limits]
    }

    fn add(mut self, other: &Self) -> Self {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self
    }
}

/// Counts targets within limits, `limits[group]` being the limits of a group (as many for each group).
///
/// `ends` are the two nodes of every edge. `done` is called after each target.
pub fn within<const LIMITS: usize>(
    network: &Network,
    ends: &[[u32; 2]],
    origins: &Origins,
    targets: &Targets,
    limits: &[[Millis; LIMITS]],
    done: impl Fn() + Sync,
) -> Counts {
    let mut groups_of: Vec<Vec<u32>> = vec![Vec::new(); targets.entries.len()];
    for (group, members) in targets.groups.iter().enumerate() {
        for target in members {
            groups_of[*target as usize].push(group as u32);
        }
    }
    let farthest = |groups: &[u32]| groups.iter().flat_map(|group| limits[*group as usize]).max().unwrap_or_default();
    let blank = || Counts::new(origins.len(), targets.groups.len(), LIMITS);
    // A piece of work is many targets: every piece ends in an addition of all counts.
    let piece = targets.entries.len().div_ceil(rayon::current_num_threads() * 2).max(1);
    let pieces: Vec<Counts> = targets
        .entries
        .par_chunks(piece)
        .zip(groups_of.par_chunks(piece))
        .fold(blank, |mut counts, (entries, groups_of)| {
            let mut search = Search::new(network, ends);
            let mut seen = Seen::new(network.edges());
            for (entries, groups) in entries.iter().zip(groups_of) {
                if !groups.is_empty() && !entries.is_empty() {
                    search.run(entries.iter(), farthest(groups));
                    seen.clear();
                    let reached = search.touched().iter().flat_map(|node| network.arcs(*node)).map(|arc| arc.edge);
                    for edge in reached.chain(entries.iter().map(|entry| entry.edge)) {
                        if !seen.first_time(edge) {
                            continue;
                        }
                        for (origin, place) in origins.on_edge(edge) {
                            let straight = entries
                                .iter()
                                .filter(|entry| entry.edge == edge)
                                .map(|entry| search.straight(place, entry));
                            let time = straight.fold(search.time_from(place), Millis::min);
                            for group in groups {
                                let start = (origin * counts.groups + *group as usize) * LIMITS;
                                for (count, limit) in
                                    counts.counts[start..start + LIMITS].iter_mut().zip(&limits[*group as usize])
                                {
                                    *count += u32::from(time <= *limit);
                                }
                            }
                        }
                    }
                }
                done();
            }
            counts
        })
        .collect();
    pieces.iter().fold(blank(), Counts::add)
}

/// Which edges were seen since the last time.
struct Seen {
    round: u32,
    stamps: Vec<u32>,
}

impl Seen {
    fn new(edges: usize) -> Self {
        Self { round: 0, stamps: vec![0; edges] }
    }

    fn clear(&mut self) {
        self.round += 1;
    }

    fn first_time(&mut self, edge: u32) -> bool {
        let stamp = &mut self.stamps[edge as usize];
        let first = *stamp != self.round;
        *stamp = self.round;
        first
    }
}
