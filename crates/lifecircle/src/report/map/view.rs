//! From the earth to a drawing, and shapes as paths of it.

use geo::Orient;
use geo::orient::Direction;
use geo_types::MultiPolygon;

use super::super::text::put;
use crate::city::City;
use crate::geo::LonLat;
use crate::geo::metric::Mercator;

/// Width of a drawing in its own units; its height follows the shape of what is shown.
pub(super) const WIDTH: f64 = 1000.0;
const MAX_HEIGHT: f64 = 1150.0;

/// From the earth to the drawing.
pub struct View {
    west: f64,
    north: f64,
    scale: f64,
    /// Width in units.
    pub(super) width: f64,
    /// Height in units.
    pub(super) height: f64,
    /// Units of the drawing in a true kilometre at its middle.
    pub(super) kilometre: f64,
}

impl View {
    /// A view of where people live; the streets between come along, a ferry's far shore does not.
    pub(super) fn of(city: &City) -> Self {
        Self::around(city.homes.iter().map(|home| home.at), 0.03)
    }

    /// A view of points, with a margin that is a share of their extent.
    pub(super) fn around(points: impl Iterator<Item = LonLat>, margin: f64) -> Self {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        let mut middle = 0.0;
        for point in points {
            let [x, y] = Mercator::project(point);
            bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
            middle = point.y;
        }
        if !bounds[0].is_finite() {
            bounds = [0.0; 4];
        }
        let margin = ((bounds[2] - bounds[0]).max(bounds[3] - bounds[1]) * margin).max(150.0);
        let [w, s, e, n] = [bounds[0] - margin, bounds[1] - margin, bounds[2] + margin, bounds[3] + margin];
        let scale = (WIDTH / (e - w)).min(MAX_HEIGHT / (n - s));
        Self {
            west: w,
            north: n,
            scale,
            width: (e - w) * scale,
            height: (n - s) * scale,
            kilometre: 1000.0 * Mercator::scale(middle) * scale,
        }
    }

    pub(super) fn at(&self, point: LonLat) -> [f64; 2] {
        let [x, y] = Mercator::project(point);
        [(x - self.west) * self.scale, (self.north - y) * self.scale]
    }

    /// Whether the box around points meets it.
    fn meets(&self, points: &[[f64; 2]]) -> bool {
        let range = |axis: usize| {
            points.iter().fold([f64::MAX, f64::MIN], |[low, high], point| [low.min(point[axis]), high.max(point[axis])])
        };
        let ([west, east], [north, south]) = (range(0), range(1));
        west <= self.width && east >= 0.0 && north <= self.height && south >= 0.0
    }

    pub(super) fn shows(&self, [x, y]: [f64; 2]) -> bool {
        (-20.0..=self.width + 20.0).contains(&x) && (-20.0..=self.height + 20.0).contains(&y)
    }

    /// Whether a point lies within the frame.
    pub(super) fn holds(&self, [x, y]: [f64; 2]) -> bool {
        (0.0..=self.width).contains(&x) && (0.0..=self.height).contains(&y)
    }
}

/// A path of lines, with those left out of which nothing would be seen.
pub(super) fn line_to(path: &mut String, view: &View, line: impl Iterator<Item = LonLat>) {
    let points: Vec<[f64; 2]> = line.map(|point| view.at(point)).collect();
    if points.iter().any(|point| view.shows(*point)) {
        put_line(path, &points);
    }
}

/// A path of lines, without points that lie on each other.
fn put_line(path: &mut String, points: &[[f64; 2]]) {
    let mut last = [f64::NAN; 2];
    for (index, [x, y]) in points.iter().copied().enumerate() {
        let near = (x - last[0]).hypot(y - last[1]) < 0.7;
        if index == 0 {
            put(path, format_args!("M{x:.1} {y:.1}"));
        } else if near && index + 1 < points.len() {
            continue;
        } else {
            put(path, format_args!("L{x:.1} {y:.1}"));
        }
        last = [x, y];
    }
}

/// The rings of an area that reach into the view, as the sea's does whose corners all lie outside of it. Holes go the other way round
/// than what they are holes of, so that areas which overlap in one path are filled.
pub(super) fn area(path: &mut String, view: &View, shape: &MultiPolygon<f64>) {
    for ring in crate::geo::polygon::rings(&shape.orient(Direction::Default)) {
        let points: Vec<[f64; 2]> = ring.0.iter().map(|point| view.at(*point)).collect();
        if view.meets(&points) {
            put_line(path, &points);
            path.push('Z');
        }
    }
}
