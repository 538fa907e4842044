//! What files write of their coordinate systems: codes, names that hold codes, and texts.

use crate::error::{Error, Result};
use crate::geo::{Epsg, Projection};
use crate::sources::records::System;

/// Longitude and latitude: WGS-84; CGCS2000, China's own, and ETRS89, Europe's, which lie within a metre of it; WGS-84 in three
/// dimensions; and 0, which GeoPackage calls an undefined geographic system.
const LON_LAT: [i64; 5] = [4326, 4490, 4258, 4979, 0];

/// The system of an EPSG code.
///
/// # Errors
/// If there is none, or it cannot be computed.
pub(super) fn of_code(code: i64) -> Result<System> {
    if LON_LAT.contains(&code) {
        return Ok(System::LonLat);
    }
    let known = u16::try_from(code).map_err(|_| {
        Error::not_found(say!("EPSG:{code} is not known", "不认识 EPSG:{code}")).hint(say!(
            "reproject it to longitude and latitude, for example with QGIS",
            "请先用 QGIS 等软件转换为经纬度"
        ))
    })?;
    Epsg::new(known)?.projection().map(System::Projected)
}

/// The system of a name, as `urn:ogc:def:crs:EPSG::4547` or `EPSG:4547`.
///
/// # Errors
/// If it is not known, or cannot be computed.
pub(super) fn of_name(name: &str) -> Result<System> {
    if name.ends_with("CRS84") {
        return Ok(System::LonLat);
    }
    let code = name.rsplit(':').next().and_then(|code| code.parse().ok());
    match code.filter(|_| name.to_uppercase().contains("EPSG")) {
        Some(code) => of_code(code),
        None => Ok(System::Untold),
    }
}

/// The system of a text (WKT).
///
/// # Errors
/// If it is none, or cannot be computed.
pub(super) fn of_text(text: &str) -> Result<System> {
    let degrees = text.trim_start().to_uppercase();
    // Both lie within a metre of WGS-84, whatever an ellipsoid's shift would say.
    let is_lon_lat =
        degrees.starts_with("GEOG") && ["WGS_1984", "WGS 84", "2000"].iter().any(|name| degrees.contains(name));
    if is_lon_lat { Ok(System::LonLat) } else { Projection::of_wkt(text).map(System::Projected) }
}
