//! Measuring the demo city by every built-in standard: in one pass of the kernels, and one standard after another, as a
//! program would do that does not share it. And what a measure takes that only reads.

use divan::Bencher;
use lifecircle::city::City;
use lifecircle::import::import;
use lifecircle::measure::{Walk, measure, measure_all, summarise};
use lifecircle::network::Walker;
use lifecircle::standard::Standard;
use lifecircle::{Result, demo};

fn main() {
    divan::main();
}

/// The demo city, its walkers and all standards.
fn world() -> Result<(City, Vec<Standard>)> {
    let city = import(demo::generate(demo::Size::Full, 1), &())?;
    let standards = Standard::built_in().map(Standard::find).collect::<Result<_>>()?;
    Ok((city, standards))
}

fn walk(walker: &str) -> Result<Walk> {
    Ok(Walk::of(Walker::find(walker)?))
}

const WALKERS: [&str; 2] = ["adult", "cyclist"];

#[divan::bench(args = WALKERS, sample_count = 10, sample_size = 1)]
fn all_standards_in_one_pass(bencher: Bencher<'_, '_>, walker: &str) {
    let (Ok((city, standards)), Ok(walk)) = (world(), walk(walker)) else { return };
    bencher.bench(|| measure_all(&city, standards.clone(), walk.clone(), &()));
}

#[divan::bench(args = WALKERS, sample_count = 10, sample_size = 1)]
fn all_standards_one_by_one(bencher: Bencher<'_, '_>, walker: &str) {
    let (Ok((city, standards)), Ok(walk)) = (world(), walk(walker)) else { return };
    let one = |standard: &Standard| measure(&city, standard.clone(), walk.clone(), &());
    bencher.bench(|| standards.iter().map(one).collect::<Vec<_>>());
}

#[divan::bench(args = WALKERS, sample_count = 10, sample_size = 1)]
fn all_summaries(bencher: Bencher<'_, '_>, walker: &str) {
    let (Ok((city, standards)), Ok(walk)) = (world(), walk(walker)) else { return };
    let measured = measure_all(&city, standards, walk, &());
    bencher.bench(|| measured.iter().map(|measured| summarise(&city, measured)).collect::<Vec<_>>());
}
