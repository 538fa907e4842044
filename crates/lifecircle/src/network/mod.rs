//! The streets as one walker walks them: travel times, adjacency, connected parts, and where homes and facilities stand.
//!
//! Times are whole milliseconds: sums are exact, so results never depend on the order of work. It knows nothing of
//! services or standards.

mod snap;
mod walker;

pub use snap::{DEFAULT_SNAP_LIMIT, NoStreet, Snap, Snapper, Snaps, StreetIndex, snap_city};
pub use walker::{Slope, SlopeFunction, Walker};

use rayon::prelude::*;

use crate::city::{Direction, Street, Streets};
use crate::geo::Seconds;

/// A time in whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub u32);

impl Millis {
    /// Not to be reached, or not to be passed.
    pub const NEVER: Self = Self(u32::MAX);

    /// The nearest whole millisecond to a time; [`Millis::NEVER`] if it is beyond counting.
    pub fn round(seconds: Seconds) -> Self {
        let millis = (seconds.0 * 1000.0).round();
        if millis >= 0.0 && millis < f64::from(u32::MAX) { Self(millis as u32) } else { Self::NEVER }
    }

    /// This time in seconds; none for [`Millis::NEVER`].
    pub fn seconds(self) -> Option<Seconds> {
        (self != Self::NEVER).then(|| Seconds(f64::from(self.0) / 1000.0))
    }

    /// The sum, [`Millis::NEVER`] if either is.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// What one may do from a node along one edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    /// The node at the edge's other end.
    pub node: u32,
    /// The edge, as an index into [`Streets::edges`].
    pub edge: u32,
    /// Time from here to there; [`Millis::NEVER`] if one may not.
    pub out: Millis,
    /// Time from there to here; [`Millis::NEVER`] if one may not.
    pub back: Millis,
}

/// The streets with one walker's times: 16 bytes an edge, 8 to find it from its ends, 5 a node.
#[derive(Debug, Clone)]
pub struct Network {
    edges: Vec<Edge>,
    first: Vec<u32>,
    incident: Vec<u32>,
    on_island: Vec<bool>,
    islands: usize,
}

/// An edge as the walker finds it. It may be closed in one direction or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edge {
    ends: [u32; 2],
    times: EdgeTimes,
}

/// The times of an edge from end to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EdgeTimes {
    /// From its beginning to its end.
    pub forward: Millis,
    /// From its end to its beginning.
    pub backward: Millis,
}

impl EdgeTimes {
    /// A closed edge.
    pub const CLOSED: Self = Self { forward: Millis::NEVER, backward: Millis::NEVER };

    /// Whether the walker can use the edge at all.
    pub fn is_open(self) -> bool {
        self != Self::CLOSED
    }

    /// Whether the walker can use the edge both ways.
    pub fn is_open_both_ways(self) -> bool {
        self.forward != Millis::NEVER && self.backward != Millis::NEVER
    }
}

/// Parts of the network shorter than this share of the largest part are islands.
const ISLAND_SHARE: f64 = 0.1;

impl Network {
    /// The streets as `walker` walks them.
    pub fn new(streets: &Streets, walker: &Walker) -> Self {
        Self::of(streets, |street, rise| walker.time(street, rise))
    }

    /// The lengths of the streets that `walker` can use, in whole millimetres where times are in milliseconds: what is
    /// asked of it is answered in metres where a network of times answers in seconds.
    pub fn of_lengths(streets: &Streets, walker: &Walker) -> Self {
        Self::of(streets, |street, rise| match walker.time(street, rise) {
            Millis::NEVER => Millis::NEVER,
            _ => walker::at_least_one(Millis::round(Seconds(street.length.0))),
        })
    }

    fn of(streets: &Streets, cost: impl Fn(&Street, f64) -> Millis + Sync) -> Self {
        let time = |street: &Street, rise: f32, closed: Direction| {
            if street.direction == closed { Millis::NEVER } else { cost(street, f64::from(rise)) }
        };
        let edge = |street: &Street| Edge {
            ends: [street.from, street.to],
            times: EdgeTimes {
                forward: time(street, street.rise, Direction::Backward),
                backward: time(street, -street.rise, Direction::Forward),
            },
        };
        let edges: Vec<Edge> = streets.edges.par_iter().map(edge).collect();
        let (first, incident) = incidence(streets.nodes.len(), &edges);
        let mut network = Self { edges, first, incident, on_island: Vec::new(), islands: 0 };
        network.find_islands(streets);
        network
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.first.len() - 1
    }

