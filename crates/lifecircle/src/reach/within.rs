//! How many targets of each group lie within each of several limits of every origin.
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
use crate::error::Result;
use crate::network::Cost;
use crate::progress::Progress;

/// A number for each origin, group and limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Within<T> {
    columns: Columns,
    values: Vec<T>,
}

/// Where the limits of each group stand in the row of an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// For each group its first column; then how many there are.
    first: Vec<usize>,
}

impl Columns {
    pub fn new<C>(limits: &[impl AsRef<[C]>]) -> Self {
        let mut first = vec![0];
        for limits in limits {
            first.push(first[first.len() - 1] + limits.as_ref().len());
        }
        Self { first }
    }

    /// How many there are.
    pub fn width(&self) -> usize {
        self.first[self.first.len() - 1]
    }

    pub fn groups(&self) -> usize {
        self.first.len() - 1
    }

    /// Those of a group.
    pub fn of(&self, group: usize) -> std::ops::Range<usize> {
        self.first[group]..self.first[group + 1]
    }
}

impl<T: Copy + Default> Within<T> {
    pub(super) fn new(origins: usize, columns: Columns) -> Self {
        let values = vec![T::default(); origins * columns.width()];
        Self { columns, values }
    }

    /// The numbers of an origin and group, one for each limit of that group.
    pub fn of(&self, origin: usize, group: usize) -> &[T] {
        let (start, columns) = (origin * self.columns.width(), self.columns.of(group));
        &self.values[start + columns.start..start + columns.end]
    }

    /// One origin more, with nothing within any limit.
    pub(super) fn add_origin(&mut self) {
        self.values.resize(self.values.len() + self.columns.width(), T::default());
    }

    /// All numbers of an origin, to be written.
    pub(super) fn row_mut(&mut self, origin: usize) -> &mut [T] {
        let width = self.columns.width();
        &mut self.values[origin * width..(origin + 1) * width]
    }

    /// Where the numbers of a group stand in a row.
    pub(super) fn columns_of(&self, group: usize) -> std::ops::Range<usize> {
        self.columns.of(group)
    }

    /// Bytes that the numbers take.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.values)
    }

    /// The numbers of all origins, to be written by several threads.
    pub(super) fn locked(&mut self) -> LockedRows<'_, T> {
        let width = self.columns.width();
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
/// a group, as many as one likes.
///
/// # Errors
/// If it is cancelled.
///
/// # Panics
/// If there are fewer lists of limits than groups, or a group names a target that is not there.
pub fn within<C: Cost>(
    engine: &Engine<C>,
    question: Question<'_, C>,
    limits: &[impl AsRef<[C]>],
    progress: &dyn Progress,
) -> Result<Within<u32>> {
    let Question { origins, targets, groups } = question;
    let memberships: usize = groups.iter().map(Vec::len).sum();
    let bounds = Bounds::new(limits);
    let pairs = groups.iter().zip(0..).flat_map(|(members, group)| members.iter().map(move |target| (*target, group)));
    let groups_of = Grouped::new(targets.len(), pairs, progress);
    let mut counts = Within::new(origins.len(), bounds.columns.clone());
    let rows = counts.locked();
    let search = |heading, starts, ends, count: &(dyn Fn(&mut Cell<'_, '_, C>, &[u32]) + Sync)| {
        let task = Task::new(engine, heading, starts, ends, farthest(limits), progress)?;
        let cells = task.cells();
        let (all, finished) = (cells.iter().map(Vec::len).sum::<usize>(), AtomicUsize::new(0));
        cells.par_iter().try_for_each(|starts| {
            task.with(starts, |cell| count(cell, starts))?;
            let before = finished.fetch_add(starts.len(), Ordering::Relaxed);
            let in_origins = |starts: usize| starts * origins.len() / all;
            progress.advance((in_origins(before + starts.len()) - in_origins(before)) as u64);
            Ok(())
        })
    };
    if memberships < origins.len() {
        search(Heading::Back, targets, origins, &|cell, targets| {
            count_from_targets(cell, targets, &groups_of, &bounds, &rows);
        })?;
    } else {
        search(Heading::Out, origins, targets, &|cell, origins| {
            count_from_origins(cell, origins, &groups_of, &bounds, &rows);
        })?;
    }
    drop(rows);
    Ok(counts)
}

/// The greatest of all limits.
pub(super) fn farthest<C: Cost>(limits: &[impl AsRef<[C]>]) -> C {
    limits.iter().flat_map(AsRef::as_ref).copied().max().unwrap_or_default()
}

/// The first cost that is beyond each limit of each group, by column.
struct Bounds {
    columns: Columns,
    beyond: Vec<u32>,
}

impl Bounds {
    fn new<C: Cost>(limits: &[impl AsRef<[C]>]) -> Self {
        // A place that is not reached is beyond every limit.
        let beyond = limits.iter().flat_map(AsRef::as_ref).map(|limit| limit.units().min(FAR - 1) + 1).collect();
        Self { columns: Columns::new(limits), beyond }
    }
}

