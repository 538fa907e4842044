//! What the generator draws on: metres east and north of the middle of the city, turned into OpenStreetMap elements.

use crate::geo::LonLat;
use crate::geo::metric::Frame;
use crate::sources::osm::{ElementKind, Elements, OwnedTags};

/// Where the middle of the city lies: near Wuhai, on the Yellow River.
const MIDDLE: LonLat = LonLat { x: 106.79, y: 39.62 };

/// A place in metres east and north of the middle, before the plan is bent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub x: f64,
    pub y: f64,
}

/// A spot.
pub(super) fn spot(x: f64, y: f64) -> Spot {
    Spot { x, y }
}

impl Spot {
    /// The spot a share of the way to another.
    pub fn towards(self, other: Self, share: f64) -> Self {
        spot(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
    }

    /// Where the spot lies on the earth. No city is a perfect grid: the plan is bent by a few gentle waves.
    pub fn on_earth(self) -> LonLat {
        let Self { x, y } = self;
        let bent_x = x + 90.0 * (y / 1300.0).sin() + 35.0 * (x / 900.0 + y / 1700.0).sin();
        let bent_y = y + 70.0 * (x / 1500.0).sin() + 30.0 * (y / 800.0 - x / 2100.0).cos();
        let frame = Frame::at(MIDDLE.y);
        LonLat { x: MIDDLE.x + bent_x / frame.per_lon, y: MIDDLE.y + bent_y / frame.per_lat }
    }
}

/// The elements drawn so far.
#[derive(Debug)]
pub(super) struct Canvas {
    pub elements: Elements,
    next_id: i64,
}

/// Tags from pairs.
pub(super) fn tags(pairs: &[(&str, &str)]) -> OwnedTags {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

impl Canvas {
    pub fn new() -> Self {
        Self { elements: Elements::default(), next_id: 1 }
    }

    fn id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id - 1
    }

    pub fn node(&mut self, at: Spot, tags: OwnedTags) -> i64 {
        let id = self.id();
        self.elements.nodes.push((id, at.on_earth(), tags));
        id
    }

    /// A bare node.
    pub fn point(&mut self, at: Spot) -> i64 {
        self.node(at, OwnedTags::new())
    }

    pub fn way(&mut self, nodes: Vec<i64>, tags: OwnedTags) -> i64 {
        let id = self.id();
        self.elements.ways.push((id, nodes, tags));
        id
    }

    /// A closed way around the given corners.
    pub fn area(&mut self, corners: &[Spot], tags: OwnedTags) -> i64 {
        let mut nodes: Vec<i64> = corners.iter().map(|corner| self.point(*corner)).collect();
        nodes.extend(nodes.first().copied());
        self.way(nodes, tags)
    }

    pub fn relation(&mut self, outer: &[i64], tags: OwnedTags) {
        let id = self.id();
        let members = outer.iter().map(|way| (ElementKind::Way, *way, "outer".to_owned())).collect();
        self.elements.relations.push((id, members, tags));
    }
}

/// A rectangle that is upright in the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Plot {
    /// The rectangle within, this far from each side.
    pub fn inset(self, by: f64) -> Self {
        Self { west: self.west + by, south: self.south + by, east: self.east - by, north: self.north - by }
    }

    /// South-west, south-east, north-east, north-west.
    pub fn corners(self) -> [Spot; 4] {
        [
            spot(self.west, self.south),
            spot(self.east, self.south),
            spot(self.east, self.north),
            spot(self.west, self.north),
        ]
    }

    pub fn width(self) -> f64 {
        self.east - self.west
    }

    pub fn height(self) -> f64 {
        self.north - self.south
    }

    pub fn middle(self) -> Spot {
        spot(f64::midpoint(self.west, self.east), f64::midpoint(self.south, self.north))
    }
}
