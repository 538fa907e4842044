//! Lists: records from any format that has them, chosen by the ending of a file's name. A new format is a file here and a line in
//! `FORMATS`; the readers do not know each other.

mod csv;
mod geojson;
pub mod geopackage;
mod geoparquet;
mod xlsx;

use std::path::Path;

use super::records::Records;
use crate::error::{Error, Result, caught};

/// A format of lists.
struct ListFormat {
    name: &'static str,
    /// Endings of file names, the usual one first.
    endings: &'static [&'static str],
    read: fn(&Path) -> Result<Records>,
}

const FORMATS: [ListFormat; 5] = [
    ListFormat { name: "CSV", endings: &["csv", "tsv", "txt"], read: csv::read },
    ListFormat { name: "XLSX", endings: &["xlsx"], read: xlsx::read },
    ListFormat { name: "GeoJSON", endings: &["geojson", "json"], read: geojson::read },
    ListFormat { name: "GeoPackage", endings: &["gpkg"], read: geopackage::read },
    ListFormat { name: "GeoParquet", endings: &["parquet", "geoparquet"], read: geoparquet::read },
];

/// The formats that are read, as a sentence lists them: `CSV, XLSX … or GeoParquet`.
pub fn formats() -> String {
    one_of(FORMATS.iter().map(|format| format.name.to_owned()))
}

/// Reads a list, in the format that its name's ending tells.
///
/// # Errors
/// If the file cannot be read, is damaged, or is of another format.
pub fn read(path: &Path) -> Result<Records> {
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    let damaged = || Error::damaged("it is damaged: its parts do not fit together").hint("write it anew");
    let format = FORMATS.iter().find(|format| format.endings.contains(&end.as_str())).ok_or_else(|| {
        let endings = one_of(FORMATS.iter().map(|format| format!(".{}", format.endings[0])));
        Error::unsupported("cannot tell the format of this list from its name").hint(format!("give a {endings} file"))
    });
    format.and_then(|format| caught(damaged, || (format.read)(path))).map_err(|e| e.file(path))
}

fn one_of(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => words.concat(),
    }
}
