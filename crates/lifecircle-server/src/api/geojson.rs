//! GeoJSON as this API answers it: typed, so that the documentation tells its shape, and with coordinates to seven digits, a
//! centimetre, which is closer than any map is drawn.

use geo_types::MultiPolygon;
use lifecircle::geo::LonLat;
use schemars::JsonSchema;
use serde::Serialize;

/// Features together.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FeatureCollection<G, P> {
    #[serde(rename = "type")]
    kind: CollectionKind,
    features: Vec<Feature<G, P>>,
}

/// A geometry with what it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Feature<G, P> {
    #[serde(rename = "type")]
    kind: FeatureKind,
    geometry: G,
    properties: P,
}

#[derive(Debug, Serialize, JsonSchema)]
enum CollectionKind {
    FeatureCollection,
}

#[derive(Debug, Serialize, JsonSchema)]
enum FeatureKind {
    Feature,
}

impl<G, P> FeatureCollection<G, P> {
    /// Of features.
    pub fn new(features: Vec<Feature<G, P>>) -> Self {
        Self { kind: CollectionKind::FeatureCollection, features }
    }
}

impl<G, P> Feature<G, P> {
    /// Of a geometry and properties.
    pub fn new(geometry: G, properties: P) -> Self {
        Self { kind: FeatureKind::Feature, geometry, properties }
    }
}

/// An area.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type")]
pub enum Area {
    /// Polygons, each its outer ring and its holes.
    MultiPolygon {
        /// Longitudes and latitudes.
        coordinates: Vec<Vec<Vec<[f64; 2]>>>,
    },
}

/// A line.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type")]
pub enum Line {
    /// A line.
    LineString {
        /// Longitudes and latitudes.
        coordinates: Vec<[f64; 2]>,
    },
}

impl Area {
    /// Of polygons.
    pub fn of(area: &MultiPolygon<f64>) -> Self {
        let ring = |ring: &geo_types::LineString<f64>| ring.0.iter().map(|at| position(*at)).collect();
        let polygon =
            |p: &geo_types::Polygon<f64>| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect();
        Self::MultiPolygon { coordinates: area.0.iter().map(polygon).collect() }
    }
}

impl Line {
    /// Of points.
    pub fn of(line: &[LonLat]) -> Self {
        Self::LineString { coordinates: line.iter().map(|at| position(*at)).collect() }
    }
}

/// A point as it is written.
pub fn position(at: LonLat) -> [f64; 2] {
    [rounded(at.x, 1e7), rounded(at.y, 1e7)]
}

/// A number to the nearest of so many parts of one.
pub fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}
