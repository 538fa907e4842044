//! Lists of facilities as offices hold them: exports of AMap, Baidu and Overture, and plain lists, a row a place, with
//! whatever columns they have.
//!
//! Where a list comes from is seen from its columns; its codes become the tags `amap`, `baidu` and `overture`, by which the
//! catalogue of kinds recognises places. AMap's coordinates are taken for GCJ-02 and Baidu's for BD-09 unless the user says
//! otherwise.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use geo_types::MultiPolygon;
use serde::Deserialize;

use super::gazetteer::Gazetteer;
use super::{facilities, note};
use crate::city::{Entries, Facility, ListOrigin, ListReport, Note, PlacedBy};
use crate::error::{Error, Result};
use crate::geo::{Datum, LonLat, polygon};
use crate::kinds::Catalogue;
use crate::setting::Setting;
use crate::sources::columns::Meaning;
use crate::sources::lists::{self, Part};
use crate::sources::records::{Coordinates, GivenColumns, Numbers, Record, Records, RowPlace, into_areas, point_of};

/// Facilities of one list.
#[derive(Debug, Clone)]
pub struct FacilityList {
    /// The file's name.
    pub file: String,
    /// Where it comes from.
    pub origin: ListOrigin,
    /// In which datum its coordinates were taken to be.
    pub datum: Datum,
    /// The facilities, in the list's order.
    pub facilities: Vec<Facility>,
    /// Those that tell no coordinates, and are still to be placed.
    pub unplaced: Vec<Unplaced>,
    /// Columns of which nothing was made.
    pub unused: Vec<String>,
    /// Sheets of the workbook that were not read.
    pub sheets_left: Vec<String>,
    /// Rows that were left out because the list says that the place is closed.
    pub closed: usize,
}

/// A facility that tells no coordinates.
#[derive(Debug, Clone)]
pub struct Unplaced {
    /// What is known of it; it lies nowhere yet.
    pub facility: Facility,
    /// Where it stands in the file.
    pub row: RowPlace,
    /// Its address; empty if it tells none.
    pub address: String,
    /// Its community; empty if it tells none.
    pub community: String,
}

/// How a list is to be read, where it does not say so itself.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListReading {
    /// The sheet of a workbook, or the layer of a GeoPackage.
    pub sheet: Option<String>,
    /// Which columns hold what.
    pub columns: ListColumns,
    /// The datum of its coordinates; by its origin if none.
    pub datum: Option<Datum>,
    /// What every entry is, as a column of kinds would tell it.
    pub kind: Option<String>,
}

/// The columns that hold a list's codes.
#[derive(Debug, Clone, Copy, Default)]
struct Codes {
    amap: Option<usize>,
    baidu: Option<usize>,
    overture: Option<usize>,
    status: Option<usize>,
}

impl Codes {
    fn find(records: &Records) -> (ListOrigin, Self) {
        let amap = records.column(&["typecode", "type_code", "poi_typecode"]);
        let overture = records.column(&["categories.primary", "taxonomy.primary", "basic_category"]);
        let baidu = records
            .column(&["uid"])
            .and_then(|_| records.column(&["tag", "std_tag", "detail_info.tag", "detail_info.classified_poi_tag"]));
        let status = records.column(&["operating_status"]);
        let origin = match (amap, overture, baidu) {
            (Some(_), ..) => ListOrigin::Amap,
            (None, Some(_), _) => ListOrigin::Overture,
            (None, None, Some(_)) => ListOrigin::Baidu,
            (None, None, None) => ListOrigin::Plain,
        };
        (origin, Self { amap, baidu: baidu.filter(|_| origin == ListOrigin::Baidu), overture, status })
    }

    /// The tags that a row's codes make.
    fn tags(self, records: &Records, record: &Record) -> impl Iterator<Item = (String, String)> {
        let tag = |key: &str, column, text: fn(&str) -> String| {
            records.text(record, column).map(|value| (key.to_owned(), text(value)))
        };
        // AMap writes several codes as 050300|060200.
        let amap = tag("amap", self.amap, |code| code.replace('|', ";"));
        [amap, tag("baidu", self.baidu, str::to_owned), tag("overture", self.overture, str::to_owned)]
            .into_iter()
            .flatten()
    }

    fn all(self) -> [Option<usize>; 4] {
        [self.amap, self.baidu, self.overture, self.status]
    }

    /// Whether the list says that a place is closed for good.
    fn is_closed(self, records: &Records, record: &Record) -> bool {
        records
            .text(record, self.status)
            .is_some_and(|status| status.contains("closed") && !status.contains("temporar"))
    }
}

