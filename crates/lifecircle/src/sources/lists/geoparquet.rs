//! GeoParquet, and plain Parquet with columns of coordinates: as QGIS, GeoPandas, DuckDB and Overture write them.
//!
//! Fields inside a structure become columns of their own with dots (`names.primary`); lists become texts with semicolons.
//! Source: GeoParquet 1.1.0 (the `geo` note, the WKB encoding).

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType};
use geo_types::Geometry;
use serde_json::Value;

use super::system;
use crate::error::{Error, Result};
use crate::sources::records::{Record, Records, RowPlace, System};
use crate::tables::{parquet_file, wkb};

/// Rows beyond this are refused: a list of a city's places is shorter, and a planet's does not fit in memory.
const MOST_ROWS: i64 = 20_000_000;

/// Reads a GeoParquet or Parquet file.
///
/// # Errors
/// If it is damaged, too long, or its coordinate system cannot be computed.
pub fn read(path: &Path) -> Result<Records> {
    let damaged = |e: &dyn std::fmt::Display| {
        Error::damaged(say!("it cannot be read as Parquet ({e})", "无法按 Parquet 读取（{e}）"))
            .hint(say!("write it anew, for example with GeoPandas", "请重新生成，例如用 GeoPandas"))
    };
    parquet_file::read(
        path,
        |why| damaged(&why.en),
        |builder| {
            let about = builder.metadata().file_metadata();
            if about.num_rows() > MOST_ROWS {
                return Err(Error::new(say!("it has {} rows", "有 {} 行", about.num_rows()))
                    .hint(say!("cut it to the city", "请裁剪到本市范围")));
            }
            let notes = about.key_value_metadata().into_iter().flatten();
            let note = notes.filter(|pair| pair.key == "geo").find_map(|pair| pair.value.as_deref());
            let (geometry, system) = match note {
                Some(note) => {
                    let (name, system) = geometry_column(&serde_json::from_str(note).map_err(|e| damaged(&e))?)?;
                    (Some(name), system)
                }
                None => {
                    let field = builder.schema().field_with_name("geometry").ok();
                    (field.map(|field| field.name().clone()), System::Untold)
                }
            };
            let mut records = Records { file: path.to_path_buf(), system, ..Records::default() };
            for batch in builder.build().map_err(|e| damaged(&e))? {
                add(&mut records, &batch.map_err(|e| damaged(&e))?, geometry.as_deref()).map_err(|e| damaged(&e))?;
            }
            Ok(records)
        },
    )
}

/// The column of geometries according to the note, and their coordinate system.
fn geometry_column(note: &Value) -> Result<(String, System)> {
    let name = note["primary_column"].as_str().unwrap_or("geometry");
    let column = &note["columns"][name];
    if column["encoding"].as_str().is_some_and(|encoding| encoding != "WKB") {
        return Err(Error::unsupported(say!(
            "its geometries are encoded as {}",
            "其几何编码为 {}",
            column["encoding"]
        ))
        .hint(say!("write them as WKB", "请写为 WKB")));
    }
    let id = &column["crs"]["id"];
    let code = id["code"].as_str().map(str::to_owned).or_else(|| id["code"].as_i64().map(|code| code.to_string()));
    let system = match code {
        // A note without a system means longitude and latitude; one that is null means that nobody knows.
        None if column.get("crs").is_some_and(Value::is_null) => System::Untold,
        None if column.get("crs").is_some() => {
            return Err(Error::unsupported(say!("its coordinate system has no code", "其坐标系没有代码"))
                .hint(say!("reproject it: to_crs(4326) in GeoPandas", "请先转换：GeoPandas 中用 to_crs(4326)")));
        }
        None => System::LonLat,
        Some(code) => system::of_name(&format!("{}:{code}", id["authority"].as_str().unwrap_or("EPSG")))?,
    };
    Ok((name.to_owned(), system))
}

fn add(records: &mut Records, batch: &RecordBatch, geometry: Option<&str>) -> std::result::Result<(), ArrowError> {
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    let mut blobs = None;
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        if Some(field.name().as_str()) == geometry {
            blobs = Some(Arc::clone(column));
        } else {
            flatten(field.name(), column, &mut columns);
        }
    }
    if records.columns.is_empty() {
        records.columns = columns.iter().map(|(name, _)| name.clone()).collect();
    }
    let options = FormatOptions::default();
    let texts =
        columns.iter().map(|(_, column)| texts(column, &options)).collect::<std::result::Result<Vec<_>, _>>()?;
    let before = records.rows.len();
    for row in 0..batch.num_rows() {
        let geometry = blobs.as_ref().and_then(|blobs| decode(blobs, row));
        let cells = texts.iter().map(|column| column[row].as_str()).collect();
        records.rows.push(Record {
            place: RowPlace::Row((before + row) as u64 + 1),
            geometry: geometry.map(Box::new),
            cells,
        });
    }
    Ok(())
}

/// A column, or the columns that a structure holds.
fn flatten(name: &str, column: &ArrayRef, into: &mut Vec<(String, ArrayRef)>) {
    match column.as_struct_opt() {
        Some(structure) if structure.nulls().is_none() || structure.null_count() < structure.len() => {
            for (field, inner) in structure.fields().iter().zip(structure.columns()) {
                flatten(&format!("{name}.{}", field.name()), inner, into);
            }
        }
        Some(_) => {}
        // Maps and lists of structures (Overture's names in other languages, its sources) tell nothing that is used here.
        None => match column.data_type() {
            DataType::Map(..) => {}
            DataType::List(inner) if inner.data_type().is_nested() => {}
            _ => into.push((name.to_owned(), Arc::clone(column))),
        },
    }
}

/// A column's values as texts; empty where there is none.
fn texts(column: &ArrayRef, options: &FormatOptions<'_>) -> std::result::Result<Vec<String>, ArrowError> {
    if let Some(lists) = column.as_list_opt::<i32>() {
        let inner = texts(lists.values(), options)?;
        let of = |row: usize| {
            let (start, end) = (lists.value_offsets()[row] as usize, lists.value_offsets()[row + 1] as usize);
            if lists.is_null(row) { String::new() } else { inner[start..end].join(";") }
        };
        return Ok((0..lists.len()).map(of).collect());
    }
    if matches!(column.data_type(), DataType::Binary | DataType::LargeBinary | DataType::BinaryView) {
        return Ok(vec![String::new(); column.len()]);
    }
    let formatter = ArrayFormatter::try_new(column.as_ref(), options)?;
    let of = |row: usize| if column.is_null(row) { String::new() } else { formatter.value(row).to_string() };
    Ok((0..column.len()).map(of).collect())
}

fn decode(blobs: &ArrayRef, row: usize) -> Option<Geometry<f64>> {
    if blobs.is_null(row) {
        return None;
    }
    let blob = match blobs.data_type() {
        DataType::Binary => blobs.as_binary::<i32>().value(row),
        DataType::LargeBinary => blobs.as_binary::<i64>().value(row),
        DataType::BinaryView => blobs.as_binary_view().value(row),
        _ => return None,
    };
    wkb::geometry(blob)
}
