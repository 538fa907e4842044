//! Crossing: the times over the core of a region from all nodes at which the cell's starts enter it.
//!
//! The core has no order that one sweep could follow, so it is swept until nothing changes. Where a cell has many starts
//! that is done once a cell, an entry a lane; each batch then takes the least over the few entries that its own starts climb
//! to. Where it has few, it is done for each batch, a start a lane.

use super::lanes::{FAR, Lanes, WIDTH, least, make_fresh};
use super::region::Region;
use crate::progress::Progress;

/// Times of a table, at most: 64 MB.
const MOST_TIMES: usize = 1 << 24;

/// Labels that are settled before it is looked whether the work should stop: some milliseconds.
const LOOK_EVERY: usize = 1 << 14;

/// A table of times: entries by places of the core; or none, where making it takes longer than doing without.
#[derive(Default)]
pub(super) struct Crossing {
    is_made: bool,
    entries: usize,
    /// For each place of the core the time from each entry.
    times: Vec<u32>,
    /// Labels of the core while the table is made.
    labels: Vec<Lanes>,
}

impl Crossing {
    /// Makes the table of a region, if it serves enough batches. It is left half filled, and of no more use, if the work should stop.
    pub fn fill(&mut self, arch: pulp::Arch, region: &Region, batches: usize, progress: &dyn Progress) {
        let core = region.places() - region.core;
        let is_worth_it = region.entries.len().div_ceil(WIDTH) <= batches / 2;
        self.is_made = is_worth_it && core.saturating_mul(region.entries.len()) <= MOST_TIMES;
        if !self.is_made {
            return;
        }
        self.entries = region.entries.len();
        make_fresh(&mut self.times, core * self.entries, FAR, progress);
        if progress.is_cancelled() {
            return;
        }
        for (chunk, entries) in region.entries.chunks(WIDTH).enumerate() {
            if progress.is_cancelled() {
                return;
            }
            self.labels.clear();
            self.labels.resize(core, Lanes::FAR);
            for (lane, entry) in entries.iter().enumerate() {
                self.labels[*entry as usize - region.core].0[lane] = 0;
            }
            arch.dispatch(Settle { region, labels: &mut self.labels, progress });
            let rows = self.times.chunks_exact_mut(self.entries);
            for (row, label) in rows.zip(&self.labels) {
                row[chunk * WIDTH..][..entries.len()].copy_from_slice(&label.0[..entries.len()]);
            }
        }
    }

    /// Lets labels cross the core: `labels` are those of the core, of which only entries have any. They are half done if the
    /// work should stop.
    #[inline(always)]
    pub fn cross(&self, region: &Region, labels: &mut [Lanes], progress: &dyn Progress) {
        if !self.is_made {
            return settle(region, labels, progress);
        }
        let mut used = Vec::new();
        for (column, entry) in region.entries.iter().enumerate() {
            let label = labels[*entry as usize - region.core];
            if label.differs(Lanes::FAR) {
                used.push((column, label));
            }
        }
        for (row, label) in self.times.chunks_exact(self.entries.max(1)).zip(labels) {
            let mut best = Lanes::FAR;
            for (column, from) in &used {
                best = best.min(from.plus(row[*column]));
            }
            *label = best;
        }
    }
}

struct Settle<'a> {
    region: &'a Region,
    labels: &'a mut [Lanes],
    progress: &'a dyn Progress,
}

impl pulp::NullaryFnOnce for Settle<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        settle(self.region, self.labels, self.progress);
    }
}

/// Sweeps the core until nothing changes, or the work should stop.
#[inline(always)]
fn settle(region: &Region, labels: &mut [Lanes], progress: &dyn Progress) {
    let mut changed = true;
    while changed {
        changed = false;
        for place in 0..labels.len() {
            if place % LOOK_EVERY == 0 && progress.is_cancelled() {
                return;
            }
            let old = labels[place];
            let best = least(region.across(place), labels, old);
            if best.differs(old) {
                labels[place] = best;
                changed = true;
            }
        }
    }
}
