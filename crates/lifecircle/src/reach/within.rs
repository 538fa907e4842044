//! How many targets of each group lie within each of several times of every origin.
//!
//! Sixteen origins or sixteen targets are searched at a time, whichever there are fewer of. Whole numbers add up the same in
//! any order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::cell::{Cell, Task};
use super::engine::Engine;
use super::heading::Heading;
use super::lanes::{FAR, Lanes, WIDTH};
use super::places::{Grouped, Question};
use crate::network::Millis;

/// A number for each origin, group and limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Within<T> {
    groups: usize,
    limits: usize,
    values: Vec<T>,
}

impl<T: Copy + Default> Within<T> {
    pub(super) fn new(origins: usize, groups: usize, limits: usize) -> Self {
        Self { groups, limits, values: vec![T::default(); origins * groups * limits] }
    }

    /// The numbers of an origin and group, one for each limit of that group.
    pub fn of(&self, origin: usize, group: usize) -> &[T] {
        let start = (origin * self.groups + group) * self.limits;
        &self.values[start..start + self.limits]
    }

    pub(super) fn of_mut(&mut self, origin: usize, group: usize) -> &mut [T] {
        let start = (origin * self.groups + group) * self.limits;
        &mut self.values[start..start + self.limits]
    }

    /// Bytes that the numbers take.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.values)
    }

    /// The numbers of all origins, to be written by several threads.
    pub(super) fn locked(&mut self) -> LockedRows<'_, T> {
        let width = self.groups * self.limits;
        LockedRows { width, locks: self.values.chunks_mut((ROWS_A_LOCK * width).max(1)).map(Mutex::new).collect() }
    }
}

/// Origins whose numbers are locked together.
const ROWS_A_LOCK: usize = 256;

/// The rows of all origins, locked some hundred at a time.
pub(super) struct LockedRows<'a, T> {
    width: usize,
    locks: Vec<Mutex<&'a mut [T]>>,
}

impl<T> LockedRows<'_, T> {
    /// Lets the rows of some origins be written: `write` gets the index of each among `origins`, and its row. Origins that
    /// follow each other are written under one lock, so they should ascend.
    pub fn write(&self, origins: &[u32], mut write: impl FnMut(usize, &mut [T])) {
        if self.width == 0 {
            return;
        }
        let lock_of = |origin: &u32| *origin as usize / ROWS_A_LOCK;
        let mut done = 0;
        for together in origins.chunk_by(|a, b| lock_of(a) == lock_of(b)) {
            let lock = lock_of(&together[0]);
            let mut values = self.locks[lock].lock().unwrap_or_else(PoisonError::into_inner);
            for origin in together {
                let start = (*origin as usize - lock * ROWS_A_LOCK) * self.width;
                write(done, &mut values[start..start + self.width]);
                done += 1;
            }
        }
    }
}

/// How many targets of each group lie within each of several limits of every origin; `limits[group]` are the limits of
/// a group.
///
/// `done` is called after each part of the work, with how much of it that was, counted in origins.
///
/// # Panics
/// If there are fewer lists of limits than groups, or a group names a target that is not there.
pub fn within<const LIMITS: usize>(
    engine: &Engine,
    question: Question<'_>,
    limits: &[[Millis; LIMITS]],
    done: impl Fn(usize) + Sync,
) -> Within<u32> {
    let Question { origins, targets, groups } = question;
    let memberships: usize = groups.iter().map(Vec::len).sum();
    let bounds = Bounds::new(limits);
    let pairs = groups.iter().zip(0..).flat_map(|(members, group)| members.iter().map(move |target| (*target, group)));
    let groups_of = Grouped::new(targets.len(), pairs);
    let mut counts = Within::new(origins.len(), groups.len(), LIMITS);
    let rows = counts.locked();
    let search = |heading, starts, ends, count: &(dyn Fn(&mut Cell<'_, '_>, &[u32]) + Sync)| {
        let task = Task::new(engine, heading, starts, ends, bounds.farthest);
        let cells = task.cells();
        let (all, finished) = (cells.iter().map(Vec::len).sum::<usize>(), AtomicUsize::new(0));
        cells.par_iter().for_each(|starts| {
            task.with(starts, |cell| count(cell, starts));
            let before = finished.fetch_add(starts.len(), Ordering::Relaxed);
            let in_origins = |starts: usize| starts * origins.len() / all;
            done(in_origins(before + starts.len()) - in_origins(before));
        });
    };
    if memberships < origins.len() {
        search(Heading::Back, targets, origins, &|cell, targets| {
            count_from_targets(cell, targets, &groups_of, &bounds, &rows);
        });
    } else {
        search(Heading::Out, origins, targets, &|cell, origins| {
            count_from_origins(cell, origins, &groups_of, &bounds, &rows);
        });
    }
    drop(rows);
    counts
}

/// The first time that is beyond each limit of each group.
struct Bounds<const LIMITS: usize> {
    beyond: Vec<[u32; LIMITS]>,
    farthest: Millis,
}

impl<const LIMITS: usize> Bounds<LIMITS> {
    fn new(limits: &[[Millis; LIMITS]]) -> Self {
        let farthest = limits.iter().flatten().copied().max().unwrap_or_default();
        // A place that is not reached is beyond every limit.
        let beyond = limits.iter().map(|limits| limits.map(|limit| limit.0.min(FAR - 1) + 1)).collect();
        Self { beyond, farthest }
    }
}

