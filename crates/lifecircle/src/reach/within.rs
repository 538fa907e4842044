//! What lies within a time of each origin: how many targets of each group, or what they weigh.

use rayon::prelude::*;

use super::cell::{Cell, Task};
use super::engine::Engine;
use super::heading::Heading;
use super::lanes::{FAR, Lanes, WIDTH};
use super::places::{Grouped, Question};
use crate::network::Millis;

/// A number for each origin, group and limit.
#[derive(Debug, Clone)]
pub struct Within<T> {
    groups: usize,
    limits: usize,
    /// The row of each origin; row 0 is that of origins without a door, who reach nothing.
    rows: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy> Within<T> {
    /// The numbers of an origin and group, one for each limit of that group.
    pub fn of(&self, origin: usize, group: usize) -> &[T] {
        let start = (self.rows[origin] as usize * self.groups + group) * self.limits;
        &self.values[start..start + self.limits]
    }

    /// Bytes that the numbers take.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.rows) + size_of_val(&*self.values)
    }
}

/// How many targets of each group lie within each of several limits of every origin; `limits[group]` are the limits of
/// a group.
///
/// `done` is called with the number of origins after each cell.
///
/// # Panics
/// If there are fewer lists of limits than groups, or a group names a target that is not there.
pub fn within<const LIMITS: usize>(
    engine: &Engine,
    question: Question<'_>,
    limits: &[[Millis; LIMITS]],
    done: impl Fn(usize) + Sync,
) -> Within<u32> {
    tally(engine, question, limits, &Count, done)
}

/// What the targets of each group weigh that lie within each of several limits of every origin: the sum of
/// `weights[target] * decay(time, limit)`. Sums are taken in the order of targets, so they are the same on every
/// machine.
///
/// ```
/// use lifecircle::network::{Millis, Network, Walker};
/// use lifecircle::reach::{Engine, Places, Question, weigh};
/// use lifecircle::{demo, import, network};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let walker = Walker::named("adult")?;
/// let network = Network::new(&city.streets, &walker);
/// let snaps = network::snap_city(&city, &network, &walker, network::DEFAULT_SNAP_LIMIT, &());
/// let engine = Engine::new(network);
/// let homes: Places = snaps.homes.iter().map(|home| home.ok()).collect();
/// let people: Vec<f64> = city.homes.iter().map(|home| home.residents).collect();
/// let everybody = [(0..homes.len() as u32).collect()];
/// let question = Question { origins: &homes, targets: &homes, groups: &everybody };
/// // How many people live within 15 minutes of each home, those nearer counting more.
/// let linear = |time: Millis, limit: Millis| 1.0 - f64::from(time.0) / f64::from(limit.0);
/// let sums = weigh(&engine, question, &[[Millis(900_000)]], &people, linear, |_| {});
/// assert!(sums.of(0, 0)[0] >= people[0]);
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// As [`within`], and if there are fewer weights than targets.
pub fn weigh<const LIMITS: usize>(
    engine: &Engine,
    question: Question<'_>,
    limits: &[[Millis; LIMITS]],
    weights: &[f64],
    decay: impl Fn(Millis, Millis) -> f64 + Sync,
    done: impl Fn(usize) + Sync,
) -> Within<f64> {
    tally(engine, question, limits, &Weigh { weights, decay }, done)
}

/// How targets are added up.
trait Adds: Sync {
    type Value: Copy + Default + Send + Sync;

    /// Adds a target to the sums of those lanes that reach it within a limit.
    fn add(&self, sums: &mut [Self::Value; WIDTH], target: usize, times: &Lanes, limit: Millis);
}

struct Count;

impl Adds for Count {
    type Value = u32;

    #[inline(always)]
    fn add(&self, sums: &mut [u32; WIDTH], _target: usize, times: &Lanes, limit: Millis) {
        for (sum, time) in sums.iter_mut().zip(times.0) {
            *sum += u32::from(time <= limit.0);
        }
    }
}

struct Weigh<'a, D> {
    weights: &'a [f64],
    decay: D,
}

