//! A city directory of which one file has other bytes: an error or a city that can be measured, never a crash.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use lifecircle::measure::measure;
use lifecircle::summary::summarise;
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::output::Existing;
use lifecircle::standard::Standard;
use lifecircle::{city, demo, import};

mod quiet;

static CITY: OnceLock<Option<PathBuf>> = OnceLock::new();

/// A small city on disk, in the format before checksums, so that what is damaged is read.
fn directory() -> Option<PathBuf> {
    let path = std::env::temp_dir().join(format!("lifecircle-fuzz-{}.city", std::process::id()));
    let made = import::import(demo::generate(demo::Size::Small, 1), &()).ok()?;
    city::save(&made, &path, Existing::Refuse).ok()?;
    let about = std::fs::read_to_string(path.join("city.toml")).ok()?;
    let tables = about.find("[tables.")?;
    let after = about[tables..].find("\n[[").map_or(about.len(), |end| tables + end);
    let about = [&about[..tables], &about[after..]].concat().replace("format_version = 3", "format_version = 2");
    std::fs::write(path.join("city.toml"), about).ok()?;
    Some(path)
}

fuzz_target!(|bytes: &[u8]| {
    let _ = quiet::file("none", &[]);
    let Some(path) = CITY.get_or_init(directory) else { panic!("no city") };
    let Some((which, bytes)) = bytes.split_first() else { return };
    let names = ["city.toml", "homes.parquet", "facilities.parquet", "network_edges.parquet", "network_nodes.parquet",
        "communities.parquet", "basemap.parquet", "roads.parquet", "merges.parquet"];
    let file = path.join(names[usize::from(*which) % names.len()]);
    let Ok(good) = std::fs::read(&file) else { return };
    if std::fs::write(&file, bytes).is_ok()
        && let Ok(city) = city::load(path)
        && let (Ok(standard), Ok(walker)) = (Standard::find("moreno-6"), Walker::find("adult"))
    {
        let ready = ReadyCity::new(city, Walk::of(walker), &()).unwrap();
        let measured = measure(&ready, standard, &()).unwrap();
        let _ = summarise(&measured).to_json();
    }
    let _ = std::fs::write(&file, good);
});
