//! GeoPackage: an SQLite database with geometries as blobs. The first feature table is read.
//!
//! Source: OGC 12-128r18, clause 2.1.3 (the blob's header) and 1.1.3 (contents).

use std::path::Path;

use geo_types::Geometry;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::system;
use crate::error::{Error, Result};
use crate::sources::open;
use crate::sources::records::{Cells, Record, Records, RowPlace, System};
use crate::tables::wkb;

/// Steps of SQLite's machine that a table may take for each byte of the file: a view without end takes any number.
const STEPS_A_BYTE: u64 = 1000;
const STEPS_AT_LEAST: u64 = 50_000_000;
const STEPS_AT_ONCE: i32 = 100_000;

/// Reads the first feature table of a GeoPackage, or the one that is named.
///
/// # Errors
/// If it is not a GeoPackage, has no features, its coordinate system cannot be computed, or holds more rows than a file of its size can.
pub fn read(path: &Path, only: Option<&str>) -> Result<Records> {
    let bytes = open(path)?.metadata().map_err(|e| Error::io(say!("read", "读取"), path, &e))?.len();
    let damaged = |e: rusqlite::Error| {
        Error::damaged(say!("it cannot be read as a GeoPackage ({e})", "无法按 GeoPackage 读取（{e}）"))
            .hint(say!("write it anew, for example with QGIS", "请重新生成，例如用 QGIS"))
    };
    let endless = || {
        Error::new(say!(
            "its table takes longer to read than a file of its size can hold",
            "其表的读取时间超过同样大小文件应有的时间"
        ))
        .hint(say!("write the features into a plain table, for example with QGIS", "请将要素写入普通的表，例如用 QGIS"))
    };
    let mut database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(damaged)?;
    let mut steps = STEPS_AT_LEAST.max(bytes.saturating_mul(STEPS_A_BYTE)) / STEPS_AT_ONCE as u64;
    let stop = move || {
        steps = steps.saturating_sub(1);
        steps == 0
    };
    database.progress_handler(STEPS_AT_ONCE, Some(stop)).map_err(damaged)?;
    let failed = |e: rusqlite::Error| match e.sqlite_error_code() {
        Some(rusqlite::ErrorCode::OperationInterrupted) => endless(),
        _ => damaged(e),
    };
    let (table, geometry, srs): (String, String, i64) = database
        .query_row(
            "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns WHERE ?1 IS NULL OR table_name = ?1 ORDER BY rowid LIMIT 1",
            [only],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(|e| match (&e, only) {
            (rusqlite::Error::QueryReturnedNoRows, Some(only)) => {
                Error::not_found(say!("it has no layer {only:?}", "没有图层 {only:?}")).hint(say!("name one of its layers, or none", "请给出其中一个图层，或不写"))
            }
            _ => failed(e),
        })?;
    let system = system_of(&database, srs).map_err(|e| e.place(say!("table `{table}`", "表 `{table}`")))?;
    let mut statement =
        database.prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""))).map_err(failed)?;
    // What is not UTF-8 breaks the library down; Records::read catches that.
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let geometry_column = names.iter().position(|name| *name == geometry);
    let mut records = Records { file: path.to_path_buf(), system, ..Records::default() };
    records.columns = names.iter().filter(|name| **name != geometry).cloned().collect();
    let mut rows = statement.query([]).map_err(failed)?;
    let (mut number, mut kept) = (0, 0);
    while let Some(row) = rows.next().map_err(failed)? {
        number += 1;
        let mut record = Record { place: RowPlace::Feature(number), geometry: None, cells: Cells::default() };
        let mut column = 0;
        for (index, name) in names.iter().enumerate() {
            let value = row.get_ref(index).map_err(damaged)?;
            if Some(index) == geometry_column {
                if let ValueRef::Blob(blob) = value {
                    kept += blob.len() as u64;
                    record.geometry = decode(blob).map(Box::new);
                }
                continue;
            }
            if *name == geometry {
                continue;
            }
            match value {
                ValueRef::Integer(n) => record.cells.push(column, &n.to_string()),
                ValueRef::Real(n) => record.cells.push(column, &n.to_string()),
                ValueRef::Text(text) => {
                    kept += text.len() as u64;
                    record.cells.push(column, &String::from_utf8_lossy(text));
                }
                ValueRef::Null | ValueRef::Blob(_) => {}
            }
            column += 1;
        }
        // Every row of a table takes some bytes of its file, and so does every text.
        if number > bytes || kept > bytes {
            return Err(endless());
        }
        records.rows.push(record);
    }
    Ok(records)
}

/// The coordinate system of a table, by its code where it is EPSG's, else by its text.
fn system_of(database: &Connection, srs: i64) -> Result<System> {
    // The format's own for what is undefined; every file has a row for it.
    if srs == -1 {
        return Ok(System::Untold);
    }
    let told: Option<(String, i64, String)> = database
        .query_row(
            "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?1",
            [srs],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .ok();
    match told {
        Some((organization, code, text)) if !organization.eq_ignore_ascii_case("EPSG") && text.contains('[') => {
            system::of_code(code).or_else(|_| system::of_text(&text))
        }
        Some((_, code, _)) => system::of_code(code),
        None => system::of_code(srs),
    }
}

/// The geometry in a blob: a header whose length its flags tell, then well-known binary.
pub fn decode(blob: &[u8]) -> Option<Geometry<f64>> {
    let flags = *blob.get(3).filter(|_| blob.starts_with(b"GP"))?;
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return None,
    };
    wkb::geometry(blob.get(8 + envelope..)?)
}
