//! GeoPackage: an SQLite database with geometries as blobs. The first feature table is read.
//!
//! Source: OGC 12-128r18, clause 2.1.3 (the blob's header) and 1.1.3 (contents).

use std::path::Path;

use geo_traits::to_geo::ToGeoGeometry;
use geo_types::Geometry;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::records::{Place, Record, Records};
use crate::error::{Error, Result};

/// Reads the first feature table of a GeoPackage.
///
/// # Errors
/// If it is not a GeoPackage, has no features, or is not in longitude and latitude (EPSG:4326).
pub fn read(path: &Path) -> Result<Records> {
    std::fs::File::open(path).map_err(|e| Error::io("open", path, &e))?;
    let damaged = |e: rusqlite::Error| {
        Error::new(format!("it cannot be read as a GeoPackage ({e})")).mend("write it anew, for example with QGIS")
    };
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(damaged)?;
    let (table, geometry, srs): (String, String, i64) = database
        .query_row(
            "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns ORDER BY rowid LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(damaged)?;
    if srs != 4326 {
        return Err(Error::new(format!("the table `{table}` is in EPSG:{srs}, not in longitude and latitude"))
            .mend("reproject it: ogr2ogr -t_srs EPSG:4326 OUT.gpkg IN.gpkg"));
    }
    let mut statement =
        database.prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""))).map_err(damaged)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let geometry_column = names.iter().position(|name| *name == geometry);
    let mut records = Records { file: path.to_path_buf(), ..Records::default() };
    records.columns = names.iter().filter(|name| **name != geometry).cloned().collect();
    let mut rows = statement.query([]).map_err(damaged)?;
    let mut number = 0;
    while let Some(row) = rows.next().map_err(damaged)? {
        number += 1;
        let mut record =
            Record { place: Place::Feature(number), geometry: None, values: Vec::with_capacity(records.columns.len()) };
        for index in 0..names.len() {
            let value = row.get_ref(index).map_err(damaged)?;
            match value {
                ValueRef::Blob(blob) if Some(index) == geometry_column => record.geometry = decode(blob),
                _ if Some(index) == geometry_column => {}
                ValueRef::Integer(n) => record.values.push(n.to_string()),
                ValueRef::Real(n) => record.values.push(n.to_string()),
                ValueRef::Text(text) => record.values.push(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Null | ValueRef::Blob(_) => record.values.push(String::new()),
            }
        }
        records.rows.push(record);
    }
    Ok(records)
}

/// The geometry in a blob: a header whose length its flags tell, then well-known binary.
fn decode(blob: &[u8]) -> Option<Geometry<f64>> {
    let flags = *blob.get(3).filter(|_| blob.starts_with(b"GP"))?;
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return None,
    };
    wkb::reader::read_wkb(blob.get(8 + envelope..)?).ok()?.try_to_geometry()
}
