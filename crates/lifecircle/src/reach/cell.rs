//! Cells: starts that lie together share one region, and sixteen of them at a time one search.
//!
//! Every kernel that asks how long it takes from many places to many places runs over cells. How starts are cut into cells
//! has no bearing on the answers, only on how fast they come.

use std::sync::Mutex;

use rayon::prelude::*;

use super::batch::Batch;
use super::crossing::Crossing;
use super::engine::Engine;
use super::frontier::Frontier;
use super::heading::Heading;
use super::lanes::{FAR, Lanes, WIDTH};
use super::places::{Grouped, Places};
use super::region::Region;
use crate::error::{Error, Result};
use crate::network::{Cost, Snap};
use crate::progress::{Progress, give_back_aside};

const NONE: u32 = u32::MAX;

/// Ends whose times are told at once: few enough to stay in the nearest cache.
const AT_ONCE: usize = 256;

/// Ends whose times are told before it is looked whether the work should stop: some milliseconds.
const LOOK_EVERY: usize = 1 << 16;

/// Starts whose reach is looked at to choose the size of cells.
const SAMPLES: usize = 9;

/// Opening a cell costs as much for each of its nodes as so many searches of sixteen starts do.
const OPENING: f64 = 15.0;

/// A cell spans as many nodes as this at least and at most, so that its region is no larger than it must be and all
/// threads have work.
const SPAN: std::ops::RangeInclusive<f64> = 64.0..=65536.0;

/// What all cells of one question share.
pub(super) struct Task<'a, C> {
    engine: &'a Engine<C>,
    heading: Heading,
    starts: &'a Places<C>,
    ends: &'a Places<C>,
    limit: C,
    progress: &'a dyn Progress,
    owners: Vec<u32>,
    by_node: Grouped,
    by_edge: Grouped,
    workers: Mutex<Vec<Worker>>,
}

impl<'a, C: Cost> Task<'a, C> {
    /// Times from starts to ends, as far as a limit.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn new(
        engine: &'a Engine<C>,
        heading: Heading,
        starts: &'a Places<C>,
        ends: &'a Places<C>,
        limit: C,
        progress: &'a dyn Progress,
    ) -> Result<Self> {
        let network = engine.network();
        let task = Self {
            engine,
            heading,
            starts,
            ends,
            limit,
            progress,
            owners: ends.owners(),
            by_node: Grouped::by_node(ends, network, progress),
            by_edge: Grouped::by_edge(ends, network, progress),
            workers: Mutex::default(),
        };
        progress.check()?;
        Ok(task)
    }

    /// Starts cut into cells; those without a door are in none.
    pub fn cells(&self) -> Vec<Vec<u32>> {
        let network = self.engine.network();
        let key = |start: u32| {
            let door = self.starts.doors(start as usize).first()?;
            let [from, to] = network.ends(door.edge);
            Some((from.min(to), door.edge, start))
        };
        let mut keyed: Vec<(u32, u32, u32)> = (0..self.starts.len() as u32).filter_map(key).collect();
        keyed.par_sort_unstable();
        let span = self.span(&keyed);
        let mut cells: Vec<Vec<u32>> = Vec::new();
        let mut begin = 0;
        for (node, _, start) in keyed {
            match cells.last_mut() {
                Some(cell) if node - begin < span => cell.push(start),
                _ => {
                    begin = node;
                    cells.push(vec![start]);
                }
            }
        }
        cells
    }

    /// How many nodes a cell spans. With few starts it spans more of them, and its region is opened less often; with
    /// many it spans fewer, and its region is not much larger than what each start reaches. Where a start reaches
    /// M nodes and A other starts, the region of a cell of S nodes has about M (1 + √(S/M))² nodes; the cost of a start
    /// is least for S = M (16 · OPENING / A)^⅔.
    fn span(&self, keyed: &[(u32, u32, u32)]) -> u32 {
        if keyed.is_empty() || self.limit == C::NEVER {
            return *SPAN.end() as u32;
        }
        let network = self.engine.network();
        let mut worker = self.worker();
        let mut reached: Vec<usize> = (0..SAMPLES)
            .map(|sample| {
                let (.., start) = keyed[sample * (keyed.len() - 1) / (SAMPLES - 1)];
                let doors = self.starts.doors(start as usize).iter();
                worker.opened.frontier.search(network, self.heading, doors, self.limit);
                worker.opened.frontier.reached().len()
            })
            .collect();
        self.give_back(worker);
        reached.sort_unstable();
        let nodes = reached[SAMPLES / 2] as f64;
        let starts = nodes * keyed.len() as f64 / network.nodes() as f64;
        let span = nodes * (WIDTH as f64 * OPENING / starts.max(1.0)).cbrt().powi(2);
        span.clamp(*SPAN.start(), *SPAN.end()) as u32
    }

    /// Opens a cell, works on it, and closes it. Work that looks at [`Cell::is_cancelled`] may be left half done then.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn with<T>(&self, cell: &[u32], work: impl FnOnce(&mut Cell<'_, '_, C>) -> T) -> Result<T> {
        self.progress.check()?;
        let mut worker = self.worker();
        worker.opened.open(self, cell);
        // Opening a cell of a whole country takes longer than a caller should wait; a worker that was stopped in it is of no more use.
        let answer = (!self.progress.is_cancelled()).then(|| work(&mut Cell { task: self, worker: &mut worker }));
        match answer.filter(|_| !self.progress.is_cancelled()) {
            Some(answer) => {
                worker.opened.close();
                self.give_back(worker);
                Ok(answer)
            }
            None => {
                give_back_aside(worker);
                Err(Error::cancelled())
            }
        }
    }

    fn worker(&self) -> Worker {
        let idle = self.workers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| Worker::new(self))
    }

    fn give_back(&self, worker: Worker) {
        self.workers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(worker);
    }
}

