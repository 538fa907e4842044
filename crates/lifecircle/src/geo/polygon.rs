//! What the rest needs of polygons on the earth: area, a point inside, corners in order, where lines cross them.

use geo::{Area, InteriorPoint, MapCoords};
use geo_types::{LineString, MultiPolygon, Point, Polygon};

use super::metric::{Frame, distance};
use super::{LonLat, Metres};

/// Area in square metres, holes taken out.
pub fn area(shape: &MultiPolygon<f64>) -> f64 {
    let Some(anchor) = shape.0.first().and_then(|polygon| polygon.exterior().0.first()) else { return 0.0 };
    let frame = Frame::at(anchor.y);
    // Moved to the anchor first: the shoelace formula loses digits far from the origin.
    shape
        .map_coords(|c| LonLat { x: (c.x - anchor.x) * frame.per_lon, y: (c.y - anchor.y) * frame.per_lat })
        .unsigned_area()
}

/// A point that surely lies inside, near the middle.
pub fn inner_point(shape: &MultiPolygon<f64>) -> Option<LonLat> {
    if let [polygon] = shape.0.as_slice()
        && let Some(middle) = geo::Centroid::centroid(polygon)
        && geo::Contains::contains(polygon, &middle)
    {
        return Some(middle.0);
    }
    shape.interior_point().map(|point| point.0)
}

/// Whether a point lies inside (on the edge counts).
pub fn contains(shape: &MultiPolygon<f64>, point: LonLat) -> bool {
    geo::Intersects::intersects(shape, &Point(point))
}

/// Points along a ring, no farther apart than `step`, or as far as `most` of them lie apart.
pub fn points_along(ring: &LineString<f64>, step: Metres, most: usize) -> Vec<LonLat> {
    let length: f64 = ring.0.windows(2).map(|pair| distance(pair[0], pair[1]).0).sum();
    let step = step.0.max(length / most as f64);
    let mut points = Vec::new();
    for pair in ring.0.windows(2) {
        let parts = (distance(pair[0], pair[1]).0 / step).ceil().max(1.0);
        points.extend((0..parts as usize).map(|part| pair[0] + (pair[1] - pair[0]) * (part as f64 / parts)));
    }
    points
}

/// All rings, outer and inner.
pub fn rings(shape: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    shape.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
}

/// At most `count` points spread evenly over the outer rings.
pub fn spread_over_outline(shape: &MultiPolygon<f64>, count: usize) -> Vec<LonLat> {
    let outlines: Vec<&LineString<f64>> = shape.iter().map(Polygon::exterior).collect();
    let total: Metres = outlines.iter().map(|ring| super::metric::length(&ring.0)).sum();
    if total.0 <= 0.0 || count == 0 {
        return outlines.first().and_then(|ring| ring.0.first()).copied().into_iter().collect();
    }
    let step = total.0 / count as f64;
    let mut points = Vec::with_capacity(count);
    let (mut walked, mut next) = (0.0, 0.0);
    for pair in outlines.iter().flat_map(|ring| ring.0.windows(2)) {
        let length = distance(pair[0], pair[1]).0;
        while next < walked + length && points.len() < count {
            points.push(pair[0] + (pair[1] - pair[0]) * ((next - walked) / length));
            next += step;
        }
        walked += length;
    }
    points
}

/// Where two segments cross, as the fraction of the way along the first; none if they do not meet or are parallel.
///
/// ```
/// use lifecircle::geo::{polygon::crossing, LonLat};
/// let p = |x, y| LonLat { x, y };
/// assert_eq!(crossing([p(0.0, 0.0), p(2.0, 0.0)], [p(1.0, -1.0), p(1.0, 1.0)]), Some(0.5));
/// ```
pub fn crossing(first: [LonLat; 2], second: [LonLat; 2]) -> Option<f64> {
    let (r, s, d) = (first[1] - first[0], second[1] - second[0], second[0] - first[0]);
    let cross = |a: LonLat, b: LonLat| a.x * b.y - a.y * b.x;
    let slant = cross(r, s);
    if slant == 0.0 {
        return None;
    }
    let (along, across) = (cross(d, s) / slant, cross(d, r) / slant);
    ((0.0..=1.0).contains(&along) && (0.0..=1.0).contains(&across)).then_some(along)
}

/// The part of a segment within west, south, east and north, in any units; an end within them stays as it is.
///
/// Source: Liang & Barsky (1984), *A new concept and method for line clipping*.
///
/// ```
/// use lifecircle::geo::polygon::segment_within;
/// assert_eq!(segment_within([[-1.0, 0.5], [0.5, 0.5]], [0.0, 0.0, 1.0, 1.0]), Some([[0.0, 0.5], [0.5, 0.5]]));
/// assert_eq!(segment_within([[2.0, 0.0], [3.0, 1.0]], [0.0, 0.0, 1.0, 1.0]), None);
/// ```
pub fn segment_within([from, to]: [[f64; 2]; 2], bounds: [f64; 4]) -> Option<[[f64; 2]; 2]> {
    let step = [to[0] - from[0], to[1] - from[1]];
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        for (towards, room) in [(-step[axis], from[axis] - bounds[axis]), (step[axis], bounds[axis + 2] - from[axis])] {
            if towards == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if towards < 0.0 {
                enter = enter.max(room / towards);
            } else {
                leave = leave.min(room / towards);
            }
        }
    }
    let at = |share: f64, end: [f64; 2]| {
        if share == 0.0 || share == 1.0 { end } else { [from[0] + share * step[0], from[1] + share * step[1]] }
    };
    (enter <= leave).then(|| [at(enter, from), at(leave, to)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(metres: f64) -> MultiPolygon<f64> {
        let frame = Frame::at(39.6);
        let (w, h) = (metres / frame.per_lon, metres / frame.per_lat);
        let ring = vec![(106.8, 39.6), (106.8 + w, 39.6), (106.8 + w, 39.6 + h), (106.8, 39.6 + h), (106.8, 39.6)];
        MultiPolygon(vec![Polygon::new(LineString::from(ring), vec![])])
    }

    #[test]
    fn area_of_a_hectare() {
        assert!((area(&square(100.0)) - 10_000.0).abs() < 1.0);
    }

    #[test]
    fn outline_points_are_spread_and_on_the_outline() {
        for count in [1, 4, 8, 16] {
            let points = spread_over_outline(&square(100.0), count);
            assert_eq!(points.len(), count);
            let mut seen = points.clone();
            seen.dedup();
            assert_eq!(seen.len(), count);
        }
    }
}
