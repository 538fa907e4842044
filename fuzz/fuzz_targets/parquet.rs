//! Any bytes as a GeoParquet list: an error or records, never a crash.
#![no_main]

use std::sync::Once;

use libfuzzer_sys::fuzz_target;
use lifecircle::import::{ListColumns, read_list};

static QUIET: Once = Once::new();

fuzz_target!(|bytes: &[u8]| {
    // The Parquet library's own panics are caught and become errors; the fuzzer's hook would end the run at each of
    // them. One that is not caught still ends it.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let path = std::env::temp_dir().join(format!("lifecircle-fuzz-{}.parquet", std::process::id()));
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let _ = read_list(&path, &ListColumns::default(), None);
});
