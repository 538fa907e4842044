//! Heading: whether a search goes the way people walk, or against it.
//!
//! Streets that climb, escalators and one-way lanes make the two differ.

use super::lanes::clamp;
use crate::network::{Arc, EdgeTimes, Millis, Network, Snap};

/// Which way a search goes from its starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// The way people walk: times from the starts.
    Out,
    /// Against it: times to the starts.
    Back,
}

impl Heading {
    /// Time along an arc, from its node to its other end in this heading.
    pub(super) fn along(self, arc: &Arc) -> Millis {
        match self {
            Self::Out => arc.out,
            Self::Back => arc.back,
        }
    }

    /// Times along an edge from its beginning to its end and back, in this heading.
    pub(super) fn times(self, times: EdgeTimes) -> [Millis; 2] {
        match self {
            Self::Out => [times.forward, times.backward],
            Self::Back => [times.backward, times.forward],
        }
    }

    /// Nodes at which a search enters the network from a start, and when, the walk from the door included.
    pub(super) fn leave(self, start: &Snap, network: &Network) -> [(u32, u32); 2] {
        let times = match self {
            Self::Out => [start.to_from, start.to_to],
            Self::Back => [start.from_from, start.from_to],
        };
        at_ends(times, start, network)
    }

    /// Nodes from which an end is reached, and how long it takes from there, the walk to the door included.
    pub(super) fn enter(self, end: &Snap, network: &Network) -> [(u32, u32); 2] {
        self.reversed().leave(end, network)
    }

    /// Time from a start straight along its edge to an end on the same edge, the walks to both doors included.
    pub(super) fn straight(self, start: &Snap, end: &Snap, network: &Network) -> u32 {
        let time = match self {
            Self::Out => start.straight_to(end, network),
            Self::Back => end.straight_to(start, network),
        };
        clamp(time.plus(start.access).plus(end.access))
    }

    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Out => Self::Back,
            Self::Back => Self::Out,
        }
    }
}

fn at_ends(times: [Millis; 2], place: &Snap, network: &Network) -> [(u32, u32); 2] {
    let [from, to] = network.ends(place.edge);
    let [at_from, at_to] = times.map(|time| clamp(time.plus(place.access)));
    [(from, at_from), (to, at_to)]
}
