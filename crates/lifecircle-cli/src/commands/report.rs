//! `lifecircle report`.

use std::path::Path;
use std::sync::Arc;

use lifecircle::measure::measure;
use lifecircle::output::{self, Output};
use lifecircle::summary::{compare, summarise};
use lifecircle::{Result, city, jobs, report};

use lifecircle_plan::scenario;

use super::plan::Closing;
use super::plan::compare::{BEST_SECONDS, follow, try_out};
use crate::args::{Common, ReportArgs};
use crate::pdf;
use crate::print;
use crate::progress::Bars;

pub fn run(args: &ReportArgs, common: &Common) -> Result<()> {
    let cities = [Some(&args.city), args.compare.as_ref(), args.scenario.as_ref()]
        .into_iter()
        .flatten()
        .map(|city| city.as_path());
    let inputs: Vec<&Path> = cities.chain(args.measuring.files()).collect();
    let output = Output::file(&args.output, args.force.existing(), &inputs)?;
    let (named, walk) = (args.measuring.named()?, args.measuring.walk()?);
    let city = Arc::new(city::load(&args.city)?);
    let standard = args.measuring.standard(named, &city.about, common)?;
    let bars = Bars::new(common);
    let before = args
        .compare
        .as_deref()
        .map(|path| {
            let old = Arc::new(city::load(path)?);
            measure(&jobs::make_ready(&old, path, walk.clone(), &bars)?, standard.clone(), &bars)
        })
        .transpose()?;
    let ready = jobs::make_ready(&city, &args.city, walk, &bars)?;
    let (page, summary) = match &args.scenario {
        Some(path) => {
            let scenario = scenario::read(path)?;
            let (untouched, before) = follow(&ready, standard, &bars)?;
            let (comparison, after) =
                try_out(&scenario, &untouched, &before, &bars).map_err(|error| error.file(path))?;
            let watch = Closing::new(BEST_SECONDS, common);
            let untouched = (&untouched, &before);
            let page = scenario::report(&scenario, &comparison, untouched, &after, (&watch, &bars), common.language())?;
            (page, summarise(&after))
        }
        None => {
            let measured = measure(&ready, standard, &bars)?;
            let changes = before.as_ref().map(|before| compare(before, &measured));
            let summary = summarise(&measured);
            (report::html(&measured, &summary, changes.as_ref(), None, common.language()), summary)
        }
    };
    let is_pdf = args.output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
    output.write(|path| if is_pdf { pdf::print(&page, path) } else { output::write_text(path, &page) })?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::written(out, &args.output, Some(&summary), common))
}
