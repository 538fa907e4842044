//! Open squares that people cross freely: besides their outline, every straight line across them from one way in to
//! another can be walked, and so can the lines around the corners and holes that stand between.
//!
//! The lines are the visibility graph of the ways in and the reflex corners, which holds every shortest path in a polygon
//! (Lozano-Pérez & Wesley 1979).

use std::collections::HashSet;

use geo_types::{LineString, MultiPolygon};

use super::access::{Walkway, walkway};
use super::area;
use super::scan::Extract;
use crate::geo::{LonLat, polygon};

/// Above so many points the corners are left out, above twice as many the square is walked along its outline only: the
/// number of lines grows with the square of it.
const MAX_POINTS: usize = 64;

/// An open square.
#[derive(Debug)]
pub(super) struct Square {
    /// Its rings as nodes of the extract, the first node given again at the end.
    pub rings: Vec<Vec<u32>>,
    /// Nodes where a shortest path may turn: reflex corners, and corners of holes.
    pub corners: Vec<u32>,
    /// The way that it is, 0 for a relation.
    pub way: i64,
    /// Whether its rings have to be added as streets: those of a way are streets already.
    pub from_relation: bool,
    pub walkway: Walkway,
    shape: MultiPolygon<f64>,
}

/// Finds all squares of an extract.
pub(super) fn find(extract: &Extract) -> Vec<Square> {
    let mut squares = Vec::new();
    for way in &extract.ways {
        if let Some(walkway) = way.walkway.filter(|walkway| walkway.is_area)
            && way.nodes.len() > 3
            && way.nodes.first() == way.nodes.last()
        {
            squares.extend(Square::new(extract, vec![way.nodes.clone()], way.id, false, walkway));
        }
    }
    for relation in &extract.relations {
        let tags: Vec<(&str, &str)> = relation.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        if let Some(walkway) = walkway(&tags) {
            let rings = area::rings(extract, relation);
            // Rings whose ways are streets themselves are there already.
            let from_relation = !relation.ways.iter().any(|(id, _)| {
                extract.way_index.get(id).is_some_and(|way| extract.ways[*way as usize].walkway.is_some())
            });
            squares.extend(Square::new(extract, rings, 0, from_relation, walkway));
        }
    }
    squares
}

impl Square {
    fn new(extract: &Extract, rings: Vec<Vec<u32>>, way: i64, from_relation: bool, walkway: Walkway) -> Option<Self> {
        let complete = rings.iter().flatten().all(|node| extract.places[*node as usize].is_some());
        if rings.is_empty() || !complete {
            return None;
        }
        let shape = area::polygons_of_rings(extract, &rings);
        let mut square = Self { rings, corners: Vec::new(), way, from_relation, walkway, shape };
        let corners: Vec<u32> = square.rings.iter().flat_map(|ring| square.reflex_corners(extract, ring)).collect();
        if corners.len() <= MAX_POINTS {
            square.corners = corners;
        }
        Some(square)
    }

    /// Corners of a ring at which the square's own inside takes up more than half of a full turn.
    fn reflex_corners(&self, extract: &Extract, ring: &[u32]) -> Vec<u32> {
        let open = &ring[..ring.len() - 1];
        let at = |index: usize| extract.place(open[index % open.len()]).unwrap_or_default();
        (0..open.len())
            .filter(|index| {
                let (before, here, after) = (at(index + open.len() - 1), at(*index), at(index + 1));
                let (a, b) = (before - here, after - here);
                let (la, lb) = (a.x.hypot(a.y), b.x.hypot(b.y));
                if la == 0.0 || lb == 0.0 {
                    return false;
                }
                let bisector = a / la + b / lb;
                if bisector.x.hypot(bisector.y) < 0.05 {
                    return false; // straight on
                }
                // A step into the angle that the two sides enclose leaves the square at a reflex corner.
                let probe = here + bisector * (la.min(lb) * 0.01);
                !polygon::contains(&self.shape, probe)
            })
            .map(|index| open[index])
            .collect()
    }

    fn sees(&self, a: LonLat, b: LonLat) -> bool {
        let middle = (a + b) / 2.0;
        if !polygon::contains(&self.shape, middle) {
            return false;
        }
        polygon::rings(&self.shape).flat_map(LineString::lines).all(|side| {
            // Touching the outline at one's own end is no obstacle.
            let touches = [side.start, side.end].iter().any(|corner| *corner == a || *corner == b);
            touches || polygon::crossing([a, b], [side.start, side.end]).is_none()
        })
    }
}

/// Pairs of nodes between which a straight line crosses the square. `uses` tells which nodes other ways use too.
pub(super) fn crossings(extract: &Extract, square: &Square, uses: &[u8]) -> Vec<(u32, u32)> {
    let mut points: Vec<u32> = Vec::new();
    let mut seen = HashSet::new();
    for ring in &square.rings {
        let open = &ring[..ring.len() - 1];
        for (position, node) in open.iter().enumerate() {
            // A ring's own use counts one, and its first node four (two ends); what is above comes from others.
            let own = if position == 0 { 4 } else { 1 };
            if (uses[*node as usize] > own || square.corners.contains(node)) && seen.insert(*node) {
                points.push(*node);
            }
        }
    }
    if points.len() > MAX_POINTS * 2 {
        return Vec::new();
    }
    let sides: HashSet<(u32, u32)> = square
        .rings
        .iter()
        .flat_map(|ring| ring.windows(2))
        .flat_map(|pair| [(pair[0], pair[1]), (pair[1], pair[0])])
        .collect();
    let mut lines = Vec::new();
    for (index, a) in points.iter().enumerate() {
        for b in &points[index + 1..] {
            let ends = extract.place(*a).zip(extract.place(*b));
            if !sides.contains(&(*a, *b)) && ends.is_some_and(|(from, to)| from != to && square.sees(from, to)) {
                lines.push((*a, *b));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::Polygon;

    /// A square from plain coordinates.
    fn plain(outer: &[(f64, f64)], holes: &[&[(f64, f64)]]) -> Square {
        let ring = |points: &[(f64, f64)]| LineString::from(points.to_vec());
        let shape = MultiPolygon(vec![Polygon::new(ring(outer), holes.iter().map(|hole| ring(hole)).collect())]);
        let walkway = walkway(&[("highway", "pedestrian"), ("area", "yes")]).unwrap();
        Square { rings: Vec::new(), corners: Vec::new(), way: 1, from_relation: false, walkway, shape }
    }

    #[test]
    fn people_see_across_but_not_through_a_hole_or_out_of_an_angle() {
        let p = |x, y| LonLat { x, y };
        let ring = [(0., 0.), (1., 0.), (5., 0.), (10., 0.), (10., 10.), (5., 10.), (1., 10.), (0., 10.), (0., 0.)];
        let open = plain(&ring, &[]);
        assert!(open.sees(p(0., 0.), p(10., 10.)));
        assert!(open.sees(p(5., 0.), p(5., 10.)));
        let fountain = plain(&ring, &[&[(4., 4.), (6., 4.), (6., 6.), (4., 6.), (4., 4.)]]);
        assert!(!fountain.sees(p(5., 0.), p(5., 10.)));
        assert!(fountain.sees(p(1., 0.), p(1., 10.)));
        let angle = plain(&[(0., 0.), (10., 0.), (10., 2.), (2., 2.), (2., 10.), (0., 10.), (0., 0.)], &[]);
        assert!(!angle.sees(p(10., 2.), p(2., 10.)));
        assert!(angle.sees(p(0., 0.), p(2., 2.)));
    }
}
