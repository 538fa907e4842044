//! `lifecircle evaluate`: import, measure and report in one go.

use std::path::Path;

use lifecircle::city::{self, City};
use lifecircle::measure::{Summary, measure, summarise};
use lifecircle::output::{self, Output};
use lifecircle::progress::{Progress, Stage};
use lifecircle::reach::Engine;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::Standard;
use lifecircle::tables::Format;
use lifecircle::{Result, export, report};

use super::import;
use crate::args::{Common, EvaluateArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &EvaluateArgs, common: &Common) -> Result<()> {
    let inputs = [args.inputs.files(), args.measuring.files()].concat();
    let output = Output::directory(&args.output, args.force.existing(), &inputs)?;
    let how = (args.measuring.standard()?, args.measuring.walk()?);
    let bars = Bars::new(common);
    let city = import::make(&args.inputs, &bars)?;
    let name = format!("{}.city", file_name(&city.about.name));
    let formats = args.formats.list();
    let summary = output.write(|directory| write_all(city, how, &name, directory, &formats, common, &bars))?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::summary(out, &summary, Some(&args.output), common))?;
    Ok(())
}

/// Measures a city and writes the city itself, its results and its report into a directory that is there.
pub fn write_all(
    city: City,
    (standard, walk): (Standard, Walk),
    city_name: &str,
    directory: &Path,
    formats: &[Format],
    common: &Common,
    progress: &dyn Progress,
) -> Result<Summary> {
    let ready = ReadyCity::new(city, walk, progress);
    let city = ready.city();
    let measured = measure(&ready, standard, progress);
    let summary = summarise(city, &measured);
    progress.stage(Stage::Write, 3);
    let city_directory = directory.join(city_name);
    output::make_directory(&city_directory)?;
    city::write(city, &city_directory)?;
    ready.times().engine.keep(&Engine::file_in(&city_directory, measured.walker()))?;
    output::seal(&city_directory)?;
    progress.advance(1);
    export::write_results(city, &measured, &summary, directory, formats)?;
    progress.advance(1);
    let page = report::html(city, &measured, &summary, None, common.language());
    output::write_text(&directory.join("report.html"), &page)?;
    progress.advance(1);
    Ok(summary)
}

/// A name that any file system takes.
fn file_name(name: &str) -> String {
    let safe: String = name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    if safe.trim_matches('.').is_empty() { "city".to_owned() } else { safe }
}
