//! Reading from an extract what a city needs, in three scans: relations, then the ways that matter by themselves or
//! to a relation, then the nodes of those ways. Nothing else is ever kept.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::access::{self, Mark, Walkway};
use super::basemap::{Drawn, drawn, label_kind};
use super::clip::Clip;
use super::facilities::name_of;
use super::homes::{self, Frontage, frontage};
use crate::city::{MapKind, Name};
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::progress::{Progress, Stage};
use crate::sources::extract::OsmSource;
use crate::sources::osm::{Element, ElementKind, Fixed, OwnedTags, Tags, tag};

/// What an extract holds for a city.
#[derive(Debug, Default)]
pub(super) struct Extract {
    /// Place of each node that a kept way uses, in the order of their ids; none where the extract lacks it.
    pub places: Vec<Option<Fixed>>,
    /// What some of these nodes do to people on foot, by the node's index in `places`.
    pub marks: HashMap<u32, Mark>,
    /// Ways that matter, their nodes given as indices into `places`.
    pub ways: Vec<Way>,
    /// Index of each way in `ways`, by its id.
    pub way_index: HashMap<i64, u32>,
    /// Relations that matter.
    pub relations: Vec<Relation>,
    /// Facilities that are points.
    pub points: Vec<(i64, Fixed, OwnedTags)>,
    /// Places that have a name on the map.
    pub labels: Vec<Label>,
    /// Points that are addresses: street and number; none unless they were asked for.
    pub addresses: Vec<(Fixed, Box<str>, Box<str>)>,
    /// How many elements of each kind the extract has.
    counts: Counts,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    nodes: u64,
    ways: u64,
    /// Elements that matter and stand in the extract again.
    twice: u64,
}

/// A place that has a name on the map.
#[derive(Debug)]
pub(super) struct Label {
    pub id: i64,
    pub at: Fixed,
    pub kind: MapKind,
    pub name: Name,
    /// What kind of settlement it is, if it is one by itself rather than a part of one.
    pub settlement: Option<Settlement>,
    /// Its residents, where it tells them.
    pub population: Option<f64>,
}

/// Kinds of settlements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Settlement {
    Hamlet,
    Village,
    Town,
    City,
}

/// A way that matters.
#[derive(Debug)]
pub(super) struct Way {
    pub id: i64,
    pub nodes: Vec<u32>,
    /// How it can be walked, if it can.
    pub walkway: Option<Walkway>,
    /// How homes stand along it, if they do.
    pub frontage: Option<Frontage>,
    /// How it is drawn as a line, if it is; few ways are.
    pub drawn: Option<Box<Drawn>>,
    /// Its tags, where it is more than a street.
    pub tags: OwnedTags,
}

/// A relation that matters.
#[derive(Debug)]
pub(super) struct Relation {
    pub id: i64,
    /// Its ways and whether each is an inner ring.
    pub ways: Vec<(i64, bool)>,
    pub tags: OwnedTags,
}

impl Extract {
    /// Where a node is, if the extract has it.
    pub fn place(&self, node: u32) -> Option<LonLat> {
        self.places[node as usize].map(Fixed::degrees)
    }

    /// How many of the elements that matter stand in the extract more than once.
    pub fn twice(&self) -> u64 {
        self.counts.twice
    }

    /// Why there is not a single street.
    pub fn why_no_streets(&self) -> Error {
        let Counts { nodes, ways, .. } = self.counts;
        let problem = match (nodes, ways) {
            (0, 0) => say!("the extract is empty", "数据是空的"),
            (_, 0) => say!("the extract has no ways, so there are no streets", "地图数据中没有道路"),
            (0, _) => {
                say!("the extract has no nodes, so its streets have no place", "数据中没有节点，因此道路没有位置")
            }
            _ => say!("the extract has no street that people can walk", "数据中没有可步行的道路"),
        };
        Error::new(problem).hint(say!(
            "give an extract that holds the streets of the city with all their nodes",
            "请给出包含全部道路及其节点的数据"
        ))
    }
}

