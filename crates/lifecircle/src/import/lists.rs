//! Lists of facilities as offices hold them: exports of AMap, Baidu and Overture, and plain lists, a row a place, with
//! whatever columns they have.
//!
//! Where a list comes from is seen from its columns; its codes become the tags `amap`, `baidu` and `overture`, by which the
//! catalogue of kinds recognises places. AMap's coordinates are taken for GCJ-02 and Baidu's for BD-09 unless the user says
//! otherwise.

use std::collections::HashMap;
use std::path::Path;

use super::facilities;
use crate::city::{Entries, Facility, ListOrigin, ListReport};
use crate::error::{Error, Result};
use crate::geo::{Datum, polygon};
use crate::kinds::Catalogue;
use crate::setting::Setting;
use crate::sources::lists;
use crate::sources::records::{Coordinates, GivenColumns, Numbers, Record, Records, into_areas, point_of};

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
    /// Rows that were left out because the list says that the place is closed.
    pub closed: usize,
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

    /// Whether the list says that a place is closed for good.
    fn is_closed(self, records: &Records, record: &Record) -> bool {
        records
            .text(record, self.status)
            .is_some_and(|status| status.contains("closed") && !status.contains("temporar"))
    }
}

/// Which columns of a list hold what; whatever is not named is guessed from the usual names.
#[derive(Debug, Clone, Default)]
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
}

impl ListColumns {
    /// Reads `lon=LNG,lat=LAT,name=名称,kind=类别` as given on the command line.
    ///
    /// # Errors
    /// If a part is not of this form.
    pub fn parse(text: &str) -> Result<Self> {
        let mut columns = Self::default();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let known = part.split_once('=').and_then(|(field, column)| {
                let slot = match field.trim() {
                    "lon" => &mut columns.lon,
                    "lat" => &mut columns.lat,
                    "name" => &mut columns.name,
                    "kind" => &mut columns.kind,
                    "id" => &mut columns.id,
                    "capacity" => &mut columns.capacity,
                    "area" => &mut columns.area,
                    _ => return None,
                };
                *slot = Some(column.trim().to_owned());
                Some(())
            });
            known.ok_or_else(|| {
                Error::new(format!("the column mapping {part:?} is not understood"))
                    .hint("write FIELD=COLUMN, where FIELD is lon, lat, name, kind, id, capacity or area")
            })?;
        }
        Ok(columns)
    }
}

/// Reads a list from CSV, XLSX, GeoJSON, GeoPackage or GeoParquet. Without a `datum` it is that of the list's origin.
///
/// # Errors
/// If the file cannot be read, a column is missing, or a row is bad.
pub fn read_list(path: &Path, columns: &ListColumns, datum: Option<Datum>) -> Result<FacilityList> {
    let records = lists::read(path)?;
    let list = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let (origin, codes) = Codes::find(&records);
    let datum = datum.unwrap_or(match origin {
        ListOrigin::Amap => Datum::Gcj02,
        ListOrigin::Baidu => Datum::Bd09,
        ListOrigin::Overture | ListOrigin::Plain => Datum::Wgs84,
    });
    let column = |given: &Option<String>, usual: &[&str]| match given {
        Some(name) => records.named_column(name).map(Some),
        None => Ok(records.column(usual)),
    };
    let given = GivenColumns {
        lon: columns.lon.as_deref(),
        lat: columns.lat.as_deref(),
        setting: Some(Setting::FacilitiesColumns),
    };
    let coordinates = Coordinates::find(&records, given)?;
    let name = column(&columns.name, &["name", "names.primary", "名称", "title"])?;
    let kind = column(&columns.kind, &["kind", "service", "type", "category", "类别", "类型", "种类"])?;
    let id = column(&columns.id, &["id", "uid", "编号"])?;
    let capacity = column(&columns.capacity, &["capacity", "容量", "床位", "床位数", "学位", "学位数"])?;
    let area = column(&columns.area, &["area", "面积", "占地面积", "建筑面积"])?;
    let has_tags =
        records.columns.iter().any(|c| ["amenity", "shop", "leisure", "healthcare", "office"].contains(&c.as_str()));
    if name.is_none() && kind.is_none() && !has_tags && origin == ListOrigin::Plain {
        return Err(Error::new("the column `kind` is missing").file(&records.file).hint(format!(
            "say what each place is in {}: kind=COLUMN; the columns are: {}",
            Setting::FacilitiesColumns,
            records.columns.join(", ")
        )));
    }
    // In the map's own tags these are words as well: area=yes, capacity=60;20.
    let is_tag = |given: &Option<String>| given.is_none() && has_tags;
    let sizes = |column: Option<usize>, is_tag: bool| match column {
        None => Ok(Numbers::default()),
        Some(column) if is_tag => Ok(records.numbers_if_any(column)),
        Some(column) => records.sizes(column),
    };
    let (capacities, areas) = (sizes(capacity, is_tag(&columns.capacity))?, sizes(area, is_tag(&columns.area))?);
    let mut closed = 0;
    let mut facilities = Vec::with_capacity(records.rows.len());
    for (number, record) in records.rows.iter().enumerate() {
        if codes.is_closed(&records, record) {
            closed += 1;
            continue;
        }
        let geometry = coordinates.of(&records, number, datum)?;
        let shape = into_areas(geometry.clone());
        let at = point_of(&geometry).ok_or_else(|| records.error(record, "its geometry is empty").hint("remove it"))?;
        let mut tags: Vec<(String, String)> =
            record.cells.iter().map(|(column, value)| (records.columns[column].clone(), value.to_owned())).collect();
        if let Some(text) = records.text(record, name) {
            tags.retain(|(key, _)| key != "name");
            tags.push(("name".to_owned(), text.to_owned()));
        }
        tags.extend(codes.tags(&records, record));
        let word = records.text(record, kind).unwrap_or_default();
        // A kind that is written as a tag is one.
        if let Some((key, value)) = word.split_once('=') {
            tags.push((key.trim().to_owned(), value.trim().to_owned()));
        }
        // AMap's type tells three levels: the last says what the place is.
        let word = if origin == ListOrigin::Amap { word.rsplit(';').next().unwrap_or(word) } else { word };
        let row_id = records.text(record, id).map_or_else(|| (number + 1).to_string(), str::to_owned);
        facilities.push(Facility {
            id: format!("{list}:{row_id}"),
            name: facilities::name(&tags),
            kind: word.to_owned(),
            tags,
            at,
            entries: match &shape {
                Some(shape) => Entries::Outline(polygon::spread_over_outline(shape, 16)),
                None => Entries::Known(vec![at]),
            },
            area: shape.as_ref().map(polygon::area).or(areas.of(number)),
            capacity: capacities.of(number),
        });
    }
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(FacilityList { file, origin, datum, facilities, closed })
}

/// How many words of unrecognised kinds are told.
const WORDS: usize = 100;

/// What became of a list.
pub(super) fn report(list: &FacilityList, merged: usize) -> ListReport {
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
    }
}
