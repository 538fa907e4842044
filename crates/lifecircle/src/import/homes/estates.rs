//! Homes on residential areas that lie away from streets and mapped buildings, as in large estates of which the map has the outline.

use geo::BoundingRect;
use geo_types::{MultiPolygon, Polygon};
use rstar::RTree;

use super::model::AreaModel;
use super::surroundings::{Around, Surroundings};
use crate::city::{Ages, Basis, Home, HomeKind};
use crate::geo::metric::{Frame, Mercator};
use crate::geo::{LonLat, polygon};
use crate::import::area::Area;

/// Residential areas larger than this, in square metres, are a mistake in the map: 25 km².
const LARGEST: f64 = 25e6;

/// No more points of a grid are looked at for one area, nor homes made on all together.
const MOST_POINTS: f64 = 20_000.0;
const MOST_HOMES: usize = 500_000;

/// Square metres of a hectare.
const HECTARE: f64 = 10_000.0;

/// Homes on grids over residential areas, but for what lies near to `others`, where something else stands, and where a smaller
/// residential area has its own.
pub(super) fn homes(
    areas: &[Area<'_>],
    others: impl Iterator<Item = LonLat>,
    surroundings: &Surroundings<'_>,
    model: &AreaModel,
) -> Vec<Home> {
    let residential = areas.iter().filter(|area| area.tag("landuse") == Some("residential"));
    let mut residential: Vec<(f64, &Area<'_>)> =
        residential.map(|area| (polygon::area(&area.shape), area)).filter(|(size, _)| *size <= LARGEST).collect();
    residential.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut taken = RTree::bulk_load(others.map(Mercator::project).collect());
    let mut homes = Vec::new();
    for (size, area) in residential {
        let points: Vec<LonLat> = area.shape.0.iter().flat_map(|part| grid(part, model.step)).collect();
        let residents = size / points.len().max(1) as f64 / HECTARE * model.residents_a_hectare;
        let is_away = |at: &LonLat| {
            let away = model.away * Mercator::scale(at.y);
            taken.locate_within_distance(Mercator::project(*at), away * away).next().is_none()
        };
        let free: Vec<(usize, LonLat)> = points
            .into_iter()
            .enumerate()
            .filter(|(_, at)| is_away(at) && surroundings.of(*at) != Around::Nobody)
            .collect();
        free.iter().for_each(|(_, at)| taken.insert(Mercator::project(*at)));
        homes.extend(free.into_iter().map(|(number, at)| Home {
            id: format!("{}:{number}", area.id),
            at,
            kind: HomeKind::Estate,
            floor_area: None,
            residents,
            ages: Ages::default(),
            basis: Basis::Estimated,
            to_edge: None,
            community: None,
        }));
        if homes.len() > MOST_HOMES {
            break;
        }
    }
    homes
}

/// Points of a grid that lie in a part of an area; one of its points where none does.
fn grid(part: &Polygon<f64>, step: f64) -> Vec<LonLat> {
    let Some(bounds) = part.bounding_rect() else { return Vec::new() };
    let shape = MultiPolygon(vec![part.clone()]);
    let frame = Frame::at(bounds.center().y);
    // A thin area across a country has a large box; coarser steps bound what is looked at.
    let boxed = bounds.width() * frame.per_lon * bounds.height() * frame.per_lat;
    let step = step.max((boxed / MOST_POINTS).sqrt());
    let (dx, dy) = (step / frame.per_lon, step / frame.per_lat);
    let mut points = Vec::new();
    let mut y = bounds.min().y + dy / 2.0;
    while y < bounds.max().y {
        let mut x = bounds.min().x + dx / 2.0;
        while x < bounds.max().x {
            let point = LonLat { x, y };
            if polygon::contains(&shape, point) {
                points.push(point);
            }
            x += dx;
        }
        y += dy;
    }
    if points.is_empty() {
        points.extend(polygon::inner_point(&shape));
    }
    points
}
