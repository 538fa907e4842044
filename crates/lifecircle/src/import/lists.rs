//! Lists of facilities as offices hold them: a row a place, with whatever columns they have.

use std::path::Path;

use super::facilities;
use crate::city::{Entries, Facility};
use crate::error::{Error, Result};
use crate::geo::{Datum, polygon};
use crate::sources::records::{Coordinates, Records, into_areas, point_of};

/// Facilities of one list.
#[derive(Debug, Clone, Default)]
pub struct FacilityList {
    /// The facilities, in the list's order.
    pub facilities: Vec<Facility>,
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
                    _ => return None,
                };
                *slot = Some(column.trim().to_owned());
                Some(())
            });
            known.ok_or_else(|| {
                Error::new(format!("the column mapping {part:?} is not understood"))
                    .mend("write FIELD=COLUMN, where FIELD is lon, lat, name, kind, id or capacity")
            })?;
        }
        Ok(columns)
    }
}

/// Reads a list from CSV, XLSX, GeoJSON or GeoPackage.
///
/// # Errors
/// If the file cannot be read, a column is missing, or a row is bad.
pub fn read_list(path: &Path, columns: &ListColumns, datum: Datum) -> Result<FacilityList> {
    let records = Records::read(path)?;
    let list = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let column = |given: &Option<String>, usual: &[&str]| match given {
        Some(name) => records.named_column(name).map(Some),
        None => Ok(records.column(usual)),
    };
    let coordinates = Coordinates::find(&records, columns.lon.as_deref(), columns.lat.as_deref())?;
    let name = column(&columns.name, &["name", "名称", "title"])?;
    let kind = column(&columns.kind, &["kind", "service", "type", "category", "类别", "类型", "种类"])?;
    let id = column(&columns.id, &["id", "编号"])?;
    let capacity = column(&columns.capacity, &["capacity", "容量", "床位", "学位"])?;
    let has_tags =
        records.columns.iter().any(|c| ["amenity", "shop", "leisure", "healthcare", "office"].contains(&c.as_str()));
    if name.is_none() && kind.is_none() && !has_tags {
        return Err(Error::new("the column `kind` is missing").file(&records.file).mend(format!(
            "say what each place is, as in --columns kind=COLUMN; the columns are: {}",
            records.columns.join(", ")
        )));
    }
    let mut facilities = Vec::with_capacity(records.rows.len());
    for (number, record) in records.rows.iter().enumerate() {
        let geometry = coordinates.of(&records, record, datum)?;
        let area = into_areas(geometry.clone());
        let at = point_of(&geometry).ok_or_else(|| records.error(record, "its geometry is empty").mend("remove it"))?;
        let mut tags: Vec<(String, String)> = records
            .columns
            .iter()
            .zip(&record.values)
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(key, value)| (key.clone(), value.trim().to_owned()))
            .collect();
        if let Some(text) = records.text(record, name) {
            tags.retain(|(key, _)| key != "name");
            tags.push(("name".to_owned(), text.to_owned()));
        }
        // A kind that is written as a tag is one.
        if let Some((key, value)) = records.text(record, kind).and_then(|text| text.split_once('=')) {
            tags.push((key.trim().to_owned(), value.trim().to_owned()));
        }
        let row_id = records.text(record, id).map_or_else(|| (number + 1).to_string(), str::to_owned);
        facilities.push(Facility {
            id: format!("{list}:{row_id}"),
            name: facilities::name(&tags),
            kind: records.text(record, kind).unwrap_or_default().to_owned(),
            tags,
            at,
            entries: match &area {
                Some(shape) => Entries::Outline(polygon::spread_over_outline(shape, 16)),
                None => Entries::Known(vec![at]),
            },
            area: area.as_ref().map(polygon::area),
            capacity: capacity.map(|column| records.number(record, column)).transpose()?.flatten(),
        });
    }
    Ok(FacilityList { facilities })
}