impl<D: Fn(Millis, Millis) -> f64 + Sync> Adds for Weigh<'_, D> {
    type Value = f64;

    #[inline(always)]
    fn add(&self, sums: &mut [f64; WIDTH], target: usize, times: &Lanes, limit: Millis) {
        let weight = self.weights[target];
        for (sum, time) in sums.iter_mut().zip(times.0) {
            *sum += if time <= limit.0 { weight * (self.decay)(Millis(time), limit) } else { 0.0 };
        }
    }
}

fn tally<const LIMITS: usize, A: Adds>(
    engine: &Engine,
    question: Question<'_>,
    limits: &[[Millis; LIMITS]],
    adds: &A,
    done: impl Fn(usize) + Sync,
) -> Within<A::Value> {
    let Question { origins, targets, groups } = question;
    // A place that is not reached is beyond every limit.
    let within = |limit: Millis| Millis(limit.0.min(FAR - 1));
    let limits: Vec<[Millis; LIMITS]> = limits.iter().map(|limits| limits.map(within)).collect();
    let farthest = limits.iter().flatten().copied().max().unwrap_or_default();
    let task = Task::new(engine, Heading::Out, origins, targets, farthest);
    let pairs = groups.iter().zip(0..).flat_map(|(members, group)| members.iter().map(move |target| (*target, group)));
    let groups_of = Grouped::new(targets.len(), pairs);
    let cells = task.cells();
    let mut rows = vec![0; origins.len()];
    for (row, origin) in (1..).zip(cells.iter().flatten()) {
        rows[*origin as usize] = row;
    }
    let width = groups.len() * LIMITS;
    let mut values = vec![A::Value::default(); (cells.iter().map(Vec::len).sum::<usize>() + 1) * width];
    let (_nowhere, mut rest) = values.split_at_mut(width);
    let mut pieces = Vec::with_capacity(cells.len());
    for cell in &cells {
        let (piece, after) = rest.split_at_mut(cell.len() * width);
        pieces.push((cell, piece));
        rest = after;
    }
    pieces.into_par_iter().for_each(|(origins, values)| {
        task.with(origins, |cell| tally_cell(cell, origins, &groups_of, &limits, adds, values));
        done(origins.len());
    });
    Within { groups: groups.len(), limits: LIMITS, rows, values }
}

/// Adds up for the origins of one cell, whose values follow each other.
fn tally_cell<const LIMITS: usize, A: Adds>(
    cell: &mut Cell<'_, '_>,
    origins: &[u32],
    groups_of: &Grouped,
    limits: &[[Millis; LIMITS]],
    adds: &A,
    values: &mut [A::Value],
) {
    let ends = cell.ends().iter().zip(0..);
    let pairs = ends.flat_map(|(target, place)| groups_of.of(*target).iter().map(move |group| (*group, (place, *target))));
    // The targets of each group: where they stand among the cell's ends, and which they are.
    let members = Grouped::new(limits.len(), pairs);
    let width = limits.len() * LIMITS;
    let arch = cell.arch();
    for (origins, values) in origins.chunks(WIDTH).zip(values.chunks_mut(WIDTH * width)) {
        let times = cell.search(origins);
        arch.dispatch(Add { adds, members: &members, limits, times, values });
    }
}

/// Adds up for the lanes of one batch.
struct Add<'a, const LIMITS: usize, A: Adds> {
    adds: &'a A,
    members: &'a Grouped<(u32, u32)>,
    limits: &'a [[Millis; LIMITS]],
    times: &'a [Lanes],
    values: &'a mut [A::Value],
}

impl<const LIMITS: usize, A: Adds> pulp::NullaryFnOnce for Add<'_, LIMITS, A> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let width = self.limits.len() * LIMITS;
        for (group, limits) in self.limits.iter().enumerate() {
            let mut sums = [[A::Value::default(); WIDTH]; LIMITS];
            for (place, target) in self.members.of(group as u32) {
                for (sums, limit) in sums.iter_mut().zip(limits) {
                    self.adds.add(sums, *target as usize, &self.times[*place as usize], *limit);
                }
            }
            for (lane, row) in self.values.chunks_mut(width).enumerate() {
                for (value, sums) in row[group * LIMITS..(group + 1) * LIMITS].iter_mut().zip(&sums) {
                    *value = sums[lane];
                }
            }
        }
    }
}