/// Keys that make an element a facility whatever their value.
const FACILITY_KEYS: [&str; 8] =
    ["shop", "leisure", "healthcare", "craft", "office", "tourism", "social_facility", "repair"];

/// Whether tags tell of a place that may be of service.
pub(super) fn is_facility(tags: Tags<'_>) -> bool {
    tags.iter().any(|(key, value)| match *key {
        "place" => *value == "square",
        "highway" => *value == "bus_stop",
        "railway" => matches!(*value, "station" | "halt" | "tram_stop" | "subway_entrance"),
        "public_transport" => matches!(*value, "platform" | "station"),
        "amenity" => !matches!(*value, "parking_space" | "bench" | "waste_basket" | "parking_entrance"),
        "emergency" => matches!(*value, "ambulance_station"),
        key => FACILITY_KEYS.contains(&key),
    })
}

/// Whether a closed way or multipolygon with these tags is an area that matters.
fn is_area_of_interest(tags: Tags<'_>) -> bool {
    tags.iter().any(|(key, value)| match *key {
        "building" => *value != "no",
        "landuse" => true,
        "aeroway" => matches!(*value, "aerodrome" | "apron" | "terminal"),
        "power" => matches!(*value, "plant" | "substation"),
        "natural" => matches!(
            *value,
            "water" | "wood" | "scrub" | "bay" | "grassland" | "heath" | "wetland" | "beach" | "sand" | "bare_rock"
        ),
        "waterway" => *value == "riverbank",
        "boundary" => *value == "administrative",
        _ => false,
    }) || is_facility(tags)
}

/// What of an extract is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    /// Whether its addresses are.
    pub addresses: bool,
    /// The part of it, if not all.
    pub clip: Option<&'a Clip>,
}

/// Scans an extract.
pub(super) fn scan(source: &OsmSource, wanted_of_it: Wanted<'_>, progress: &dyn Progress) -> Result<Extract> {
    progress.stage(Stage::Read, source.scan_steps() * 3);
    let mut twice = 0;
    let mut relations =
        scan_relations(source, progress, |tags| is_area_of_interest(tags) || access::walkway(tags).is_some())?;
    keep_first(&mut relations, |relation| relation.id, &mut twice);
    let mut members: Vec<i64> = relations.iter().flat_map(|relation| relation.ways.iter().map(|(id, _)| *id)).collect();
    members.par_sort_unstable();
    members.dedup();
    let (mut raw_ways, way_count) = scan_ways(source, &members, progress)?;
    keep_first(&mut raw_ways, |way| way.id, &mut twice);
    let mut wanted: Vec<i64> = raw_ways.iter().flat_map(|way| way.refs.iter().copied()).collect();
    wanted.par_sort_unstable();
    wanted.dedup();
    let nodes = scan_nodes(source, &wanted, wanted_of_it, progress)?;
    // A node id that is not among `wanted` cannot come up: `wanted` was made from these very ways.
    let ways: Vec<Way> = raw_ways
        .into_par_iter()
        .map(|way| Way {
            id: way.id,
            nodes: way.refs.iter().filter_map(|id| wanted.binary_search(id).ok()).map(|index| index as u32).collect(),
            walkway: way.walkway,
            frontage: way.frontage,
            drawn: way.drawn,
            tags: way.tags,
        })
        .collect();
    let way_index = ways.iter().enumerate().map(|(index, way)| (way.id, index as u32)).collect();
    let mut places = vec![None; wanted.len()];
    let mut extract = Extract { ways, way_index, relations, ..Extract::default() };
    for piece in nodes {
        for (index, at) in piece.places {
            places[index as usize].get_or_insert(at);
        }
        for (index, mark) in piece.marks {
            extract.marks.entry(index).or_insert(mark);
        }
        extract.points.extend(piece.points);
        extract.labels.extend(piece.labels);
        extract.addresses.extend(piece.addresses);
        extract.counts.nodes += piece.count;
    }
    keep_first(&mut extract.points, |point| point.0, &mut twice);
    keep_first(&mut extract.labels, |label| label.id, &mut twice);
    extract.counts.ways = way_count;
    extract.counts.twice = twice;
    extract.places = places;
    Ok(extract)
}

