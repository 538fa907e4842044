//! The streets as one walker walks them: travel times, adjacency, connected parts, and where homes and facilities stand.
//!
//! Times are whole milliseconds: sums are exact, so results never depend on the order of work. It knows nothing of
//! services or standards.

mod snap;
mod walker;

pub use snap::{DEFAULT_SNAP_LIMIT, NoStreet, Snap, Snapper, Snaps, snap_city};
pub use walker::{Slope, Walker};

use crate::city::{Direction, Streets};
use crate::geo::{Metres, Seconds};

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
    /// Time from here to there.
    pub out: Millis,
    /// Time from there to here.
    pub back: Millis,
}

/// The streets with one walker's times.
#[derive(Debug, Clone)]
pub struct Network {
    first: Vec<u32>,
    arcs: Vec<Arc>,
    times: Vec<EdgeTimes>,
    ends: Vec<[u32; 2]>,
    part_of: Vec<u32>,
    part_lengths: Vec<Metres>,
    main_part: u32,
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
    /// Whether the walker can use the edge at all.
    pub fn is_open(self) -> bool {
        self.forward != Millis::NEVER || self.backward != Millis::NEVER
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
        let times: Vec<EdgeTimes> = streets
            .edges
            .iter()
            .map(|street| EdgeTimes {
                forward: if street.direction == Direction::Backward {
                    Millis::NEVER
                } else {
                    walker.time(street, f64::from(street.rise))
                },
                backward: if street.direction == Direction::Forward {
                    Millis::NEVER
                } else {
                    walker.time(street, -f64::from(street.rise))
                },
            })
            .collect();
        let (first, arcs) = adjacency(streets, &times);
        let ends = streets.edges.iter().map(|street| [street.from, street.to]).collect();
        let mut network =
            Self { first, arcs, times, ends, part_of: Vec::new(), part_lengths: Vec::new(), main_part: 0 };
        network.find_parts(streets);
        network
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.first.len() - 1
    }

    /// What one may do from a node.
    pub fn arcs(&self, node: u32) -> &[Arc] {
        &self.arcs[self.first[node as usize] as usize..self.first[node as usize + 1] as usize]
    }

    /// The times of an edge.
    pub fn times(&self, edge: u32) -> EdgeTimes {
        self.times[edge as usize]
    }

    /// The nodes at which an edge begins and ends.
    pub fn ends(&self, edge: u32) -> [u32; 2] {
        self.ends[edge as usize]
    }

    /// Number of edges, those that the walker cannot use among them.
    pub fn edges(&self) -> usize {
        self.times.len()
    }

    /// Whether a node lies in a small part that nothing joins to the rest.
    pub fn is_on_island(&self, node: u32) -> bool {
        let part = self.part_of[node as usize];
        part != self.main_part
            && self.part_lengths[part as usize].0 < ISLAND_SHARE * self.part_lengths[self.main_part as usize].0
    }

    /// Number of islands that have streets.
    pub fn islands(&self) -> usize {
        let main = self.part_lengths.get(self.main_part as usize).map_or(0.0, |length| length.0);
        self.part_lengths.iter().filter(|length| length.0 > 0.0 && length.0 < ISLAND_SHARE * main).count()
    }

    /// Numbers the connected parts (in either direction) and measures them.
    fn find_parts(&mut self, streets: &Streets) {
        const NONE: u32 = u32::MAX;
        self.part_of = vec![NONE; self.nodes()];
        let mut open = Vec::new();
        let mut parts = 0;
        for start in 0..self.nodes() as u32 {
            if self.part_of[start as usize] != NONE {
                continue;
            }
            self.part_of[start as usize] = parts;
            open.push(start);
            while let Some(node) = open.pop() {
                for position in self.first[node as usize]..self.first[node as usize + 1] {
                    let next = self.arcs[position as usize].node;
                    if self.part_of[next as usize] == NONE {
                        self.part_of[next as usize] = parts;
                        open.push(next);
                    }
                }
            }
            parts += 1;
        }
        self.part_lengths = vec![Metres(0.0); parts as usize];
        for (street, times) in streets.edges.iter().zip(&self.times) {
            if times.is_open() {
                let part = &mut self.part_lengths[self.part_of[street.from as usize] as usize];
                *part = *part + street.length;
            }
        }
        let longest = (0..parts)
            .rev()
            .max_by(|a, b| self.part_lengths[*a as usize].0.total_cmp(&self.part_lengths[*b as usize].0));
        self.main_part = longest.unwrap_or(0);
    }
}

/// The arcs of all nodes, node after node, and where each node's begin.
fn adjacency(streets: &Streets, times: &[EdgeTimes]) -> (Vec<u32>, Vec<Arc>) {
    let open = || streets.edges.iter().zip(times).enumerate().filter(|(_, (_, times))| times.is_open());
    let mut first = vec![0_u32; streets.nodes.len() + 1];
    for (_, (street, _)) in open() {
        first[street.from as usize + 1] += 1;
        first[street.to as usize + 1] += 1;
    }
    for node in 0..streets.nodes.len() {
        first[node + 1] += first[node];
    }
    let blank = Arc { node: 0, edge: 0, out: Millis::NEVER, back: Millis::NEVER };
    let mut arcs = vec![blank; first[streets.nodes.len()] as usize];
    let mut next = first.clone();
    let mut put = |node: u32, arc: Arc| {
        arcs[next[node as usize] as usize] = arc;
        next[node as usize] += 1;
    };
    for (edge, (street, times)) in open() {
        let edge = edge as u32;
        put(street.from, Arc { node: street.to, edge, out: times.forward, back: times.backward });
        put(street.to, Arc { node: street.from, edge, out: times.backward, back: times.forward });
    }
    (first, arcs)
}
