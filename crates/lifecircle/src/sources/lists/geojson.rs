//! GeoJSON (RFC 7946): feature collections, single features, bare geometries, and coordinates without a type.

use std::collections::HashMap;
use std::path::Path;

use geojson::{GeoJson, GeometryValue, Position};
use serde_json::Value;

use super::system;
use crate::error::{Error, Result};
use crate::sources::read_text;
use crate::sources::records::{Cells, Record, Records, RowPlace, System};
use crate::unreadable::because;

/// Reads a GeoJSON file. Columns are all property names, in the order in which they first appear.
///
/// # Errors
/// If it is not GeoJSON.
pub fn read(path: &Path) -> Result<Records> {
    parse(&read_text(path)?).map(|records| Records { file: path.to_path_buf(), ..records }).map_err(|e| e.file(path))
}

/// Reads GeoJSON text.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str) -> Result<Records> {
    let hint = || say!("give GeoJSON in longitude and latitude (RFC 7946)", "请给出经纬度坐标的 GeoJSON（RFC 7946）");
    let wrong = |e: &dyn std::fmt::Display| {
        Error::damaged(because(&say!("it is not GeoJSON", "不是 GeoJSON"), &e.to_string())).hint(hint())
    };
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| wrong(&e))?;
    // QGIS writes the system of what is not in longitude and latitude, as GeoJSON had it before it became RFC 7946.
    let system = match value["crs"]["properties"]["name"].as_str() {
        Some(name) => system::of_name(name)?,
        None => System::Untold,
    };
    let document = serde_json::from_value::<GeoJson>(with_type(value)).map_err(|e| wrong(&e))?;
    let features = match document {
        GeoJson::FeatureCollection(collection) => collection.features,
        GeoJson::Feature(feature) => vec![feature],
        GeoJson::Geometry(geometry) => vec![geojson::Feature { geometry: Some(geometry), ..Default::default() }],
    };
    let mut records = Records { system, ..Records::default() };
    let mut column_of: HashMap<String, usize> = HashMap::new();
    for (index, feature) in features.into_iter().enumerate() {
        let place = RowPlace::Feature(index as u64 + 1);
        let unreadable = |why: &dyn std::fmt::Display| {
            Error::new(say!("its geometry cannot be read ({why})", "几何无法读取（{why}）"))
                .place(place.told())
                .hint(hint())
        };
        if let Some(geometry) = &feature.geometry {
            check_positions(&geometry.value).map_err(|why| unreadable(&why))?;
        }
        let geometry = feature.geometry.map(geo_types::Geometry::try_from).transpose().map_err(|e| unreadable(&e))?;
        let mut properties = Vec::new();
        flatten("", Value::Object(feature.properties.unwrap_or_default()), &mut properties);
        let mut cells = Cells::default();
        for (key, value) in properties {
            let next = column_of.len();
            cells.push(*column_of.entry(key).or_insert(next), &value);
        }
        cells.sort();
        records.rows.push(Record { place, geometry: geometry.map(Box::new), cells });
    }
    records.columns = vec![String::new(); column_of.len()];
    for (key, column) in column_of {
        records.columns[column] = key;
    }
    Ok(records)
}

/// The library takes every position to have two numbers, and breaks down on one that has not.
fn check_positions(geometry: &GeometryValue) -> std::result::Result<(), &'static str> {
    let is_position = |position: &Position| position.len() >= 2;
    let are_positions = |line: &[Position]| line.iter().all(is_position);
    let is_good = match geometry {
        GeometryValue::Point { coordinates } => is_position(coordinates),
        GeometryValue::MultiPoint { coordinates } | GeometryValue::LineString { coordinates } => {
            are_positions(coordinates)
        }
        GeometryValue::MultiLineString { coordinates } | GeometryValue::Polygon { coordinates } => {
            coordinates.iter().all(|line| are_positions(line))
        }
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter().flatten().all(|line| are_positions(line)),
        GeometryValue::GeometryCollection { geometries } => {
            return geometries.iter().try_for_each(|part| check_positions(&part.value));
        }
    };
    if is_good { Ok(()) } else { Err("a position has fewer than two numbers") }
}

/// Boundary files of China often hold bare coordinates beside a name and a code, and no `type`. Such an object becomes a
/// feature: how deep its coordinates are nested tells what they are, and its other members are its properties.
fn with_type(value: Value) -> Value {
    let Value::Object(mut members) = value else { return value };
    if members.contains_key("type") || !members.contains_key("coordinates") {
        return Value::Object(members);
    }
    let coordinates = members.remove("coordinates").unwrap_or_default();
    let mut depth = 0;
    let mut inner = &coordinates;
    while let Some(first) = inner.as_array().and_then(|items| items.first()) {
        depth += 1;
        inner = first;
    }
    let kind = match depth {
        1 => "Point",
        2 => "LineString",
        3 => "Polygon",
        _ => "MultiPolygon",
    };
    serde_json::json!({ "type": "Feature", "geometry": { "type": kind, "coordinates": coordinates }, "properties": members })
}

/// Members of an object become properties with dots in their names (`names.primary`), lists of words texts with semicolons.
fn flatten(name: &str, value: Value, into: &mut Vec<(String, String)>) {
    let text = match value {
        Value::Object(members) => {
            for (key, value) in members {
                flatten(&if name.is_empty() { key } else { format!("{name}.{key}") }, value, into);
            }
            return;
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";")
        }
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    };
    into.push((name.to_owned(), text));
}