/// Counts for sixteen origins at a time: every lane has a count of its own.
fn count_from_origins<C: Cost>(
    cell: &mut Cell<'_, '_, C>,
    origins: &[u32],
    groups_of: &Grouped,
    bounds: &Bounds,
    rows: &LockedRows<'_, u32>,
) {
    let ends = cell.ends().iter().zip(0..);
    let pairs = ends.flat_map(|(target, place)| groups_of.of(*target).iter().map(move |group| (*group, place)));
    // Where the targets of each group stand among the cell's ends.
    let members = Grouped::new(bounds.columns.groups(), pairs, cell.progress());
    let mut counts = vec![[0; WIDTH]; bounds.columns.width()];
    let arch = cell.arch();
    for origins in origins.chunks(WIDTH) {
        if cell.is_cancelled() {
            return;
        }
        let times = cell.search(origins);
        arch.dispatch(CountLanes { members: &members, bounds, times, counts: &mut counts });
        rows.write(origins, |lane, row| {
            for (counts, value) in counts.iter().zip(row) {
                *value = counts[lane];
            }
        });
    }
}

struct CountLanes<'a> {
    members: &'a Grouped,
    bounds: &'a Bounds,
    times: &'a [Lanes],
    counts: &'a mut [[u32; WIDTH]],
}

impl pulp::NullaryFnOnce for CountLanes<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { members, bounds, times, counts } = self;
        for group in 0..bounds.columns.groups() {
            let columns = bounds.columns.of(group);
            let (members, counts) = (members.of(group as u32), &mut counts[columns.clone()]);
            // As many limits at once as leave their sums in registers.
            let (fours, rest) = bounds.beyond[columns].as_chunks::<4>();
            let (counts_of_fours, counts_of_rest) = counts.as_chunks_mut::<4>();
            for (beyond, counts) in fours.iter().zip(counts_of_fours) {
                *counts = count_lanes(members, times, *beyond);
            }
            match (rest, counts_of_rest) {
                ([a, b, c], counts) => counts.copy_from_slice(&count_lanes(members, times, [*a, *b, *c])),
                ([a, b], counts) => counts.copy_from_slice(&count_lanes(members, times, [*a, *b])),
                ([a], counts) => counts.copy_from_slice(&count_lanes(members, times, [*a])),
                _ => {}
            }
        }
    }
}

#[inline(always)]
fn count_lanes<const LIMITS: usize>(members: &[u32], times: &[Lanes], beyond: [u32; LIMITS]) -> [[u32; WIDTH]; LIMITS] {
    let mut sums = [[0; WIDTH]; LIMITS];
    for place in members {
        let times = times[*place as usize].0;
        for (sums, beyond) in sums.iter_mut().zip(beyond) {
            for (sum, time) in sums.iter_mut().zip(times) {
                *sum += u32::from(time < beyond);
            }
        }
    }
    sums
}

/// Lanes of a batch of targets that are of one group.
struct SameGroup {
    group: usize,
    /// For each limit the first cost beyond it; zero in the lanes of other groups.
    beyond: Vec<Lanes>,
}

/// Counts from sixteen targets at a time: an origin counts the lanes that reach it. Lanes are filled group after group, so
/// that a batch has few of them.
fn count_from_targets<C: Cost>(
    cell: &mut Cell<'_, '_, C>,
    targets: &[u32],
    groups_of: &Grouped,
    bounds: &Bounds,
    rows: &LockedRows<'_, u32>,
) {
    let of_target = |target: &u32| groups_of.of(*target).iter().map(|group| (*group, *target)).collect::<Vec<_>>();
    let mut members: Vec<(u32, u32)> = targets.iter().flat_map(of_target).collect();
    members.sort_unstable();
    let origins = cell.ends().to_vec();
    let arch = cell.arch();
    // The groups that come up, and where their columns begin among those of all that come up.
    let groups: Vec<usize> = members.chunk_by(|a, b| a.0 == b.0).map(|same| same[0].0 as usize).collect();
    let mut first = vec![0];
    for group in &groups {
        first.push(first[first.len() - 1] + bounds.columns.of(*group).len());
    }
    let mut counts = vec![0_u32; first[groups.len()] * origins.len()];
    for members in members.chunks(WIDTH) {
        if cell.is_cancelled() {
            return;
        }
        let targets: Vec<u32> = members.iter().map(|(_, target)| *target).collect();
        let same = same_groups(members, bounds);
        cell.search_in_stretches(&targets, |start, times| {
            for SameGroup { group, beyond } in &same {
                let Ok(place) = groups.binary_search(group) else { continue };
                for (column, beyond) in (first[place]..).zip(beyond) {
                    let start = column * origins.len() + start;
                    let counts = &mut counts[start..start + times.len()];
                    arch.dispatch(CountOrigins { beyond, times, counts });
                }
            }
        });
    }
    rows.write(&origins, |place, row| {
        for (first, group) in first.iter().zip(&groups) {
            for (column, value) in (*first..).zip(&mut row[bounds.columns.of(*group)]) {
                *value += counts[column * origins.len() + place];
            }
        }
    });
}

fn same_groups(members: &[(u32, u32)], bounds: &Bounds) -> Vec<SameGroup> {
    let mut first = 0;
    let same = |members: &[(u32, u32)]| {
        let group = members[0].0 as usize;
        let lanes = first..first + members.len();
        first = lanes.end;
        let in_lanes =
            |beyond: &u32| Lanes(std::array::from_fn(|lane| if lanes.contains(&lane) { *beyond } else { 0 }));
        SameGroup { group, beyond: bounds.beyond[bounds.columns.of(group)].iter().map(in_lanes).collect() }
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
