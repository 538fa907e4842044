//! The grid of tiles: where a point of the earth lies on the square that all tiles share, and what of a shape lies in one of them.
//!
//! The square is the spherical Mercator plane, from 0 to 1 eastwards and southwards. Source: OGC 17-083r4, *Two Dimensional Tile
//! Matrix Set*, WebMercatorQuad.

use lifecircle::geo::LonLat;
use lifecircle::geo::polygon::segment_within;

use super::mvt::{EXTENT, Shape};

/// A point of the square.
pub type World = [f64; 2];

/// West, north, east, south on the square.
pub type Bounds = [f64; 4];

/// The finest tiles that are made; the page enlarges them further.
pub const MAX_ZOOM: u8 = 15;

/// Units around a tile that are drawn too, so that lines and outlines are not cut at its sides.
const BUFFER: f64 = 80.0;

/// Where a point lies on the square.
pub fn world(at: LonLat) -> World {
    // The square ends at this latitude.
    let latitude = at.y.clamp(-85.051_128_77, 85.051_128_77).to_radians();
    [(at.x + 180.0) / 360.0, (1.0 - latitude.tan().asinh() / std::f64::consts::PI) / 2.0]
}

/// Where a point of the square lies on the earth.
pub fn on_earth([x, y]: World) -> LonLat {
    LonLat { x: x * 360.0 - 180.0, y: (std::f64::consts::PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees() }
}

/// A tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileId {
    /// Its zoom: 2^zoom tiles cover a side of the square.
    pub zoom: u8,
    /// Its column from the west.
    pub x: u32,
    /// Its row from the north.
    pub y: u32,
}

impl TileId {
    /// A tile; none if there is no such tile, or it is finer than tiles are made.
    pub fn new(zoom: u8, x: u32, y: u32) -> Option<Self> {
        (zoom <= MAX_ZOOM && x < 1 << zoom && y < 1 << zoom).then_some(Self { zoom, x, y })
    }

    fn side(self) -> f64 {
        1.0 / f64::from(1_u32 << self.zoom)
    }

    /// What the tile covers, with what is drawn around it.
    pub fn bounds(self) -> Bounds {
        let (side, beyond) = (self.side(), BUFFER / f64::from(EXTENT) * self.side());
        let (west, north) = (f64::from(self.x) * side, f64::from(self.y) * side);
        [west - beyond, north - beyond, west + side + beyond, north + side + beyond]
    }

    /// A point in units of the tile.
    pub fn units(self, [x, y]: World) -> [f64; 2] {
        let scale = f64::from(1_u32 << self.zoom);
        [(x * scale - f64::from(self.x)) * f64::from(EXTENT), (y * scale - f64::from(self.y)) * f64::from(EXTENT)]
    }

    /// A point of the square as a shape of the tile; none if it lies outside.
    pub fn point(self, at: World) -> Option<Shape> {
        let [x, y] = self.units(at);
        let inside = 0.0..f64::from(EXTENT);
        (inside.contains(&x) && inside.contains(&y)).then_some(Shape::Point([x as i32, y as i32]))
    }

    /// What of a line lies in the tile, without bends that nobody would see.
    pub fn lines(self, line: &[World]) -> Shape {
        let mut parts = Vec::new();
        let mut part: Vec<[f64; 2]> = Vec::new();
        let units: Vec<[f64; 2]> = line.iter().map(|at| self.units(*at)).collect();
        for pair in units.windows(2) {
            let Some([from, to]) = segment_within([pair[0], pair[1]], [LOW, LOW, HIGH, HIGH]) else {
                parts.extend((part.len() > 1).then(|| std::mem::take(&mut part)));
                part.clear();
                continue;
            };
            if part.last() != Some(&from) {
                parts.extend((part.len() > 1).then(|| std::mem::take(&mut part)));
                part = vec![from];
            }
            part.push(to);
        }
        parts.extend((part.len() > 1).then_some(part));
        let whole = |part: Vec<[f64; 2]>| whole_units(&simplified(&part, self.tolerance()), false);
        Shape::Lines(parts.into_iter().map(whole).filter(|line| line.len() > 1).collect())
    }

    /// What of an area's rings lies in the tile; the first ring is its outline, the others are holes.
    pub fn rings(self, polygon: &[Vec<World>]) -> Vec<Vec<[i32; 2]>> {
        let mut rings = Vec::new();
        for (position, ring) in polygon.iter().enumerate() {
            let units: Vec<[f64; 2]> = ring.iter().map(|at| self.units(*at)).collect();
            let mut ring = whole_units(&simplified(&clipped(&units), self.tolerance()), true);
            let twice_area = twice_area(&ring);
            // What is smaller than a pixel is not seen.
            if ring.len() < 3 || twice_area.abs() < 2 * 64 && self.zoom < MAX_ZOOM {
                if position == 0 {
                    break;
                }
                continue;
            }
            // As seen with south below, an outline goes clockwise: its area is positive.
            if (twice_area > 0) != (position == 0) {
                ring.reverse();
            }
            rings.push(ring);
        }
        rings
    }

