//! Any bytes as a GeoParquet list: an error or records, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::import::{ListColumns, read_list};

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("lifecircle-fuzz-{}.parquet", std::process::id()));
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let _ = read_list(&path, &ListColumns::default(), None);
});
