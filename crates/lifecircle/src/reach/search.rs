//! A search from a few places: the shortest time to every node within a limit, and the way there.
//!
//! Source: Dijkstra (1959), *A note on two problems in connexion with graphs*, with a binary heap and lazy deletion; labels
//! are cleared by visiting only what was touched.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::heading::Heading;
use super::lanes::{FAR, clamp};
use crate::network::{Cost, Network, Snap};

/// The labels of one search, kept from one to the next.
#[derive(Debug, Clone)]
pub(super) struct Search {
    times: Vec<u32>,
    /// The edge by which each node was reached; none for those at the ends of a start's edge.
    via: Vec<Option<u32>>,
    reached: Vec<u32>,
    /// Time in the upper half, node in the lower: one comparison orders both.
    heap: BinaryHeap<Reverse<u64>>,
}

impl Search {
    /// For a network of a number of nodes.
    pub fn new(nodes: usize) -> Self {
        Self { times: vec![FAR; nodes], via: vec![None; nodes], reached: Vec::new(), heap: BinaryHeap::new() }
    }

    /// One node more.
    pub fn add_node(&mut self) {
        self.times.push(FAR);
        self.via.push(None);
    }

    /// Searches from all starts at once, as far as a limit.
    pub fn run<C: Cost>(&mut self, network: &Network<C>, heading: Heading, starts: &[Snap<C>], limit: C) {
        for node in self.reached.drain(..) {
            self.times[node as usize] = FAR;
            self.via[node as usize] = None;
        }
        let limit = clamp(limit).min(FAR - 1);
        for start in starts {
            for (node, time) in heading.leave(start, network) {
                self.reach(node, time, None, limit);
            }
        }
        while let Some(Reverse(key)) = self.heap.pop() {
            let (time, node) = ((key >> 32) as u32, key as u32);
            if time > self.times[node as usize] {
                continue;
            }
            for incident in network.incident(node) {
                let time = time.saturating_add(heading.along(&incident).units());
                self.reach(incident.node, time, Some(incident.edge), limit);
            }
        }
    }

    fn reach(&mut self, node: u32, time: u32, via: Option<u32>, limit: u32) {
        let known = &mut self.times[node as usize];
        if time < *known && time <= limit {
            if *known == FAR {
                self.reached.push(node);
            }
            *known = time;
            self.via[node as usize] = via;
            self.heap.push(Reverse((u64::from(time) << 32) | u64::from(node)));
        }
    }

    /// The nodes within the limit, in no particular order.
    pub fn reached(&self) -> &[u32] {
        &self.reached
    }

    /// When a node is reached; [`FAR`] if it is not.
    pub fn time(&self, node: u32) -> u32 {
        self.times[node as usize]
    }

    /// The edges by which a node was reached, the last first, and the node where they begin.
    pub fn way_back<C: Cost>(&self, network: &Network<C>, mut node: u32) -> (Vec<u32>, u32) {
        let mut edges = Vec::new();
        while let Some(edge) = self.via[node as usize] {
            edges.push(edge);
            let [from, to] = network.ends(edge);
            node = if to == node { from } else { to };
        }
        (edges, node)
    }
}
