//! Measuring the demo city by every built-in standard: in one pass of the kernels, and one standard after another, as a
//! program would do that does not share it. And what a measure takes that only reads.

use std::sync::Arc;

use divan::Bencher;
use lifecircle::city::City;
use lifecircle::import::import;
use lifecircle::measure::{measure, measure_all};
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
    let ready = || ReadyCity::new(Arc::clone(&city), walk.clone(), &()).unwrap();
    bencher.bench(|| measure_all(&ready(), standards.clone(), &()).unwrap());
}

#[divan::bench(args = WALKERS, sample_count = 10, sample_size = 1)]
fn all_standards_one_by_one(bencher: Bencher<'_, '_>, walker: &str) {
    let (Ok((city, standards)), Ok(walk)) = (world(), walk(walker)) else { return };
    let ready = || ReadyCity::new(Arc::clone(&city), walk.clone(), &()).unwrap();
    let one = |standard: &Standard| measure(&ready(), standard.clone(), &()).unwrap();
    bencher.bench(|| standards.iter().map(one).collect::<Vec<_>>());
}

#[divan::bench(args = WALKERS, sample_count = 10, sample_size = 1)]
fn all_summaries(bencher: Bencher<'_, '_>, walker: &str) {
    let (Ok((city, standards)), Ok(walk)) = (world(), walk(walker)) else { return };
    let ready = ReadyCity::new(Arc::clone(&city), walk, &()).unwrap();
    let measured = measure_all(&ready, standards, &()).unwrap();
    bencher.bench(|| measured.iter().map(|measured| summarise(measured)).collect::<Vec<_>>());
}