/// Which columns of a list hold what; whatever is not named is guessed from the usual names.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListColumns {
    /// Longitude.
    pub lon: Option<String>,
    /// Latitude.
    pub lat: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// What the place is: a service's id or name, or an OpenStreetMap tag as `amenity=school`.
    pub kind: Option<String>,
    /// Id.
    pub id: Option<String>,
    /// Capacity.
    pub capacity: Option<String>,
    /// Area in square metres.
    pub area: Option<String>,
    /// Address, for entries without coordinates.
    pub address: Option<String>,
    /// Community, for entries without coordinates.
    pub community: Option<String>,
}

impl ListColumns {
    /// The columns by the names of their fields, as a user writes them.
    fn fields(&mut self) -> [(&'static str, &mut Option<String>); 9] {
        let Self { lon, lat, name, kind, id, capacity, area, address, community } = self;
        [
            ("lon", lon),
            ("lat", lat),
            ("name", name),
            ("kind", kind),
            ("id", id),
            ("capacity", capacity),
            ("area", area),
            ("address", address),
            ("community", community),
        ]
    }

    /// The columns that are named, by the names of their fields.
    pub(crate) fn named(&self) -> Vec<(&'static str, String)> {
        self.clone().fields().into_iter().filter_map(|(field, column)| Some((field, column.take()?))).collect()
    }

    /// Reads `lon=LNG,lat=LAT,name=名称,kind=类别` as given on the command line.
    ///
    /// # Errors
    /// If a part is not of this form.
    pub fn parse(text: &str) -> Result<Self> {
        let mut columns = Self::default();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let told = part.split_once('=').and_then(|(field, column)| {
                let slot = columns.fields().into_iter().find(|(known, _)| *known == field.trim())?.1;
                *slot = Some(column.trim().to_owned());
                Some(())
            });
            told.ok_or_else(|| {
                Error::new(say!("the column mapping {part:?} is not understood", "无法理解列对应关系 {part:?}")).hint(
                    say!("write FIELD=COLUMN, where FIELD is lon, lat, name, kind, id, capacity, area, address or community", "请写 FIELD=COLUMN，FIELD 为 lon、lat、name、kind、id、capacity、area、address 或 community"),
                )
            })?;
        }
        Ok(columns)
    }
}

/// The columns of a list.
struct Found {
    name: Option<usize>,
    kind: Option<usize>,
    id: Option<usize>,
    capacity: Option<usize>,
    area: Option<usize>,
    address: Option<usize>,
    community: Option<usize>,
}

impl Found {
    fn of(records: &Records, given: &ListColumns) -> Result<Self> {
        let column = |given: &Option<String>, meaning: Meaning| match given {
            Some(name) => records.named_column(name).map(Some),
            None => Ok(records.find(meaning)),
        };
        Ok(Self {
            name: column(&given.name, Meaning::Name)?,
            kind: column(&given.kind, Meaning::Kind)?,
            id: column(&given.id, Meaning::Id)?,
            capacity: column(&given.capacity, Meaning::Capacity)?,
            area: column(&given.area, Meaning::Area)?,
            address: column(&given.address, Meaning::Address)?,
            community: column(&given.community, Meaning::Community)?,
        })
    }

    /// Columns of which nothing is made; every one is a tag in a list that has the map's own.
    fn unused(&self, records: &Records, codes: Codes, given: &ListColumns, has_tags: bool) -> Vec<String> {
        let own = [self.name, self.kind, self.id, self.capacity, self.area, self.address, self.community];
        let coordinates = [Meaning::Lon, Meaning::Lat, Meaning::Pair].map(|meaning| records.find(meaning));
        let named = [&given.lon, &given.lat].map(|name| name.as_ref().and_then(|name| records.column(&[name])));
        let english = [records.find(Meaning::EnglishName)];
        let used = [&own[..], &codes.all(), &coordinates, &named, &english].concat();
        let is_unused = |(column, name): &(usize, &String)| !used.contains(&Some(*column)) && !name.trim().is_empty();
        if has_tags {
            return Vec::new();
        }
        records.columns.iter().enumerate().filter(is_unused).map(|(_, name)| name.clone()).collect()
    }
}

/// Reads a list from CSV, XLSX, GeoJSON, GeoPackage or GeoParquet. Without a `datum` it is that of the list's origin.
///
/// # Errors
/// If the file cannot be read, a column is missing, or a row is bad.
pub fn read_list(path: &Path, reading: &ListReading) -> Result<FacilityList> {
    list_of(&lists::read(Part { path, sheet: reading.sheet.as_deref() })?, reading)
}

