//! Communities as tiles, with what their people have.
//!
//! Attributes of the layer `communities`: `id`, `name`, `name_en`, `people`, `circles` (mean, in tenths), `c0` … for each circle
//! and `s0` … for each service the percentage of residents who have it. The layer `community_names` has a point inside each.

use geo_types::MultiPolygon;
use lifecircle::city::City;
use lifecircle::geo::polygon::inner_point;
use lifecircle::summary::{CommunitySummary, Summary};
use std::collections::HashMap;

use super::grid::{TileId, World, world};
use super::mvt::{Attribute, LayerBuilder, Shape, encode};

/// The outlines of a city's communities.
#[derive(Debug)]
pub struct AreaMap {
    areas: Vec<Area>,
}

#[derive(Debug)]
struct Area {
    polygons: Vec<Vec<Vec<World>>>,
    inside: Option<World>,
    bounds: [World; 2],
}

const CIRCLES: usize = 32;
const SERVICES: usize = 128;

/// Keys of attributes by their numbers.
fn keys(letter: char, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{letter}{number}")).collect()
}

impl AreaMap {
    /// Takes the outlines of a city.
    pub fn new(city: &City) -> Self {
        Self { areas: city.communities.iter().map(|community| Area::new(&community.shape)).collect() }
    }

    /// A tile's bytes.
    pub fn tile(&self, city: &City, summary: &Summary, tile: TileId) -> Vec<u8> {
        let told: HashMap<&str, &CommunitySummary> = summary.communities.iter().map(|c| (c.id.as_str(), c)).collect();
        let (circle_keys, service_keys) = (keys('c', CIRCLES), keys('s', SERVICES));
        let (mut outlines, mut names) = (LayerBuilder::new("communities"), LayerBuilder::new("community_names"));
        let [west, north, east, south] = tile.bounds();
        for (number, (area, community)) in self.areas.iter().zip(&city.communities).enumerate() {
            let [low, high] = area.bounds;
            if high[0] < west || low[0] > east || high[1] < north || low[1] > south {
                continue;
            }
            let texts = [
                ("id", community.id.as_str()),
                ("name", community.name.local.as_str()),
                ("name_en", community.name.en.as_str()),
            ];
            let mut attributes: Vec<(&str, Attribute<'_>)> = Vec::new();
            attributes.extend(
                texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key, Attribute::Text(text))),
            );
            if let Some(told) = told.get(community.id.as_str()) {
                let percent = |share: f64| Attribute::Number((share * 100.0).round() as u64);
                attributes.push(("people", Attribute::Number(told.area.residents.round() as u64)));
                attributes.push(("circles", Attribute::Number((told.area.mean_circles * 10.0).round() as u64)));
                let circles = circle_keys.iter().zip(&told.area.circles);
                attributes.extend(circles.map(|(key, (_, c))| (key.as_str(), percent(c.compliance.residents))));
                let services = service_keys.iter().zip(&told.area.services);
                attributes.extend(services.map(|(key, (_, share))| (key.as_str(), percent(share.residents))));
            }
            let rings = area.polygons.iter().flat_map(|polygon| tile.rings(polygon)).collect();
            if let Some(point) = area.inside.and_then(|at| tile.point(at)) {
                names.add(Some(number as u64), &point, attributes.iter().cloned());
            }
            outlines.add(Some(number as u64), &Shape::Rings(rings), attributes);
        }
        encode(vec![outlines, names])
    }
}

impl Area {
    fn new(shape: &MultiPolygon<f64>) -> Self {
        let ring = |ring: &geo_types::LineString<f64>| ring.0.iter().map(|at| world(*at)).collect::<Vec<World>>();
        let polygons: Vec<Vec<Vec<World>>> = shape
            .0
            .iter()
            .map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect())
            .collect();
        let mut bounds = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
        for [x, y] in polygons.iter().flatten().flatten() {
            bounds = [[bounds[0][0].min(*x), bounds[0][1].min(*y)], [bounds[1][0].max(*x), bounds[1][1].max(*y)]];
        }
        Self { polygons, inside: inner_point(shape).map(world), bounds }
    }
}
