//! Any bytes as OpenStreetMap XML: an error or a city, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::import::{Inputs, import};
use lifecircle::sources::extract::OsmSource;

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("lifecircle-fuzz-{}.osm", std::process::id()));
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    if let Ok(source) = OsmSource::open(&path) {
        let _ = import(Inputs::new("fuzz", source), &());
    }
});
