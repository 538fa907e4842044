//! Any bytes as the geometry of a GeoPackage's only feature: an error or records, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::sources::lists::geopackage::decode;

mod quiet;

fuzz_target!(|bytes: &[u8]| {
    let _ = quiet::file("wkb", &[]);
    let mut blob = b"GP\0\x01\0\0\0\0".to_vec();
    blob.extend_from_slice(bytes);
    let _ = decode(&blob);
});
