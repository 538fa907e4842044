//! Any bytes as another hotline's list of requests, outlines of grids, a dispatch catalogue or a working calendar: an error or what they
//! say, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::geo::Datum;
use lifecircle_desk::calendar::Calendar;
use lifecircle_desk::catalogue::Catalogue;
use lifecircle_desk::grids::Grids;
use lifecircle_desk::list::{Reading, look, read};

mod quiet;

fuzz_target!(|bytes: &[u8]| {
    let Ok(catalogue) = Catalogue::usual() else { return };
    let Ok(calendar) = Calendar::china() else { return };
    let reading = Reading { categories: [("*".to_owned(), "other".to_owned())].into(), ..Reading::default() };
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Catalogue::read(text);
        if let Ok(calendar) = Calendar::read(text) {
            let _ = calendar.moment_of("2026-11-27 08:30");
        }
    }
    for ending in ["csv", "geojson"] {
        let Some(path) = quiet::file(ending, bytes) else { return };
        let _ = look(path.as_path(), &reading, &catalogue);
        let _ = read(path.as_path(), &reading, (&catalogue, &calendar), |_| None);
        let _ = Grids::read(path.as_path(), Datum::Gcj02);
    }
});
