//! Lanes: sixteen searches side by side. A label holds one time for each lane, and one addition and one minimum serve
//! all of them.
//!
//! The loops are plain; `pulp` runs them with the widest instructions of the machine (AVX-512, AVX2, NEON or none). Whole
//! numbers give the same answer with any of them.

/// How many searches run side by side: the labels of a node fill one cache line.
pub(super) const WIDTH: usize = 16;

/// Farther than any walk, with room to add an edge without overflow: edges take at most as long.
pub(super) const FAR: u32 = u32::MAX / 2;

/// A time for each lane, in milliseconds; [`FAR`] where a lane has not come.
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

    /// Lane by lane: the lesser of two.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane].min(other.0[lane])))
    }
}

/// A time that lanes can hold: [`FAR`] for whatever is longer.
pub(super) fn clamp(time: crate::network::Millis) -> u32 {
    time.0.min(FAR)
}

/// An arc as the sweeps see it: the node at its other end, and the time from here to there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hop {
    pub node: u32,
    pub time: u32,
}

/// One sweep over nodes in order, each taking the least over its hops (Gauss-Seidel): returns whether anything changed.
/// `first[i]..first[i + 1]` are the hops of the node `start + i`.
#[inline(always)]
pub(super) fn sweep(start: usize, first: &[u32], hops: &[Hop], labels: &mut [Lanes], backwards: bool) -> bool {
    let count = first.len() - 1;
    let mut changed = false;
    for step in 0..count {
        let index = if backwards { count - 1 - step } else { step };
        let old = labels[start + index];
        let mut best = old;
        for hop in &hops[first[index] as usize..first[index + 1] as usize] {
            best = best.min(labels[hop.node as usize].plus(hop.time));
        }
        if best != old {
            labels[start + index] = best;
            changed = true;
        }
    }
    changed
}
