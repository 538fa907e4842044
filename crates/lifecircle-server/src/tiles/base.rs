//! The base map as tiles: water, green, land use, buildings, streets by class with their names, railways, places. The same for
//! every walker and standard.

use std::collections::HashMap;

use geo_types::{Geometry, LineString};
use lifecircle::city::{City, MapKind, Name, RoadClass, StreetKind};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::grid::{MAX_ZOOM, TileId, World, world};
use super::mvt::{Attribute, LayerBuilder, Shape, encode};

/// All that is drawn, indexed by where it is.
#[derive(Debug)]
pub struct BaseMap {
    items: Vec<Item>,
    index: RTree<GeomWithData<Rectangle<World>, u32>>,
}

#[derive(Debug)]
struct Item {
    layer: Layer,
    class: &'static str,
    name: Name,
    min_zoom: u8,
    shape: WorldShape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Land,
    Water,
    Building,
    Waterway,
    Street,
    Railway,
    Place,
}

/// The layers in the order in which they are drawn.
const LAYERS: [(Layer, &str); 7] = [
    (Layer::Land, "land"),
    (Layer::Water, "water"),
    (Layer::Building, "building"),
    (Layer::Waterway, "waterway"),
    (Layer::Street, "street"),
    (Layer::Railway, "railway"),
    (Layer::Place, "place"),
];

#[derive(Debug)]
enum WorldShape {
    Point(World),
    Line(Vec<World>),
    /// Polygons, each as its rings.
    Area(Vec<Vec<Vec<World>>>),
}

/// Buildings are drawn from here on.
const BUILDING_ZOOM: u8 = 14;

impl BaseMap {
    /// Indexes a city's map.
    pub fn new(city: &City) -> Self {
        let mut items: Vec<Item> = city.basemap.iter().filter_map(item).collect();
        items.extend(streets(city));
        let indexed = items.iter().zip(0..).filter_map(|(item, number)| {
            let [low, high] = item.shape.bounds()?;
            Some(GeomWithData::new(Rectangle::from_corners(low, high), number))
        });
        let index = RTree::bulk_load(indexed.collect());
        Self { items, index }
    }

    /// A tile's bytes.
    pub fn tile(&self, tile: TileId) -> Vec<u8> {
        let [west, north, east, south] = tile.bounds();
        let within = AABB::from_corners([west, north], [east, south]);
        let mut found: Vec<u32> = self
            .index
            .locate_in_envelope_intersecting(within)
            .map(|found| found.data)
            .filter(|number| self.items[*number as usize].min_zoom <= tile.zoom)
            .collect();
        found.sort_unstable();
        let mut layers: Vec<LayerBuilder<'_>> = LAYERS.iter().map(|(_, name)| LayerBuilder::new(name)).collect();
        for number in found {
            let item = &self.items[number as usize];
            let Some(position) = LAYERS.iter().position(|(layer, _)| *layer == item.layer) else { continue };
            let shape = match &item.shape {
                WorldShape::Point(at) => tile.point(*at),
                WorldShape::Line(line) => Some(tile.lines(line)),
                WorldShape::Area(polygons) => {
                    Some(Shape::Rings(polygons.iter().flat_map(|polygon| tile.rings(polygon)).collect()))
                }
            };
            let Some(shape) = shape else { continue };
            let names = [("name", &item.name.local), ("name_en", &item.name.en)];
            let names = names.into_iter().filter(|(_, name)| !name.is_empty());
            let class = std::iter::once(("class", Attribute::Text(item.class)));
            layers[position].add(
                None,
                &shape,
                class.chain(names.map(|(key, name)| (key, Attribute::Text(name.as_str())))),
            );
        }
        encode(layers)
    }
}

impl WorldShape {
    fn bounds(&self) -> Option<[World; 2]> {
        let points: Box<dyn Iterator<Item = &World>> = match self {
            Self::Point(at) => Box::new(std::iter::once(at)),
            Self::Line(line) => Box::new(line.iter()),
            Self::Area(polygons) => Box::new(polygons.iter().flatten().flatten()),
        };
        let mut bounds: Option<[World; 2]> = None;
        for [x, y] in points {
            let [low, high] = bounds.get_or_insert([[*x, *y], [*x, *y]]);
            *low = [low[0].min(*x), low[1].min(*y)];
            *high = [high[0].max(*x), high[1].max(*y)];
        }
        bounds
    }

    /// From which zoom on it is at least a few pixels large.
    fn first_seen(&self) -> u8 {
        let Some([low, high]) = self.bounds() else { return MAX_ZOOM };
        let side = (high[0] - low[0]).max(high[1] - low[1]);
        let pixels_at = |zoom: u8| side * 512.0 * f64::from(1_u32 << zoom);
        (0..MAX_ZOOM).find(|zoom| pixels_at(*zoom) >= 5.0).unwrap_or(MAX_ZOOM)
    }
}

