//! Buildings of other people's: Overture's, a survey's, footprints seen on pictures from above. Those that the map lacks are added to its own, and are
//! homes or not by the same model.
//!
//! What a building is for becomes the `building` tag that OpenStreetMap would give it. Source: docs.overturemaps.org, schema of buildings.

use std::collections::HashSet;

use geo::BoundingRect;
use geo_types::MultiPolygon;
use rayon::prelude::*;
use rstar::{AABB, RTree};

use super::area::Area;
use super::area_index::AreaIndex;
use super::note;
use crate::city::Note;
use crate::error::Result;
use crate::geo::{Datum, LonLat, polygon};
use crate::sources::columns::Meaning;
use crate::sources::lists::{self, Part};
use crate::sources::osm::OwnedTags;
use crate::sources::records::{Coordinates, Record, Records, into_areas};

/// Buildings of one file.
#[derive(Debug, Clone)]
pub struct BuildingList {
    file: String,
    buildings: Vec<GivenBuilding>,
    /// Rows that are no areas.
    no_areas: usize,
}

/// A building with the tags that OpenStreetMap would give it.
#[derive(Debug, Clone)]
struct GivenBuilding {
    id: String,
    tags: OwnedTags,
    shape: MultiPolygon<f64>,
}

/// Words for dwellings, and for what nothing is known of. Whatever is called otherwise is no dwelling.
const DWELLINGS: [&str; 9] = ["住宅", "居住", "居民楼", "居民房", "民居", "公寓", "宿舍", "residential", "dwelling"];
const NO_DWELLINGS: [&str; 5] = ["非住宅", "非居住", "non-residential", "non_residential", "nonresidential"];
const UNKNOWN: [&str; 8] = ["", "yes", "其他", "其它", "未知", "unknown", "unclassified", "building"];

impl BuildingList {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.buildings.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.buildings.is_empty()
    }

    /// Those within an extent that none of some areas is: the same building stands in the middle of the other.
    pub(super) fn beside<'a>(&'a self, areas: &[Area<'_>], [west, south, east, north]: [f64; 4]) -> Beside<'a> {
        let is_building = |area: &&Area<'_>| area.tag("building").is_some_and(|value| value != "no");
        let known: Vec<&MultiPolygon<f64>> = areas.iter().filter(is_building).map(|area| &area.shape).collect();
        let middles: Vec<[f64; 2]> =
            known.par_iter().filter_map(|shape| polygon::inner_point(shape)).map(|at| [at.x, at.y]).collect();
        let (index, middles) = (AreaIndex::new(known), RTree::bulk_load(middles));
        let holds_one = |shape: &MultiPolygon<f64>| {
            let Some(bounds) = shape.bounding_rect() else { return false };
            let envelope = AABB::from_corners(bounds.min().into(), bounds.max().into());
            middles.locate_in_envelope(envelope).any(|at| polygon::contains(shape, LonLat { x: at[0], y: at[1] }))
        };
        let is_within = |at: LonLat| (west..=east).contains(&at.x) && (south..=north).contains(&at.y);
        let within: Vec<(&GivenBuilding, bool)> = self
            .buildings
            .par_iter()
            .filter_map(|building| {
                let middle = polygon::inner_point(&building.shape).filter(|at| is_within(*at))?;
                Some((building, index.containing(middle).is_some() || holds_one(&building.shape)))
            })
            .collect();
        let area = |building: &'a GivenBuilding| Area {
            id: building.id.clone(),
            tags: &building.tags,
            shape: building.shape.clone(),
            nodes: Vec::new(),
        };
        let known = within.iter().filter(|(_, is_known)| *is_known).count();
        // Files of tiles that overlap hold a building twice.
        let mut seen: HashSet<[u64; 4]> = HashSet::new();
        let mut is_first = |shape: &MultiPolygon<f64>| {
            let bounds = shape.bounding_rect().map(|b| [b.min().x, b.min().y, b.max().x, b.max().y].map(f64::to_bits));
            bounds.is_none_or(|bounds| seen.insert(bounds))
        };
        let lacking = within.iter().filter(|(_, is_known)| !is_known).map(|(building, _)| *building);
        let new = lacking.filter(|building| is_first(&building.shape)).map(area).collect();
        Beside { list: self, new, known, within: within.len() }
    }
}

/// Buildings of a list beside those of the map.
pub(super) struct Beside<'a> {
    list: &'a BuildingList,
    /// Those that the map lacks.
    pub new: Vec<Area<'a>>,
    /// How many it has.
    known: usize,
    /// How many lie within the extract.
    within: usize,
}

impl Beside<'_> {
    /// What a user should know of it.
    pub fn note(&self) -> Note {
        let BuildingList { file, buildings, no_areas } = self.list;
        let (new, known) = (self.new.len(), self.known);
        let outside = buildings.len() - self.within;
        let (en, zh) = match no_areas {
            0 => (String::new(), String::new()),
            rows => (format!(" {rows} rows are no areas."), format!("另有 {rows} 行不是面。")),
        };
        note(
            format!(
                "{file}: {new} buildings that the map lacks were added; {known} are on it already, {outside} lie outside.{en}"
            ),
            format!("{file}：补充了地图上没有的建筑 {new} 栋；{known} 栋地图上已有，{outside} 栋在范围之外。{zh}"),
        )
    }
}

