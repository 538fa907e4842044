//! Geometries as well-known binary, read from bytes that may be damaged, and written.

use geo_traits::to_geo::ToGeoGeometry;
use geo_types::Geometry;

use crate::error::{Error, Result, caught};

/// The geometry that bytes hold; none if they hold none. The library breaks down on some damaged bytes, as fuzzing shows.
pub(crate) fn geometry(bytes: &[u8]) -> Option<Geometry<f64>> {
    let read = || Ok(wkb::reader::read_wkb(bytes).ok().and_then(|geometry| geometry.try_to_geometry()));
    caught(|| Error::damaged(say!("it is no geometry", "它不是几何图形")), read).ok().flatten()
}

/// A geometry as well-known binary.
///
/// # Errors
/// If it cannot be written.
pub(super) fn to_wkb(geometry: &Geometry<f64>) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(wkb::writer::geometry_wkb_size(geometry));
    wkb::writer::write_geometry(&mut bytes, geometry, &wkb::writer::WriteOptions::default())
        .map_err(|e| Error::new(say!("a geometry cannot be written ({e})", "几何无法写出（{e}）")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_bytes_are_none() {
        // Found by fuzzing.
        let mut found = vec![1, 44, 0, 0, 0, 2, 0, 0, 0, 236, 0, 13, 240, 63, 0];
        found.extend([0xe5; 50]);
        found.extend([
            76, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 253, 1, 0, 40, 255, 6, 1, 14, 0, 240, 255, 255, 255, 0, 63, 0, 1, 0,
            0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
        ]);
        assert_eq!(geometry(&found), None);
        for length in 0..found.len() {
            let _ = geometry(&found[..length]);
        }
        assert_eq!(geometry(&[]), None);
    }
}
