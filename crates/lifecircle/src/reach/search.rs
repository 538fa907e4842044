//! Dijkstra's search backwards from targets: the time from every node to the nearest of them.
//!
//! Source: Dijkstra (1959), with a binary heap and lazy deletion; labels are cleared by visiting only what was touched.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::network::{Millis, Network, Snap};

/// The labels of one search, kept from one to the next.
pub(super) struct Search<'a> {
    network: &'a Network,
    times: Vec<Millis>,
    settled: Vec<u32>,
    /// Time in the upper half, node in the lower: one comparison orders both.
    heap: BinaryHeap<Reverse<u64>>,
}

impl<'a> Search<'a> {
    /// A search over a network.
    pub fn new(network: &'a Network) -> Self {
        Self { network, times: vec![Millis::NEVER; network.nodes()], settled: Vec::new(), heap: BinaryHeap::new() }
    }

    /// Searches from all entries at once, as far as `limit`.
    pub fn run<'s>(&mut self, entries: impl Iterator<Item = &'s Snap>, limit: Millis) {
        for node in self.settled.drain(..) {
            self.times[node as usize] = Millis::NEVER;
        }
        for entry in entries {
            let [from, to] = self.network.ends(entry.edge);
            self.reach(from, entry.from_from.plus(entry.access), limit);
            self.reach(to, entry.from_to.plus(entry.access), limit);
        }
        while let Some(Reverse(key)) = self.heap.pop() {
            let (time, node) = (Millis((key >> 32) as u32), key as u32);
            if time > self.times[node as usize] {
                continue;
            }
            self.settled.push(node);
            let network = self.network;
            for arc in network.arcs(node) {
                // People walk towards the target, so the way counts from the other end to here.
                self.reach(arc.node, time.plus(arc.back), limit);
            }
        }
    }

    fn reach(&mut self, node: u32, time: Millis, limit: Millis) {
        if time < self.times[node as usize] && time <= limit {
            self.times[node as usize] = time;
            self.heap.push(Reverse((u64::from(time.0) << 32) | u64::from(node)));
        }
    }

    /// Nodes that were reached, nearest first.
    pub fn settled(&self) -> &[u32] {
        &self.settled
    }

    /// Time from an origin by way of the ends of its edge, the walk from its door included.
    pub fn time_from(&self, origin: &Snap) -> Millis {
        let [from, to] = self.network.ends(origin.edge);
        let by_from = origin.to_from.plus(self.times[from as usize]);
        let by_to = origin.to_to.plus(self.times[to as usize]);
        by_from.min(by_to).plus(origin.access)
    }

    /// Time from an origin straight along its edge to an entry on the same edge, the walks to both doors included.
    pub fn straight(&self, origin: &Snap, entry: &Snap) -> Millis {
        origin.straight_to(entry, self.network).plus(origin.access).plus(entry.access)
    }
}
