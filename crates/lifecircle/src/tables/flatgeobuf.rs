//! FlatGeobuf, for maps in browsers and quick looks in QGIS: features behind an index of their boxes.
//!
//! Source: flatgeobuf.org, version 3.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use arrow_schema::DataType;
use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};
use serde_json::Value;

use super::Table;
use super::geojson::value;
use crate::error::{Error, Result};

/// Writes a table.
pub(super) fn write(table: &Table, path: &Path) -> Result<()> {
    let Some(geometries) = table.geometries() else {
        return Err(Error::unsupported(say!(
            "FlatGeobuf holds places, and this table has none",
            "FlatGeobuf 用于地点，而此表没有地点"
        ))
        .file(path)
        .hint(say!("choose csv, parquet or gpkg", "请选择 csv、parquet 或 gpkg")));
    };
    let failed =
        |e: &dyn std::fmt::Display| Error::io(say!("write", "写入"), path, &std::io::Error::other(e.to_string()));
    let options = FgbWriterOptions {
        crs: FgbCrs { code: 4326, ..FgbCrs::default() },
        // The library's index is that of boxes, and there are none without features.
        write_index: table.rows() > 0,
        promote_to_multi: false,
        ..FgbWriterOptions::default()
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut writer = FgbWriter::create_with_options(&name, GeometryType::Unknown, options).map_err(|e| failed(&e))?;
    for (name, values) in &table.columns {
        let kind = match values.data_type() {
            DataType::Float64 => ColumnType::Double,
            DataType::Int32 => ColumnType::Int,
            DataType::Int64 => ColumnType::Long,
            DataType::Boolean => ColumnType::Bool,
            _ => ColumnType::String,
        };
        writer.add_column(name, kind, |_, _| {});
    }
    for (row, geometry) in geometries.iter().enumerate() {
        let mut told = Ok(());
        let added = writer.add_feature_geom(geometry.clone(), |feature| {
            let mut all = table.columns.iter().enumerate();
            told = all.try_for_each(|(index, (name, values))| put(feature, index, name, values, row));
        });
        added.map_err(|e| failed(&e))?;
        told.map_err(|e| failed(&e))?;
    }
    let file = File::create(path).map_err(|e| Error::io(say!("write", "写入"), path, &e))?;
    writer.write(BufWriter::new(file)).map_err(|e| failed(&e))
}

fn put(
    feature: &mut impl PropertyProcessor,
    index: usize,
    name: &str,
    values: &arrow_array::ArrayRef,
    row: usize,
) -> geozero::error::Result<()> {
    // What is missing is not written.
    let value = value(values, row);
    let cell = match (&value, values.data_type()) {
        (Value::Null, _) => return Ok(()),
        (Value::Bool(is), _) => ColumnValue::Bool(*is),
        (Value::Number(number), DataType::Float64) => ColumnValue::Double(number.as_f64().unwrap_or_default()),
        (Value::Number(number), DataType::Int32) => {
            ColumnValue::Int(number.as_i64().and_then(|whole| i32::try_from(whole).ok()).unwrap_or_default())
        }
        (Value::Number(number), _) => ColumnValue::Long(number.as_i64().unwrap_or_default()),
        (Value::String(text), _) => ColumnValue::String(text),
        _ => return Ok(()),
    };
    feature.property(index, name, &cell).map(|_| ())
}
