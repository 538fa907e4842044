//! Any text as a scenario, a file of inputs or a published problem: an error with its place, or one that can be used, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::inputs::InputFiles;
use lifecircle_plan::published::Published;
use lifecircle_plan::scenario::Scenario;

fuzz_target!(|text: &str| {
    if let Ok(scenario) = Scenario::parse(text) {
        assert!(scenario.features.len() <= text.len());
    }
    if let Ok(inputs) = InputFiles::parse(text) {
        assert!(!inputs.paths().is_empty());
    }
    let _ = Published::parse(text);
});
