//! GeoParquet 1.1: Parquet with geometries as well-known binary and a note of which column they are in.
//!
//! Source: <https://geoparquet.org/releases/v1.1.0/>.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BinaryArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use geo::BoundingRect;
use geo_types::Geometry;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde_json::json;

use super::wkb::to_wkb;
use super::{Table, parquet_file};
use crate::error::{Error, Result};

const GEOMETRY: &str = "geometry";

/// Writes a table.
pub(super) fn write(table: &Table, path: &Path) -> Result<()> {
    let failed = |e: ParquetError| match e {
        ParquetError::External(source) if source.is::<std::io::Error>() => {
            source.downcast_ref::<std::io::Error>().map_or_else(
                || Error::new(say!("cannot write", "无法写出")).file(path),
                |e| Error::io(say!("write", "写入"), path, e),
            )
        }
        other => Error::new(say!("cannot write: {other}", "无法写出：{other}"))
            .file(path)
            .hint(say!("check the disk and run again", "请检查磁盘后重试")),
    };
    let mut properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let batch = table.to_batch()?;
    if let Some(geometries) = table.geometries() {
        let note = KeyValue::new("geo".to_owned(), metadata(geometries).to_string());
        properties =
            properties.set_key_value_metadata(Some(vec![note])).set_column_dictionary_enabled(GEOMETRY.into(), false);
    }
    let file = File::create(path).map_err(|e| Error::io(say!("write", "写入"), path, &e))?;
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.close().map_err(failed)?;
    Ok(())
}

pub(super) fn with_geometry(batch: &RecordBatch, geometries: &[Geometry<f64>]) -> Result<RecordBatch> {
    let encoded = geometries.iter().map(to_wkb).collect::<Result<Vec<_>>>()?;
    let column: ArrayRef = Arc::new(BinaryArray::from_iter_values(encoded));
    let fields = batch
        .schema()
        .fields()
        .iter()
        .cloned()
        .chain([Arc::new(Field::new(GEOMETRY, DataType::Binary, false))])
        .collect::<Vec<_>>();
    let columns = batch.columns().iter().cloned().chain([column]).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|e| Error::unsupported(say!("the table's columns do not fit together ({e})", "表的各列不匹配（{e}）")))
}

/// The `geo` note. Longitude and latitude in WGS-84 are what readers assume when no `crs` is given.
fn metadata(geometries: &[Geometry<f64>]) -> serde_json::Value {
    let mut types: Vec<&str> = geometries.iter().map(kind).collect();
    types.sort_unstable();
    types.dedup();
    let mut bounds: Option<[f64; 4]> = None;
    for rect in geometries.iter().filter_map(BoundingRect::bounding_rect) {
        let [w, s, e, n] = bounds.unwrap_or([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY]);
        bounds = Some([w.min(rect.min().x), s.min(rect.min().y), e.max(rect.max().x), n.max(rect.max().y)]);
    }
    let mut column = json!({ "encoding": "WKB", "geometry_types": types });
    if let Some(bounds) = bounds {
        column["bbox"] = json!(bounds);
    }
    json!({ "version": "1.1.0", "primary_column": GEOMETRY, "columns": { GEOMETRY: column } })
}

fn kind(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

/// Reads a table that [`write`] wrote.
///
/// # Errors
/// If the file is missing or damaged.
pub fn read(path: &Path) -> Result<Table> {
    let damaged = |e: &dyn std::fmt::Display| {
        Error::damaged(say!("the file is damaged ({e})", "文件已损坏（{e}）"))
            .file(path)
            .hint(say!("import the city again", "请重新导入该城市"))
    };
    parquet_file::read(
        path,
        |why| damaged(&why.en),
        |builder| {
            let schema = builder.schema().clone();
            let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
            let reader = builder.with_batch_size(rows.clamp(1, 1 << 20)).build().map_err(|e| damaged(&e))?;
            let batches: Vec<RecordBatch> = reader.collect::<std::result::Result<_, _>>().map_err(|e| damaged(&e))?;
            let batch = arrow_select::concat::concat_batches(&schema, &batches).map_err(|e| damaged(&e))?;
            let mut table = Table::new();
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                if field.name() != GEOMETRY {
                    table.columns.push((field.name().clone(), column.clone()));
                    continue;
                }
                let blobs = column
                    .as_any()
                    .downcast_ref::<BinaryArray>()
                    .ok_or_else(|| damaged(&"its geometry is not binary"))?;
                let decode = |blob: Option<&[u8]>| super::wkb::geometry(blob?);
                let geometries: Option<Vec<_>> = blobs.iter().map(decode).collect();
                table.geometry = Some(geometries.ok_or_else(|| damaged(&"a geometry cannot be read"))?);
            }
            Ok(table)
        },
    )
}
