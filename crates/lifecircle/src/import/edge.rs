//! Where the data ends: beside homes near to it something may stand that nobody knows of.
//!
//! The data ends at the convex hull of its streets, and at the border of the area that it was cut to, where it holds no more than that area:
//! a border may be dented, and what lies beyond it is as unknown. Where either lies at a sea or a large lake nobody lives beyond; rivers have
//! bridges, and do not end the land.

use geo::ConvexHull;
use geo_types::{LineString, MultiPoint, MultiPolygon, Point};
use rayon::prelude::*;
use rstar::{PointDistance, RTree};

use super::area::Area;
use super::area_index::AreaIndex;
use crate::city::{Home, Streets};
use crate::geo::metric::{Mercator, length};
use crate::geo::{LonLat, Metres, polygon};

/// The hull is looked at every so many metres.
const STEP: f64 = 100.0;

/// No more points than this are looked at; a hull of a country has longer steps.
const MOST_POINTS: usize = 20_000;

/// Waters of at least so many square metres end the land.
const LARGE_WATER: f64 = 1e6;

/// Water this near to the hull is where the land ends, in metres.
const SHORE: f64 = 400.0;

/// What is cut to an area holds these shares of homes and junctions inside it, since streets that cross its border are whole; so many are
/// asked. A border encloses at most so many times the area of the hull, and at least that part of it.
const NEARLY_ALL_HOMES: f64 = 0.995;
const NEARLY_ALL_STREETS: f64 = 0.95;
const MOST_ASKED: usize = 20_000;
const MOST_LARGER: f64 = 3.0;

/// Homes farther from the edge are not near it.
const NEAR: f64 = 10_000.0;

/// Waters of which nobody says what they are are rivers where they are longer than this: the square of their outline by their area; that of a
/// circle is 13, of a stretch twenty times as long as wide 88.
const LONG: f64 = 100.0;

/// Who cut the data to its area: what we cut goes on around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CutBy {
    Us,
    Others,
}

/// Tells every home that is near the edge of the data how far it is, straight.
pub(super) fn mark(homes: &mut [Home], streets: &Streets, areas: &[Area<'_>], sea: &MultiPolygon<f64>, cut: CutBy) {
    let points = MultiPoint(streets.nodes.iter().chain(&streets.bends).map(|point| Point(*point)).collect());
    let hull = points.convex_hull();
    let along = |ring: &LineString<f64>| polygon::points_along(ring, Metres(STEP), MOST_POINTS);
    let mut edge = along(hull.exterior());
    if cut == CutBy::Others
        && let Some(border) = area_of_cut(homes, streets, areas, polygon::area(&MultiPolygon(vec![hull])))
    {
        edge.extend(polygon::rings(border).flat_map(along));
    }
    let waters = Waters::new(areas.iter().filter(|area| is_lake(area)).map(|area| &area.shape).chain([sea]));
    edge.retain(|at| !waters.are_at(*at));
    let tree = RTree::bulk_load(edge.into_iter().map(Mercator::project).collect());
    for home in homes {
        let here = Mercator::project(home.at);
        let nearest = tree.nearest_neighbor(here);
        let metres = nearest.map(|point| point.distance_2(&here).sqrt() / Mercator::scale(home.at.y));
        home.to_edge = metres.filter(|metres| *metres <= NEAR).map(Metres);
    }
}

/// The area that the data was cut to: the smallest administrative one that holds nearly all homes and streets, and is not much larger than where
/// these lie; an extract may hold the whole border of a land that it is but a part of.
fn area_of_cut<'a>(
    homes: &[Home],
    streets: &Streets,
    areas: &'a [Area<'_>],
    hull: f64,
) -> Option<&'a MultiPolygon<f64>> {
    let sample = |points: &mut dyn ExactSizeIterator<Item = LonLat>| -> Vec<LonLat> {
        let every = points.len().div_ceil(MOST_ASKED).max(1);
        points.step_by(every).collect()
    };
    let nodes = sample(&mut streets.nodes.iter().copied());
    let homes = sample(&mut homes.iter().map(|home| home.at));
    let holds_all = |shape: &MultiPolygon<f64>| {
        let index = AreaIndex::new([shape]);
        let holds = |points: &[LonLat], share: f64| {
            let inside = points.par_iter().filter(|point| index.containing(**point).is_some()).count();
            inside as f64 >= share * points.len() as f64
        };
        holds(&homes, NEARLY_ALL_HOMES) && holds(&nodes, NEARLY_ALL_STREETS)
    };
    let administrative = areas.iter().filter(|area| area.tag("boundary") == Some("administrative"));
    let mut candidates: Vec<(f64, &MultiPolygon<f64>)> =
        administrative.map(|area| (polygon::area(&area.shape), &area.shape)).collect();
    candidates.retain(|(size, _)| (hull / MOST_LARGER..=hull * MOST_LARGER).contains(size));
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0));
    candidates.into_iter().map(|(_, shape)| shape).find(|shape| holds_all(shape))
}

/// Whether an area is standing water, by what it says or by its shape.
fn is_lake(area: &Area<'_>) -> bool {
    let is_reservoir = matches!(area.tag("landuse"), Some("reservoir" | "basin"));
    match (area.tag("natural"), area.tag("water")) {
        (Some("water"), Some("river" | "canal" | "stream" | "oxbow" | "rapids" | "ditch" | "lock")) => false,
        (Some("water"), None) => !is_long(&area.shape),
        (Some("water"), Some(_)) => true,
        _ => is_reservoir,
    }
}

fn is_long(shape: &MultiPolygon<f64>) -> bool {
    let outline: f64 = polygon::rings(shape).map(|ring| length(&ring.0).0).sum();
    outline * outline > LONG * polygon::area(shape)
}

/// Large waters.
struct Waters<'a> {
    areas: AreaIndex<'a>,
    /// Corners of their outlines, in the plane.
    shores: RTree<[f64; 2]>,
}

impl<'a> Waters<'a> {
    fn new(waters: impl Iterator<Item = &'a MultiPolygon<f64>>) -> Self {
        let waters: Vec<&MultiPolygon<f64>> = waters.filter(|shape| polygon::area(shape) >= LARGE_WATER).collect();
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
