//! Where the data ends: beside homes near to it something may stand that nobody knows of.
//!
//! The data ends at the convex hull of its streets, but where that lies at a sea or a large lake: there nobody lives beyond.

use geo::ConvexHull;
use geo_types::{Geometry, MultiPoint, Point};
use rstar::{PointDistance, RTree};

use super::area_index::AreaIndex;
use crate::city::{Home, MapFeature, MapKind, Streets};
use crate::geo::metric::{Frame, Mercator, distance};
use crate::geo::{LonLat, Metres, polygon};

/// The hull is looked at every so many metres.
const STEP: f64 = 100.0;

/// No more points than this are looked at; a hull of a country has longer steps.
const MOST_POINTS: f64 = 20_000.0;

/// Waters of at least so many square metres end the land.
const LARGE_WATER: f64 = 1e6;

/// Water this near to the hull is where the land ends, in metres.
const SHORE: [f64; 2] = [150.0, 350.0];

/// Homes farther from the edge are not near it.
const NEAR: f64 = 10_000.0;

/// Tells every home that is near the edge of the data how far it is, straight.
pub(super) fn mark(homes: &mut [Home], streets: &Streets, basemap: &[MapFeature]) {
    let points = MultiPoint(streets.nodes.iter().chain(&streets.bends).map(|point| Point(*point)).collect());
    let hull: Vec<LonLat> = points.convex_hull().exterior().0.clone();
    let waters =
        basemap.iter().filter(|feature| feature.kind == MapKind::Water).filter_map(|feature| match &feature.shape {
            Geometry::MultiPolygon(shape) if polygon::area(shape) >= LARGE_WATER => Some(shape),
            _ => None,
        });
    let waters = AreaIndex::new(waters);
    let length: f64 = hull.windows(2).map(|pair| distance(pair[0], pair[1]).0).sum();
    let step = STEP.max(length / MOST_POINTS);
    let mut edge = Vec::new();
    for pair in hull.windows(2) {
        let parts = (distance(pair[0], pair[1]).0 / step).ceil().max(1.0);
        edge.extend((0..parts as usize).map(|part| pair[0] + (pair[1] - pair[0]) * (part as f64 / parts)));
    }
    edge.retain(|at| !is_shore(*at, &waters));
    let tree = RTree::bulk_load(edge.into_iter().map(Mercator::project).collect());
    for home in homes {
        let here = Mercator::project(home.at);
        let metres =
            tree.nearest_neighbor(here).map(|point| point.distance_2(&here).sqrt() / Mercator::scale(home.at.y));
        home.to_edge = metres.filter(|metres| *metres <= NEAR).map(Metres);
    }
}

/// Whether large water lies at a point or around it.
fn is_shore(at: LonLat, waters: &AreaIndex<'_>) -> bool {
    let frame = Frame::at(at.y);
    let around = (0..8).flat_map(|direction| {
        let (sin, cos) = (f64::from(direction) * std::f64::consts::FRAC_PI_4).sin_cos();
        SHORE.map(|metres| LonLat { x: at.x + cos * metres / frame.per_lon, y: at.y + sin * metres / frame.per_lat })
    });
    std::iter::once(at).chain(around).any(|point| waters.containing(point).is_some())
}
