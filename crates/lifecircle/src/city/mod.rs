//! The city: everything known of one place, imported once.
//!
//! Plain data: streets, facilities, homes, communities, and what they rest on. It knows nothing of how it was imported,
//! of any walker, or of any standard; `store` keeps it on disk.

mod basemap;
mod cut;
mod store;
mod streets;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use basemap::{MapFeature, MapKind, Road, RoadClass};
pub use store::{
    FORMAT_VERSION, facilities_table, load, merges_table, overview, read_engine, save, write, write_engine,
};
pub use streets::{Direction, Street, StreetKind, Streets, Surface, Wheels};

use crate::geo::{Datum, LonLat, Metres};
use crate::setting::{Setting, named};
use geo_types::MultiPolygon;

/// Everything known of one place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct City {
    /// What it is called, and what it rests on.
    pub about: About,
    /// The walkable streets.
    pub streets: Streets,
    /// Real places that may be of service.
    pub facilities: Vec<Facility>,
    /// Where people live.
    pub homes: Vec<Home>,
    /// Administrative areas (社区 where known), in which homes lie.
    pub communities: Vec<Community>,
    /// What a map shows beside all this: water, green, buildings, railways, names.
    pub basemap: Vec<MapFeature>,
    /// Classes and names of roads, in the order of their ways.
    pub roads: Vec<Road>,
    /// Entries of lists that are one place with a facility, with the reason.
    pub merges: Vec<Merge>,
}

/// A city's name and provenance; `city.toml` on disk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// What the city is called.
    pub name: String,
    /// Whether it was generated and no such place exists.
    pub synthetic: bool,
    /// West, south, east, north of its streets, in degrees.
    pub extent: [f64; 4],
    /// What was read.
    pub sources: Vec<Source>,
    /// What a user should know and can act on.
    pub notes: Vec<Note>,
    /// What became of each list of facilities.
    #[serde(default)]
    pub lists: Vec<ListReport>,
}

impl About {
    /// The middle of its extent.
    pub fn middle(&self) -> LonLat {
        let [west, south, east, north] = self.extent;
        LonLat { x: f64::midpoint(west, east), y: f64::midpoint(south, north) }
    }
}

/// What became of a list of facilities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListReport {
    /// Its file name.
    pub file: String,
    /// What it was taken for.
    pub origin: ListOrigin,
    /// The datum of its coordinates.
    #[serde(serialize_with = "datum_name")]
    pub datum: Datum,
    /// Entries that were read.
    pub entries: usize,
    /// Entries left out because the list says that they are closed.
    pub closed: usize,
    /// Entries that are one place with a facility known already.
    pub merged: usize,
    /// Entries of a kind that the catalogue knows.
    pub recognised: usize,
    /// What the other entries are called, and how many of each; most first, the first hundred.
    pub unrecognised: Vec<(String, usize)>,
    /// Columns of which nothing was made.
    #[serde(default)]
    pub unused: Vec<String>,
    /// Sheets of the workbook that were not read.
    #[serde(default)]
    pub sheets_left: Vec<String>,
    /// Entries without coordinates that were placed, by how.
    #[serde(default)]
    pub placed: BTreeMap<PlacedBy, usize>,
    /// Entries without coordinates that were not found and are left out.
    #[serde(default)]
    pub without_place: usize,
    /// Where these stand in the file and what they are called: the first hundred.
    #[serde(default)]
    pub unplaced: Vec<String>,
}

/// How an entry of a list that tells no coordinates was placed, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlacedBy {
    /// By a house of the map with this number, or next to it.
    Address,
    /// By a place of the map that is called the same.
    Name,
    /// By a place of the map whose name stands in its address or name, as an estate.
    Place,
    /// In the middle of the community that it names.
    Community,
}

impl PlacedBy {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Name => "name",
            Self::Place => "place",
            Self::Community => "community",
        }
    }
}

fn datum_name<S: serde::Serializer>(datum: &Datum, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(datum)
}

/// Where a list of facilities comes from, as its columns tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListOrigin {
    /// An export of AMap (高德): `id, name, type, typecode, location …`.
    Amap,
    /// An export of Baidu: `uid, name, tag, location.lng, location.lat …`.
    Baidu,
    /// Overture Maps' places: `id, names.primary, categories.primary …`.
    Overture,
    /// Any other list.
    Plain,
}

impl ListOrigin {
    /// Its word in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amap => "amap",
            Self::Baidu => "baidu",
            Self::Overture => "overture",
            Self::Plain => "plain",
        }
    }
}

/// What a file gave a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceRole {
    /// Streets, and places along them.
    Streets,
    /// Where people live.
    People,
    /// A list of facilities.
    Facilities,
    /// Areas of communities.
    Communities,
    /// Buildings.
    Buildings,
    /// Ground elevation.
    Elevation,
}

/// A file that a city was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Source {
    /// What it gave.
    pub role: SourceRole,
    /// Its file name.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Under which licence its data may be shown, where known.
    pub licence: String,
}

