//! Homes on residential areas that lie away from streets and mapped buildings, as in large estates of which the map has the outline.

use geo::BoundingRect;
use rstar::RTree;

use super::model::AreaModel;
use crate::city::{Ages, Basis, Home, HomeKind};
use crate::geo::metric::{Frame, Mercator};
use crate::geo::{LonLat, polygon};
use crate::import::area::Area;

/// No residential area gets more homes, nor do all together.
const MOST_HOMES_AN_AREA: f64 = 10_000.0;
const MOST_HOMES: f64 = 500_000.0;

/// Square metres of a hectare.
const HECTARE: f64 = 10_000.0;

/// Homes on grids over residential areas, but for what lies near to `others`.
pub(super) fn homes(areas: &[Area<'_>], others: impl Iterator<Item = LonLat>, model: &AreaModel) -> Vec<Home> {
    let residential: Vec<&Area<'_>> = areas.iter().filter(|area| area.tag("landuse") == Some("residential")).collect();
    let others = RTree::bulk_load(others.map(Mercator::project).collect());
    let is_away = |at: LonLat| {
        let away = model.away * Mercator::scale(at.y);
        others.locate_within_distance(Mercator::project(at), away * away).next().is_none()
    };
    // A residential area as large as a county is a mistake in the map; coarser steps bound the number of homes.
    let step = |area: &Area<'_>| model.step.max((polygon::area(&area.shape) / MOST_HOMES_AN_AREA).sqrt());
    let all: f64 = residential.iter().map(|area| polygon::area(&area.shape) / step(area).powi(2)).sum();
    let coarser = (all / MOST_HOMES).sqrt().max(1.0);
    let mut homes = Vec::new();
    for area in residential {
        let points = grid(area, step(area) * coarser);
        let residents = polygon::area(&area.shape) / points.len().max(1) as f64 / HECTARE * model.residents_a_hectare;
        homes.extend(points.into_iter().enumerate().filter(|(_, at)| is_away(*at)).map(|(number, at)| Home {
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
    }
    homes
}

/// Points of a grid that lie in an area; one of its points where none does.
fn grid(area: &Area<'_>, step: f64) -> Vec<LonLat> {
    let Some(bounds) = area.shape.bounding_rect() else { return Vec::new() };
    let frame = Frame::at(bounds.center().y);
    let (dx, dy) = (step / frame.per_lon, step / frame.per_lat);
    let mut points = Vec::new();
    let mut y = bounds.min().y + dy / 2.0;
    while y < bounds.max().y {
        let mut x = bounds.min().x + dx / 2.0;
        while x < bounds.max().x {
            let point = LonLat { x, y };
            if polygon::contains(&area.shape, point) {
                points.push(point);
            }
            x += dx;
        }
        y += dy;
    }
    if points.is_empty() {
        points.extend(polygon::inner_point(&area.shape));
    }
    points
}
