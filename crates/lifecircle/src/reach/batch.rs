//! A batch: up to sixteen starts that lie together, searched together over their region, a lane each.
//!
//! Labels climb from the starts, places in ascending order; the core is swept forwards and backwards until nothing
//! changes; then every other place takes the least over the places above it, in descending order. No label is cleared:
//! each is written before it is read.

use super::lanes::{FAR, Lanes, WIDTH};
use super::marks::Marks;
use super::region::Region;

/// The labels of one batch, kept from one to the next.
#[derive(Default)]
pub(super) struct Batch {
    labels: Vec<Lanes>,
    /// Places that a start climbs to.
    climbed: Marks,
}

impl Batch {
    /// Searches over a region from seeds: lane, place, time.
    pub fn run(&mut self, arch: pulp::Arch, region: &Region, seeds: impl Iterator<Item = (usize, u32, u32)>) {
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
        arch.dispatch(Sweeps { region, climbed: &self.climbed, labels: &mut self.labels });
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
            for hop in &region.climb[region.range(place)] {
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
struct Sweeps<'a> {
    region: &'a Region,
    climbed: &'a Marks,
    labels: &'a mut [Lanes],
}

impl pulp::NullaryFnOnce for Sweeps<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        settle_core(self.region, self.labels);
        descend(self.region, self.climbed, self.labels);
    }
}

#[inline(always)]
fn settle_core(region: &Region, labels: &mut [Lanes]) {
    let mut backwards = false;
    let mut changed = true;
    while changed {
        changed = false;
        for step in region.core..region.places() {
            let place = if backwards { region.core + region.places() - 1 - step } else { step };
            let old = labels[place];
            let best = least(&region.descend[region.range(place)], labels, old);
            if best.differs(old) {
                labels[place] = best;
                changed = true;
            }
        }
        backwards = !backwards;
    }
}

#[inline(always)]
fn descend(region: &Region, climbed: &Marks, labels: &mut [Lanes]) {
    for place in (0..region.core).rev() {
        let own = if climbed.has(place) { labels[place] } else { Lanes::FAR };
        labels[place] = least(&region.descend[region.range(place)], labels, own);
    }
}

/// The least of a label and those at the other ends of some arcs.
#[inline(always)]
fn least(hops: &[super::lanes::Hop], labels: &[Lanes], own: Lanes) -> Lanes {
    let mut best = own;
    for hop in hops {
        best = best.min(labels[hop.place as usize].plus(hop.time));
    }
    best
}

const _: () = assert!(FAR.checked_add(FAR).is_some());
