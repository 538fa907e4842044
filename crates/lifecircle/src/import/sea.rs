//! The sea: what lies to the right of the coastline, within the city's extent.
//!
//! OpenStreetMap draws coastlines with land on their left and water on their right. Source: OpenStreetMap wiki,
//! *Tag:natural=coastline*.

use std::collections::HashMap;

use geo::Area as _;
use geo_types::{LineString, MultiPolygon, Polygon};

use super::area::nest;
use super::scan::Extract;
use crate::geo::LonLat;
use crate::geo::polygon::segment_within;

/// West, south, east, north.
type Bounds = [f64; 4];

/// The areas of the sea; none if the extract has no coastline.
pub(super) fn areas(extract: &Extract, coast: &[&[u32]], extent: Bounds) -> MultiPolygon<f64> {
    let lines: Vec<Vec<LonLat>> = chains(coast)
        .into_iter()
        .map(|chain| chain.into_iter().filter_map(|node| extract.place(node)).collect())
        .filter(|line: &Vec<LonLat>| line.len() > 1)
        .collect();
    of_lines(&lines, extent)
}

/// The same of lines that are chained already.
fn of_lines(lines: &[Vec<LonLat>], extent: Bounds) -> MultiPolygon<f64> {
    if lines.is_empty() {
        return MultiPolygon(Vec::new());
    }
    let (closed, open): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.first() == line.last());
    let frame = if open.is_empty() { grown(extent) } else { extent };
    let mut rings: Vec<Vec<LonLat>> = Vec::new();
    let mut pieces: Vec<Vec<LonLat>> = Vec::new();
    for line in open {
        pieces.extend(clipped(line, frame).into_iter().filter_map(|piece| reaching_border(piece, frame)));
    }
    for line in closed {
        if line.iter().all(|at| holds(frame, *at)) {
            rings.push(line.clone());
        } else {
            pieces.extend(clipped(line, frame).into_iter().filter_map(|piece| reaching_border(piece, frame)));
        }
    }
    if pieces.is_empty() {
        let is_island = |ring: &Vec<LonLat>| Polygon::new(LineString(ring.clone()), Vec::new()).signed_area() > 0.0;
        if rings.iter().any(is_island) {
            rings.push(corners(frame).to_vec());
        }
    }
    rings.extend(closed_along_border(pieces, frame));
    nest(rings.into_iter().map(LineString).collect())
}

/// Ways that follow each other, joined.
fn chains(ways: &[&[u32]]) -> Vec<Vec<u32>> {
    let mut beginning: HashMap<u32, usize> = HashMap::new();
    let mut ends: HashMap<u32, usize> = HashMap::new();
    for (index, way) in ways.iter().enumerate() {
        if let [first, .., last] = way {
            beginning.insert(*first, index);
            ends.insert(*last, index);
        }
    }
    let mut used = vec![false; ways.len()];
    // Those that nothing leads to first; what is left then is rings.
    let is_start = |way: &[u32]| way.first().is_some_and(|first| !ends.contains_key(first));
    let mut order: Vec<usize> = (0..ways.len()).collect();
    order.sort_by_key(|index| !is_start(ways[*index]));
    let mut chains = Vec::new();
    for start in order {
        if std::mem::replace(&mut used[start], true) {
            continue;
        }
        let mut chain = ways[start].to_vec();
        while let Some(next) = chain.last().and_then(|last| beginning.get(last)).copied() {
            if std::mem::replace(&mut used[next], true) {
                break;
            }
            chain.extend(&ways[next][1..]);
        }
        chains.push(chain);
    }
    chains
}

fn holds([west, south, east, north]: Bounds, at: LonLat) -> bool {
    (west..=east).contains(&at.x) && (south..=north).contains(&at.y)
}

/// Half as large again on every side.
fn grown([west, south, east, north]: Bounds) -> Bounds {
    let (wide, high) = ((east - west) / 2.0, (north - south) / 2.0);
    [west - wide, south - high, east + wide, north + high]
}

/// Clockwise from the south-west, closed.
fn corners([west, south, east, north]: Bounds) -> [LonLat; 5] {
    let at = |x, y| LonLat { x, y };
    [at(west, south), at(west, north), at(east, north), at(east, south), at(west, south)]
}

/// The parts of a line that lie within bounds; where it is cut, they end on the border.
fn clipped(line: &[LonLat], bounds: Bounds) -> Vec<Vec<LonLat>> {
    let mut parts: Vec<Vec<LonLat>> = Vec::new();
    let mut part: Vec<LonLat> = Vec::new();
    for pair in line.windows(2) {
        let ends = [pair[0], pair[1]].map(|at| [at.x, at.y]);
        let Some([from, to]) = segment_within(ends, bounds).map(|ends| ends.map(|[x, y]| LonLat { x, y })) else {
            parts.extend((part.len() > 1).then(|| std::mem::take(&mut part)));
            part.clear();
            continue;
        };
        if part.last() != Some(&from) {
            parts.extend((part.len() > 1).then(|| std::mem::take(&mut part)));
            part = vec![from];
        }
        if to != from {
            part.push(to);
        }
    }
    parts.extend((part.len() > 1).then_some(part));
    parts
}

