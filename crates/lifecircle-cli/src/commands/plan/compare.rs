//! `lifecircle plan compare`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lifecircle::measure::{EditedCity, Measured};
use lifecircle::output::{self, Output};
use lifecircle::{Error, Result, city, jobs};
use lifecircle_plan::scenario::{self, Comparison, Scenario, apply, changed_homes_table, check_services};
use serde_json::json;

use crate::args::{Common, CompareArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &CompareArgs, common: &Common) -> Result<()> {
    let scenarios = read(&args.scenarios)?;
    let inputs: Vec<&Path> = [args.city.as_path()]
        .into_iter()
        .chain(args.scenarios.iter().map(PathBuf::as_path))
        .chain(args.measuring.files())
        .collect();
    let begin = |path: &PathBuf| Output::directory(path, args.force.existing(), &inputs);
    let output = args.output.as_ref().map(begin).transpose()?;
    let (standard, walk) = (args.measuring.standard()?, args.measuring.walk()?);
    let city = Arc::new(city::load(&args.city)?);
    let bars = Bars::new(common);
    let ready = jobs::make_ready(&city, &args.city, walk, &bars)?;
    let mut untouched = EditedCity::new(&ready, vec![standard], &bars)?;
    let before = measured(&mut untouched, &bars)?;
    let mut comparisons = Vec::new();
    for (scenario, path) in scenarios.iter().zip(&args.scenarios) {
        let mut edited = untouched.clone();
        let edits = apply(scenario, &mut edited).map_err(|error| error.file(path))?;
        check_services(scenario, &edited).map_err(|error| error.file(path))?;
        let after = measured(&mut edited, &bars)?;
        let comparison = scenario::compare(scenario, edits, &before, &after);
        if let Some(output) = &output {
            write(output, args, (path, &comparison), (&before, &after))?;
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
            return Err(Error::new("two scenarios have files of one name").file(path).hint("call one otherwise"));
        }
    }
    paths.iter().map(|path| scenario::read(path)).collect()
}

/// The city by the one standard that it is asked by.
fn measured(city: &mut EditedCity, bars: &Bars) -> Result<Measured> {
    Ok(city.measured(bars)?.swap_remove(0))
}

fn write(
    output: &Output,
    args: &CompareArgs,
    (path, comparison): (&Path, &Comparison),
    (before, after): (&Measured, &Measured),
) -> Result<()> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let homes = changed_homes_table(before, after);
    output.write(|directory| {
        output::write_text(&directory.join(format!("{stem}.json")), &format!("{:#}\n", json!(comparison)))?;
        args.formats.list().iter().try_for_each(|&format| {
            homes.write(&directory.join(format!("{stem}-homes.{}", format.extension())), format)
        })
    })
}