    /// How far from the truth a line may be drawn, in units: a pixel of a tile that is 512 wide, less for the finest, which the page
    /// enlarges.
    fn tolerance(self) -> f64 {
        if self.zoom == MAX_ZOOM { 1.0 } else { 6.0 }
    }
}

/// Twice the signed area of a ring.
fn twice_area(ring: &[[i32; 2]]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])).sum()
}

/// Whole units, without points that fall on each other.
fn whole_units(line: &[[f64; 2]], closed: bool) -> Vec<[i32; 2]> {
    let mut whole: Vec<[i32; 2]> = line.iter().map(|[x, y]| [x.round() as i32, y.round() as i32]).collect();
    whole.dedup();
    if closed && whole.len() > 1 && whole.first() == whole.last() {
        whole.pop();
    }
    whole
}

const LOW: f64 = -BUFFER;
const HIGH: f64 = EXTENT as f64 + BUFFER;

/// A ring cut to the tile, side by side. Source: Sutherland & Hodgman (1974).
fn clipped(ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let inside = |at: &[f64; 2]| (LOW..=HIGH).contains(&at[0]) && (LOW..=HIGH).contains(&at[1]);
    let mut ring = ring.to_vec();
    if ring.iter().all(inside) {
        return ring;
    }
    for (axis, bound, sign) in [(0, LOW, 1.0), (0, HIGH, -1.0), (1, LOW, 1.0), (1, HIGH, -1.0)] {
        let is_in = |at: [f64; 2]| (at[axis] - bound) * sign >= 0.0;
        let mut kept = Vec::with_capacity(ring.len());
        for index in 0..ring.len() {
            let (here, before) = (ring[index], ring[(index + ring.len() - 1) % ring.len()]);
            if is_in(here) != is_in(before) {
                let share = (bound - before[axis]) / (here[axis] - before[axis]);
                let mut cut = [before[0] + share * (here[0] - before[0]), before[1] + share * (here[1] - before[1])];
                cut[axis] = bound;
                kept.push(cut);
            }
            if is_in(here) {
                kept.push(here);
            }
        }
        ring = kept;
    }
    ring
}

/// A line without the points that lie nearer than a tolerance to what stays. Source: Douglas & Peucker (1973).
fn simplified(line: &[[f64; 2]], tolerance: f64) -> Vec<[f64; 2]> {
    if line.len() < 3 {
        return line.to_vec();
    }
    let mut kept = vec![false; line.len()];
    let last = line.len() - 1;
    (kept[0], kept[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let farthest = (from + 1..to)
            .map(|index| (distance_squared(line[index], line[from], line[to]), index))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((distance, index)) = farthest
            && distance > tolerance * tolerance
        {
            kept[index] = true;
            open.extend([(from, index), (index, to)]);
        }
    }
    line.iter().zip(kept).filter(|(_, kept)| *kept).map(|(at, _)| *at).collect()
}

/// The squared distance of a point from a segment.
fn distance_squared(at: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let off = [at[0] - from[0], at[1] - from[1]];
    let length = along[0] * along[0] + along[1] * along[1];
    let share = if length > 0.0 { ((off[0] * along[0] + off[1] * along[1]) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (off[0] - share * along[0], off[1] - share * along[1]);
    x * x + y * y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_and_the_earth_agree() {
        for at in [LonLat { x: 106.79, y: 39.62 }, LonLat { x: -51.2, y: -30.03 }, LonLat { x: 0.0, y: 0.0 }] {
            let back = on_earth(world(at));
            assert!((back.x - at.x).abs() < 1e-9 && (back.y - at.y).abs() < 1e-9);
        }
        assert_eq!(world(LonLat { x: 0.0, y: 0.0 }), [0.5, 0.5]);
    }

    #[test]
    fn areas_are_cut_and_turned_as_the_specification_asks() {
        let tile = TileId::new(1, 0, 0).unwrap();
        let square = |low: f64, high: f64| vec![[low, low], [high, low], [high, high], [low, high], [low, low]];
        let rings = tile.rings(&[square(0.1, 0.9), square(0.2, 0.3)]);
        assert_eq!(rings.len(), 2);
        assert!(twice_area(&rings[0]) > 0 && twice_area(&rings[1]) < 0);
        assert!(rings[0].iter().flatten().all(|unit| *unit <= EXTENT + 80));
        let turned: Vec<World> = square(0.1, 0.9).into_iter().rev().collect();
        assert!(twice_area(&tile.rings(&[turned])[0]) > 0);
        assert!(tile.rings(&[square(0.6, 0.9)]).is_empty());
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_is_two() {
        let tile = TileId::new(1, 0, 0).unwrap();
        let Shape::Lines(lines) = tile.lines(&[[0.1, 0.1], [0.9, 0.1], [0.9, 0.2], [0.1, 0.2]]) else { unreachable!() };
        assert_eq!(lines.len(), 2);
        let Shape::Lines(none) = tile.lines(&[[0.8, 0.1], [0.9, 0.1]]) else { unreachable!() };
        assert!(none.is_empty());
        let Shape::Lines(straight) = tile.lines(&[[0.1, 0.1], [0.15, 0.1001], [0.2, 0.1]]) else { unreachable!() };
        assert_eq!(straight[0].len(), 2);
    }
}
