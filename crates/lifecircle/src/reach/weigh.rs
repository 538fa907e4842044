//! What the targets of each group weigh that lie within each of several times of every origin, those nearer counting more
//! if one likes.
//!
//! Sums of broken numbers depend on their order, so each origin adds up its own targets, in the order of targets: the
//! answer is the same on every machine and for any number of threads.

use rayon::prelude::*;

use super::cell::{Cell, Task};
use super::engine::Engine;
use super::heading::Heading;
use super::lanes::{FAR, Lanes, WIDTH};
use super::places::{Grouped, Question};
use super::within::{LockedRows, Within};
use crate::network::Millis;

/// The sum of `weights[target] * decay(time, limit)` over the targets of each group that lie within each of several limits
/// of every origin; `limits[group]` are the limits of a group.
///
/// `done` is called with the number of origins after each cell.
///
/// ```
/// use lifecircle::network::{Millis, Walker};
/// use lifecircle::reach::{Question, weigh};
/// use lifecircle::ready::{ReadyCity, Searched, Walk};
/// use lifecircle::{demo, import};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let people: Vec<f64> = city.homes.iter().map(|home| home.residents).collect();
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &());
/// let Searched { engine, homes, .. } = ready.times();
/// let everybody = [(0..homes.len() as u32).collect()];
/// let question = Question { origins: homes, targets: homes, groups: &everybody };
/// // How many people live within 15 minutes of each home, those nearer counting more.
/// let linear = |time: Millis, limit: Millis| 1.0 - f64::from(time.0) / f64::from(limit.0);
/// let sums = weigh(engine, question, &[[Millis(900_000)]], &people, linear, |_| {});
/// assert!(sums.of(0, 0)[0] >= people[0]);
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// If there are fewer weights than targets or lists of limits than groups, or a group names a target that is not there.
pub fn weigh<const LIMITS: usize>(
    engine: &Engine,
    question: Question<'_>,
    limits: &[[Millis; LIMITS]],
    weights: &[f64],
    decay: impl Fn(Millis, Millis) -> f64 + Sync,
    done: impl Fn(usize) + Sync,
) -> Within<f64> {
    let Question { origins, targets, groups } = question;
    let farthest = limits.iter().flatten().copied().max().unwrap_or_default();
    let pairs = groups.iter().zip(0..).flat_map(|(members, group)| members.iter().map(move |target| (*target, group)));
    let groups_of = Grouped::new(targets.len(), pairs);
    let task = Task::new(engine, Heading::Out, origins, targets, farthest);
    let mut sums = Within::new(origins.len(), groups.len(), LIMITS);
    let rows = sums.locked();
    task.cells().par_iter().for_each(|origins| {
        task.with(origins, |cell| weigh_cell(cell, origins, &groups_of, limits, weights, &decay, &rows));
        done(origins.len());
    });
    drop(rows);
    sums
}

fn weigh_cell<const LIMITS: usize>(
    cell: &mut Cell<'_, '_>,
    origins: &[u32],
    groups_of: &Grouped,
    limits: &[[Millis; LIMITS]],
    weights: &[f64],
    decay: &(impl Fn(Millis, Millis) -> f64 + Sync),
    rows: &LockedRows<'_, f64>,
) {
    let ends = cell.ends().iter().zip(0..);
    let weighed = |target: u32, place: u32| Weighed { place, weight: weights[target as usize] };
    let pairs = ends
        .flat_map(|(target, place)| groups_of.of(*target).iter().map(move |group| (*group, weighed(*target, place))));
    let members = Grouped::new(limits.len(), pairs);
    let mut sums = vec![[[0.0; WIDTH]; LIMITS]; limits.len()];
    let arch = cell.arch();
    for origins in origins.chunks(WIDTH) {
        let times = cell.search(origins);
        arch.dispatch(WeighLanes { members: &members, limits, decay, times, sums: &mut sums });
        rows.write(origins, |lane, row| {
            for (sums, values) in sums.iter().zip(row.chunks_exact_mut(LIMITS)) {
                for (sum, value) in sums.iter().zip(values) {
                    *value = sum[lane];
                }
            }
        });
    }
}

/// A target of a cell: where it stands among the cell's ends, and its weight.
#[derive(Debug, Clone, Copy, Default)]
struct Weighed {
    place: u32,
    weight: f64,
}

struct WeighLanes<'a, const LIMITS: usize, D> {
    members: &'a Grouped<Weighed>,
    limits: &'a [[Millis; LIMITS]],
    decay: &'a D,
    times: &'a [Lanes],
    sums: &'a mut [[[f64; WIDTH]; LIMITS]],
}

impl<const LIMITS: usize, D: Fn(Millis, Millis) -> f64> pulp::NullaryFnOnce for WeighLanes<'_, LIMITS, D> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for ((group, limits), kept) in (0..).zip(self.limits).zip(self.sums) {
            let mut sums = [[0.0; WIDTH]; LIMITS];
            for Weighed { place, weight } in self.members.of(group) {
                let times = self.times[*place as usize].0;
                for (sums, limit) in sums.iter_mut().zip(limits) {
                    let limit = Millis(limit.0.min(FAR - 1));
                    for (sum, time) in sums.iter_mut().zip(times) {
                        *sum += if time <= limit.0 { weight * (self.decay)(Millis(time), limit) } else { 0.0 };
                    }
                }
            }
            *kept = sums;
        }
    }
}
