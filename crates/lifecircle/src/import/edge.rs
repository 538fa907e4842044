//! Where the data ends: beside homes near to it something may stand that nobody knows of.
//!
//! The data ends at the convex hull of its streets, but where that lies at a sea or a large lake: there nobody lives beyond.

use geo::ConvexHull;
use geo_types::{Geometry, MultiPoint, MultiPolygon, Point};
use rstar::{PointDistance, RTree};

use super::area_index::AreaIndex;
use crate::city::{Home, MapFeature, MapKind, Streets};
use crate::geo::metric::{Mercator, distance};
use crate::geo::{LonLat, Metres, polygon};

/// The hull is looked at every so many metres.
const STEP: f64 = 100.0;

/// No more points than this are looked at; a hull of a country has longer steps.
const MOST_POINTS: f64 = 20_000.0;

/// Waters of at least so many square metres end the land.
const LARGE_WATER: f64 = 1e6;

/// Water this near to the hull is where the land ends, in metres.
const SHORE: f64 = 400.0;

/// Homes farther from the edge are not near it.
const NEAR: f64 = 10_000.0;

/// Tells every home that is near the edge of the data how far it is, straight.
pub(super) fn mark(homes: &mut [Home], streets: &Streets, basemap: &[MapFeature]) {
    let points = MultiPoint(streets.nodes.iter().chain(&streets.bends).map(|point| Point(*point)).collect());
    let hull: Vec<LonLat> = points.convex_hull().exterior().0.clone();
    let length: f64 = hull.windows(2).map(|pair| distance(pair[0], pair[1]).0).sum();
    let step = STEP.max(length / MOST_POINTS);
    let waters = Waters::new(basemap);
    let mut edge = Vec::new();
    for pair in hull.windows(2) {
        let parts = (distance(pair[0], pair[1]).0 / step).ceil().max(1.0);
        edge.extend((0..parts as usize).map(|part| pair[0] + (pair[1] - pair[0]) * (part as f64 / parts)));
    }
    edge.retain(|at| !waters.are_at(*at));
    let tree = RTree::bulk_load(edge.into_iter().map(Mercator::project).collect());
    for home in homes {
        let here = Mercator::project(home.at);
        let nearest = tree.nearest_neighbor(here);
        let metres = nearest.map(|point| point.distance_2(&here).sqrt() / Mercator::scale(home.at.y));
        home.to_edge = metres.filter(|metres| *metres <= NEAR).map(Metres);
    }
}

/// Large waters.
struct Waters<'a> {
    areas: AreaIndex<'a>,
    /// Corners of their outlines, in the plane.
    shores: RTree<[f64; 2]>,
}

impl<'a> Waters<'a> {
    fn new(basemap: &'a [MapFeature]) -> Self {
        let large = |feature: &'a MapFeature| match &feature.shape {
            Geometry::MultiPolygon(shape) if feature.kind == MapKind::Water && polygon::area(shape) >= LARGE_WATER => {
                Some(shape)
            }
            _ => None,
        };
        let waters: Vec<&MultiPolygon<f64>> = basemap.iter().filter_map(large).collect();
        let corners = waters.iter().flat_map(|shape| polygon::rings(shape)).flat_map(|ring| &ring.0);
        let shores = RTree::bulk_load(corners.map(|at| Mercator::project(*at)).collect());
        Self { shores, areas: AreaIndex::new(waters) }
    }

    /// Whether large water lies at a point or near to it. Outlines have thousands of corners, so they are asked for as areas only
    /// where no shore is near.
    fn are_at(&self, at: LonLat) -> bool {
        let (here, near) = (Mercator::project(at), SHORE * Mercator::scale(at.y));
        self.shores.locate_within_distance(here, near * near).next().is_some() || self.areas.containing(at).is_some()
    }
}
