//! What an extract gives to draw a map on. Nothing here is measured.

use geo_types::{Geometry, LineString, MultiPolygon, Point};

use super::area::Area;
use super::facilities::name_of;
use super::scan::Extract;
use super::sea;
use crate::city::{MapFeature, MapKind, Name, Road, RoadClass};
use crate::geo::LonLat;
use crate::sources::osm::{Tags, tag};

/// A way that is drawn as a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawn {
    pub kind: DrawnKind,
    pub name: Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DrawnKind {
    Road(RoadClass),
    Line(MapKind),
    Coastline,
}

impl Drawn {
    /// Whether it is drawn even if nobody walks it.
    pub fn stands_alone(&self) -> bool {
        match self.kind {
            DrawnKind::Road(class) => class <= RoadClass::Secondary,
            DrawnKind::Line(_) | DrawnKind::Coastline => true,
        }
    }
}

/// How a way is drawn as a line, if it is.
pub(super) fn drawn(tags: Tags<'_>) -> Option<Drawn> {
    let kind = line_kind(tags)?;
    let name = if kind == DrawnKind::Coastline { Name::default() } else { name_of(tags) };
    let is_plain = kind == DrawnKind::Road(RoadClass::Other) && name == Name::default();
    (!is_plain).then_some(Drawn { kind, name })
}

fn line_kind(tags: Tags<'_>) -> Option<DrawnKind> {
    let hidden = tag(tags, "tunnel").is_some_and(|value| value != "no");
    if let Some(highway) = tag(tags, "highway") {
        return Some(DrawnKind::Road(match highway {
            "motorway" | "motorway_link" | "trunk" | "trunk_link" => RoadClass::Trunk,
            "primary" | "primary_link" => RoadClass::Primary,
            "secondary" | "secondary_link" => RoadClass::Secondary,
            "tertiary" | "tertiary_link" => RoadClass::Tertiary,
            "proposed" | "construction" | "razed" | "abandoned" => return None,
            _ => RoadClass::Other,
        }));
    }
    if tag(tags, "natural") == Some("coastline") {
        return Some(DrawnKind::Coastline);
    }
    if hidden {
        return None;
    }
    let minor_track = || tag(tags, "service").is_some();
    match (tag(tags, "railway"), tag(tags, "waterway")) {
        (Some("rail" | "narrow_gauge"), _) if !minor_track() => Some(DrawnKind::Line(MapKind::Railway)),
        (Some("tram" | "light_rail" | "subway" | "monorail"), _) if !minor_track() => {
            Some(DrawnKind::Line(MapKind::Tramway))
        }
        (_, Some("river")) => Some(DrawnKind::Line(MapKind::River)),
        (_, Some("canal" | "stream")) => Some(DrawnKind::Line(MapKind::Stream)),
        _ => None,
    }
}

/// What a named point is on the map: a city, a village, a neighbourhood.
pub(super) fn label_kind(tags: Tags<'_>) -> Option<MapKind> {
    Some(match tag(tags, "place")? {
        "city" => MapKind::City,
        "town" | "borough" | "district" => MapKind::Town,
        "suburb" | "village" | "island" => MapKind::Suburb,
        "neighbourhood" | "quarter" | "hamlet" | "locality" | "islet" => MapKind::Neighbourhood,
        _ => return None,
    })
}