/// What a thread keeps from one cell to the next.
struct Worker {
    opened: Opened,
    searched: Searched,
}

/// A cell's region and ends, which all of its searches read.
struct Opened {
    arch: pulp::Arch,
    frontier: Frontier,
    region: Region,
    crossing: Crossing,
    /// Ends of the cell, ascending, and where each end of all stands among them.
    ends: Vec<u32>,
    local: Vec<u32>,
    /// The doors of the cell's ends, end after end.
    first: Vec<u32>,
    doors: Vec<Door>,
}

/// What one search of sixteen starts finds, kept from one to the next.
#[derive(Default)]
struct Searched {
    batch: Batch,
    /// Times to some of the cell's ends.
    times: Vec<Lanes>,
    /// Ways straight along an edge: the end, the lane, the time.
    straight: Vec<(u32, u32, u32)>,
}

/// A door as the lanes see it: the places at the ends of its edge, and the times from there.
#[derive(Debug, Clone, Copy)]
struct Door {
    places: [u32; 2],
    times: [u32; 2],
}

impl Worker {
    fn new<C: Cost>(task: &Task<'_, C>) -> Self {
        Self { opened: Opened::new(task), searched: Searched::default() }
    }
}

impl Opened {
    fn new<C: Cost>(task: &Task<'_, C>) -> Self {
        Self {
            arch: pulp::Arch::new(),
            frontier: Frontier::new(task.engine.network().nodes()),
            region: Region::new(task.engine.hierarchy()),
            crossing: Crossing::default(),
            ends: Vec::new(),
            local: vec![NONE; task.ends.len()],
            first: Vec::new(),
            doors: Vec::new(),
        }
    }

