//! `lifecircle report`.

use std::path::Path;
use std::sync::Arc;

use lifecircle::measure::measure;
use lifecircle::output::{self, Output};
use lifecircle::summary::{compare, summarise};
use lifecircle::{Result, city, jobs, report};

use crate::args::{Common, ReportArgs};
use crate::pdf;
use crate::print;
use crate::progress::Bars;

pub fn run(args: &ReportArgs, common: &Common) -> Result<()> {
    let cities = [Some(&args.city), args.compare.as_ref()].into_iter().flatten().map(|city| city.as_path());
    let inputs: Vec<&Path> = cities.chain(args.measuring.files()).collect();
    let output = Output::file(&args.output, args.force.existing(), &inputs)?;
    let (standard, walk) = (args.measuring.standard()?, args.measuring.walk()?);
    let city = Arc::new(city::load(&args.city)?);
    let bars = Bars::new(common);
    let before = args
        .compare
        .as_deref()
        .map(|path| {
            let old = Arc::new(city::load(path)?);
            measure(&jobs::make_ready(&old, path, walk.clone(), &bars)?, standard.clone(), &bars)
        })
        .transpose()?;
    let measured = measure(&jobs::make_ready(&city, &args.city, walk, &bars)?, standard, &bars)?;
    let changes = before.as_ref().map(|before| compare(before, &measured));
    let summary = summarise(&measured);
    let page = report::html(&measured, &summary, changes.as_ref(), common.language());
    let is_pdf = args.output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
    output.write(|path| if is_pdf { pdf::print(&page, path) } else { output::write_text(path, &page) })?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::written(out, &args.output, Some(&summary), common))
}