    /// What one may do from a node; closed edges are among them. A loop comes twice.
    pub fn arcs(&self, node: u32) -> impl Iterator<Item = Arc> + '_ {
        let incident = &self.incident[self.first[node as usize] as usize..self.first[node as usize + 1] as usize];
        incident.iter().map(move |edge| {
            let Edge { ends: [from, to], times } = self.edges[*edge as usize];
            let (node, out, back) =
                if from == node { (to, times.forward, times.backward) } else { (from, times.backward, times.forward) };
            Arc { node, edge: *edge, out, back }
        })
    }

    /// The times of an edge.
    pub fn times(&self, edge: u32) -> EdgeTimes {
        self.edges[edge as usize].times
    }

    /// The nodes at which an edge begins and ends.
    pub fn ends(&self, edge: u32) -> [u32; 2] {
        self.edges[edge as usize].ends
    }

    /// Number of edges, those that the walker cannot use among them.
    pub fn edges(&self) -> usize {
        self.edges.len()
    }

    /// Bytes that the network takes.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.edges)
            + size_of_val(&*self.first)
            + size_of_val(&*self.incident)
            + size_of_val(&*self.on_island)
    }

    /// Gives an edge other times: closes it, opens it, makes it faster or slower. No edge takes less than one
    /// millisecond. Islands stay as they were when the network was made.
    ///
    /// # Panics
    /// If there is no such edge.
    pub fn set_times(&mut self, edge: u32, times: EdgeTimes) {
        let [forward, backward] = [times.forward, times.backward].map(walker::at_least_one);
        self.edges[edge as usize].times = EdgeTimes { forward, backward };
    }

    /// Adds an edge between two nodes and returns its index.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn add_edge(&mut self, ends: [u32; 2], times: EdgeTimes) -> u32 {
        let edge = self.edges.len() as u32;
        self.edges.push(Edge { ends, times });
        self.set_times(edge, times);
        for end in ends {
            self.incident.insert(self.first[end as usize + 1] as usize, edge);
            for first in &mut self.first[end as usize + 1..] {
                *first += 1;
            }
        }
        edge
    }

    /// Some edges as a network of their own, numbered in the order given; its nodes keep their order. It has no islands.
    pub(crate) fn part(&self, edges: &[u32]) -> Self {
        let mut nodes: Vec<u32> = edges.iter().flat_map(|edge| self.ends(*edge)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let here = |node: u32| nodes.partition_point(|other| *other < node) as u32;
        let edges: Vec<Edge> =
            edges.iter().map(|edge| Edge { ends: self.ends(*edge).map(here), times: self.times(*edge) }).collect();
        let (first, incident) = incidence(nodes.len(), &edges);
        Self { edges, first, incident, on_island: vec![false; nodes.len()], islands: 0 }
    }

    /// Whether a node lies in a small part that nothing joins to the rest.
    pub fn is_on_island(&self, node: u32) -> bool {
        self.on_island[node as usize]
    }

    /// Number of islands that have streets.
    pub fn islands(&self) -> usize {
        self.islands
    }

    /// Finds the parts that nothing joins to the rest (in either direction), and which of them are small.
    fn find_islands(&mut self, streets: &Streets) {
        const NONE: u32 = u32::MAX;
        let mut part_of = vec![NONE; self.nodes()];
        let mut open = Vec::new();
        let mut parts = 0;
        for start in 0..self.nodes() as u32 {
            if part_of[start as usize] != NONE {
                continue;
            }
            part_of[start as usize] = parts;
            open.push(start);
            while let Some(node) = open.pop() {
                for arc in self.arcs(node).filter(|arc| self.times(arc.edge).is_open()) {
                    if part_of[arc.node as usize] == NONE {
                        part_of[arc.node as usize] = parts;
                        open.push(arc.node);
                    }
                }
            }
            parts += 1;
        }
        let mut lengths = vec![0.0; parts as usize];
        for (street, edge) in streets.edges.iter().zip(&self.edges) {
            if edge.times.is_open() {
                lengths[part_of[street.from as usize] as usize] += street.length.0;
            }
        }
        let longest = lengths.iter().copied().fold(0.0, f64::max);
        let is_small = |length: f64| length < ISLAND_SHARE * longest;
        self.on_island = part_of.iter().map(|part| is_small(lengths[*part as usize])).collect();
        self.islands = lengths.iter().filter(|length| **length > 0.0 && is_small(**length)).count();
    }
}

/// The edges at each node, node after node, and where each node's begin.
fn incidence(nodes: usize, edges: &[Edge]) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0_u32; nodes + 1];
    for end in edges.iter().flat_map(|edge| edge.ends) {
        first[end as usize + 1] += 1;
    }
    for node in 0..nodes {
        first[node + 1] += first[node];
    }
    let mut incident = vec![0; first[nodes] as usize];
    let mut next = first.clone();
    for (index, edge) in edges.iter().enumerate() {
        for end in edge.ends {
            incident[next[end as usize] as usize] = index as u32;
            next[end as usize] += 1;
        }
    }
    (first, incident)
}
