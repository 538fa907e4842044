//! Sums over squares of the ground, and over the squares around a place.

use std::collections::HashMap;

use crate::geo::LonLat;
use crate::geo::metric::Frame;

/// Side of a square in metres.
const SIDE: f64 = 100.0;

/// Squares to each side that are around a place: five by five, 500 m.
const REACH: i32 = 2;

/// Hectares of the squares around a place.
pub(super) const HECTARES_AROUND: f64 = ((2 * REACH + 1) * (2 * REACH + 1)) as f64;

/// Something summed over squares.
pub(super) struct Grid<T> {
    frame: Frame,
    cells: HashMap<(i32, i32), T>,
}

impl<T: Default> Grid<T> {
    /// A grid over the places of a city.
    pub fn new(places: impl Iterator<Item = LonLat>) -> Self {
        let (south, north) = places.fold((f64::MAX, f64::MIN), |(s, n), at| (s.min(at.y), n.max(at.y)));
        let middle = if south <= north { f64::midpoint(south, north) } else { 0.0 };
        Self { frame: Frame::at(middle), cells: HashMap::new() }
    }

    fn key(&self, at: LonLat) -> (i32, i32) {
        // Degrees on the globe make some hundred thousand squares at most.
        ((at.x * self.frame.per_lon / SIDE).floor() as i32, (at.y * self.frame.per_lat / SIDE).floor() as i32)
    }

    /// The sum of a place's own square.
    pub fn cell_mut(&mut self, at: LonLat) -> &mut T {
        let key = self.key(at);
        self.cells.entry(key).or_default()
    }

    /// The sums of the squares around a place, in a fixed order.
    pub fn around(&self, at: LonLat) -> impl Iterator<Item = &T> {
        let (x, y) = self.key(at);
        let squares = (-REACH..=REACH).flat_map(move |dy| (-REACH..=REACH).map(move |dx| (x + dx, y + dy)));
        squares.filter_map(|key| self.cells.get(&key))
    }
}
