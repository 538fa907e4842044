//! Any text as a standard or a walker: an error with its place, or one that can be used, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::network::Walker;
use lifecircle::standard::Standard;

fuzz_target!(|text: &str| {
    if let Ok(standard) = Standard::parse(text) {
        assert!(standard.services.iter().all(|service| service.circle < standard.circles.len()));
    }
    if let Ok(walker) = Walker::parse(text) {
        assert!(walker.speed > 0.0 && walker.speed.is_finite());
    }
});
