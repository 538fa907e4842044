//! The walkable streets as imported, before any walker: junctions, and the edges between them with their geometry.

use serde::{Deserialize, Serialize};

use crate::geo::{LonLat, Metres, hilbert};

/// The walkable street graph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Streets {
    /// Junctions and ends.
    pub nodes: Vec<LonLat>,
    /// Edges between them.
    pub edges: Vec<Street>,
    /// The bends of all edges, one after another.
    pub bends: Vec<LonLat>,
}

/// An edge: a stretch of street between two nodes, all of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Street {
    /// Node where it begins.
    pub from: u32,
    /// Node where it ends.
    pub to: u32,
    /// Where its bends begin and end in [`Streets::bends`] (its two nodes are not among them).
    pub bends: [u32; 2],
    /// The OpenStreetMap way that it is part of; 0 for a line across an open square.
    pub way: i64,
    /// What it is.
    pub kind: StreetKind,
    /// Its length on the ellipsoid.
    pub length: Metres,
    /// How much higher its end lies than its beginning, in metres; 0 where elevation is not known.
    pub rise: f32,
    /// Signalled crossings on it, in halves: one at a node counts half for each of the two edges that share it.
    pub half_signals: u8,
    /// Which way people may go.
    pub direction: Direction,
    /// On a bridge, in a tunnel, or on another level than the ground: nobody's door opens onto it.
    pub off_ground: bool,
    /// Seconds that it takes whoever goes, for a ferry; 0 for what is walked.
    pub ride_seconds: f32,
    /// What it is made of.
    pub surface: Surface,
    /// Whether wheels can pass.
    pub wheels: Wheels,
    /// How wide it is for people on foot, in metres; 0 where nobody tells.
    pub width: f32,
    /// How fast people are on it, as a share of what they would be: 1 where nothing slows or carries them.
    pub speed: f32,
}

impl Street {
    /// A straight, flat street on the ground, open both ways, without signals, of which nothing else is told. It begins
    /// and ends at two nodes and belongs to no way.
    pub fn plain([from, to]: [u32; 2], kind: StreetKind, length: Metres) -> Self {
        Self {
            from,
            to,
            bends: [0, 0],
            way: 0,
            kind,
            length,
            rise: 0.0,
            half_signals: 0,
            direction: Direction::Both,
            off_ground: false,
            ride_seconds: 0.0,
            surface: Surface::Unknown,
            wheels: Wheels::Unsaid,
            width: 0.0,
            speed: 1.0,
        }
    }
}

/// What a street is made of, as far as it matters to feet and wheels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// Nobody tells.
    #[default]
    Unknown,
    /// Asphalt, concrete, even paving stones, wood, metal.
    Paved,
    /// Setts, cobbles, uneven stones.
    Cobbled,
    /// Firm ground: compacted, fine gravel.
    Compacted,
    /// Gravel, earth, grass.
    Loose,
    /// Sand, mud, snow, rock.
    Soft,
}

/// Whether wheels can pass, as mappers tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wheels {
    /// Nobody tells.
    #[default]
    Unsaid,
    /// They can; over steps by a ramp.
    Yes,
    /// They cannot.
    No,
}

/// What a street is to a person on foot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreetKind {
    /// Trunk, primary and secondary roads.
    Major,
    /// Tertiary, residential and other minor roads.
    Minor,
    /// Service roads and alleys.
    Service,
    /// Parking aisles, driveways, drive-throughs: snapped to only when nothing better is near.
    Aisle,
    /// Footways, paths, pedestrian streets, tracks, cycleways.
    Path,
    /// Steps.
    Steps,
    /// A line across an open square.
    Square,
    /// Corridors, lifts, escalators, platforms: walked, never snapped to.
    Indoor,
    /// Ferries: ridden, never snapped to.
    Ferry,
}

/// Which way people may go on an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Both.
    #[default]
    Both,
    /// Only from its beginning to its end.
    Forward,
    /// Only from its end to its beginning.
    Backward,
    /// Neither way: it is closed.
    Closed,
}

impl Streets {
    /// The line of an edge from its first node to its last.
    pub fn line(&self, edge: &Street) -> impl Iterator<Item = LonLat> + Clone + '_ {
        let bends = &self.bends[edge.bends[0] as usize..edge.bends[1] as usize];
        std::iter::once(self.nodes[edge.from as usize])
            .chain(bends.iter().copied())
            .chain(std::iter::once(self.nodes[edge.to as usize]))
    }

    /// The same streets with nodes in Hilbert order and edges in the order of their first nodes: what lies together
    /// is kept together, so that searches find it in the cache.
    #[must_use]
    pub fn in_hilbert_order(&self) -> Self {
        let order = hilbert::order(&self.nodes);
        let mut place_of = vec![0_u32; order.len()];
        for (place, node) in order.iter().enumerate() {
            place_of[*node as usize] = place as u32;
        }
        let mut edges: Vec<Street> = self.edges.clone();
        for edge in &mut edges {
            edge.from = place_of[edge.from as usize];
            edge.to = place_of[edge.to as usize];
        }
        // Stable, so that edges of one node keep the order of their ways.
        edges.sort_by_key(|edge| edge.from.min(edge.to));
        let mut bends = Vec::with_capacity(self.bends.len());
        for edge in &mut edges {
            let begin = bends.len() as u32;
            bends.extend_from_slice(&self.bends[edge.bends[0] as usize..edge.bends[1] as usize]);
            edge.bends = [begin, bends.len() as u32];
        }
        Self { nodes: order.iter().map(|node| self.nodes[*node as usize]).collect(), edges, bends }
    }

    /// West, south, east, north of all nodes; zeros if there are none.
    pub fn extent(&self) -> [f64; 4] {
        let Some(first) = self.nodes.first() else { return [0.0; 4] };
        self.nodes.iter().fold([first.x, first.y, first.x, first.y], |[w, s, e, n], p| {
            [w.min(p.x), s.min(p.y), e.max(p.x), n.max(p.y)]
        })
    }
}
