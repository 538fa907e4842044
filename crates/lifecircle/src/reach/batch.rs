//! A batch: up to sixteen starts that lie together, searched together over their region, a lane each.
//!
//! Labels climb from the starts, places in ascending order; they cross the core; then every other place takes the least
//! over the places above it, in descending order. No label is cleared: each is written before it is read.

use super::crossing::Crossing;
use super::lanes::{Lanes, WIDTH, least};
use super::marks::Marks;
use super::region::Region;

/// The labels of one batch, kept from one to the next.
#[derive(Default)]
pub(super) struct Batch {
    labels: Vec<Lanes>,
    /// Places below the core that a start climbs to.
    climbed: Marks,
}

impl Batch {
    /// Searches over a region from seeds: lane, place, time.
    pub fn run(
        &mut self,
        arch: pulp::Arch,
        region: &Region,
        crossing: &Crossing,
        seeds: impl Iterator<Item = (usize, u32, u32)>,
    ) {
        self.labels.resize(region.places() + 1, Lanes::FAR);
        self.labels[region.core..=region.places()].fill(Lanes::FAR);
        self.climbed.reset(region.core);
        for (lane, place, time) in seeds {
            debug_assert!(lane < WIDTH);
            if (place as usize) < region.places() {
                let label = &mut self.open(region, place).0[lane];
                *label = (*label).min(time);
            }
        }
        self.climb(region);
        let Self { labels, climbed } = self;
        arch.dispatch(Descend { region, crossing, climbed, labels });
    }

    /// A label that may be lowered.
    fn open(&mut self, region: &Region, place: u32) -> &mut Lanes {
        let label = &mut self.labels[place as usize];
        if (place as usize) < region.core && self.climbed.add(place as usize) {
            *label = Lanes::FAR;
        }
        label
    }

    fn climb(&mut self, region: &Region) {
        let mut next = 0;
        while let Some(place) = self.climbed.next(next) {
            let own = self.labels[place];
            for hop in region.climb(place) {
                let label = self.open(region, hop.place);
                *label = label.min(own.plus(hop.time));
            }
            next = place + 1;
        }
    }

    /// Times at each place; the last is no place and [`Lanes::FAR`].
    pub fn labels(&self) -> &[Lanes] {
        &self.labels
    }
}

/// What is left when all starts have climbed.
struct Descend<'a> {
    region: &'a Region,
    crossing: &'a Crossing,
    climbed: &'a Marks,
    labels: &'a mut [Lanes],
}

impl pulp::NullaryFnOnce for Descend<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { region, crossing, climbed, labels } = self;
        crossing.cross(region, &mut labels[region.core..region.places()]);
        for place in (0..region.core).rev() {
            let own = if climbed.has(place) { labels[place] } else { Lanes::FAR };
            labels[place] = least(region.descend(place), labels, own);
        }
    }
}
