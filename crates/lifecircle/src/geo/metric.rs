//! Distances on the WGS-84 ellipsoid, and a conformal plane to search in.
//!
//! Street segments are short, so their length is taken on the ellipsoid's tangent at the middle latitude
//! (radii of curvature M and N): the tests hold it within a millionth of the geodesic, and it needs one sine and one cosine.
//! Anything longer is handed to the geodesic itself (Karney 2013, through `geo`).

use geo::{Distance, Geodesic};

use super::{LonLat, Metres};

const SEMI_MAJOR_AXIS: f64 = 6_378_137.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_141_316;

/// Above this difference in degrees the tangent is no longer good enough.
const TANGENT_LIMIT: f64 = 0.1;

/// Length of the straight line between two points.
///
/// Source: radii of curvature from Torge & Müller, *Geodesy* (4th ed.), section 4.1.
///
/// ```
/// use lifecircle::geo::{metric::distance, LonLat};
/// let metres = distance(LonLat { x: 106.8, y: 39.65 }, LonLat { x: 106.8, y: 39.66 }).0;
/// assert!((metres - 1110.3).abs() < 0.1);
/// ```
pub fn distance(a: LonLat, b: LonLat) -> Metres {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    if dx.abs() > TANGENT_LIMIT || dy.abs() > TANGENT_LIMIT {
        return Metres(Geodesic.distance(geo_types::Point(a), geo_types::Point(b)));
    }
    let frame = Frame::at(f64::midpoint(a.y, b.y));
    Metres((dx * frame.per_lon).hypot(dy * frame.per_lat))
}

/// Length of a line of points, the sum of its segments.
pub fn length(line: &[LonLat]) -> Metres {
    line.windows(2).map(|pair| distance(pair[0], pair[1])).sum()
}

/// The point a share (0 to 1) of the way along a line; the line's beginning if it has no length.
pub fn point_along(line: &[LonLat], share: f64) -> LonLat {
    let Some(first) = line.first() else { return LonLat::default() };
    let goal = length(line).0 * share;
    let mut walked = 0.0;
    for pair in line.windows(2) {
        let step = distance(pair[0], pair[1]).0;
        if step > 0.0 && walked + step >= goal {
            return pair[0] + (pair[1] - pair[0]) * ((goal - walked) / step);
        }
        walked += step;
    }
    if share > 0.5 { line[line.len() - 1] } else { *first }
}

/// The part of a line between two shares (0 to 1) of its length, in the direction from the first to the second.
pub fn line_between(line: &[LonLat], from: f64, to: f64) -> Vec<LonLat> {
    let (low, high) = (from.min(to), from.max(to));
    let whole = length(line).0;
    let mut part = vec![point_along(line, low)];
    let mut walked = 0.0;
    for pair in line.windows(2) {
        walked += distance(pair[0], pair[1]).0;
        if walked > low * whole && walked < high * whole {
            part.push(pair[1]);
        }
    }
    part.push(point_along(line, high));
    part.dedup();
    if from > to {
        part.reverse();
    }
    part
}

/// Metres per degree around one latitude.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Metres per degree of longitude.
    pub per_lon: f64,
    /// Metres per degree of latitude.
    pub per_lat: f64,
}

impl Frame {
    /// The frame at a latitude in degrees.
    pub fn at(latitude: f64) -> Self {
        let (sin, cos) = latitude.to_radians().sin_cos();
        let w = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
        let prime_vertical = SEMI_MAJOR_AXIS / w.sqrt();
        let meridional = prime_vertical * (1.0 - ECCENTRICITY_SQUARED) / w;
        Self { per_lon: (prime_vertical * cos).to_radians(), per_lat: meridional.to_radians() }
    }
}

/// The ellipsoidal Mercator plane: straight-line order near any point is the true order, since the map is conformal.
///
/// Plane distances are true distances times [`Mercator::scale`].
/// Source: Snyder, *Map Projections: A Working Manual* (1987), equation 7-7.
#[derive(Debug, Clone, Copy)]
pub struct Mercator;

impl Mercator {
    /// A point in the plane.
    pub fn project(point: LonLat) -> [f64; 2] {
        // Poles lie at infinity; nobody lives within a metre of one.
        let sin = point.y.clamp(-89.999_99, 89.999_99).to_radians().sin();
        let e = ECCENTRICITY_SQUARED.sqrt();
        [SEMI_MAJOR_AXIS * point.x.to_radians(), SEMI_MAJOR_AXIS * (sin.atanh() - e * (e * sin).atanh())]
    }

    /// How many plane metres one true metre takes at a latitude in degrees.
    pub fn scale(latitude: f64) -> f64 {
        SEMI_MAJOR_AXIS.to_radians() / Frame::at(latitude.clamp(-89.999_99, 89.999_99)).per_lon
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tangent_agrees_with_the_geodesic(lon in -179.0..179.0, lat in -70.0..70.0f64, dx in -0.05..0.05, dy in -0.05..0.05) {
            let (a, b) = (LonLat { x: lon, y: lat }, LonLat { x: lon + dx, y: lat + dy });
            let exact = Geodesic.distance(geo_types::Point(a), geo_types::Point(b));
            prop_assert!((distance(a, b).0 - exact).abs() <= 1e-6 * exact + 1e-6);
        }

        #[test]
        fn mercator_keeps_short_distances_up_to_its_scale(lon in -179.0..179.0, lat in -80.0..80.0f64, dx in -0.003..0.003, dy in -0.003..0.003) {
            let (a, b) = (LonLat { x: lon, y: lat }, LonLat { x: lon + dx, y: lat + dy });
            let (p, q) = (Mercator::project(a), Mercator::project(b));
            let plane = (p[0] - q[0]).hypot(p[1] - q[1]) / Mercator::scale(f64::midpoint(a.y, b.y));
            let exact = distance(a, b).0;
            prop_assert!((plane - exact).abs() <= 1e-5 * exact + 1e-6);
        }
    }
}
