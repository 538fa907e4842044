//! FlatGeobuf: features in a row behind a header that names their columns.
//!
//! Source: flatgeobuf.org, version 3. Every feature tells its length; it is looked at before it is believed.

use std::path::Path;

use flatgeobuf::packed_r_tree::PackedRTree;
use flatgeobuf::{FallibleStreamingIterator, FgbReader, Geometry as FgbGeometry};
use geozero::{ColumnValue, FeatureProperties, PropertyProcessor, ToGeo};

use super::system;
use crate::error::{Error, Result};
use crate::sources::read_bytes;
use crate::sources::records::{Cells, Record, Records, RowPlace, System};

/// Reads a FlatGeobuf file.
///
/// # Errors
/// If it is damaged, or its coordinate system cannot be computed.
pub fn read(path: &Path) -> Result<Records> {
    let bytes = read_bytes(path)?;
    parse(&bytes).map(|records| Records { file: path.to_path_buf(), ..records })
}

/// Reads FlatGeobuf bytes.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8]) -> Result<Records> {
    let damaged = |e: &dyn std::fmt::Display| {
        Error::damaged(say!("it cannot be read as FlatGeobuf ({e})", "无法按 FlatGeobuf 读取（{e}）"))
            .hint(say!("write it anew, for example with QGIS", "请重新生成，例如用 QGIS"))
    };
    let reader = FgbReader::open(bytes).map_err(|e| damaged(&e))?;
    let header = reader.header();
    let columns = header.columns().map(|columns| columns.iter().map(|column| column.name().to_owned()).collect());
    let system = match header.crs() {
        Some(crs) if crs.code() > 0 && crs.org().is_none_or(|org| org.eq_ignore_ascii_case("EPSG")) => {
            system::of_code(i64::from(crs.code()))?
        }
        Some(crs) if crs.wkt().is_some() => system::of_text(crs.wkt().unwrap_or_default())?,
        _ => System::Untold,
    };
    let told = header.features_count();
    if !features_fit(bytes, told, header.index_node_size()) {
        return Err(damaged(&"its features do not fit into it"));
    }
    let mut records = Records { columns: columns.unwrap_or_default(), system, ..Records::default() };
    let mut features = reader.select_all_seq().map_err(|e| damaged(&e))?;
    while let Some(feature) = features.next().map_err(|e| damaged(&e))? {
        let place = RowPlace::Feature(records.rows.len() as u64 + 1);
        let geometry = match feature.geometry() {
            Some(geometry) if !parts_fit(&geometry) => {
                return Err(damaged(&"parts of a geometry end behind it").place(place.told()));
            }
            Some(_) => Some(Box::new(feature.to_geo().map_err(|e| damaged(&e).place(place.told()))?)),
            None => None,
        };
        let mut texts = Texts::default();
        feature.process_properties(&mut texts).map_err(|e| damaged(&e).place(place.told()))?;
        texts.0.sort();
        records.rows.push(Record { place, geometry, cells: texts.0 });
    }
    // 0 is what a file says that was written as a stream.
    if told > 0 && told != records.rows.len() as u64 {
        return Err(damaged(&format!("it has {} features of {told}", records.rows.len())));
    }
    Ok(records)
}

/// Whether what the file tells of its features' lengths fits into its bytes.
fn features_fit(bytes: &[u8], features: u64, node_size: u16) -> bool {
    // Each takes at least its own length.
    if features > bytes.len() as u64 / 4 {
        return false;
    }
    let length = |at: usize| {
        let four = bytes.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(four.try_into().ok()?) as usize)
    };
    let index = if node_size > 0 && features > 0 { PackedRTree::index_size(features as usize, node_size) } else { 0 };
    let Some(mut at) = length(8).map(|header| 12 + header + index) else { return false };
    while at < bytes.len() {
        match length(at).and_then(|length| at.checked_add(4 + length)) {
            Some(next) if next <= bytes.len() => at = next,
            _ => return false,
        }
    }
    at == bytes.len()
}

/// Whether the parts of a geometry end one after another, and within its coordinates.
fn parts_fit(geometry: &FgbGeometry<'_>) -> bool {
    let points = geometry.xy().map_or(0, |xy| xy.len() / 2);
    let mut last = 0;
    let mut follows = |end: u32| {
        let is_behind = end >= last && end as usize <= points;
        last = end;
        is_behind
    };
    geometry.ends().is_none_or(|ends| ends.iter().all(&mut follows))
        && geometry.parts().is_none_or(|parts| parts.iter().all(|part| parts_fit(&part)))
}

/// The properties of a feature, as texts.
#[derive(Default)]
struct Texts(Cells);

impl PropertyProcessor for Texts {
    fn property(&mut self, column: usize, _: &str, value: &ColumnValue<'_>) -> geozero::error::Result<bool> {
        if !matches!(value, ColumnValue::Binary(_)) {
            self.0.push(column, &value.to_string());
        }
        Ok(false)
    }
}
