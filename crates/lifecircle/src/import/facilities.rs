//! Facilities of an extract: points, and areas with their entries.
//!
//! People go into an area at its gates, at doors on its outline, at nodes that it shares with streets, and where streets
//! cross its outline on the ground. An area with none of these gets points of its outline instead; which of them lies
//! nearest to a street is found when it is snapped.

use std::collections::HashSet;

use geo_types::LineString;

use super::area::Area;
use super::area_index::AreaIndex;
use super::scan::{Extract, is_facility};
use crate::city::{Entries, Facility, Name, StreetKind, Streets};
use crate::geo::metric::distance;
use crate::geo::{LonLat, polygon};
use crate::sources::osm::{Tags, tag};

/// Points on the outline of an area without known entries.
const OUTLINE_POINTS: usize = 16;

/// Entries closer than this are one.
const SAME_ENTRY_METRES: f64 = 1.0;

/// All facilities of an extract: points, then areas, then lines.
pub(super) fn build(extract: &Extract, areas: &[Area<'_>], streets: &Streets) -> Vec<Facility> {
    let points = extract.points.iter().map(|(id, at, tags)| {
        let at = at.degrees();
        facility(format!("n{id}"), tags, at, Entries::Known(vec![at]), None)
    });
    let mut facilities: Vec<Facility> = points.collect();
    let areas: Vec<&Area<'_>> = areas.iter().filter(|area| tells_facility(area.tags)).collect();
    let crossings = crossings(&areas, streets);
    let walked: HashSet<u32> = extract
        .ways
        .iter()
        .filter(|way| way.walkway.is_some_and(|w| !w.off_ground))
        .flat_map(|way| way.nodes.iter().copied())
        .collect();
    for (area, mut entries) in areas.into_iter().zip(crossings) {
        let gate = |node: &u32| extract.marks.get(node).is_some_and(|mark| mark.is_gate);
        let closed = |node: &u32| extract.marks.get(node).is_some_and(|mark| mark.blocks);
        entries.extend(
            area.nodes.iter().filter(|n| gate(n) || walked.contains(n) && !closed(n)).filter_map(|n| extract.place(*n)),
        );
        let entries = merge_near(entries);
        let Some(at) = polygon::inner_point(&area.shape) else { continue };
        let entries = if entries.is_empty() {
            Entries::Outline(polygon::spread_over_outline(&area.shape, OUTLINE_POINTS))
        } else {
            Entries::Known(entries)
        };
        facilities.push(facility(area.id.clone(), area.tags, at, entries, Some(polygon::area(&area.shape))));
    }
    let lines = extract.ways.iter().filter(|way| way.nodes.first() != way.nodes.last() && tells_facility(&way.tags));
    for way in lines {
        let there: Vec<LonLat> = way.nodes.iter().filter_map(|node| extract.place(*node)).collect();
        if let Some(middle) = there.get(there.len() / 2) {
            facilities.push(facility(format!("w{}", way.id), &way.tags, *middle, Entries::Known(vec![*middle]), None));
        }
    }
    facilities
}

fn tells_facility(tags: &[(String, String)]) -> bool {
    let tags: Vec<(&str, &str)> = tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    is_facility(&tags)
}

/// For each area, where streets on the ground cross its outline.
fn crossings(areas: &[&Area<'_>], streets: &Streets) -> Vec<Vec<LonLat>> {
    let index = AreaIndex::new(areas.iter().map(|area| &area.shape));
    let mut found = vec![Vec::new(); areas.len()];
    for edge in &streets.edges {
        if edge.off_ground || matches!(edge.kind, StreetKind::Ferry | StreetKind::Indoor) {
            continue;
        }
        let line: Vec<LonLat> = streets.line(edge).collect();
        for pair in line.windows(2) {
            for area in index.near_segment(pair[0], pair[1]) {
                for side in polygon::rings(&areas[area].shape).flat_map(LineString::lines) {
                    if let Some(along) = polygon::crossing([pair[0], pair[1]], [side.start, side.end]) {
                        found[area].push(pair[0] + (pair[1] - pair[0]) * along);
                    }
                }
            }
        }
    }
    found
}

fn merge_near(points: Vec<LonLat>) -> Vec<LonLat> {
    let mut kept: Vec<LonLat> = Vec::with_capacity(points.len());
    for point in points {
        if kept.iter().all(|other| distance(*other, point).0 >= SAME_ENTRY_METRES) {
            kept.push(point);
        }
    }
    kept
}

fn facility(id: String, tags: &[(String, String)], at: LonLat, entries: Entries, area: Option<f64>) -> Facility {
    let get = |key: &str| tags.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
    let kind = [
        "shop",
        "amenity",
        "healthcare",
        "social_facility",
        "leisure",
        "craft",
        "office",
        "tourism",
        "highway",
        "railway",
        "public_transport",
        "place",
    ]
    .iter()
    .find_map(|key| get(key).map(|value| format!("{key}={value}")))
    .unwrap_or_default();
    Facility {
        id,
        name: name(tags),
        kind,
        tags: tags.to_vec(),
        at,
        entries,
        area,
        capacity: get("capacity").and_then(|value| value.parse().ok()).filter(|n: &f64| n.is_finite() && *n >= 0.0),
    }
}

/// The names that tags tell.
pub(super) fn name(tags: &[(String, String)]) -> Name {
    name_by(|key| tags.iter().find(|(k, _)| k == key).map(|(_, v)| v.trim().to_owned()))
}

/// The same of tags that are borrowed.
pub(super) fn name_of(tags: Tags<'_>) -> Name {
    name_by(|key| tag(tags, key).map(|value| value.trim().to_owned()))
}

fn name_by(get: impl Fn(&str) -> Option<String>) -> Name {
    // What a place is called where it is; a translation only where nothing else is known.
    let name = get("name").filter(|name| !name.is_empty());
    let en = get("name:en").or_else(|| name.clone().filter(|name| name.is_ascii())).unwrap_or_default();
    Name { local: name.or_else(|| get("name:zh")).unwrap_or_default(), en }
}