/// Of elements with one id the first stays: extracts that were joined hold those along the seam twice.
fn keep_first<T>(elements: &mut Vec<T>, id: impl Fn(&T) -> i64, twice: &mut u64) {
    let mut seen = HashSet::with_capacity(elements.len());
    let before = elements.len();
    elements.retain(|element| seen.insert(id(element)));
    *twice += (before - elements.len()) as u64;
}

/// Scans nothing but administrative boundaries.
pub(super) fn scan_boundaries(source: &OsmSource, progress: &dyn Progress) -> Result<Extract> {
    progress.stage(Stage::Read, source.scan_steps() * 3);
    let relations = scan_relations(source, progress, |tags| tag(tags, "boundary") == Some("administrative"))?;
    let mut members: Vec<i64> = relations.iter().flat_map(|relation| relation.ways.iter().map(|(id, _)| *id)).collect();
    members.par_sort_unstable();
    members.dedup();
    let found: Vec<Vec<(i64, Vec<i64>)>> =
        source.scan(&[ElementKind::Way], progress, |found: &mut Vec<(i64, Vec<i64>)>, element| {
            let Element::Way { id, refs, .. } = element else { return };
            if members.binary_search(&id).is_ok() {
                found.push((id, refs.to_vec()));
            }
        })?;
    let lines: Vec<(i64, Vec<i64>)> = found.into_iter().flatten().collect();
    let mut wanted: Vec<i64> = lines.iter().flat_map(|(_, refs)| refs.iter().copied()).collect();
    wanted.par_sort_unstable();
    wanted.dedup();
    let mut places = vec![None; wanted.len()];
    for piece in scan_nodes(source, &wanted, Wanted::default(), progress)? {
        piece.places.into_iter().for_each(|(index, at)| places[index as usize] = Some(at));
    }
    let way = |(id, refs): (i64, Vec<i64>)| Way {
        id,
        nodes: refs.iter().filter_map(|id| wanted.binary_search(id).ok()).map(|index| index as u32).collect(),
        walkway: None,
        frontage: None,
        drawn: None,
        tags: OwnedTags::new(),
    };
    let ways: Vec<Way> = lines.into_iter().map(way).collect();
    let way_index = ways.iter().enumerate().map(|(index, way)| (way.id, index as u32)).collect();
    Ok(Extract { places, ways, way_index, relations, ..Extract::default() })
}

