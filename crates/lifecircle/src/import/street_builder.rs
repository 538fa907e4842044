//! Building the street graph: ways are cut at junctions into edges that keep their geometry.
//!
//! Two ways join only where they share a node, so bridges and tunnels that merely cross a street never join it. A way
//! whose nodes are partly outside the extract is cut there and keeps its other parts. A node that people cannot pass
//! (a private gate, a wall) ends every way that comes to it, without joining them.

use super::access::Walkway;
use super::scan::{Extract, Way};
use super::squares;
use crate::city::{Street, StreetKind, Streets};
use crate::geo::metric::{distance, length};
use crate::geo::{LonLat, Metres};

/// No street node was made for this node of the extract.
const NONE: u32 = u32::MAX;

/// Ferries that do not tell their duration go at this speed, in metres a second (about 20 km/h).
const FERRY_SPEED: f64 = 5.5;

/// Builds the streets of an extract.
pub(super) fn build(extract: &Extract) -> Streets {
    let squares = squares::find(extract);
    let mut builder = Builder {
        extract,
        uses: count_uses(extract, &squares),
        node_of: vec![NONE; extract.places.len()],
        streets: Streets::default(),
    };
    for way in &extract.ways {
        if let Some(walkway) = way.walkway {
            builder.add_way(way, walkway);
        }
    }
    for square in &squares {
        for ring in square.rings.iter().filter(|_| square.from_relation) {
            builder.add_line(ring, square.way, square.walkway);
        }
        for (a, b) in squares::crossings(extract, square, &builder.uses) {
            builder.add_crossing(a, b, square.walkway);
        }
    }
    builder.streets
}

/// How often walkable ways use each node; an end counts twice, so that whatever counts two or more is a junction.
fn count_uses(extract: &Extract, squares: &[squares::Square]) -> Vec<u8> {
    let mut uses = vec![0_u8; extract.places.len()];
    let mut count = |nodes: &[u32]| {
        for (position, node) in nodes.iter().enumerate() {
            let end = position == 0 || position + 1 == nodes.len();
            let used = &mut uses[*node as usize];
            *used = used.saturating_add(1 + u8::from(end));
        }
    };
    for way in extract.ways.iter().filter(|way| way.walkway.is_some()) {
        count(&way.nodes);
    }
    for ring in squares.iter().filter(|square| square.from_relation).flat_map(|square| &square.rings) {
        count(ring);
    }
    // Where people turn inside a square, the lines across it meet its outline.
    for corner in squares.iter().flat_map(|square| &square.corners) {
        uses[*corner as usize] = uses[*corner as usize].saturating_add(1);
    }
    uses
}

struct Builder<'a> {
    extract: &'a Extract,
    uses: Vec<u8>,
    node_of: Vec<u32>,
    streets: Streets,
}

impl Builder<'_> {
    fn add_way(&mut self, way: &Way, walkway: Walkway) {
        let first = self.streets.edges.len();
        self.add_line(&way.nodes, way.id, walkway);
        if walkway.signalled
            && let Some(edge) = self.streets.edges.get_mut(first)
            && !way.nodes.iter().any(|node| self.extract.marks.get(node).is_some_and(|mark| mark.has_signal))
        {
            edge.half_signals = 2;
        }
        self.time_ferry(first, walkway);
    }

    /// A line of nodes, cut where nodes are missing.
    fn add_line(&mut self, nodes: &[u32], way: i64, walkway: Walkway) {
        for run in nodes.split(|node| self.extract.places[*node as usize].is_none()) {
            self.add_run(run, way, walkway);
        }
    }

    /// A line of nodes that are all there, cut at junctions.
    fn add_run(&mut self, run: &[u32], way: i64, walkway: Walkway) {
        let mut start = 0;
        for position in 1..run.len() {
            let node = run[position];
            let last = position + 1 == run.len();
            if last || self.uses[node as usize] >= 2 || self.blocks(node) {
                self.add_edge(&run[start..=position], way, walkway);
                start = position;
            }
        }
    }

    fn blocks(&self, node: u32) -> bool {
        self.extract.marks.get(&node).is_some_and(|mark| mark.blocks)
    }

    fn add_edge(&mut self, nodes: &[u32], way: i64, walkway: Walkway) {
        let line: Vec<LonLat> = nodes.iter().filter_map(|node| self.extract.place(*node)).collect();
        let [first, .., last] = nodes else { return };
        let length = length(&line);
        if first == last && length.0 == 0.0 {
            return;
        }
        let (from, to) = (self.street_node(*first), self.street_node(*last));
        let begin = self.streets.bends.len() as u32;
        self.streets.bends.extend_from_slice(&line[1..line.len() - 1]);
        let half_signals = if walkway.is_crossing { self.half_signals(nodes) } else { 0 };
        self.streets.edges.push(Street {
            from,
            to,
            bends: [begin, self.streets.bends.len() as u32],
            way,
            kind: walkway.kind,
            length,
            rise: 0.0,
            half_signals,
            direction: walkway.direction,
            off_ground: walkway.off_ground,
            ride_seconds: 0.0,
            surface: walkway.surface,
            wheels: walkway.wheels,
            width: walkway.width.unwrap_or(0.0),
            speed: 1.0,
        });
    }

    /// A straight line across a square.
    fn add_crossing(&mut self, a: u32, b: u32, walkway: Walkway) {
        let Some((from, to)) = self.extract.place(a).zip(self.extract.place(b)) else { return };
        let end = self.streets.bends.len() as u32;
        let ends = [self.street_node(a), self.street_node(b)];
        let edge = Street {
            bends: [end, end],
            off_ground: walkway.off_ground,
            surface: walkway.surface,
            wheels: walkway.wheels,
            ..Street::plain(ends, StreetKind::Square, distance(from, to))
        };
        self.streets.edges.push(edge);
    }

    /// The street node of a node: one and the same for all ways, but a new one each time where people cannot pass.
    fn street_node(&mut self, node: u32) -> u32 {
        let known = self.node_of[node as usize];
        if known != NONE && !self.blocks(node) {
            return known;
        }
        let new = self.streets.nodes.len() as u32;
        // Only nodes that have a place come here: lines are cut where one is missing.
        self.streets.nodes.push(self.extract.place(node).unwrap_or_default());
        self.node_of[node as usize] = new;
        new
    }

    /// Signals on a crossing: a node in its middle counts whole, one at its end half.
    fn half_signals(&self, nodes: &[u32]) -> u8 {
        let mut halves = 0_u8;
        for (position, node) in nodes.iter().enumerate() {
            let end = position == 0 || position + 1 == nodes.len();
            if self.extract.marks.get(node).is_some_and(|mark| mark.has_signal) {
                halves = halves.saturating_add(if end { 1 } else { 2 });
            }
        }
        halves
    }

    /// Shares a ferry's duration among its edges by length.
    fn time_ferry(&mut self, first: usize, walkway: Walkway) {
        if walkway.kind != StreetKind::Ferry {
            return;
        }
        let edges = &mut self.streets.edges[first..];
        let total: Metres = edges.iter().map(|edge| edge.length).sum();
        let duration = walkway.ride_seconds.map_or(total.0 / FERRY_SPEED, f64::from);
        for edge in edges {
            edge.ride_seconds = (duration * edge.length.0 / total.0.max(f64::MIN_POSITIVE)) as f32;
        }
    }
}
