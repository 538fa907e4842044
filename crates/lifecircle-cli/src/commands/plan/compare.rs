//! `lifecircle plan compare`.

use lifecircle::say;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use lifecircle::measure::{EditedCity, Measured};
use lifecircle::output::{self, Output};
use lifecircle::ready::ReadyCity;
use lifecircle::standard::Standard;
use lifecircle::{Error, Result, jobs};
use lifecircle_plan::scenario::{self, Comparison, Scenario, apply, changed_homes_table, check_services};
use serde_json::json;

use super::{Closing, load};
use crate::args::{Common, CompareArgs};
use crate::print;
use crate::progress::Bars;

/// How long is looked for the best that could be built instead.
pub const BEST_SECONDS: f64 = 10.0;

pub fn run(args: &CompareArgs, common: &Common) -> Result<()> {
    let scenarios = read(&args.scenarios)?;
    let inputs: Vec<&Path> = [args.city.as_path()]
        .into_iter()
        .chain(args.scenarios.iter().map(PathBuf::as_path))
        .chain(args.measuring.files())
        .collect();
    let output = args.force.directory(args.output.as_deref(), &inputs)?;
    let (city, standard, walk) = load(&args.city, &args.measuring, common)?;
    let bars = Bars::new(common);
    let ready = jobs::make_ready(&city, &args.city, walk, &bars)?;
    let (untouched, before) = follow(&ready, standard, &bars)?;
    let mut comparisons = Vec::new();
    for (scenario, path) in scenarios.iter().zip(&args.scenarios) {
        let (comparison, after) = try_out(scenario, &untouched, &before, &bars).map_err(|error| error.file(path))?;
        if let Some(output) = &output {
            let watch = Closing::new(BEST_SECONDS, common);
            let untouched = (&untouched, &before);
            let page = scenario::report(scenario, &comparison, untouched, &after, (&watch, &bars), common.language())?;
            write(output, args, (path, &comparison), (&before, &after), &page)?;
        }
        comparisons.push(comparison);
    }
    if let Some(output) = output {
        output.finish()?;
    }
    drop(bars);
    let written = args.output.as_deref();
    print::show(|out| match comparisons.as_slice() {
        [one] => print::comparison(out, one, &before, written, common),
        all => print::comparisons(out, all, written, common),
    })
}

/// All scenarios, before anything long begins.
fn read(paths: &[PathBuf]) -> Result<Vec<Scenario>> {
    let mut stems = HashSet::new();
    for path in paths {
        if !stems.insert(path.file_stem()) {
            return Err(Error::new(say!("two scenarios have files of one name", "两个方案的文件同名"))
                .file(path)
                .hint(say!("call one otherwise", "请改其中一个的文件名")));
        }
    }
    paths.iter().map(|path| scenario::read(path)).collect()
}

/// A city that can be edited, and what was measured of it.
pub fn follow(ready: &ReadyCity, standard: Standard, bars: &Bars) -> Result<(EditedCity, Measured)> {
    let mut untouched = EditedCity::new(ready, vec![standard], bars)?;
    // By the one standard that it is asked by.
    let before = untouched.measured(bars)?.swap_remove(0);
    Ok((untouched, before))
}

/// What a scenario changes, and what was measured with it.
pub fn try_out(
    scenario: &Scenario,
    untouched: &EditedCity,
    before: &Measured,
    bars: &Bars,
) -> Result<(Comparison, Measured)> {
    let mut edited = untouched.clone();
    let edits = apply(scenario, &mut edited)?;
    check_services(scenario, &edited)?;
    let after = edited.measured(bars)?.swap_remove(0);
    Ok((scenario::compare(scenario, edits, before, &after), after))
}

fn write(
    output: &Output,
    args: &CompareArgs,
    (path, comparison): (&Path, &Comparison),
    (before, after): (&Measured, &Measured),
    page: &str,
) -> Result<()> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let homes = changed_homes_table(before, after);
    output.write(|directory| {
        output::write_text(&directory.join(format!("{stem}.json")), &format!("{:#}\n", json!(comparison)))?;
        output::write_text(&directory.join(format!("{stem}.html")), page)?;
        args.formats.list().iter().try_for_each(|&format| {
            homes.write(&directory.join(format!("{stem}-homes.{}", format.extension())), format)
        })
    })
}