fn scan_relations(
    source: &OsmSource,
    progress: &dyn Progress,
    matters: impl Fn(Tags<'_>) -> bool + Sync,
) -> Result<Vec<Relation>> {
    let found: Vec<Vec<Relation>> =
        source.scan(&[ElementKind::Relation], progress, |found: &mut Vec<Relation>, element| {
            let Element::Relation { id, members, tags } = element else { return };
            let shape = matches!(tag(tags, "type"), Some("multipolygon" | "boundary"));
            if !shape || !matters(tags) {
                return;
            }
            let ways =
                members.iter().filter(|m| m.kind == ElementKind::Way).map(|m| (m.id, m.role == "inner")).collect();
            found.push(Relation { id, ways, tags: own(tags) });
        })?;
    Ok(found.into_iter().flatten().collect())
}

struct RawWay {
    id: i64,
    refs: Vec<i64>,
    walkway: Option<Walkway>,
    frontage: Option<Frontage>,
    drawn: Option<Box<Drawn>>,
    tags: OwnedTags,
}

fn scan_ways(source: &OsmSource, members: &[i64], progress: &dyn Progress) -> Result<(Vec<RawWay>, u64)> {
    type Found = (Vec<RawWay>, u64);
    let found: Vec<Found> = source.scan(&[ElementKind::Way], progress, |(ways, count): &mut Found, element| {
        let Element::Way { id, refs, tags } = element else { return };
        *count += 1;
        let walkway = access::walkway(tags);
        let area = is_area_of_interest(tags) || walkway.is_some_and(|walkway| walkway.is_area);
        let drawn = drawn(tags).map(Box::new);
        let is_drawn = drawn.as_ref().is_some_and(|drawn| drawn.stands_alone());
        if walkway.is_some() || area || is_drawn || members.binary_search(&id).is_ok() {
            ways.push(RawWay {
                id,
                refs: refs.to_vec(),
                walkway,
                frontage: frontage(tags),
                drawn,
                tags: if area { own(tags) } else { OwnedTags::new() },
            });
        }
    })?;
    let count = found.iter().map(|(_, count)| count).sum();
    Ok((found.into_iter().flat_map(|(ways, _)| ways).collect(), count))
}

#[derive(Default)]
struct NodePiece {
    cursor: usize,
    count: u64,
    places: Vec<(u32, Fixed)>,
    marks: Vec<(u32, Mark)>,
    points: Vec<(i64, Fixed, OwnedTags)>,
    labels: Vec<Label>,
    addresses: Vec<(Fixed, Box<str>, Box<str>)>,
}

fn scan_nodes(
    source: &OsmSource,
    wanted: &[i64],
    Wanted { addresses, clip }: Wanted<'_>,
    progress: &dyn Progress,
) -> Result<Vec<NodePiece>> {
    source.scan(&[ElementKind::Node], progress, |piece: &mut NodePiece, element| {
        let Element::Node { id, at, tags } = element else { return };
        piece.count += 1;
        if clip.is_some_and(|clip| !clip.keeps(at.degrees())) {
            return;
        }
        if let Some(index) = find(wanted, id, &mut piece.cursor) {
            piece.places.push((index as u32, at));
            if !tags.is_empty()
                && let Some(mark) = access::mark(tags)
            {
                piece.marks.push((index as u32, mark));
            }
        }
        if !tags.is_empty() && is_facility(tags) {
            piece.points.push((id, at, own(tags)));
        }
        piece.labels.extend(label(id, at, tags));
        if addresses && !tags.is_empty() {
            let street = tag(tags, "addr:street").or_else(|| tag(tags, "addr:place"));
            let address = street.zip(tag(tags, "addr:housenumber"));
            piece.addresses.extend(address.map(|(street, number)| (at, street.into(), number.into())));
        }
    })
}

fn label(id: i64, at: Fixed, tags: Tags<'_>) -> Option<Label> {
    let kind = label_kind(tags)?;
    let name = name_of(tags);
    let settlement = match tag(tags, "place") {
        Some("city") => Some(Settlement::City),
        Some("town") => Some(Settlement::Town),
        Some("village") => Some(Settlement::Village),
        Some("hamlet") => Some(Settlement::Hamlet),
        _ => None,
    };
    let population = tag(tags, "population").and_then(homes::population);
    (name != Name::default()).then_some(Label { id, at, kind, name, settlement, population })
}

/// Finds an id among sorted ids. Extracts list nodes by id, so it mostly lies just behind the last one.
fn find(wanted: &[i64], id: i64, cursor: &mut usize) -> Option<usize> {
    const NEAR: usize = 16;
    let near = &wanted[*cursor..(*cursor + NEAR).min(wanted.len())];
    let position = match (near.first(), near.last()) {
        (Some(first), Some(last)) if *first <= id && id <= *last => *cursor + near.partition_point(|other| *other < id),
        _ => wanted.partition_point(|other| *other < id),
    };
    *cursor = position;
    (wanted.get(position) == Some(&id)).then_some(position)
}

/// Tags that may matter later, without the mapper's remarks.
fn own(tags: Tags<'_>) -> OwnedTags {
    let remark = |key: &str| {
        ["source", "note", "fixme", "FIXME", "created_by", "tiger:", "is_in"].iter().any(|start| key.starts_with(start))
    };
    tags.iter().filter(|(key, _)| !remark(key)).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_are_found_in_any_order(mut wanted in prop::collection::vec(-50..500_i64, 0..200), asked in prop::collection::vec(-60..510_i64, 0..200)) {
            wanted.sort_unstable();
            wanted.dedup();
            let mut cursor = 0;
            for id in asked {
                prop_assert_eq!(find(&wanted, id, &mut cursor), wanted.binary_search(&id).ok());
            }
        }
    }
}
