//! A batch: up to sixteen starts that lie together, searched together over their region, a lane each.
//!
//! Labels climb from the starts, places in ascending order; they cross the core; then every other place takes the least
//! over the places above it, in descending order: arc by arc, since a loop over the three or four arcs of each place
//! ends where no machine foresees it.

use super::crossing::Crossing;
use super::lanes::{Lanes, WIDTH, make_fresh};
use super::marks::Marks;
use super::region::{Descent, Region};
use crate::progress::Progress;

/// After so many arcs it is looked whether the work should stop: some milliseconds.
const LOOK_EVERY: usize = 1 << 16;

/// The labels of one batch, kept from one to the next.
#[derive(Default)]
pub(super) struct Batch {
    labels: Vec<Lanes>,
    /// Places that a start climbs to.
    climbed: Marks,
}

impl Batch {
    /// Searches over a region from seeds: lane, place, time. Labels are half done, or none, if the work should stop.
    pub fn run(
        &mut self,
        arch: pulp::Arch,
        region: &Region,
        crossing: &Crossing,
        seeds: impl Iterator<Item = (usize, u32, u32)>,
        progress: &dyn Progress,
    ) {
        make_fresh(&mut self.labels, region.places() + 1, Lanes::FAR, progress);
        if self.labels.len() <= region.places() {
            self.labels.clear();
            return;
        }
        self.climbed.reset(region.places());
        for (lane, place, time) in seeds {
            debug_assert!(lane < WIDTH);
            if (place as usize) < region.places() {
                let label = &mut self.labels[place as usize].0[lane];
                *label = (*label).min(time);
                self.climbed.add(place as usize);
            }
        }
        arch.dispatch(Search { region, crossing, climbed: &mut self.climbed, labels: &mut self.labels, progress });
    }

    /// Times at each place; the last is no place and [`Lanes::FAR`].
    pub fn labels(&self) -> &[Lanes] {
        &self.labels
    }
}

struct Search<'a> {
    region: &'a Region,
    crossing: &'a Crossing,
    climbed: &'a mut Marks,
    labels: &'a mut [Lanes],
    progress: &'a dyn Progress,
}

impl pulp::NullaryFnOnce for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { region, crossing, climbed, labels, progress } = self;
        climb(region, climbed, labels);
        crossing.cross(region, &mut labels[region.core..region.places()], progress);
        for arcs in region.descend.chunks(LOOK_EVERY) {
            descend(arcs, labels);
            if progress.is_cancelled() {
                return;
            }
        }
    }
}

#[inline(always)]
fn climb(region: &Region, climbed: &mut Marks, labels: &mut [Lanes]) {
    let mut next = 0;
    while let Some(place) = climbed.next(next).filter(|place| *place < region.core) {
        let own = labels[place];
        for hop in region.climb(place) {
            let label = &mut labels[hop.place as usize];
            *label = label.min(own.plus(hop.time));
            climbed.add(hop.place as usize);
        }
        next = place + 1;
    }
}

#[inline(always)]
fn descend(arcs: &[Descent], labels: &mut [Lanes]) {
    for Descent { place, from, time } in arcs {
        let way = labels[*from as usize].plus(*time);
        let label = &mut labels[*place as usize];
        *label = label.min(way);
    }
}