/// Reads buildings: areas, with what each is for, its storeys and its height where the list tells them.
///
/// # Errors
/// If the file cannot be read, or holds no areas.
pub fn read_buildings<'a>(part: impl Into<Part<'a>>, datum: Datum) -> Result<BuildingList> {
    let part = part.into();
    let records = lists::read(part)?;
    let coordinates = Coordinates::of_geometries(&records, datum)?;
    let columns = Columns::find(&records);
    let (mut buildings, mut no_areas) = (Vec::with_capacity(records.rows.len()), 0);
    for (number, record) in records.rows.iter().enumerate() {
        if columns.is_underground(&records, record) {
            continue;
        }
        let shape = match coordinates.are_told(&records, number) {
            true => into_areas(coordinates.of(&records, number)?),
            false => None,
        };
        let Some(shape) = shape else {
            no_areas += 1;
            continue;
        };
        let id = records.text(record, columns.id).map_or_else(|| (number + 1).to_string(), str::to_owned);
        buildings.push(GivenBuilding { id: format!("building:{id}"), tags: columns.tags(&records, record), shape });
    }
    if buildings.is_empty() {
        return Err(crate::Error::new(say!("it holds no outlines of buildings", "其中没有建筑轮廓"))
            .file(part.path)
            .hint(say!("give polygons", "请给出多边形")));
    }
    let file = part.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(BuildingList { file, buildings, no_areas })
}

/// Whether records look like buildings: they tell storeys, heights, or what a building is for as OpenStreetMap or Overture do.
pub(crate) fn are_buildings(records: &Records) -> bool {
    let is_overture = records.column(&["subtype"]).is_some() && records.column(&["class"]).is_some();
    let tells = |meaning| records.find(meaning).is_some();
    is_overture || records.column(&["building"]).is_some() || tells(Meaning::Storeys) || tells(Meaning::Height)
}

/// The columns that hold what is known of buildings.
struct Columns {
    id: Option<usize>,
    name: Option<usize>,
    purpose: Option<usize>,
    /// Overture's coarser word.
    subtype: Option<usize>,
    storeys: Option<usize>,
    height: Option<usize>,
    underground: Option<usize>,
}

impl Columns {
    fn find(records: &Records) -> Self {
        Self {
            id: records.find(Meaning::Id),
            name: records.find(Meaning::Name),
            purpose: records.find(Meaning::Purpose),
            subtype: records.column(&["subtype"]),
            storeys: records.find(Meaning::Storeys),
            height: records.find(Meaning::Height),
            underground: records.column(&["is_underground"]),
        }
    }

    fn is_underground(&self, records: &Records, record: &Record) -> bool {
        records.text(record, self.underground).is_some_and(|text| text == "1" || text.eq_ignore_ascii_case("true"))
    }

    fn tags(&self, records: &Records, record: &Record) -> OwnedTags {
        let text = |column| records.text(record, column).unwrap_or_default();
        let mut tags = vec![("building".to_owned(), value(text(self.purpose), text(self.subtype)))];
        let mut tell = |key: &str, column| {
            if let Some(text) = records.text(record, column) {
                tags.push((key.to_owned(), text.to_owned()));
            }
        };
        tell("name", self.name);
        tell("building:levels", self.storeys);
        tell("height", self.height);
        tags
    }
}

/// What OpenStreetMap would write, of a word for what a building is for and of a coarser one.
fn value(word: &str, coarser: &str) -> String {
    let [word, coarser] = [word, coarser].map(|text| text.trim().to_lowercase());
    let holds = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_dwelling = |text: &str| holds(text, &DWELLINGS) && !holds(text, &NO_DWELLINGS);
    match (word.as_str(), coarser.as_str()) {
        // Shops below, flats above: as much is known as of any building.
        (word, _) if word.contains("商住") => "yes".to_owned(),
        (word, coarser) if UNKNOWN.contains(&word) && UNKNOWN.contains(&coarser) => "yes".to_owned(),
        (word, coarser) if UNKNOWN.contains(&word) => {
            if is_dwelling(coarser) { "residential" } else { coarser }.to_owned()
        }
        (word, _) if is_dwelling(word) => "residential".to_owned(),
        (word, _) => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn words_become_tags() {
        // Overture's class and subtype.
        assert_eq!(value("apartments", "residential"), "apartments");
        assert_eq!(value("", "residential"), "residential");
        assert_eq!(value("dwelling_house", "residential"), "residential");
        assert_eq!(value("", "education"), "education");
        assert_eq!(value("", ""), "yes");
        // A survey's.
        assert_eq!(value("城镇住宅", ""), "residential");
        assert_eq!(value("商住楼", ""), "yes");
        assert_eq!(value("工业厂房", ""), "工业厂房");
        for other in ["非住宅", "非居住", "居民服务", "non-residential"] {
            assert_eq!(value(other, ""), other);
        }
        assert_eq!(value("其他", ""), "yes");
    }
}
