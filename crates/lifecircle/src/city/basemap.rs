//! What a map shows beside what is measured: water, green, land use, buildings, railways, names of places and streets.

use geo_types::Geometry;
use serde::{Deserialize, Serialize};

use super::Name;

/// Something to draw: an area, a line or a point, as its kind has it.
#[derive(Debug, Clone, PartialEq)]
pub struct MapFeature {
    /// What it is.
    pub kind: MapKind,
    /// Its name, if it has one.
    pub name: Name,
    /// Where it is.
    pub shape: Geometry<f64>,
}

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapKind {
    /// Area: lakes, broad rivers, the sea.
    Water,
    /// Area: parks, woods, lawns.
    Green,
    /// Area: where people live.
    Residential,
    /// Area: shops and offices.
    Commercial,
    /// Area: factories, warehouses, railway land.
    Industrial,
    /// Area: brownfield, greenfield, plots on which nothing stands (闲置地).
    Vacant,
    /// Area: schools, universities, hospitals.
    Campus,
    /// Area: pitches, playgrounds, stadiums.
    Sport,
    /// Area: beaches, sand, rock.
    Sand,
    /// Area: a building.
    Building,
    /// Line: a river.
    River,
    /// Line: a canal or stream.
    Stream,
    /// Line: a railway.
    Railway,
    /// Line: a tramway, or a metro above the ground.
    Tramway,
    /// Line: a road that nobody may walk.
    Motorway,
    /// Point: a city.
    City,
    /// Point: a town, or a district of a city.
    Town,
    /// Point: a suburb or a village.
    Suburb,
    /// Point: a neighbourhood or a hamlet.
    Neighbourhood,
}

/// What a road is to traffic, and what it is called. A street of the city is a stretch of a road ([`Street::way`](super::Street)).
#[derive(Debug, Clone, PartialEq)]
pub struct Road {
    /// The OpenStreetMap way.
    pub way: i64,
    /// Its class.
    pub class: RoadClass,
    /// Its name, if it has one.
    pub name: Name,
}

/// The class of a road.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoadClass {
    /// Motorways and trunk roads.
    Trunk,
    /// Primary roads.
    Primary,
    /// Secondary roads.
    Secondary,
    /// Tertiary roads.
    Tertiary,
    /// All others.
    Other,
}
