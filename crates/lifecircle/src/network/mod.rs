//! The streets as one walker walks them: travel times, adjacency, connected parts, and where homes and facilities stand.
//!
//! A network is of times or of lengths ([`Cost`]), and everything found on it is of the same kind. It knows nothing of
//! services or standards.

mod cost;
mod snap;
mod walker;

pub use cost::{Cost, Millimetres, Millis};
pub use snap::{DEFAULT_SNAP_LIMIT, NoStreet, Snap, Snapper, Snaps, StreetIndex, snap_city};
pub use walker::{Slope, SlopeFunction, Walker};

use rayon::prelude::*;

use crate::city::{Direction, Street, Streets};

/// An edge at a node, as it is walked from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentEdge<C = Millis> {
    /// The node at the edge's other end.
    pub node: u32,
    /// The edge, as an index into [`Streets::edges`].
    pub edge: u32,
    /// Cost of the way from here to there; [`Cost::NEVER`] if there is none.
    pub out: C,
    /// Cost of the way from there to here; [`Cost::NEVER`] if there is none.
    pub back: C,
}

/// The streets with one walker's times, or their lengths: 16 bytes an edge, 8 to find it from its ends, 5 a node.
#[derive(Debug, Clone)]
pub struct Network<C = Millis> {
    edges: Vec<Edge<C>>,
    first: Vec<u32>,
    incident: Vec<u32>,
    on_island: Vec<bool>,
    islands: usize,
}

/// An edge as the walker finds it. It may be closed in one direction or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edge<C> {
    ends: [u32; 2],
    costs: EdgeCosts<C>,
}

/// The costs of an edge from end to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EdgeCosts<C = Millis> {
    /// From its start to its end.
    pub forward: C,
    /// From its end to its start.
    pub backward: C,
}

impl<C: Cost> EdgeCosts<C> {
    /// A closed edge.
    pub const CLOSED: Self = Self { forward: C::NEVER, backward: C::NEVER };

    /// Whether the walker can use the edge at all.
    pub fn is_open(self) -> bool {
        self != Self::CLOSED
    }

    /// Whether the walker can use the edge both ways.
    pub fn is_open_both_ways(self) -> bool {
        self.forward != C::NEVER && self.backward != C::NEVER
    }
}

/// A cost that a walker has on a street.
pub trait WalkCost: Cost {
    /// What it costs to walk along a street that climbs `rise` metres; [`Cost::NEVER`] for who cannot.
    fn along(street: &Street, walker: &Walker, rise: f64) -> Self;
}

impl WalkCost for Millis {
    fn along(street: &Street, walker: &Walker, rise: f64) -> Self {
        walker.time(street, rise)
    }
}

impl WalkCost for Millimetres {
    fn along(street: &Street, walker: &Walker, rise: f64) -> Self {
        match walker.time(street, rise) {
            Millis::NEVER => Self::NEVER,
            _ => Self::round(street.length).at_least_one(),
        }
    }
}

impl<C: WalkCost> EdgeCosts<C> {
    /// What a street costs a walker.
    pub fn of(street: &Street, walker: &Walker) -> Self {
        let rise = f64::from(street.rise);
        let (forward, backward) = match street.direction {
            Direction::Both => (true, true),
            Direction::Forward => (true, false),
            Direction::Backward => (false, true),
            Direction::Closed => (false, false),
        };
        let cost = |open: bool, rise: f64| if open { C::along(street, walker, rise) } else { C::NEVER };
        Self { forward: cost(forward, rise), backward: cost(backward, -rise) }
    }
}

/// Parts of the network shorter than this share of the largest part are islands.
const ISLAND_SHARE: f64 = 0.1;

impl Network {
    /// The streets as `walker` walks them, in time.
    pub fn new(streets: &Streets, walker: &Walker) -> Self {
        Self::of(streets, walker)
    }
}

impl Network<Millimetres> {
    /// The lengths of the streets that `walker` can use.
    pub fn of_lengths(streets: &Streets, walker: &Walker) -> Self {
        Self::of(streets, walker)
    }
}

