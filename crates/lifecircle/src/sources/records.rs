//! Records: rows with named columns and perhaps a geometry, the common shape of CSV, XLSX, GeoJSON, GeoPackage
//! and GeoParquet.

use std::fmt;
use std::path::{Path, PathBuf};

use geo_types::{Geometry, MultiPolygon};

use super::{csv, geojson, geopackage, geoparquet, xlsx};
use crate::error::{Error, Result};
use crate::geo::{Datum, LonLat, is_on_globe};

/// A file's records.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// The file that they come from.
    pub file: PathBuf,
    /// Names of the columns, in the file's order.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Record>,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Record {
    /// Where it stands in the file.
    pub place: Place,
    /// Its geometry, where the format has one.
    pub geometry: Option<Geometry<f64>>,
    /// A value for each column of [`Records::columns`]; empty text means none.
    pub values: Vec<String>,
}

/// Where a record stands, as its reader would look for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of a text file, from 1.
    Line(u64),
    /// A row of a sheet, from 1.
    Row(u64),
    /// A feature, from 1.
    Feature(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(n) => write!(f, "line {n}"),
            Self::Row(n) => write!(f, "row {n}"),
            Self::Feature(n) => write!(f, "feature {n}"),
        }
    }
}

impl Records {
    /// Reads a file by the ending of its name: `.csv`, `.tsv`, `.txt`, `.xlsx`, `.geojson`, `.json`, `.gpkg`,
    /// `.parquet`.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or is of another format.
    pub fn read(path: &Path) -> Result<Self> {
        let end = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
        let records = match end.as_str() {
            "csv" | "tsv" | "txt" => csv::read(path),
            "xlsx" => xlsx::read(path),
            "geojson" | "json" => geojson::read(path),
            "gpkg" => geopackage::read(path),
            "parquet" | "geoparquet" => geoparquet::read(path),
            _ => Err(Error::new("cannot tell the format of this list from its name")
                .mend("give a .csv, .xlsx, .geojson, .gpkg or .parquet file")),
        };
        records.map_err(|e| e.file(path))
    }

    /// The index of the first column that has one of these names, without regard to case.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.iter().position(|column| column.trim().eq_ignore_ascii_case(name)))
    }

    /// The index of a column that the user named.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn named_column(&self, name: &str) -> Result<usize> {
        self.column(&[name]).ok_or_else(|| {
            Error::new(format!("there is no column `{name}`"))
                .file(&self.file)
                .mend(format!("its columns are: {}", self.columns.join(", ")))
        })
    }

    /// An error at one record.
    pub fn error(&self, record: &Record, problem: impl Into<String>) -> Error {
        Error::new(problem).file(&self.file).place(record.place.to_string())
    }

    /// A number in a column; none where the cell is empty.
    ///
    /// # Errors
    /// If the cell holds something else.
    pub fn number(&self, record: &Record, column: usize) -> Result<Option<f64>> {
        let text = record.values.get(column).map_or("", String::as_str).trim();
        if text.is_empty() {
            return Ok(None);
        }
        match text.replace(',', "").parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(self
                .error(record, format!("`{}` is {text:?}, not a number", self.columns[column]))
                .mend("correct or remove the line")),
        }
    }

    /// A count of people: a number that is not negative; 0 where the cell is empty.
    ///
    /// # Errors
    /// If the cell holds something else.
    pub fn count(&self, record: &Record, column: usize) -> Result<f64> {
        let number = self.number(record, column)?.unwrap_or(0.0);
        if number < 0.0 {
            return Err(self
                .error(record, format!("`{}` is {number}, and there cannot be fewer than 0", self.columns[column]))
                .mend("correct or remove the line"));
        }
        Ok(number)
    }

    /// Text in a column; none where the cell is empty or the column is not there.
    pub fn text<'a>(&self, record: &'a Record, column: Option<usize>) -> Option<&'a str> {
        record.values.get(column?).map(|text| text.trim()).filter(|text| !text.is_empty())
    }
}

