//! Any bytes as GeoJSON, as people, a list and communities: an error or records, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::geo::Datum;
use lifecircle::import::{ListReading, read_communities, read_list, read_people};

mod quiet;

fuzz_target!(|bytes: &[u8]| {
    let Some(path) = quiet::file("geojson", bytes) else { return };
    let _ = read_people(&path, None, Datum::Wgs84);
    let _ = read_list(&path, &ListReading::default());
    let _ = read_communities(&path, Datum::Gcj02);
});
