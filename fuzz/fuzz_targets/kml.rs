//! Any bytes as a KML list: an error or records, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::import::{ListReading, read_list};

mod quiet;

fuzz_target!(|bytes: &[u8]| {
    let Some(path) = quiet::file("kml", bytes) else { return };
    let _ = read_list(&path, &ListReading::default());
});
