//! Heading: whether a search goes the way people walk, or against it.
//!
//! Streets that climb, escalators and one-way lanes make the two differ.

use super::lanes::clamp;
use crate::network::{Cost, EdgeCosts, IncidentEdge, Network, Snap};

/// Which way a search goes from its starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// The way people walk: costs from the starts.
    Out,
    /// Against it: costs to the starts.
    Back,
}

impl Heading {
    /// Cost along an edge from the node that it is seen from to the other end, in this heading.
    pub(super) fn along<C: Cost>(self, incident: &IncidentEdge<C>) -> C {
        match self {
            Self::Out => incident.out,
            Self::Back => incident.back,
        }
    }

    /// Costs along an edge from its start to its end and back, in this heading.
    pub(super) fn costs<C: Cost>(self, costs: EdgeCosts<C>) -> [C; 2] {
        match self {
            Self::Out => [costs.forward, costs.backward],
            Self::Back => [costs.backward, costs.forward],
        }
    }

    /// Nodes at which a search enters the network from a start, and at what cost, the walk from the door included.
    pub(super) fn leave<C: Cost>(self, start: &Snap<C>, network: &Network<C>) -> [(u32, u32); 2] {
        let costs = match self {
            Self::Out => [start.to_start, start.to_end],
            Self::Back => [start.from_start, start.from_end],
        };
        at_ends(costs, start, network)
    }

    /// Nodes from which an end is reached, and at what cost from there, the walk to the door included.
    pub(super) fn enter<C: Cost>(self, end: &Snap<C>, network: &Network<C>) -> [(u32, u32); 2] {
        self.reversed().leave(end, network)
    }

    /// Cost from a start straight along its edge to an end on the same edge, the walks to both doors included.
    pub(super) fn straight<C: Cost>(self, start: &Snap<C>, end: &Snap<C>, network: &Network<C>) -> u32 {
        let cost = match self {
            Self::Out => start.straight_to(end, network),
            Self::Back => end.straight_to(start, network),
        };
        clamp(cost.plus(start.access).plus(end.access))
    }

    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Out => Self::Back,
            Self::Back => Self::Out,
        }
    }
}

fn at_ends<C: Cost>(costs: [C; 2], place: &Snap<C>, network: &Network<C>) -> [(u32, u32); 2] {
    let [from, to] = network.ends(place.edge);
    let [at_from, at_to] = costs.map(|cost| clamp(cost.plus(place.access)));
    [(from, at_from), (to, at_to)]
}
