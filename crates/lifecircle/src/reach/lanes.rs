//! Lanes: sixteen searches side by side. A label holds one cost for each lane, and one addition and one minimum serve
//! all of them.
//!
//! The loops are plain; `pulp` runs them with the widest instructions of the machine (AVX-512, AVX2, NEON or none). Whole
//! numbers give the same answer with any of them. What `pulp` dispatches are types whose `call` is always inlined: a
//! closure may not be, and is then compiled for the least machine.

use crate::network::Cost;
use crate::progress::Progress;

/// How many searches run side by side: the labels of a node fill one cache line.
pub(super) const WIDTH: usize = 16;

/// Farther than any walk, with room to add an arc without overflow: arcs take at most as long.
pub(super) const FAR: u32 = u32::MAX / 2;

/// A cost for each lane, in its units; [`FAR`] or more where a lane has not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(64))]
pub(super) struct Lanes(pub [u32; WIDTH]);

impl Lanes {
    pub const FAR: Self = Self([FAR; WIDTH]);

    /// Lane by lane: this time plus a number.
    #[inline(always)]
    pub fn plus(self, time: u32) -> Self {
        Self(self.0.map(|lane| lane.wrapping_add(time)))
    }

    /// Whether any lane differs.
    #[inline(always)]
    pub fn differs(self, other: Self) -> bool {
        (0..WIDTH).fold(0, |bits, lane| bits | (self.0[lane] ^ other.0[lane])) != 0
    }

    /// Lane by lane: the lesser of two.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane].min(other.0[lane])))
    }
}

/// Bytes that are made before it is looked whether the work should stop: some milliseconds.
const MADE_AT_ONCE: usize = 1 << 22;

/// Makes a number of fresh values; fewer if the work should stop. Those of a whole country are memory that comes page by page.
pub(super) fn make_fresh<T: Copy>(values: &mut Vec<T>, number: usize, fresh: T, progress: &dyn Progress) {
    let at_once = MADE_AT_ONCE / size_of::<T>();
    values.clear();
    values.reserve(number);
    while values.len() < number && !(values.len() >= at_once && progress.is_cancelled()) {
        values.resize((values.len() + at_once).min(number), fresh);
    }
}

/// The least of a label and those at the other ends of some arcs.
#[inline(always)]
pub(super) fn least(hops: &[Hop], labels: &[Lanes], own: Lanes) -> Lanes {
    let mut best = own;
    for hop in hops {
        best = best.min(labels[hop.place as usize].plus(hop.time));
    }
    best
}

/// A cost as lanes hold it: [`FAR`] for whatever is more.
pub(super) fn clamp<C: Cost>(cost: C) -> u32 {
    cost.units().min(FAR)
}

/// The cost that a lane holds.
pub(super) fn cost<C: Cost>(lane: u32) -> C {
    if lane >= FAR { C::NEVER } else { C::of(lane) }
}

/// An arc as the sweeps see it: where the node at its other end stands, and the time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hop {
    pub place: u32,
    pub time: u32,
}
