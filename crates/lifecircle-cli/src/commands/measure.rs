//! `lifecircle measure`: by one standard and walker, or by several, or against an earlier city.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lifecircle::city::City;
use lifecircle::measure::{Measured, measure_all};
use lifecircle::output::{self};
use lifecircle::progress::{Progress, Stage};
use lifecircle::summary::{Changes, Summary, compare, summarise};
use lifecircle::{Result, city, export, jobs};
use rayon::prelude::*;

use crate::args::{Common, MeasureArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &MeasureArgs, common: &Common) -> Result<()> {
    let cities = [Some(&args.city), args.compare.as_ref()].into_iter().flatten().map(|city| city.as_path());
    let inputs: Vec<&Path> = cities.chain(args.measuring.files()).collect();
    let output = args.force.directory(args.output.as_deref(), &inputs)?;
    let (named, walks) = (args.measuring.named()?, args.measuring.walks()?);
    let city = Arc::new(city::load(&args.city)?);
    let standards = args.measuring.standards(named, &city.about, common)?;
    let load = |path: &Path| -> Result<(Arc<City>, PathBuf)> { Ok((Arc::new(city::load(path)?), path.to_path_buf())) };
    let old = args.compare.as_deref().map(load).transpose()?;
    let bars = Bars::new(common);
    let several = standards.len() * walks.len() > 1;
    let (mut summaries, mut changes) = (Vec::new(), Vec::new());
    for walk in walks {
        let measure = |city: &Arc<City>, directory: &Path| {
            measure_all(&jobs::make_ready(city, directory, walk.clone(), &bars)?, standards.clone(), &bars)
        };
        let before = old.as_ref().map(|(old, path)| measure(old, path)).transpose()?;
        let measured = measure(&city, &args.city)?;
        bars.stage(Stage::Write, measured.len() as u64);
        let one = |(index, measured): (usize, &Measured)| -> Result<(Summary, Option<Changes>)> {
            let summary = summarise(measured);
            let change = before.as_ref().map(|before| compare(&before[index], measured));
            if let Some(output) = &output {
                output.write(|directory| {
                    let mut directory = directory.to_path_buf();
                    if several {
                        directory.push(format!("{}-{}", measured.standard.id, measured.walker().id));
                        output::make_directory(&directory)?;
                    }
                    write(measured, &summary, change.as_ref(), &directory, args)
                })?;
            }
            bars.advance(1);
            Ok((summary, change))
        };
        let done: Vec<_> = measured.par_iter().enumerate().map(one).collect::<Result<_>>()?;
        for (summary, change) in done {
            summaries.push(summary);
            changes.extend(change);
        }
    }
    if let Some(output) = output {
        output.finish()?;
    }
    drop(bars);
    let directory = args.output.as_deref();
    print::show(|out| match (summaries.as_slice(), changes.as_slice()) {
        ([summary], []) => print::summary(out, summary, directory, common),
        (_, []) => print::summaries(out, &summaries, directory, common),
        ([summary], [change]) => print::changes(out, change, summary, directory, common),
        _ => print::all_changes(out, &changes, &summaries, directory, common),
    })
}

fn write(
    measured: &Measured,
    summary: &Summary,
    changes: Option<&Changes>,
    directory: &Path,
    args: &MeasureArgs,
) -> Result<()> {
    export::write_results(measured, summary, directory, &args.formats.list())?;
    if let Some(changes) = changes {
        export::write_changes(changes, directory, &args.formats.list())?;
    }
    Ok(())
}
