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
use super::within::{Columns, LockedRows, Within, farthest};
use crate::error::Result;
use crate::network::Cost;
use crate::progress::Progress;

/// The sum of `weights[target] * decay(cost, limit)` over the targets of each group that lie within each of several limits
/// of every origin; `limits[group]` are the limits of a group.
///
/// ```
/// use lifecircle::network::{Millis, Walker};
/// use lifecircle::reach::{Question, weigh};
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let people: Vec<f64> = city.homes.iter().map(|home| home.residents).collect();
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// let (engine, homes) = (ready.times().engine(&())?, ready.times().homes());
/// let everybody = [(0..homes.len() as u32).collect()];
/// let question = Question { origins: homes, targets: homes, groups: &everybody };
/// // How many people live within 15 minutes of each home, those nearer counting more.
/// let linear = |time: Millis, limit: Millis| 1.0 - f64::from(time.0) / f64::from(limit.0);
/// let sums = weigh(engine, question, &[[Millis(900_000)]], &people, linear, &())?;
/// assert!(sums.of(0, 0)[0] >= people[0]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If it is cancelled.
///
/// # Panics
/// If there are fewer weights than targets or lists of limits than groups, or a group names a target that is not there.
pub fn weigh<C: Cost>(
    engine: &Engine<C>,
    question: Question<'_, C>,
    limits: &[impl AsRef<[C]> + Sync],
    weights: &[f64],
    decay: impl Fn(C, C) -> f64 + Sync,
    progress: &dyn Progress,
) -> Result<Within<f64>> {
    let Question { origins, targets, groups } = question;
    let pairs = groups.iter().zip(0..).flat_map(|(members, group)| members.iter().map(move |target| (*target, group)));
    let groups_of = Grouped::new(targets.len(), pairs, progress);
    let task = Task::new(engine, Heading::Out, origins, targets, farthest(limits), progress)?;
    let columns = Columns::new(limits);
    let limits: Vec<C> = limits.iter().flat_map(AsRef::as_ref).map(|limit| (*limit).min(C::of(FAR - 1))).collect();
    let weighing = Weighing { groups_of: &groups_of, columns: &columns, limits: &limits, weights, decay: &decay };
    let mut sums = Within::new(origins.len(), columns.clone());
    let rows = sums.locked();
    task.cells().par_iter().try_for_each(|origins| {
        task.with(origins, |cell| weigh_cell(cell, origins, &weighing, &rows))?;
        progress.advance(origins.len() as u64);
        Ok(())
    })?;
    drop(rows);
    Ok(sums)
}

/// What is weighed and how, the same for all cells.
struct Weighing<'a, C, D> {
    groups_of: &'a Grouped,
    columns: &'a Columns,
    /// By column.
    limits: &'a [C],
    weights: &'a [f64],
    decay: &'a D,
}

fn weigh_cell<C: Cost, D: Fn(C, C) -> f64>(
    cell: &mut Cell<'_, '_, C>,
    origins: &[u32],
    weighing: &Weighing<'_, C, D>,
    rows: &LockedRows<'_, f64>,
) {
    let ends = cell.ends().iter().zip(0..);
    let weighed = |target: u32, place: u32| Weighed { place, weight: weighing.weights[target as usize] };
    let groups_of = |target: u32| weighing.groups_of.of(target);
    let pairs =
        ends.flat_map(|(target, place)| groups_of(*target).iter().map(move |group| (*group, weighed(*target, place))));
    let members = Grouped::new(weighing.columns.groups(), pairs, cell.progress());
    let mut sums = vec![[0.0; WIDTH]; weighing.columns.width()];
    let arch = cell.arch();
    for origins in origins.chunks(WIDTH) {
        if cell.is_cancelled() {
            return;
        }
        let times = cell.search(origins);
        arch.dispatch(WeighLanes { members: &members, weighing, times, sums: &mut sums });
        rows.write(origins, |lane, row| {
            for (sums, value) in sums.iter().zip(row) {
                *value = sums[lane];
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

struct WeighLanes<'a, C, D> {
    members: &'a Grouped<Weighed>,
    weighing: &'a Weighing<'a, C, D>,
    times: &'a [Lanes],
    sums: &'a mut [[f64; WIDTH]],
}

impl<C: Cost, D: Fn(C, C) -> f64> pulp::NullaryFnOnce for WeighLanes<'_, C, D> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Weighing { columns, limits, decay, .. } = self.weighing;
        for group in 0..columns.groups() {
            let columns = columns.of(group);
            for (limit, kept) in limits[columns.clone()].iter().zip(&mut self.sums[columns]) {
                let mut sums = [0.0; WIDTH];
                for Weighed { place, weight } in self.members.of(group as u32) {
                    for (sum, time) in sums.iter_mut().zip(self.times[*place as usize].0) {
                        *sum += if time <= limit.units() { weight * decay(C::of(time), *limit) } else { 0.0 };
                    }
                }
                *kept = sums;
            }
        }
    }
}