/// Something worth knowing about the data, with what can be done about it. What a caller can set stands in it as the library
/// calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Note {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Note {
    /// The note in words that need no caller's; see [`crate::setting`].
    pub fn in_words(&self) -> Self {
        Self { en: named(&self.en, Setting::in_english), zh: named(&self.zh, Setting::in_chinese) }
    }
}

/// A name in Chinese and English; either may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema, Deserialize)]
pub struct Name {
    /// The local name, in China Chinese.
    pub local: String,
    /// The English name.
    pub en: String,
}

impl Name {
    /// The name to show in English or else locally; each falls back to the other.
    pub fn show(&self, english: bool) -> &str {
        let (first, second) = if english { (&self.en, &self.local) } else { (&self.local, &self.en) };
        if first.is_empty() { second } else { first }
    }
}

/// One real place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facility {
    /// `n`, `w` or `r` with an OpenStreetMap id, or `LIST:ROW`.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// What it is: its leading tag, as `amenity=school`, or the word that a list uses.
    pub kind: String,
    /// All that is known of it.
    pub tags: Vec<(String, String)>,
    /// Where to draw it.
    pub at: LonLat,
    /// Where people go in.
    pub entries: Entries,
    /// Its area in square metres, where it is an area.
    pub area: Option<f64>,
    /// How many it serves at once, where known.
    pub capacity: Option<f64>,
}

impl Facility {
    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    /// All tags as a JSON object.
    pub fn tags_as_json(&self) -> serde_json::Value {
        self.tags.iter().map(|(key, value)| (key.clone(), serde_json::Value::from(value.as_str()))).collect()
    }
}

/// An entry of a list that is one place with a facility.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// Id of the facility that stayed.
    pub kept: String,
    /// The entry that was merged into it.
    pub merged: Facility,
    /// How far apart they are.
    pub metres: Metres,
    /// How alike their names are, from 0 to 1; none if one has no name.
    pub likeness: Option<f64>,
    /// The kinds that both are.
    pub kinds: Vec<String>,
    /// What the entry gave to the facility.
    pub gave: Vec<MergeGift>,
}

/// What an entry of a list gave to the facility that it was merged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeGift {
    /// Its capacity.
    Capacity,
    /// Its area.
    Area,
    /// Its name.
    Name,
}

/// Where people go into a facility.
#[derive(Debug, Clone, PartialEq)]
pub enum Entries {
    /// Known gates, or places where walkable ways meet its edge; a point facility is its own entry.
    Known(Vec<LonLat>),
    /// No gate is known: points on its outline, of which the one nearest to a street is taken for its gate.
    Outline(Vec<LonLat>),
}

impl Default for Entries {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl Entries {
    /// The points themselves.
    pub fn points(&self) -> &[LonLat] {
        match self {
            Self::Known(points) | Self::Outline(points) => points,
        }
    }
}

/// Where people live.
#[derive(Debug, Clone, PartialEq)]
pub struct Home {
    /// `w` or `r` with an OpenStreetMap id, or the kind and number of what stands for a building.
    pub id: String,
    /// Where it is.
    pub at: LonLat,
    /// What it stands for.
    pub kind: HomeKind,
    /// Floor area in square metres, where it is a building.
    pub floor_area: Option<f64>,
    /// How many people live there; a share of a cell's people need not be whole.
    pub residents: f64,
    /// Those of them who are children and older people, where known.
    pub ages: Ages,
    /// How its residents are known.
    pub basis: Basis,
    /// How far it is from where the data ends, straight; none where that is far, or where the data ends at the sea.
    pub to_edge: Option<Metres>,
    /// Index of its community in [`City::communities`].
    pub community: Option<u32>,
}

/// What a home stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomeKind {
    /// A residential building.
    Building,
    /// A part of a residential area without mapped buildings.
    Estate,
    /// A cell or point of the people's data.
    Cell,
    /// A stretch of residential street, where nothing else is known.
    Street,
}

/// How the residents of a home are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Given for this place: a building, a cell or a point of the people's data.
    #[default]
    Given,
    /// Its share, as estimated, of a total that is known for the community or town around it.
    Total,
    /// Estimated from buildings and streets alone.
    Estimated,
}

/// People by age group, where known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Ages {
    /// 0 to 14 years.
    pub children: Option<f64>,
    /// 60 years and older.
    pub elderly: Option<f64>,
}

/// An administrative area.
#[derive(Debug, Clone, PartialEq)]
pub struct Community {
    /// `r` or `w` with an OpenStreetMap id, or the list's own id.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// The subdistrict (街道) or town that it belongs to.
    pub subdistrict: Name,
    /// The district that it belongs to.
    pub district: Name,
    /// The life circle as territory (生活圈单元) that it is part of; empty where none is drawn.
    pub unit: Name,
    /// Its area.
    pub shape: MultiPolygon<f64>,
}