/// A list of records that were read.
///
/// # Errors
/// If a column is missing, or a row is bad.
pub(crate) fn list_of(records: &Records, reading: &ListReading) -> Result<FacilityList> {
    let path = &records.file;
    let list = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let (origin, codes) = Codes::find(records);
    let datum = reading.datum.unwrap_or(match origin {
        ListOrigin::Amap => Datum::Gcj02,
        ListOrigin::Baidu => Datum::Bd09,
        ListOrigin::Overture | ListOrigin::Plain => Datum::Wgs84,
    });
    let columns = &reading.columns;
    let found = Found::of(records, columns)?;
    let coordinates = coordinates(records, columns, &found, datum)?;
    let has_tags =
        records.columns.iter().any(|c| ["amenity", "shop", "leisure", "healthcare", "office"].contains(&c.as_str()));
    let tells_kinds = found.name.is_some() || found.kind.is_some() || has_tags || reading.kind.is_some();
    if !tells_kinds && origin == ListOrigin::Plain {
        return Err(Error::new(say!("the column `kind` is missing", "缺少列 `kind`")).file(&records.file).hint(say!(
            "say what each place is in {}: kind=COLUMN; the columns are: {}",
            "请在{}中说明每处是什么：kind=列名；现有列：{}",
            Setting::FacilitiesColumns,
            records.columns.join(", ")
        )));
    }
    // In the map's own tags these are words as well (area=yes, capacity=60;20), and in columns that are only like those of sizes
    // people write 约3000 and —.
    let may_be_words = |given: &Option<String>, column: Option<usize>, meaning: Meaning| {
        let is_known = column.is_some_and(|column| meaning.known().contains(&records.columns[column].as_str()));
        given.is_none() && (has_tags || !is_known)
    };
    let sizes = |column: Option<usize>, may_be_words: bool| match column {
        None => Ok(Numbers::default()),
        Some(column) if may_be_words => Ok(records.numbers_if_any(column)),
        Some(column) => records.sizes(column),
    };
    let of_words = may_be_words(&columns.capacity, found.capacity, Meaning::Capacity);
    let capacities = sizes(found.capacity, of_words)?;
    let areas = sizes(found.area, may_be_words(&columns.area, found.area, Meaning::Area))?;
    let (mut facilities, mut unplaced, mut closed) = (Vec::with_capacity(records.rows.len()), Vec::new(), 0);
    for (number, record) in records.rows.iter().enumerate() {
        if codes.is_closed(records, record) {
            closed += 1;
            continue;
        }
        let (kind, tags) = told(records, record, (&found, codes, origin), reading.kind.as_deref());
        let row_id = records.text(record, found.id).map_or_else(|| (number + 1).to_string(), str::to_owned);
        let facility = Facility {
            id: format!("{list}:{row_id}"),
            name: facilities::name(&tags),
            kind,
            tags,
            at: LonLat::default(),
            entries: Entries::Known(Vec::new()),
            area: areas.of(number),
            capacity: capacities.of(number),
        };
        let text = |column| records.text(record, column).unwrap_or_default().to_owned();
        let (address, community) = (text(found.address), text(found.community));
        match &coordinates {
            Some(coordinates)
                if coordinates.are_told(records, number) || address.is_empty() && community.is_empty() =>
            {
                let geometry = coordinates.of(records, number)?;
                let at = point_of(&geometry).ok_or_else(|| {
                    records
                        .error(record, say!("its geometry is empty", "其几何是空的"))
                        .hint(say!("remove it", "请删除"))
                })?;
                facilities.push(placed(facility, at, into_areas(geometry)));
            }
            _ => unplaced.push(Unplaced { facility, row: record.place, address, community }),
        }
    }
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unused = found.unused(records, codes, columns, has_tags);
    let sheets_left = records.sheets_left.clone();
    Ok(FacilityList { file, origin, datum, facilities, unplaced, unused, sheets_left, closed })
}

/// Where a list keeps its coordinates; none where it has addresses, or names and communities, instead.
fn coordinates(records: &Records, columns: &ListColumns, found: &Found, datum: Datum) -> Result<Option<Coordinates>> {
    let given = GivenColumns {
        lon: columns.lon.as_deref(),
        lat: columns.lat.as_deref(),
        setting: Some(Setting::FacilitiesColumns),
    };
    let is_named = given.lon.is_some() || given.lat.is_some();
    let can_be_placed = found.address.is_some() || found.name.is_some() && found.community.is_some();
    if !is_named && can_be_placed && !Coordinates::are_in(records) {
        return Ok(None);
    }
    Coordinates::find(records, given, datum).map(Some)
}