    /// Opens a cell; it may be left half open if the work should stop.
    fn open<C: Cost>(&mut self, task: &Task<'_, C>, cell: &[u32]) {
        let Self { arch, frontier, region, crossing, ends, local, first, doors } = self;
        let (network, hierarchy) = (task.engine.network(), task.engine.hierarchy());
        let starts = || cell.iter().flat_map(|start| task.starts.doors(*start as usize));
        frontier.search(network, task.heading, starts(), task.limit);
        // An end on the same edge as a start may be within the limit though neither end of the edge is.
        let beside = starts().flat_map(|door| task.by_edge.of(door.edge));
        for (number, door) in
            frontier.reached().iter().flat_map(|node| task.by_node.of(*node)).chain(beside).enumerate()
        {
            if number % LOOK_EVERY == LOOK_EVERY - 1 && task.progress.is_cancelled() {
                return;
            }
            let end = task.owners[*door as usize];
            if local[end as usize] == NONE {
                local[end as usize] = 0;
                ends.push(end);
            }
        }
        if task.progress.is_cancelled() {
            return;
        }
        sort_marked(ends, local);
        if task.progress.is_cancelled() {
            return;
        }
        for (place, end) in ends.iter().enumerate() {
            local[*end as usize] = place as u32;
        }
        let doors_of = |end: &u32| task.ends.doors(*end as usize);
        let nodes_of = |door: &Snap<C>| network.ends(door.edge);
        let of_ends = ends.iter().flat_map(doors_of).flat_map(nodes_of);
        region.fill(
            hierarchy,
            task.heading,
            frontier,
            [&mut starts().flat_map(nodes_of), &mut { of_ends }],
            task.progress,
        );
        if task.progress.is_cancelled() {
            return;
        }
        crossing.fill(*arch, region, cell.len().div_ceil(WIDTH), task.progress);
        first.clear();
        doors.clear();
        first.push(0);
        for (number, end) in ends.iter().enumerate() {
            if number % LOOK_EVERY == 0 && task.progress.is_cancelled() {
                return;
            }
            for door in doors_of(end) {
                let [(from, at_from), (to, at_to)] = task.heading.enter(door, network);
                let places = [region.place(hierarchy, from), region.place(hierarchy, to)];
                doors.push(Door { places, times: [at_from, at_to] });
            }
            first.push(doors.len() as u32);
        }
    }

    fn close(&mut self) {
        if are_many(&self.ends, &self.local) {
            self.local.fill(NONE);
        } else {
            self.ends.iter().for_each(|end| self.local[*end as usize] = NONE);
        }
        self.ends.clear();
    }
}

/// Sorts the ends that are marked; where they are many of all, by looking at all.
fn sort_marked(ends: &mut Vec<u32>, local: &[u32]) {
    if !are_many(ends, local) {
        return ends.sort_unstable();
    }
    ends.clear();
    ends.extend((0..).zip(local).filter(|(_, place)| **place != NONE).map(|(end, _)| end));
}

/// Whether looking at all ends is quicker than looking at each of some.
fn are_many(ends: &[u32], local: &[u32]) -> bool {
    ends.len() > local.len() / 8
}

impl Searched {
    /// Searches from up to sixteen starts of a cell.
    fn search<C: Cost>(&mut self, task: &Task<'_, C>, opened: &Opened, starts: &[u32]) {
        let Self { batch, straight, .. } = self;
        let Opened { arch, region, crossing, local, .. } = opened;
        let (network, hierarchy) = (task.engine.network(), task.engine.hierarchy());
        let with_lanes = || {
            let lanes = starts.iter().enumerate();
            lanes.flat_map(|(lane, start)| task.starts.doors(*start as usize).iter().map(move |door| (lane, door)))
        };
        let seeds = with_lanes().flat_map(|(lane, door)| {
            let ends = task.heading.leave(door, network);
            ends.map(|(node, time)| (lane, region.place(hierarchy, node), time))
        });
        batch.run(*arch, region, crossing, seeds, task.progress);
        straight.clear();
        for (lane, door) in with_lanes() {
            for other in task.by_edge.of(door.edge) {
                let end = local[task.owners[*other as usize] as usize];
                let time = task.heading.straight(door, &task.ends.all_doors()[*other as usize], network);
                straight.push((end, lane as u32, time));
            }
        }
        straight.sort_unstable();
    }

    /// Times to all ends; to the first of them if the work should stop.
    fn arrive(&mut self, opened: &Opened, progress: &dyn Progress) {
        self.times.clear();
        for start in (0..opened.ends.len()).step_by(LOOK_EVERY) {
            if progress.is_cancelled() {
                return;
            }
            let range = start..(start + LOOK_EVERY).min(opened.ends.len());
            self.times.resize(range.end, Lanes::FAR);
            self.arrive_in(opened, range, start);
        }
    }

    /// Times to the ends in a range, told from a place among the times on.
    fn arrive_in(&mut self, opened: &Opened, range: std::ops::Range<usize>, place: usize) {
        let times = &mut self.times[place..place + range.len()];
        if self.batch.labels().is_empty() {
            // The search was stopped before it began.
            times.fill(Lanes::FAR);
            return;
        }
        let first = &opened.first[range.start..=range.end];
        opened.arch.dispatch(Arrive { first, doors: &opened.doors, labels: self.batch.labels(), times });
        let from = self.straight.partition_point(|(end, ..)| (*end as usize) < range.start);
        let here = self.straight[from..].iter().take_while(|(end, ..)| (*end as usize) < range.end);
        for (end, lane, straight) in here {
            let time = &mut times[*end as usize - range.start].0[*lane as usize];
            *time = (*time).min(*straight);
        }
    }
}