/// A part that the extract cuts off within the bounds goes on straight to the nearest side; none if it is a ring of its own.
fn reaching_border(mut piece: Vec<LonLat>, bounds: Bounds) -> Option<Vec<LonLat>> {
    let [first, last] = [*piece.first()?, *piece.last()?];
    let [begin, end] = [first, last].map(|at| on_border(at, bounds));
    if begin != first {
        piece.insert(0, begin);
    }
    if end != last {
        piece.push(end);
    }
    Some(piece)
}

/// The point of the border that is nearest.
fn on_border(at: LonLat, [west, south, east, north]: Bounds) -> LonLat {
    let sides = [
        (at.x - west, LonLat { x: west, ..at }),
        (east - at.x, LonLat { x: east, ..at }),
        (at.y - south, LonLat { y: south, ..at }),
        (north - at.y, LonLat { y: north, ..at }),
    ];
    sides.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(at, |(_, border)| border)
}

/// How far along the border a point of it lies, clockwise from the south-west: each side is 1 long.
fn along_border(at: LonLat, [west, south, east, north]: Bounds) -> f64 {
    let share = |part: f64, whole: f64| if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
    let sides = [
        ((at.x - west).abs(), share(at.y - south, north - south)),
        ((north - at.y).abs(), 1.0 + share(at.x - west, east - west)),
        ((east - at.x).abs(), 2.0 + share(north - at.y, north - south)),
        ((at.y - south).abs(), 3.0 + share(east - at.x, east - west)),
    ];
    sides.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |(_, along)| along)
}

/// Joins pieces along the border: water lies on their right, so the sea is walked around clockwise.
fn closed_along_border(pieces: Vec<Vec<LonLat>>, bounds: Bounds) -> Vec<Vec<LonLat>> {
    let begins: Vec<f64> = pieces.iter().map(|piece| along_border(piece[0], bounds)).collect();
    let corner = corners(bounds);
    let mut used = vec![false; pieces.len()];
    let mut rings = Vec::new();
    for start in 0..pieces.len() {
        if used[start] {
            continue;
        }
        let mut ring: Vec<LonLat> = Vec::new();
        let mut here = start;
        loop {
            used[here] = true;
            ring.extend(&pieces[here]);
            let end = along_border(pieces[here][pieces[here].len() - 1], bounds);
            // The next beginning, clockwise; the first piece closes the ring.
            let ahead = |index: usize| (begins[index] - end).rem_euclid(4.0);
            let candidates = (0..pieces.len()).filter(|index| *index == start || !used[*index]);
            let Some(next) = candidates.min_by(|a, b| ahead(*a).total_cmp(&ahead(*b))) else { break };
            let mut on_the_way: Vec<(f64, LonLat)> =
                (0..4).map(|side| ((f64::from(side as u8) - end).rem_euclid(4.0), corner[side])).collect();
            on_the_way.retain(|(distance, _)| *distance > 0.0 && *distance < ahead(next));
            on_the_way.sort_by(|a, b| a.0.total_cmp(&b.0));
            ring.extend(on_the_way.into_iter().map(|(_, at)| at));
            if next == start {
                break;
            }
            here = next;
        }
        ring.push(ring[0]);
        rings.push(ring);
    }
    rings
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Contains;
    use geo_types::Point;

    const FRAME: Bounds = [0.0, 0.0, 10.0, 10.0];

    fn line(points: &[(f64, f64)]) -> Vec<LonLat> {
        points.iter().map(|(x, y)| LonLat { x: *x, y: *y }).collect()
    }

    fn sea_at(lines: &[Vec<LonLat>], x: f64, y: f64) -> bool {
        of_lines(lines, FRAME).contains(&Point::new(x, y))
    }

    #[test]
    fn water_lies_to_the_right_of_a_coast_that_crosses_the_extent() {
        // Northwards: land west of it.
        let coast = [line(&[(4.0, -3.0), (5.0, 5.0), (4.0, 12.0)])];
        assert!(sea_at(&coast, 8.0, 5.0) && !sea_at(&coast, 2.0, 5.0));
        let back: Vec<Vec<LonLat>> = coast.iter().map(|line| line.iter().rev().copied().collect()).collect();
        assert!(!sea_at(&back, 8.0, 5.0) && sea_at(&back, 2.0, 5.0));
    }

    #[test]
    fn an_island_lies_in_the_sea_and_the_sea_around_it() {
        let island = line(&[(3.0, 3.0), (6.0, 3.0), (6.0, 6.0), (3.0, 6.0), (3.0, 3.0)]);
        assert!(sea_at(std::slice::from_ref(&island), 1.0, 1.0) && !sea_at(std::slice::from_ref(&island), 4.0, 4.0));
        assert!(sea_at(std::slice::from_ref(&island), -2.0, 4.0), "an island's sea reaches beyond the streets");
        let coast = line(&[(8.0, -1.0), (8.0, 11.0)]);
        let both = [line(&[(11.0, 9.0), (-1.0, 9.0)]), island, coast];
        assert!(!sea_at(&both[1..2], 5.0, 5.0));
    }

    #[test]
    fn two_coasts_enclose_a_strait_and_what_is_cut_off_goes_on() {
        let strait = [line(&[(3.0, -1.0), (3.0, 11.0)]), line(&[(7.0, 11.0), (7.0, 4.0)])];
        assert!(sea_at(&strait, 5.0, 5.0) && !sea_at(&strait, 1.0, 5.0) && !sea_at(&strait, 9.0, 8.0));
    }

    #[test]
    fn no_coast_is_no_sea() {
        assert!(of_lines(&[], FRAME).0.is_empty());
    }
}
