//! Measuring the demo city by every built-in standard: in one pass of the kernels, and one standard after another, as a
//! program would do that does not share it. And what a measure takes that only reads.
#![allow(clippy::expect_used)] // A benchmark without its city has nothing to say.

use std::sync::Arc;

use divan::Bencher;
use lifecircle::city::{City, Direction, Facility, Street};
use lifecircle::import::import;
use lifecircle::measure::{EditedCity, measure, measure_all};
use lifecircle::network::Walker;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::summary::summarise;
use lifecircle::{Result, demo};

fn main() {
    divan::main();
}

/// The demo city, its walkers and all standards.
fn world() -> Result<(Arc<City>, Vec<Standard>)> {
    let city = import(demo::generate(demo::Size::Full, 1), &())?;
    let standards = Standard::built_in().map(Standard::find).collect::<Result<_>>()?;
    Ok((Arc::new(city), standards))
}

fn walk(walker: &str) -> Result<Walk> {
    Ok(Walk::of(Walker::find(walker)?))
}

const WALKERS: [&str; 2] = ["adult", "cyclist"];

#[divan::bench(args = WALKERS, sample_count = 10, sample_size = 1)]
fn all_standards_in_one_pass(bencher: Bencher<'_, '_>, walker: &str) {
    let (Ok((city, standards)), Ok(walk)) = (world(), walk(walker)) else { return };
    let ready = || ReadyCity::new(Arc::clone(&city), walk.clone(), &()).expect("nobody stops it");
    bencher.bench(|| measure_all(&ready(), standards.clone(), &()).expect("nobody stops it"));
}

#[divan::bench(args = WALKERS, sample_count = 10, sample_size = 1)]
fn all_standards_one_by_one(bencher: Bencher<'_, '_>, walker: &str) {
    let (Ok((city, standards)), Ok(walk)) = (world(), walk(walker)) else { return };
    let ready = || ReadyCity::new(Arc::clone(&city), walk.clone(), &()).expect("nobody stops it");
    let one = |standard: &Standard| measure(&ready(), standard.clone(), &()).expect("nobody stops it");
    bencher.bench(|| standards.iter().map(one).collect::<Vec<_>>());
}

#[divan::bench(args = WALKERS, sample_count = 10, sample_size = 1)]
fn all_summaries(bencher: Bencher<'_, '_>, walker: &str) {
    let (Ok((city, standards)), Ok(walk)) = (world(), walk(walker)) else { return };
    let ready = ReadyCity::new(Arc::clone(&city), walk, &()).expect("nobody stops it");
    let measured = measure_all(&ready, standards, &()).expect("nobody stops it");
    bencher.bench(|| measured.iter().map(summarise).collect::<Vec<_>>());
}

/// A facility comes and goes, or a street is closed and opened, and the city is measured and summarised after each.
#[divan::bench(sample_count = 10)]
fn facility_added_and_removed(bencher: Bencher<'_, '_>) {
    let Ok(mut edited) = edited() else { return };
    let new = Facility { id: "new".to_owned(), ..edited.city().facilities[100].clone() };
    bencher.bench_local(|| {
        let index = edited.add_facility(new.clone()).expect("nobody stops it");
        let with = edited.measured(&()).expect("nobody stops it").iter().map(summarise).count();
        edited.remove_facility(index).expect("nobody stops it");
        with + edited.measured(&()).expect("nobody stops it").iter().map(summarise).count()
    });
}

#[divan::bench(sample_count = 10)]
fn street_closed_and_opened(bencher: Bencher<'_, '_>) {
    let Ok(mut edited) = edited() else { return };
    let street = edited.city().streets.edges[100].clone();
    bencher.bench_local(|| {
        let closed = Street { direction: Direction::Closed, ..street.clone() };
        edited.set_street(100, closed).expect("nobody stops it");
        let without = edited.measured(&()).expect("nobody stops it").iter().map(summarise).count();
        edited.set_street(100, street.clone()).expect("nobody stops it");
        without + edited.measured(&()).expect("nobody stops it").iter().map(summarise).count()
    });
}

fn edited() -> Result<EditedCity> {
    let (city, _) = world()?;
    EditedCity::new(&ReadyCity::new(city, walk("adult")?, &())?, vec![Standard::find("wuhai-8")?], &())
}