/// Times to each end: the least over its doors.
struct Arrive<'a> {
    first: &'a [u32],
    doors: &'a [Door],
    labels: &'a [Lanes],
    times: &'a mut [Lanes],
}

impl pulp::NullaryFnOnce for Arrive<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { first, doors, labels, times } = self;
        for (range, time) in first.windows(2).zip(times) {
            let mut best = Lanes::FAR;
            for Door { places: [from, to], times: [at_from, at_to] } in &doors[range[0] as usize..range[1] as usize] {
                let by_from = labels[*from as usize].plus(*at_from);
                let by_to = labels[*to as usize].plus(*at_to);
                best = best.min(by_from.min(by_to));
            }
            *time = best;
        }
    }
}

/// A cell that is open: its region is found, its ends are known.
pub(super) struct Cell<'a, 't, C> {
    task: &'a Task<'t, C>,
    worker: &'a mut Worker,
}

impl<C: Cost> Cell<'_, '_, C> {
    /// The ends that some start of the cell may reach, ascending.
    pub fn ends(&self) -> &[u32] {
        &self.worker.opened.ends
    }

    /// The times from up to sixteen starts of the cell to its ends, in the order of [`Cell::ends`], a lane each. Times
    /// beyond the limit may be too long.
    pub fn search(&mut self, starts: &[u32]) -> &[Lanes] {
        debug_assert!(starts.len() <= WIDTH);
        let Worker { opened, searched } = &mut *self.worker;
        searched.search(self.task, opened, starts);
        searched.arrive(opened, self.task.progress);
        // Times that nobody will look at need only be there.
        searched.times.resize(opened.ends.len(), Lanes::FAR);
        &searched.times
    }

    /// The same for ends that are taken once only, stretch after stretch: `take` gets the index of its first end and the
    /// times.
    pub fn search_in_stretches(&mut self, starts: &[u32], mut take: impl FnMut(usize, &[Lanes])) {
        debug_assert!(starts.len() <= WIDTH);
        let Worker { opened, searched } = &mut *self.worker;
        searched.search(self.task, opened, starts);
        let ends = opened.ends.len();
        searched.times.resize(AT_ONCE, Lanes::FAR);
        for start in (0..ends).step_by(AT_ONCE) {
            let range = start..(start + AT_ONCE).min(ends);
            let told = range.len();
            searched.arrive_in(opened, range, 0);
            take(start, &searched.times[..told]);
        }
    }

    /// The same for any number of starts of a cell that is large, on all threads: `take` gets up to sixteen starts at a time, in
    /// order, and their times.
    ///
    /// # Errors
    /// Whatever `take` returns, or if it is cancelled.
    pub fn search_on_all_threads(
        &mut self,
        starts: &[u32],
        mut take: impl FnMut(&[u32], &[Lanes]) -> Result<()>,
    ) -> Result<()> {
        let (task, opened) = (self.task, &self.worker.opened);
        let mut side_by_side: Vec<Searched> = Vec::new();
        side_by_side.resize_with(rayon::current_num_threads(), Searched::default);
        let outcome = starts.chunks(WIDTH * side_by_side.len()).try_for_each(|starts| {
            side_by_side.par_iter_mut().zip(starts.par_chunks(WIDTH)).for_each(|(searched, starts)| {
                searched.search(task, opened, starts);
                searched.arrive(opened, task.progress);
            });
            side_by_side.iter().zip(starts.chunks(WIDTH)).try_for_each(|(searched, starts)| {
                task.progress.check()?;
                take(starts, &searched.times)
            })
        });
        if outcome.is_err() {
            give_back_aside(side_by_side);
        }
        outcome
    }

    /// Whether the work should stop: looked at before each search.
    pub fn is_cancelled(&self) -> bool {
        self.task.progress.is_cancelled()
    }

    /// Who may stop the work.
    pub fn progress(&self) -> &dyn Progress {
        self.task.progress
    }

    /// What runs plain loops with the widest instructions of the machine.
    pub fn arch(&self) -> pulp::Arch {
        self.worker.opened.arch
    }
}

const _: () = assert!(FAR < NONE);
