//! Any bytes as a CSV list of people or facilities: an error or records, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::geo::Datum;
use lifecircle::import::{ListReading, read_list, read_people};

mod quiet;

fuzz_target!(|bytes: &[u8]| {
    let Some(path) = quiet::file("csv", bytes) else { return };
    let _ = read_people(&path, None, Datum::Bd09);
    let _ = read_list(&path, &ListReading::default());
});
