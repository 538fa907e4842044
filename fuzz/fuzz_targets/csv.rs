//! Any bytes as a CSV list of people or facilities: an error or records, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::geo::Datum;
use lifecircle::import::{ListColumns, read_list, read_people};

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("lifecircle-fuzz-{}.csv", std::process::id()));
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let _ = read_people(&path, None, Datum::Bd09);
    let _ = read_list(&path, &ListColumns::default(), Some(Datum::Gcj02));
});