impl<C: Cost> Network<C> {
    fn of(streets: &Streets, walker: &Walker) -> Self
    where
        C: WalkCost,
    {
        let edge = |street: &Street| Edge { ends: [street.from, street.to], costs: EdgeCosts::of(street, walker) };
        let edges: Vec<Edge<C>> = streets.edges.par_iter().map(edge).collect();
        let (first, incident) = incidence(streets.nodes.len(), &edges);
        let mut network = Self { edges, first, incident, on_island: Vec::new(), islands: 0 };
        network.find_islands(streets);
        network
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.first.len() - 1
    }

    /// The edges at a node; closed ones are among them. A loop comes twice.
    pub fn incident(&self, node: u32) -> impl Iterator<Item = IncidentEdge<C>> + '_ {
        let incident = &self.incident[self.first[node as usize] as usize..self.first[node as usize + 1] as usize];
        incident.iter().map(move |edge| {
            let Edge { ends: [from, to], costs } = self.edges[*edge as usize];
            let (node, out, back) =
                if from == node { (to, costs.forward, costs.backward) } else { (from, costs.backward, costs.forward) };
            IncidentEdge { node, edge: *edge, out, back }
        })
    }

    /// The costs of an edge.
    pub fn costs(&self, edge: u32) -> EdgeCosts<C> {
        self.edges[edge as usize].costs
    }

    /// The nodes at which an edge starts and ends.
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

    /// Gives an edge other costs: closes it, opens it, makes it faster or slower. No edge costs less than one unit. Islands stay as they were when the network was made.
    ///
    /// # Panics
    /// If there is no such edge.
    pub fn set_costs(&mut self, edge: u32, costs: EdgeCosts<C>) {
        let [forward, backward] = [costs.forward, costs.backward].map(Cost::at_least_one);
        self.edges[edge as usize].costs = EdgeCosts { forward, backward };
    }

    /// Adds an edge between two nodes and returns its index.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn add_edge(&mut self, ends: [u32; 2], costs: EdgeCosts<C>) -> u32 {
        let edge = self.edges.len() as u32;
        self.edges.push(Edge { ends, costs });
        self.set_costs(edge, costs);
        for end in ends {
            self.incident.insert(self.first[end as usize + 1] as usize, edge);
            for first in &mut self.first[end as usize + 1..] {
                *first += 1;
            }
        }
        edge
    }

    /// Adds a node without edges and returns its index. Whether it is on an island is told when islands are found anew.
    pub fn add_node(&mut self) -> u32 {
        // There is a first edge of one node more than there are, so there is a last one.
        self.first.push(self.incident.len() as u32);
        self.on_island.push(false);
        self.on_island.len() as u32 - 1
    }

    /// Some edges as a network of their own, numbered in the order given; its nodes keep their order. It has no islands.
    pub(crate) fn part(&self, edges: &[u32]) -> Self {
        let mut nodes: Vec<u32> = edges.iter().flat_map(|edge| self.ends(*edge)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let here = |node: u32| nodes.partition_point(|other| *other < node) as u32;
        let edges: Vec<Edge<C>> =
            edges.iter().map(|edge| Edge { ends: self.ends(*edge).map(here), costs: self.costs(*edge) }).collect();
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

    /// Finds the islands anew, after edges have changed; returns whether any node is on one that was not, or no longer.
    pub(crate) fn renew_islands(&mut self, streets: &Streets) -> bool {
        let before = std::mem::take(&mut self.on_island);
        self.find_islands(streets);
        self.on_island != before
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
                for incident in self.incident(node).filter(|incident| self.costs(incident.edge).is_open()) {
                    if part_of[incident.node as usize] == NONE {
                        part_of[incident.node as usize] = parts;
                        open.push(incident.node);
                    }
                }
            }
            parts += 1;
        }
        let mut lengths = vec![0.0; parts as usize];
        for (street, edge) in streets.edges.iter().zip(&self.edges) {
            if edge.costs.is_open() {
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
fn incidence<C>(nodes: usize, edges: &[Edge<C>]) -> (Vec<u32>, Vec<u32>) {
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