/// Counts for sixteen origins at a time: every lane has a count of its own.
fn count_from_origins<const LIMITS: usize>(
    cell: &mut Cell<'_, '_>,
    origins: &[u32],
    groups_of: &Grouped,
    bounds: &Bounds<LIMITS>,
    rows: &LockedRows<'_, u32>,
) {
    let ends = cell.ends().iter().zip(0..);
    let pairs = ends.flat_map(|(target, place)| groups_of.of(*target).iter().map(move |group| (*group, place)));
    // Where the targets of each group stand among the cell's ends.
    let members = Grouped::new(bounds.beyond.len(), pairs);
    let mut counts = vec![[[0; WIDTH]; LIMITS]; bounds.beyond.len()];
    let arch = cell.arch();
    for origins in origins.chunks(WIDTH) {
        counts.fill([[0; WIDTH]; LIMITS]);
        let times = cell.search(origins);
        arch.dispatch(CountLanes { members: &members, beyond: &bounds.beyond, times, counts: &mut counts });
        rows.write(origins, |lane, row| {
            for (counts, values) in counts.iter().zip(row.chunks_exact_mut(LIMITS)) {
                for (count, value) in counts.iter().zip(values) {
                    *value = count[lane];
                }
            }
        });
    }
}

struct CountLanes<'a, const LIMITS: usize> {
    members: &'a Grouped,
    beyond: &'a [[u32; LIMITS]],
    times: &'a [Lanes],
    counts: &'a mut [[[u32; WIDTH]; LIMITS]],
}

impl<const LIMITS: usize> pulp::NullaryFnOnce for CountLanes<'_, LIMITS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for ((group, beyond), counts) in (0..).zip(self.beyond).zip(self.counts) {
            let mut sums = [[0; WIDTH]; LIMITS];
            for place in self.members.of(group) {
                let times = self.times[*place as usize].0;
                for (sums, beyond) in sums.iter_mut().zip(beyond) {
                    for (sum, time) in sums.iter_mut().zip(times) {
                        *sum += u32::from(time < *beyond);
                    }
                }
            }
            *counts = sums;
        }
    }
}

/// Lanes of a batch of targets that are of one group.
struct SameGroup<const LIMITS: usize> {
    group: u32,
    /// For each limit the first time beyond it; zero in the lanes of other groups.
    beyond: [Lanes; LIMITS],
}

/// Counts from sixteen targets at a time: an origin counts the lanes that reach it. Lanes are filled group after group, so
/// that a batch has few of them.
fn count_from_targets<const LIMITS: usize>(
    cell: &mut Cell<'_, '_>,
    targets: &[u32],
    groups_of: &Grouped,
    bounds: &Bounds<LIMITS>,
    rows: &LockedRows<'_, u32>,
) {
    let of_target = |target: &u32| groups_of.of(*target).iter().map(|group| (*group, *target)).collect::<Vec<_>>();
    let mut members: Vec<(u32, u32)> = targets.iter().flat_map(of_target).collect();
    members.sort_unstable();
    let origins = cell.ends().to_vec();
    let arch = cell.arch();
    // For each group that comes up and each limit, the counts of all origins.
    let groups: Vec<u32> = members.chunk_by(|a, b| a.0 == b.0).map(|same| same[0].0).collect();
    let mut counts = vec![0_u32; groups.len() * LIMITS * origins.len()];
    for members in members.chunks(WIDTH) {
        let targets: Vec<u32> = members.iter().map(|(_, target)| *target).collect();
        let same = same_groups(members, bounds);
        cell.search_in_stretches(&targets, |start, times| {
            for SameGroup { group, beyond } in &same {
                let Ok(column) = groups.binary_search(group) else { continue };
                for (limit, beyond) in beyond.iter().enumerate() {
                    let start = (column * LIMITS + limit) * origins.len() + start;
                    let counts = &mut counts[start..start + times.len()];
                    arch.dispatch(CountOrigins { beyond, times, counts });
                }
            }
        });
    }
    rows.write(&origins, |place, row| {
        for (column, group) in groups.iter().enumerate() {
            for limit in 0..LIMITS {
                row[*group as usize * LIMITS + limit] += counts[(column * LIMITS + limit) * origins.len() + place];
            }
        }
    });
}

fn same_groups<const LIMITS: usize>(members: &[(u32, u32)], bounds: &Bounds<LIMITS>) -> Vec<SameGroup<LIMITS>> {
    let mut first = 0;
    let same = |members: &[(u32, u32)]| {
        let group = members[0].0;
        let lanes = first..first + members.len();
        first = lanes.end;
        let beyond = bounds.beyond[group as usize]
            .map(|beyond| Lanes(std::array::from_fn(|lane| if lanes.contains(&lane) { beyond } else { 0 })));
        SameGroup { group, beyond }
    };
    members.chunk_by(|a, b| a.0 == b.0).map(same).collect()
}

struct CountOrigins<'a> {
    beyond: &'a Lanes,
    times: &'a [Lanes],
    counts: &'a mut [u32],
}

impl pulp::NullaryFnOnce for CountOrigins<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (count, times) in self.counts.iter_mut().zip(self.times) {
            *count += (0..WIDTH).map(|lane| u32::from(times.0[lane] < self.beyond.0[lane])).sum::<u32>();
        }
    }
}
