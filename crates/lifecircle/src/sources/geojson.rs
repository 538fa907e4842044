//! GeoJSON (RFC 7946): feature collections, single features, bare geometries.

use std::path::Path;

use geojson::GeoJson;
use serde_json::Value;

use super::records::{Place, Record, Records};
use crate::error::{Error, Result};

/// Reads a GeoJSON file. Columns are all property names, in the order in which they first appear.
///
/// # Errors
/// If it is not GeoJSON.
pub fn read(path: &Path) -> Result<Records> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::io("read", path, &e))?;
    parse(&text).map(|records| Records { file: path.to_path_buf(), ..records }).map_err(|e| e.file(path))
}

/// Reads GeoJSON text.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str) -> Result<Records> {
    let mend = "give GeoJSON in longitude and latitude (RFC 7946)";
    let document: GeoJson =
        text.trim_start_matches('\u{feff}').parse().map_err(|e| Error::new(format!("it is not GeoJSON ({e})")).mend(mend))?;
    let features = match document {
        GeoJson::FeatureCollection(collection) => collection.features,
        GeoJson::Feature(feature) => vec![feature],
        GeoJson::Geometry(geometry) => vec![geojson::Feature { geometry: Some(geometry), ..Default::default() }],
    };
    let mut records = Records::default();
    for (index, feature) in features.into_iter().enumerate() {
        let place = Place::Feature(index as u64 + 1);
        let geometry = feature
            .geometry
            .map(geo_types::Geometry::try_from)
            .transpose()
            .map_err(|e| Error::new(format!("its geometry cannot be read ({e})")).place(place.to_string()).mend(mend))?;
        let mut values = vec![String::new(); records.columns.len()];
        for (key, value) in feature.properties.unwrap_or_default() {
            let column = records.columns.iter().position(|c| *c == key).unwrap_or_else(|| {
                records.columns.push(key.clone());
                values.push(String::new());
                records.columns.len() - 1
            });
            values[column] = text_of(value);
        }
        records.rows.push(Record { place, geometry, values });
    }
    for row in &mut records.rows {
        row.values.resize(records.columns.len(), String::new());
    }
    Ok(records)
}

fn text_of(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}