/// Which columns hold a record's coordinates, unless its geometry does.
#[derive(Debug, Clone, Copy)]
pub enum Coordinates {
    /// The format's own geometry.
    Geometry,
    /// Two columns: longitude and latitude.
    Columns(usize, usize),
    /// One column that holds `lng,lat`, as AMap writes it.
    Pair(usize),
}

impl Coordinates {
    /// Finds out where a file keeps its coordinates.
    ///
    /// # Errors
    /// If nothing looks like coordinates.
    pub fn find(records: &Records, lon: Option<&str>, lat: Option<&str>) -> Result<Self> {
        if let (Some(lon), Some(lat)) = (lon, lat) {
            return Ok(Self::Columns(records.named_column(lon)?, records.named_column(lat)?));
        }
        if records.rows.iter().any(|row| row.geometry.is_some()) {
            return Ok(Self::Geometry);
        }
        let lon = records.column(&["lon", "lng", "long", "longitude", "location.lng", "x", "经度"]);
        let lat = records.column(&["lat", "latitude", "location.lat", "y", "纬度"]);
        match (lon.zip(lat), records.column(&["location", "坐标", "经纬度"])) {
            (Some((lon, lat)), _) => Ok(Self::Columns(lon, lat)),
            (None, Some(pair)) => Ok(Self::Pair(pair)),
            (None, None) => {
                let missing = if lon.is_none() { "lon" } else { "lat" };
                Err(Error::new(format!("the column `{missing}` is missing"))
                    .file(&records.file)
                    .mend("call the columns of longitude and latitude lon and lat, or name those of --facilities with --columns lon=LNG,lat=LAT"))
            }
        }
    }

    /// The geometry of a record in WGS-84.
    ///
    /// # Errors
    /// If the coordinates are missing, are no numbers, or lie off the globe.
    pub fn of(self, records: &Records, record: &Record, datum: Datum) -> Result<Geometry<f64>> {
        let missing = || records.error(record, "it has no coordinates").mend("fill them in or remove the line");
        let geometry = match self {
            Self::Geometry => record.geometry.clone().ok_or_else(missing)?,
            Self::Columns(lon, lat) => {
                let x = records.number(record, lon)?.ok_or_else(missing)?;
                let y = records.number(record, lat)?.ok_or_else(missing)?;
                Geometry::Point(geo_types::Point::new(x, y))
            }
            Self::Pair(column) => {
                let text = records.text(record, Some(column)).ok_or_else(missing)?;
                let parts =
                    text.split_once(',').and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)));
                let (x, y): (f64, f64) = parts.ok_or_else(|| {
                    records
                        .error(record, format!("`{}` is {text:?}, not \"lng,lat\"", records.columns[column]))
                        .mend("correct the line")
                })?;
                Geometry::Point(geo_types::Point::new(x, y))
            }
        };
        if let Some(off) = geo::CoordsIter::coords_iter(&geometry).find(|c| !is_on_globe(*c)) {
            return Err(records
                .error(record, format!("its coordinates {}, {} are out of range", off.x, off.y))
                .mend("give longitude and latitude in degrees, in this order"));
        }
        if datum == Datum::Wgs84 {
            return Ok(geometry);
        }
        Ok(geo::MapCoords::map_coords(&geometry, |c| datum.to_wgs84(c)))
    }
}

/// The areas of a geometry, if it has any.
pub fn into_areas(geometry: Geometry<f64>) -> Option<MultiPolygon<f64>> {
    match geometry {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon])),
        Geometry::MultiPolygon(shape) => Some(shape),
        Geometry::Rect(rect) => Some(MultiPolygon(vec![rect.to_polygon()])),
        Geometry::GeometryCollection(parts) => {
            let all: Vec<_> = parts.into_iter().filter_map(into_areas).flat_map(|shape| shape.0).collect();
            (!all.is_empty()).then_some(MultiPolygon(all))
        }
        _ => None,
    }
}

/// One point that stands for a geometry.
pub fn point_of(geometry: &Geometry<f64>) -> Option<LonLat> {
    match geometry {
        Geometry::Point(point) => Some(point.0),
        other => geo::InteriorPoint::interior_point(other).map(|point| point.0),
    }
}