/// What a row says a place is, in its list's word and as tags.
fn told(
    records: &Records,
    record: &Record,
    (found, codes, origin): (&Found, Codes, ListOrigin),
    kind: Option<&str>,
) -> (String, Vec<(String, String)>) {
    let mut tags: Vec<(String, String)> =
        record.cells.iter().map(|(column, value)| (records.columns[column].clone(), value.to_owned())).collect();
    if let Some(text) = records.text(record, found.name) {
        tags.retain(|(key, _)| key != "name");
        tags.push(("name".to_owned(), text.to_owned()));
    }
    tags.extend(codes.tags(records, record));
    let word = kind.or_else(|| records.text(record, found.kind)).unwrap_or_default();
    // A kind that is written as a tag is one.
    if let Some((key, value)) = word.split_once('=') {
        tags.push((key.trim().to_owned(), value.trim().to_owned()));
    }
    // AMap's type tells three levels: the last says what the place is.
    let word = if origin == ListOrigin::Amap { word.rsplit(';').next().unwrap_or(word) } else { word };
    (word.to_owned(), tags)
}

/// A facility at its place, with the shape of it where that is known.
fn placed(facility: Facility, at: LonLat, shape: Option<MultiPolygon<f64>>) -> Facility {
    Facility {
        at,
        entries: match &shape {
            Some(shape) => Entries::Outline(polygon::spread_over_outline(shape, 16)),
            None => Entries::Known(vec![at]),
        },
        area: shape.as_ref().map(polygon::area).or(facility.area),
        ..facility
    }
}

/// How many entries without a place are told.
const UNPLACED: usize = 100;

/// Entries that told no coordinates: how many were placed, by how, and which were not.
#[derive(Debug, Default)]
pub(super) struct Placing {
    by: BTreeMap<PlacedBy, usize>,
    without_place: usize,
    unplaced: Vec<String>,
}

impl Placing {
    /// Places what tells no coordinates. What is not found stays out of the list.
    pub fn of(list: &mut FacilityList, gazetteer: &Gazetteer) -> Self {
        let mut placing = Self::default();
        for entry in std::mem::take(&mut list.unplaced) {
            let name = entry.facility.name.show(false).to_owned();
            match gazetteer.find(&name, &entry.address, &entry.community) {
                Some((at, by)) => {
                    *placing.by.entry(by).or_default() += 1;
                    let mut facility = placed(entry.facility, at, None);
                    facility.tags.push(("placed".to_owned(), by.name().to_owned()));
                    list.facilities.push(facility);
                }
                None => {
                    placing.without_place += 1;
                    if placing.unplaced.len() < UNPLACED {
                        let told = [name.as_str(), entry.address.as_str(), entry.community.as_str()];
                        let told: Vec<&str> = told.into_iter().filter(|text| !text.is_empty()).collect();
                        placing.unplaced.push(format!("{}: {}", entry.row, told.join(", ")));
                    }
                }
            }
        }
        placing
    }

    /// Tells the user what is not on the map.
    pub fn note(&self, file: &str) -> Option<Note> {
        let rough = self.by.get(&PlacedBy::Community).copied().unwrap_or_default();
        let missing = self.without_place;
        (missing + rough > 0).then(|| {
            note(
                format!("{file} has entries without coordinates: {missing} have no address or name that the map knows and are left out, {rough} are put in the middle of their community. Give coordinates for them in {}.", Setting::Facilities),
                format!("{file} 中有无坐标的条目：{missing} 条的地址或名称未在地图中找到，未计入；{rough} 条仅按所在社区的中心定位。请在{}中补充坐标。", Setting::Facilities),
            )
        })
    }
}

/// How many words of unrecognised kinds are told.
const WORDS: usize = 100;

/// What became of a list.
pub(super) fn report(list: &FacilityList, placing: Placing, merged: usize) -> ListReport {
    let catalogue = Catalogue::built_in();
    let mut words: HashMap<&str, usize> = HashMap::new();
    let mut recognised = 0;
    for facility in &list.facilities {
        if catalogue.kinds_of(facility).is_empty() {
            let code = ["baidu", "overture"].iter().find_map(|key| facility.tag(key));
            let word = Some(facility.kind.as_str()).filter(|kind| !kind.is_empty()).or(code);
            *words.entry(word.unwrap_or("—")).or_insert(0) += 1;
        } else {
            recognised += 1;
        }
    }
    let mut unrecognised: Vec<(String, usize)> =
        words.into_iter().map(|(word, count)| (word.to_owned(), count)).collect();
    unrecognised.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    unrecognised.truncate(WORDS);
    ListReport {
        file: list.file.clone(),
        origin: list.origin,
        datum: list.datum,
        entries: list.facilities.len(),
        closed: list.closed,
        merged,
        recognised,
        unrecognised,
        unused: list.unused.clone(),
        sheets_left: list.sheets_left.clone(),
        placed: placing.by,
        without_place: placing.without_place,
        unplaced: placing.unplaced,
    }
}
