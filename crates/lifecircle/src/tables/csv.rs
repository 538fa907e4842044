//! CSV with a byte-order mark, so that Excel shows Chinese; points as `lon` and `lat`, other geometries left out.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use geo_types::Geometry;
use serde_json::Value;

use super::Table;
use super::geojson::value;
use crate::error::{Error, Result};

/// Writes a table.
pub(super) fn write(table: &Table, path: &Path) -> Result<()> {
    let failed = |e: std::io::Error| Error::io(say!("write", "写入"), path, &e);
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    file.write_all("\u{feff}".as_bytes()).map_err(failed)?;
    let mut writer = csv::Writer::from_writer(file);
    let broken = |e: csv::Error| Error::io(say!("write", "写入"), path, &std::io::Error::other(e));
    let points = table.geometries().filter(|all| all.iter().all(|geometry| matches!(geometry, Geometry::Point(_))));
    let header = table.names().chain(points.iter().flat_map(|_| ["lon", "lat"]));
    writer.write_record(header).map_err(broken)?;
    for row in 0..table.rows() {
        let mut cells: Vec<String> = table.columns.iter().map(|(_, values)| text(value(values, row))).collect();
        if let Some(Geometry::Point(point)) = points.map(|all| &all[row]) {
            cells.extend([point.x().to_string(), point.y().to_string()]);
        }
        writer.write_record(&cells).map_err(broken)?;
    }
    writer.flush().map_err(failed)
}

fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}
