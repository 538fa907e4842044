//! Work that is stopped stops: whenever it is, with an error that says so, and nothing is left of it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::atomic::{AtomicU64, Ordering};

use lifecircle::error::ErrorKind;
use lifecircle::geo::Seconds;
use lifecircle::import::import;
use lifecircle::inputs::InputFiles;
use lifecircle::jobs::make_city;
use lifecircle::measure::{EditedCity, measure_all};
use lifecircle::network::{Cost as _, Millis, Walker};
use lifecircle::output::{Existing, Output};
use lifecircle::progress::{Progress, Stage};
use lifecircle::reach::{Question, catchment, k_nearest, matrix, nearest, weigh, within};
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::{Result, city, demo, jobs};

/// Says stop when it was asked so often.
struct After {
    asked: AtomicU64,
    until: u64,
}

impl After {
    fn new(until: u64) -> Self {
        Self { asked: AtomicU64::new(0), until }
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Progress for After {
    fn stage(&self, _: Stage, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.until
    }
}

/// Runs some work to its end, then again and again, stopped at every tenth of its way.
fn stops<T>(what: &str, work: impl Fn(&dyn Progress) -> Result<T>) {
    let never = After::new(u64::MAX);
    work(&never).unwrap_or_else(|e| panic!("{what}: {e}"));
    let all = never.asked();
    assert!(all > 0, "{what} never asks whether to stop");
    for tenth in 0..10 {
        let progress = After::new(all * tenth / 10);
        let error = work(&progress).err().unwrap_or_else(|| panic!("{what} went on"));
        assert_eq!((error.kind(), error.kind().code()), (ErrorKind::Cancelled, "cancelled"), "{what}");
        // Threads that run side by side may each ask once more or twice.
        assert!(progress.asked() < all * tenth / 10 + 64, "{what} was asked {} times more", progress.asked());
    }
}

#[test]
fn every_long_call_stops() {
    let city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let walk = Walk::of(Walker::find("adult").unwrap());
    let standards: Vec<Standard> = Standard::built_in().map(|id| Standard::find(id).unwrap()).collect();
    stops("importing", |progress| import(demo::generate(demo::Size::Small, 1), progress));
    stops("making ready", |progress| ReadyCity::new(city.clone(), walk.clone(), progress));
    let ready = ReadyCity::new(city.clone(), walk.clone(), &()).unwrap();
    ready.lengths().engine(&()).unwrap();
    stops("measuring", |progress| measure_all(&ready, standards.clone(), progress));
    stops("following edits", |progress| EditedCity::new(&ready, standards.clone(), progress));
    let (engine, homes, facilities) =
        (ready.times().engine(&()).unwrap(), ready.times().homes(), ready.times().facilities());
    let groups = [(0..facilities.len() as u32).collect()];
    let question = Question { origins: homes, targets: facilities, groups: &groups };
    let limit = Millis::round(Seconds(900.0));
    let weights = vec![1.0; facilities.len()];
    stops("nearest", |progress| nearest(engine, question, progress));
    stops("k nearest", |progress| k_nearest(engine, question, 3, progress));
    stops("within", |progress| within(engine, question, &[[limit]], progress));
    stops("weigh", |progress| weigh(engine, question, &[[limit]], &weights, |_, _| 1.0, progress));
    stops("matrix", |progress| matrix(engine, homes, facilities, limit, progress, |_| Ok(())));
    stops("catchments", |progress| catchment(engine, facilities, homes, limit, progress));
    let doors = |places: &lifecircle::reach::Places| (0..places.len()).find_map(|p| places.doors(p).first().copied());
    let (from, to) = (doors(homes).unwrap(), doors(facilities).unwrap());
    assert!(ready.route(&[from], &[to], &After::new(0)).is_err());
}

#[test]
fn nothing_is_left_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("a.city");
    let city = import(demo::generate(demo::Size::Small, 1), &()).unwrap();
    let write = |progress: &dyn Progress| {
        let output = Output::directory(&goal, Existing::Refuse, &[])?;
        output.write(|directory| jobs::write_city(&city, directory, progress))?;
        output.finish()
    };
    assert_eq!(write(&After::new(0)).unwrap_err().kind(), ErrorKind::Cancelled);
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    write(&()).unwrap();
    assert_eq!(city::load(&goal).unwrap().homes.len(), city.homes.len());
}

/// Reading a file stops too.
#[test]
fn reading_stops() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("town.osm");
    let nodes: String = (1..=4000)
        .map(|n| {
            format!(
                "<node id='{n}' lat='{}' lon='{}'/>",
                30.0 + f64::from(n % 60) * 0.001,
                110.0 + f64::from(n / 60) * 0.001
            )
        })
        .collect();
    let ways: String = (1..=3999)
        .map(|n| format!("<way id='{n}'><nd ref='{n}'/><nd ref='{}'/><tag k='highway' v='residential'/></way>", n + 1))
        .collect();
    std::fs::write(&path, format!("<osm version='0.6'>{nodes}{ways}</osm>")).unwrap();
    stops("reading", |progress| make_city(&InputFiles::of(&path), progress));
}
