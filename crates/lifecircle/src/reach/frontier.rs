//! Frontier: which nodes lie within a time of any of several starts.
//!
//! Only membership is asked for, so a queue of coarse buckets does: a node that was taken out too early is put in again.
//!
//! Source: Dial (1969), *Algorithm 360: Shortest-path forest with topological ordering*, with buckets wider than the
//! shortest edge, as in delta-stepping (Meyer & Sanders 2003).

use super::heading::Heading;
use super::lanes::{FAR, clamp};
use crate::network::{Cost, Network, Snap};

/// How many buckets a limit is cut into.
const BUCKETS: u32 = 128;

/// The labels of one search, kept from one to the next.
#[derive(Debug, Clone)]
pub(super) struct Frontier {
    times: Vec<u32>,
    reached: Vec<u32>,
    buckets: Vec<Vec<u32>>,
}

impl Frontier {
    /// For a network of a number of nodes.
    pub fn new(nodes: usize) -> Self {
        Self { times: vec![FAR; nodes], reached: Vec::new(), buckets: vec![Vec::new(); BUCKETS as usize + 1] }
    }

    /// One node more.
    pub fn add_node(&mut self) {
        self.times.push(FAR);
    }

    /// Finds the nodes within a limit of any start, in no particular order. Without a limit all nodes are, reached or not.
    pub fn search<'s, C: Cost>(
        &mut self,
        network: &Network<C>,
        heading: Heading,
        starts: impl Iterator<Item = &'s Snap<C>>,
        limit: C,
    ) {
        for node in self.reached.drain(..) {
            self.times[node as usize] = FAR;
        }
        if limit == C::NEVER {
            self.reached.extend(0..network.nodes() as u32);
            return;
        }
        let limit = clamp(limit);
        let width = limit / BUCKETS + 1;
        for start in starts {
            for (node, time) in heading.leave(start, network) {
                self.reach(node, time, limit, width);
            }
        }
        self.spread(network, heading, limit, width);
    }

    /// The same from some nodes.
    pub fn search_from_nodes<C: Cost>(&mut self, network: &Network<C>, heading: Heading, nodes: &[u32], limit: C) {
        self.search(network, heading, std::iter::empty(), limit);
        if limit == C::NEVER {
            return;
        }
        let limit = clamp(limit);
        let width = limit / BUCKETS + 1;
        for node in nodes {
            self.reach(*node, 0, limit, width);
        }
        self.spread(network, heading, limit, width);
    }

    fn spread<C: Cost>(&mut self, network: &Network<C>, heading: Heading, limit: u32, width: u32) {
        for bucket in 0..self.buckets.len() {
            while let Some(node) = self.buckets[bucket].pop() {
                let time = self.times[node as usize];
                if (time / width) as usize != bucket {
                    continue;
                }
                for incident in network.incident(node) {
                    let time = time.saturating_add(heading.along(&incident).units());
                    self.reach(incident.node, time, limit, width);
                }
            }
        }
    }

    /// The nodes that the last search found.
    pub fn reached(&self) -> &[u32] {
        &self.reached
    }

    /// When the last search first came to a node.
    pub fn time(&self, node: u32) -> u32 {
        self.times[node as usize]
    }

    fn reach(&mut self, node: u32, time: u32, limit: u32, width: u32) {
        let known = &mut self.times[node as usize];
        if time <= limit && time < *known {
            if *known == FAR {
                self.reached.push(node);
            }
            *known = time;
            self.buckets[(time / width) as usize].push(node);
        }
    }
}
