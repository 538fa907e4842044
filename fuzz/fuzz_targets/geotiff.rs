//! Any bytes as a GeoTIFF, of which a window is read: an error or cells, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::geo::LonLat;
use lifecircle::sources::geotiff::GeoTiff;

mod quiet;

fuzz_target!(|bytes: &[u8]| {
    let Some(path) = quiet::file("tif", bytes) else { return };
    let Ok(mut raster) = GeoTiff::open(&path) else { return };
    if let Ok(window) = raster.window([106.7, 39.5, 106.9, 39.7]) {
        let _ = window.cells().count();
        let _ = window.sample(LonLat { x: 106.8, y: 39.6 });
    }
});
