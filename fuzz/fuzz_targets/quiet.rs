//! What the targets share: bytes as a file, and caught panics kept quiet.

use std::path::PathBuf;
use std::sync::Once;

static QUIET: Once = Once::new();

/// Writes bytes into a file of a fuzzer's own, with an ending that says what they are. Panics of libraries are caught by the
/// readers and become errors; the fuzzer's hook would end the run at each. One that nobody catches still ends it.
#[allow(dead_code)]
pub fn file(ending: &str, bytes: &[u8]) -> Option<PathBuf> {
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let path = std::env::temp_dir().join(format!("lifecircle-fuzz-{}.{ending}", std::process::id()));
    std::fs::write(&path, bytes).ok()?;
    Some(path)
}
