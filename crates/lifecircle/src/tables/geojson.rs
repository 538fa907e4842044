//! GeoJSON (RFC 7946), written row by row: a large table is never held as one document.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::Table;
use crate::error::{Error, Result};

/// Writes a table; rows without geometry get a null one.
pub(super) fn write(table: &Table, path: &Path) -> Result<()> {
    let failed = |e: std::io::Error| Error::io(say!("write", "写入"), path, &e);
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    file.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[\n").map_err(failed)?;
    for row in 0..table.rows() {
        let feature = table.feature(row);
        let end = if row + 1 == table.rows() { "\n" } else { ",\n" };
        file.write_all(format!("{feature}{end}").as_bytes()).map_err(failed)?;
    }
    file.write_all(b"]}\n").and_then(|()| file.flush()).map_err(failed)
}

impl Table {
    /// A row as a GeoJSON feature; its geometry is null if there is none.
    pub fn feature(&self, row: usize) -> Value {
        let geometry = self.geometries().map(|all| geojson::Geometry::from(&all[row]));
        json!({ "type": "Feature", "geometry": geometry, "properties": self.properties(row) })
    }

    /// The values of a row by column.
    pub fn properties(&self, row: usize) -> Map<String, Value> {
        self.columns.iter().map(|(name, values)| (name.clone(), value(values, row))).collect()
    }
}

/// A cell as JSON.
pub(super) fn value(values: &arrow_array::ArrayRef, row: usize) -> Value {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int32Type, Int64Type};
    use arrow_schema::DataType;
    if values.is_null(row) {
        return Value::Null;
    }
    match values.data_type() {
        DataType::Utf8 => json!(values.as_string::<i32>().value(row)),
        DataType::Float64 => json!(values.as_primitive::<Float64Type>().value(row)),
        DataType::Int32 => json!(values.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => json!(values.as_primitive::<Int64Type>().value(row)),
        DataType::Boolean => json!(values.as_boolean().value(row)),
        _ => Value::Null,
    }
}
