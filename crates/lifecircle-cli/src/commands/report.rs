//! `lifecircle report`.

use std::path::Path;
use std::sync::Arc;

use lifecircle::measure::{compare, measure, summarise};
use lifecircle::output::{self, Output};
use lifecircle::{Result, city, report};

use super::ready;
use crate::args::{Common, ReportArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &ReportArgs, common: &Common) -> Result<()> {
    let cities = [Some(&args.city), args.compare.as_ref()].into_iter().flatten().map(|city| city.as_path());
    let inputs: Vec<&Path> = cities.chain(args.measuring.files()).collect();
    let output = Output::file(&args.output, args.force.existing(), &inputs)?;
    let (standard, walk) = (args.measuring.standard()?, args.measuring.walk()?);
    let city = Arc::new(city::load(&args.city)?);
    let bars = Bars::new(common);
    let changed = args
        .compare
        .as_deref()
        .map(|path| {
            let old = Arc::new(city::load(path)?);
            Ok((measure(&ready(&old, path, walk.clone(), &bars), standard.clone(), &bars), old))
        })
        .transpose()?;
    let measured = measure(&ready(&city, &args.city, walk, &bars), standard, &bars);
    let changes = changed.as_ref().map(|(before, old)| compare((old, before), (&city, &measured)));
    let summary = summarise(&city, &measured);
    let page = report::html(&city, &measured, &summary, changes.as_ref(), common.language());
    output.write(|path| output::write_text(path, &page))?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::written(out, &args.output, Some(&summary), common))
}
