//! GeoPackage, for QGIS and ArcGIS: one table of features, or of attributes where there is no geometry.
//!
//! Source: OGC 12-128r18.

use std::path::Path;

use geo::BoundingRect;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::Value;

use super::Table;
use super::geojson::value;
use super::wkb::to_wkb;
use crate::error::{Error, Result};

/// `GPKG`, and version 1.3.
const APPLICATION: i64 = 0x4750_4B47;
const VERSION: i64 = 10_300;

/// The well-known text of longitude and latitude.
const WGS_84: &str = "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433],AUTHORITY[\"EPSG\",\"4326\"]]";

const SCHEMA: &str = "
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT '1970-01-01T00:00:00.000Z', min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', NULL), ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL);";

/// Writes a table, which is called as its file.
pub(super) fn write(table: &Table, path: &Path) -> Result<()> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().trim_start_matches('.').to_owned();
    fill(table, path, &name).map_err(|e| Error::io(say!("write", "写入"), path, &std::io::Error::other(e)))?
}

fn fill(table: &Table, path: &Path, name: &str) -> rusqlite::Result<Result<()>> {
    let mut database = Connection::open(path)?;
    // The file is new and is moved to its goal when it is whole.
    database.pragma_update(None, "journal_mode", "OFF")?;
    database.pragma_update(None, "synchronous", "OFF")?;
    database.pragma_update(None, "application_id", APPLICATION)?;
    database.pragma_update(None, "user_version", VERSION)?;
    let all = database.transaction()?;
    all.execute_batch(SCHEMA)?;
    let row = params!["WGS 84 geodetic", 4326, "EPSG", 4326, WGS_84];
    all.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, ?3, ?4, ?5, NULL)", row)?;
    describe(&all, table, name)?;
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    // A feature's own number, which no column of the table is called.
    let fid = if table.names().any(|name| name.eq_ignore_ascii_case("fid")) { "fid_of_row" } else { "fid" };
    let geometry = table.geometries().map(|_| "\"geom\" GEOMETRY".to_owned());
    let columns = table.columns.iter().map(|(name, values)| format!("{} {}", quoted(name), kind(values.data_type())));
    let columns: Vec<String> = [format!("{fid} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL")]
        .into_iter()
        .chain(geometry)
        .chain(columns)
        .collect();
    all.execute(&format!("CREATE TABLE {} ({})", quoted(name), columns.join(", ")), [])?;
    let names: Vec<String> = columns
        .iter()
        .skip(1)
        .map(|column| column.rsplit_once(' ').map_or(column.as_str(), |(name, _)| name).to_owned())
        .collect();
    let places: Vec<String> = (1..=names.len()).map(|place| format!("?{place}")).collect();
    let insert = format!("INSERT INTO {} ({}) VALUES ({})", quoted(name), names.join(", "), places.join(", "));
    {
        let mut insert = all.prepare(&insert)?;
        for row in 0..table.rows() {
            let blob = match table.geometries().map(|all| to_wkb(&all[row])) {
                Some(Err(e)) => return Ok(Err(e)),
                Some(Ok(wkb)) => Some(Cell::Blob([b"GP\0\x01\xe6\x10\0\0".as_slice(), &wkb].concat())),
                None => None,
            };
            let cells = blob.into_iter().chain(table.columns.iter().map(|(_, values)| cell(value(values, row))));
            insert.execute(params_from_iter(cells))?;
        }
    }
    all.commit()?;
    Ok(Ok(()))
}

/// What stands of the table in the lists of tables.
fn describe(database: &Connection, table: &Table, name: &str) -> rusqlite::Result<()> {
    let Some(geometries) = table.geometries() else {
        let row = params![name, "attributes", name];
        database.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?1, ?2, ?3)", row)?;
        return Ok(());
    };
    let boxes = geometries.iter().filter_map(BoundingRect::bounding_rect);
    let bounds = boxes.reduce(|a, b| {
        let (low, high) = ([a.min(), b.min()], [a.max(), b.max()]);
        geo_types::Rect::new(
            (low[0].x.min(low[1].x), low[0].y.min(low[1].y)),
            (high[0].x.max(high[1].x), high[0].y.max(high[1].y)),
        )
    });
    let of = |pick: fn(geo_types::Rect<f64>) -> f64| bounds.map(pick);
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id) VALUES (?1, 'features', ?1, ?2, ?3, ?4, ?5, 4326)",
        params![name, of(|b| b.min().x), of(|b| b.min().y), of(|b| b.max().x), of(|b| b.max().y)],
    )?;
    database.execute("INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'GEOMETRY', 4326, 0, 0)", params![name])?;
    Ok(())
}

fn kind(of: &arrow_schema::DataType) -> &'static str {
    use arrow_schema::DataType;
    match of {
        DataType::Float64 => "DOUBLE",
        DataType::Int32 | DataType::Int64 => "INTEGER",
        DataType::Boolean => "BOOLEAN",
        _ => "TEXT",
    }
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(is) => Cell::Integer(i64::from(is)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Cell::Integer(whole),
            None => Cell::Real(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Cell::Text(text),
        other => Cell::Text(other.to_string()),
    }
}
