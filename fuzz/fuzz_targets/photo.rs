//! Any bytes as a photo: an error, or a JPEG that is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle_desk::photo::drawn_anew;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(drawn) = drawn_anew(bytes) {
        assert!(drawn_anew(&drawn).is_ok(), "what was drawn is a photo");
    }
});