/// What an area is on the map, if it is drawn.
fn area_kind(area: &Area<'_>) -> Option<MapKind> {
    let is = |key: &str, values: &[&str]| area.tag(key).is_some_and(|value| values.contains(&value));
    let water = is("natural", &["water", "bay"]) || is("waterway", &["riverbank", "dock"]);
    if water || is("landuse", &["reservoir", "basin"]) {
        return (!is("natural", &["bay"])).then_some(MapKind::Water);
    }
    if area.tag("building").is_some_and(|value| value != "no") {
        return Some(MapKind::Building);
    }
    let green = is("leisure", &["park", "garden", "nature_reserve", "golf_course", "common", "dog_park"])
        || is(
            "landuse",
            &["forest", "grass", "recreation_ground", "village_green", "meadow", "cemetery", "allotments"],
        )
        || is("natural", &["wood", "scrub", "grassland", "heath", "wetland"]);
    if green {
        return Some(MapKind::Green);
    }
    if is("leisure", &["pitch", "track", "stadium", "sports_centre", "playground", "swimming_pool"]) {
        return Some(MapKind::Sport);
    }
    if is("amenity", &["school", "kindergarten", "college", "university", "hospital"]) {
        return Some(MapKind::Campus);
    }
    match area.tag("landuse") {
        Some("residential") => Some(MapKind::Residential),
        Some("commercial" | "retail") => Some(MapKind::Commercial),
        Some("industrial" | "railway" | "port" | "quarry" | "construction") => Some(MapKind::Industrial),
        Some("brownfield" | "greenfield" | "vacant") => Some(MapKind::Vacant),
        _ if is("natural", &["beach", "sand", "bare_rock", "shingle"]) => Some(MapKind::Sand),
        _ => None,
    }
}

/// The sea within an extent.
pub(super) fn sea(extract: &Extract, extent: [f64; 4]) -> MultiPolygon<f64> {
    let coast: Vec<&[u32]> =
        ways(extract).filter(|(_, drawn, _)| drawn.kind == DrawnKind::Coastline).map(|(nodes, ..)| nodes).collect();
    sea::areas(extract, &coast, extent)
}

/// All that is drawn: areas, lines, points.
pub(super) fn features(extract: &Extract, areas: &[Area<'_>], sea: &MultiPolygon<f64>) -> Vec<MapFeature> {
    let of_area = |area: &Area<'_>| {
        let kind = area_kind(area)?;
        // A building is told apart by its shape; its name is that of the facility in it.
        let name = if kind == MapKind::Building { Name::default() } else { super::facilities::name(area.tags) };
        Some(MapFeature { kind, name, shape: Geometry::MultiPolygon(area.shape.clone()) })
    };
    let mut features: Vec<MapFeature> = areas.iter().filter_map(of_area).collect();
    features.extend(sea.iter().map(|polygon| MapFeature {
        kind: MapKind::Water,
        name: Name::default(),
        shape: Geometry::MultiPolygon(vec![polygon.clone()].into()),
    }));
    for (nodes, drawn, walked) in ways(extract) {
        let kind = match drawn.kind {
            DrawnKind::Line(kind) => kind,
            // What can be walked is among the streets.
            DrawnKind::Road(_) if !walked => MapKind::Motorway,
            DrawnKind::Road(_) | DrawnKind::Coastline => continue,
        };
        for run in nodes.split(|node| extract.places[*node as usize].is_none()).filter(|run| run.len() > 1) {
            let line: Vec<LonLat> = run.iter().filter_map(|node| extract.place(*node)).collect();
            features.push(MapFeature { kind, name: drawn.name.clone(), shape: Geometry::LineString(LineString(line)) });
        }
    }
    for label in &extract.labels {
        let shape = Geometry::Point(Point(label.at.degrees()));
        features.push(MapFeature { kind: label.kind, name: label.name.clone(), shape });
    }
    features
}

fn ways(extract: &Extract) -> impl Iterator<Item = (&[u32], &Drawn, bool)> {
    extract.ways.iter().filter_map(|way| Some((way.nodes.as_slice(), way.drawn.as_deref()?, way.walkway.is_some())))
}

/// The roads of which more is known than how they are walked, in the order of their ways.
pub(super) fn roads(extract: &Extract) -> Vec<Road> {
    let road = |way: &super::scan::Way| match way.drawn.as_deref()? {
        Drawn { kind: DrawnKind::Road(class), name } if way.walkway.is_some() => {
            Some(Road { way: way.id, class: *class, name: name.clone() })
        }
        _ => None,
    };
    let mut roads: Vec<Road> = extract.ways.iter().filter_map(road).collect();
    roads.sort_by_key(|road| road.way);
    roads
}
