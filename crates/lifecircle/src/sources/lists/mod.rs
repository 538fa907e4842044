//! Lists: records from any format that has them, chosen by the ending of a file's name. A new format is a file here and a line in
//! `FORMATS`; the readers do not know each other. Geometries come out of here in longitude and latitude, whatever system their file tells.

mod csv;
mod flatgeobuf;
mod geojson;
pub mod geopackage;
mod geoparquet;
mod head;
mod kml;
mod shapefile;
mod system;
mod xlsx;

use std::path::Path;

use super::records::{Records, System, projected};
use crate::error::{Error, Result, caught};

/// A format of lists.
struct ListFormat {
    name: &'static str,
    /// Endings of file names, the usual one first.
    endings: &'static [&'static str],
    read: Read,
}

/// How a format is read.
enum Read {
    /// The whole file is one list.
    Whole(fn(&Path) -> Result<Records>),
    /// It may hold several lists, of which one can be named.
    Part(fn(&Path, Option<&str>) -> Result<Records>),
}

const FORMATS: [ListFormat; 8] = [
    ListFormat { name: "CSV", endings: &["csv", "tsv", "txt"], read: Read::Whole(csv::read) },
    ListFormat { name: "XLSX", endings: &["xlsx"], read: Read::Part(xlsx::read) },
    ListFormat { name: "GeoJSON", endings: &["geojson", "json"], read: Read::Whole(geojson::read) },
    ListFormat { name: "GeoPackage", endings: &["gpkg"], read: Read::Part(geopackage::read) },
    ListFormat { name: "GeoParquet", endings: &["parquet", "geoparquet"], read: Read::Whole(geoparquet::read) },
    ListFormat { name: "Shapefile", endings: &["zip", "shp"], read: Read::Part(shapefile::read) },
    ListFormat { name: "FlatGeobuf", endings: &["fgb"], read: Read::Whole(flatgeobuf::read) },
    ListFormat { name: "KML", endings: &["kml", "kmz"], read: Read::Whole(kml::read) },
];

/// The formats that are read, as a sentence lists them: `CSV, XLSX … or GeoParquet`.
pub fn formats() -> String {
    one_of(FORMATS.iter().map(|format| format.name.to_owned()))
}

/// Whether a file's name ends as lists do.
pub fn is_list(path: &Path) -> bool {
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    FORMATS.iter().any(|format| format.endings.contains(&end.as_str()))
}

/// A file, or that sheet of a workbook or layer of a GeoPackage or of zipped shapefiles which is named.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The file.
    pub path: &'a Path,
    /// The sheet or layer.
    pub sheet: Option<&'a str>,
}

impl<'a, P: AsRef<Path> + ?Sized> From<&'a P> for Part<'a> {
    fn from(path: &'a P) -> Self {
        Self { path: path.as_ref(), sheet: None }
    }
}

/// Reads a list, in the format that its name's ending tells.
///
/// # Errors
/// If the file cannot be read, is damaged, is of another format, or has no such part.
pub fn read<'a>(part: impl Into<Part<'a>>) -> Result<Records> {
    let Part { path, sheet: part } = part.into();
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    let damaged = || {
        Error::damaged(say!("it is damaged: its parts do not fit together", "它已损坏：各部分不匹配"))
            .hint(say!("write it anew", "请重新生成"))
    };
    let format = FORMATS.iter().find(|format| format.endings.contains(&end.as_str())).ok_or_else(|| {
        let endings = one_of(FORMATS.iter().map(|format| format!(".{}", format.endings[0])));
        Error::unsupported(say!("cannot tell the format of this list from its name", "从文件名无法判断名录的格式"))
            .hint(say!("give a {endings} file", "请给出 {endings} 文件"))
    });
    let read = |format: &ListFormat| match (&format.read, part) {
        (Read::Part(read), part) => caught(damaged, || read(path, part)),
        (Read::Whole(read), None) => caught(damaged, || read(path)),
        (Read::Whole(_), Some(part)) => {
            Err(Error::new(say!("a {} file has no sheet {part:?}", "{} 文件没有工作表 {part:?}", format.name))
                .hint(say!("leave the sheet out, or give a workbook", "请去掉工作表，或给出工作簿")))
        }
    };
    let mut records = format.and_then(read).map_err(|e| e.file(path))?;
    into_lon_lat(&mut records).map_err(|e| e.file(path))?;
    Ok(records)
}

/// Turns geometries into longitude and latitude, where the file tells another system.
fn into_lon_lat(records: &mut Records) -> Result<()> {
    let System::Projected(projection) = &records.system else { return Ok(()) };
    for record in &mut records.rows {
        if let Some(geometry) = &mut record.geometry {
            **geometry = projected(geometry, projection).map_err(|off| {
                Error::new(say!(
                    "its coordinates {}, {} lie outside of the file's coordinate system",
                    "其坐标 {}, {} 超出该文件坐标系的范围",
                    off.x,
                    off.y
                ))
                .place(record.place.told())
                .hint(say!("check the coordinate system", "请检查坐标系"))
            })?;
        }
    }
    Ok(())
}

fn one_of(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => words.concat(),
    }
}
