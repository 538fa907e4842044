//! Any bytes as a PBF file: an error or a city, never a crash. What becomes a city is measured too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifecircle::import::{Inputs, import};
use lifecircle::measure::measure;
use lifecircle::summary::summarise;
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::sources::extract::OsmSource;
use lifecircle::sources::osm_pbf::PbfFile;
use lifecircle::standard::Standard;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = PbfFile::from_bytes("fuzz.osm.pbf", bytes.to_vec()) else { return };
    let Ok(city) = import(Inputs::new("fuzz", OsmSource::Pbf(file)), &()) else { return };
    let (Ok(standard), Ok(walker)) = (Standard::find("wuhai-8"), Walker::find("adult")) else { return };
    let ready = ReadyCity::new(city, Walk::of(walker), &()).unwrap();
    let measured = measure(&ready, standard, &()).unwrap();
    let _ = summarise(&measured).to_json();
});