fn item(feature: &lifecircle::city::MapFeature) -> Option<Item> {
    let line = |line: &LineString<f64>| line.0.iter().map(|at| world(*at)).collect::<Vec<World>>();
    let shape = match &feature.shape {
        Geometry::Point(point) => WorldShape::Point(world(point.0)),
        Geometry::LineString(points) => WorldShape::Line(line(points)),
        Geometry::MultiPolygon(polygons) => WorldShape::Area(
            polygons
                .0
                .iter()
                .map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(&line).collect())
                .collect(),
        ),
        _ => return None,
    };
    let first_seen = || shape.first_seen();
    let (layer, class, min_zoom) = match feature.kind {
        MapKind::Water => (Layer::Water, "water", first_seen()),
        MapKind::Green => (Layer::Land, "green", first_seen()),
        MapKind::Residential => (Layer::Land, "residential", first_seen()),
        MapKind::Commercial => (Layer::Land, "commercial", first_seen()),
        MapKind::Industrial => (Layer::Land, "industrial", first_seen()),
        MapKind::Vacant => (Layer::Land, "vacant", first_seen()),
        MapKind::Campus => (Layer::Land, "campus", first_seen()),
        MapKind::Sport => (Layer::Land, "sport", first_seen().max(13)),
        MapKind::Sand => (Layer::Land, "sand", first_seen()),
        MapKind::Building => (Layer::Building, "building", first_seen().max(BUILDING_ZOOM)),
        MapKind::River => (Layer::Waterway, "river", 9),
        MapKind::Stream => (Layer::Waterway, "stream", 13),
        MapKind::Railway => (Layer::Railway, "railway", 10),
        MapKind::Tramway => (Layer::Railway, "tramway", 12),
        MapKind::Motorway => (Layer::Street, "trunk", 7),
        MapKind::City => (Layer::Place, "city", 4),
        MapKind::Town => (Layer::Place, "town", 9),
        MapKind::Suburb => (Layer::Place, "suburb", 11),
        MapKind::Neighbourhood => (Layer::Place, "neighbourhood", 13),
    };
    Some(Item { layer, class, name: feature.name.clone(), min_zoom, shape })
}

/// Streets, joined to lines as long as they have one class and name, so that names fit along them.
fn streets(city: &City) -> Vec<Item> {
    let roads: HashMap<i64, usize> = city.roads.iter().enumerate().map(|(index, road)| (road.way, index)).collect();
    type Key<'a> = (&'static str, u8, &'a str, &'a str);
    let mut groups: HashMap<Key<'_>, Vec<usize>> = HashMap::new();
    for (index, edge) in city.streets.edges.iter().enumerate() {
        let road = roads.get(&edge.way).map(|road| &city.roads[*road]);
        if let Some((class, min_zoom)) = class_of(edge.kind, road.map_or(RoadClass::Other, |road| road.class)) {
            let [name, name_en] = road.map_or(["", ""], |road| [&road.name.local, &road.name.en]);
            groups.entry((class, min_zoom, name, name_en)).or_default().push(index);
        }
    }
    let mut groups: Vec<(Key<'_>, Vec<usize>)> = groups.into_iter().collect();
    // The order of a hash table is nobody's; tiles should be the same every time.
    groups.sort_unstable();
    let mut items = Vec::new();
    for ((class, min_zoom, name, name_en), edges) in groups {
        for line in joined(city, &edges) {
            let shape = WorldShape::Line(line);
            let name = Name { local: name.to_owned(), en: name_en.to_owned() };
            items.push(Item { layer: Layer::Street, class, name, min_zoom, shape });
        }
    }
    items
}

fn class_of(kind: StreetKind, class: RoadClass) -> Option<(&'static str, u8)> {
    Some(match (kind, class) {
        (StreetKind::Path | StreetKind::Square, _) => ("path", 14),
        (StreetKind::Steps, _) => ("steps", 15),
        (StreetKind::Indoor | StreetKind::Aisle, _) => ("service", 15),
        (StreetKind::Ferry, _) => ("ferry", 11),
        (_, RoadClass::Trunk) => ("trunk", 7),
        (_, RoadClass::Primary) => ("primary", 8),
        (_, RoadClass::Secondary) => ("secondary", 10),
        (_, RoadClass::Tertiary) => ("tertiary", 11),
        // A city of an earlier format does not tell its roads' classes.
        (StreetKind::Major, RoadClass::Other) => ("secondary", 10),
        (StreetKind::Minor, RoadClass::Other) => ("minor", 13),
        (StreetKind::Service, RoadClass::Other) => ("service", 14),
    })
}

/// Edges joined to lines where just two of them meet.
fn joined(city: &City, edges: &[usize]) -> Vec<Vec<World>> {
    let mut at_node: HashMap<u32, Vec<usize>> = HashMap::new();
    let ends = |edge: usize| [city.streets.edges[edge].from, city.streets.edges[edge].to];
    for edge in edges {
        ends(*edge).into_iter().for_each(|node| at_node.entry(node).or_default().push(*edge));
    }
    let mut used: HashMap<usize, bool> = edges.iter().map(|edge| (*edge, false)).collect();
    let mut lines = Vec::new();
    for first in edges {
        if used.insert(*first, true) == Some(true) {
            continue;
        }
        let street = |edge: usize| -> Vec<World> { city.streets.line(&city.streets.edges[edge]).map(world).collect() };
        let mut line = street(*first);
        let [from, to] = ends(*first);
        // Onwards from its end, then from its beginning with the line turned.
        for mut node in [to, from] {
            while let Some([a, b]) = at_node.get(&node).and_then(|edges| <[usize; 2]>::try_from(edges.as_slice()).ok())
            {
                let Some(next) = [a, b].into_iter().find(|edge| used.get(edge) == Some(&false)) else { break };
                used.insert(next, true);
                let mut more = street(next);
                let [begin, end] = ends(next);
                if begin != node {
                    more.reverse();
                }
                line.extend(more.into_iter().skip(1));
                node = if begin == node { end } else { begin };
            }
            line.reverse();
        }
        lines.push(line);
    }
    lines
}
