//! How many targets of each group lie within each of several times of every origin.
//!
//! Targets that lie together are searched together, sixteen lanes a [`Batch`], from all entries of a target at once (so
//! a target with many gates counts once, at its nearest gate). Then every origin on the edges that were touched compares
//! sixteen times with a limit at once. Each thread counts for itself; the counts are added up at the end, and whole
//! numbers add up the same in any order.

use rayon::prelude::*;

use super::batch::Batch;
use super::lanes::WIDTH;
use super::targets::{Origins, Targets};
use crate::network::{Millis, Network, Snap};

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

    fn add(&mut self, other: &Self) {
        self.counts.par_iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
    }
}

/// Counts targets within limits, `limits[group]` being the limits of a group (as many for each group).
///
/// `done` is called with the number of targets after each batch.
pub fn within<const LIMITS: usize>(
    network: &Network,
    origins: &Origins,
    targets: &Targets,
    limits: &[[Millis; LIMITS]],
    done: impl Fn(usize) + Sync,
) -> Counts {
    let groups_of = groups_of(targets);
    let wanted = order(targets, &groups_of);
    let batches: Vec<&[u32]> = wanted.chunks(WIDTH).collect();
    // Each thread takes one stretch of neighbouring batches and one set of counts.
    let stretch = batches.len().div_ceil(rayon::current_num_threads()).max(1);
    let pieces: Vec<Counts> = batches
        .par_chunks(stretch)
        .map(|batches| {
            let mut counts = Counts::new(origins.len(), targets.groups.len(), LIMITS);
            let mut batch = Batch::new(network);
            let mut seen = Seen::new(network.edges());
            for members in batches {
                count_batch(&mut batch, &mut seen, &mut counts, network, origins, targets, &groups_of, members, limits);
                done(members.len());
            }
            counts
        })
        .collect();
    let mut pieces = pieces.into_iter();
    let mut total = pieces.next().unwrap_or_else(|| Counts::new(origins.len(), targets.groups.len(), LIMITS));
    for piece in pieces {
        total.add(&piece);
    }
    total
}

/// The groups of each target.
fn groups_of(targets: &Targets) -> Vec<Vec<u32>> {
    let mut groups_of: Vec<Vec<u32>> = vec![Vec::new(); targets.entries.len()];
    for (group, members) in targets.groups.iter().enumerate() {
        for target in members {
            groups_of[*target as usize].push(group as u32);
        }
    }
    groups_of
}

/// Targets that matter, in the order of their edges, which is Hilbert order.
fn order(targets: &Targets, groups_of: &[Vec<u32>]) -> Vec<u32> {
    let mut wanted: Vec<u32> = (0..targets.entries.len() as u32)
        .filter(|target| !groups_of[*target as usize].is_empty() && !targets.entries[*target as usize].is_empty())
        .collect();
    wanted.sort_by_key(|target| targets.entries[*target as usize][0].edge);
    wanted
}

#[allow(clippy::too_many_arguments)]
fn count_batch<const LIMITS: usize>(
    batch: &mut Batch<'_>,
    seen: &mut Seen,
    counts: &mut Counts,
    network: &Network,
    origins: &Origins,
    targets: &Targets,
    groups_of: &[Vec<u32>],
    members: &[u32],
    limits: &[[Millis; LIMITS]],
) {
    let entries: Vec<&[Snap]> = members.iter().map(|target| targets.entries[*target as usize].as_slice()).collect();
    let groups: Vec<(u32, usize)> = members
        .iter()
        .enumerate()
        .flat_map(|(lane, target)| groups_of[*target as usize].iter().map(move |group| (*group, lane)))
        .collect();
    let farthest = groups.iter().flat_map(|(group, _)| limits[*group as usize]).max().unwrap_or_default();
    batch.run(&entries, farthest);
    let own_edges = entries.iter().flat_map(|entries| entries.iter()).map(|entry| entry.edge);
    seen.clear();
    let touched = batch.nodes().iter().flat_map(|node| network.arcs(*node)).map(|arc| arc.edge);
    // Entries come first: their edges may be reached along themselves only.
    for edge in own_edges.chain(touched) {
        if !seen.first_time(edge) {
            continue;
        }
        for (origin, place) in origins.on_edge(edge) {
            let mut times = batch.times_from(place);
            for (lane, entries) in entries.iter().enumerate() {
                for entry in entries.iter().filter(|entry| entry.edge == edge) {
                    times.0[lane] = times.0[lane].min(batch.straight(place, entry));
                }
            }
            let start = origin * counts.groups * LIMITS;
            let row = &mut counts.counts[start..start + counts.groups * LIMITS];
            for (group, lane) in &groups {
                let group = *group as usize;
                for (count, limit) in row[group * LIMITS..(group + 1) * LIMITS].iter_mut().zip(&limits[group]) {
                    *count += u32::from(times.0[*lane] <= limit.0);
                }
            }
        }
    }
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
