//! Facilities as tiles: of one service, or of all that a standard asks for.
//!
//! Attributes: `id`, `name`, `name_en`, `service` and `circle` by their ids. At the last zoom the layer `entries` has the doors of those
//! that have several, or one elsewhere than they are drawn.

use std::collections::HashSet;

use lifecircle::city::Entries;
use lifecircle::measure::Measured;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};

use super::grid::{MAX_ZOOM, TileId, World, world};
use super::mvt::{Attribute, LayerBuilder, Shape, encode};

/// From here on all facilities are drawn; those of one service are drawn always.
pub const ALL_ZOOM: u8 = 14;

/// Facilities closer than this, in units of a tile, are drawn as one until there is room.
const APART: i32 = 40;

/// The facilities that are a service, indexed by where they are.
#[derive(Debug)]
pub struct PlaceMap {
    index: RTree<GeomWithData<World, u32>>,
    /// For each facility its services.
    services: Vec<Vec<u16>>,
}

impl PlaceMap {
    /// Indexes a measured city's facilities.
    pub fn new(measured: &Measured) -> Self {
        let facilities = &measured.city().facilities;
        let mut services = vec![Vec::new(); facilities.len()];
        for (service, members) in measured.recognised.services.iter().enumerate() {
            members.iter().for_each(|facility| services[*facility as usize].push(service as u16));
        }
        let points = services.iter().enumerate().filter(|(_, services)| !services.is_empty());
        let points = points.map(|(facility, _)| GeomWithData::new(world(facilities[facility].at), facility as u32));
        Self { index: RTree::bulk_load(points.collect()), services }
    }

    /// A tile's bytes: facilities of one service, or of all.
    pub fn tile(&self, measured: &Measured, service: Option<usize>, tile: TileId) -> Vec<u8> {
        let (mut layer, mut entries) = (LayerBuilder::new("facilities"), LayerBuilder::new("entries"));
        if service.is_none() && tile.zoom < ALL_ZOOM {
            return encode(vec![layer]);
        }
        let [west, north, east, south] = tile.bounds();
        let found = self.index.locate_in_envelope(AABB::from_corners([west, north], [east, south]));
        let mut found: Vec<u32> = found.map(|point| point.data).collect();
        found.sort_unstable();
        let mut taken = HashSet::new();
        for number in found {
            let services = &self.services[number as usize];
            let shown = match service {
                Some(wanted) => services.iter().find(|service| usize::from(**service) == wanted),
                None => services.first(),
            };
            let Some(shown) = shown else { continue };
            let facility = &measured.city().facilities[number as usize];
            let Some(shape) = tile.point(world(facility.at)) else { continue };
            if let Shape::Point([x, y]) = shape
                && tile.zoom < ALL_ZOOM
                && !taken.insert([x / APART, y / APART])
            {
                continue;
            }
            let standard = &measured.standard;
            let service = &standard.services[usize::from(*shown)];
            let attributes = [
                ("id", facility.id.as_str()),
                ("name", facility.name.local.as_str()),
                ("name_en", facility.name.en.as_str()),
                ("service", service.id.as_str()),
                ("circle", standard.circles[service.circle].id.as_str()),
            ];
            let told = attributes.into_iter().filter(|(_, text)| !text.is_empty());
            layer.add(Some(u64::from(number)), &shape, told.map(|(key, text)| (key, Attribute::Text(text))));
            // Points of an outline, where no gate is known, are no doors.
            if let (MAX_ZOOM, Entries::Known(doors)) = (tile.zoom, &facility.entries) {
                let doors = doors.iter().filter(|door| **door != facility.at);
                for door in doors.filter_map(|door| tile.point(world(*door))) {
                    entries.add(None, &door, [("id", Attribute::Text(facility.id.as_str()))]);
                }
            }
        }
        encode(vec![layer, entries])
    }
}
