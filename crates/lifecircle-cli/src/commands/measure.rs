//! `lifecircle measure`: by one standard and walker, or by several, or against an earlier city.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lifecircle::city::City;
use lifecircle::measure::{Changes, Measured, Summary, compare, measure_all, summarise};
use lifecircle::output::{self, Output};
use lifecircle::progress::{Progress, Stage};
use lifecircle::{Result, city, export};
use rayon::prelude::*;

use super::ready;
use crate::args::{Common, MeasureArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &MeasureArgs, common: &Common) -> Result<()> {
    let cities = [Some(&args.city), args.compare.as_ref()].into_iter().flatten().map(|city| city.as_path());
    let inputs: Vec<&Path> = cities.chain(args.measuring.files()).collect();
    let begin = |path: &PathBuf| Output::directory(path, args.force.existing(), &inputs);
    let output = args.output.as_ref().map(begin).transpose()?;
    let (standards, walks) = (args.measuring.standards()?, args.measuring.walks()?);
    let city = Arc::new(city::load(&args.city)?);
    let load = |path: &Path| -> Result<(Arc<City>, PathBuf)> { Ok((Arc::new(city::load(path)?), path.to_path_buf())) };
    let old = args.compare.as_deref().map(load).transpose()?;
    let bars = Bars::new(common);
    let several = standards.len() * walks.len() > 1;
    let (mut summaries, mut changes) = (Vec::new(), Vec::new());
    for walk in walks {
        let before = old
            .as_ref()
            .map(|(old, path)| measure_all(&ready(old, path, walk.clone(), &bars), standards.clone(), &bars));
        let measured = measure_all(&ready(&city, &args.city, walk, &bars), standards.clone(), &bars);
        bars.stage(Stage::Write, measured.len() as u64);
        let one = |(index, measured): (usize, &Measured)| -> Result<(Summary, Option<Changes>)> {
            let summary = summarise(&city, measured);
            let before = old.as_ref().zip(before.as_ref());
            let change = before.map(|((old, _), before)| compare((old, &before[index]), (&city, measured)));
            if let Some(output) = &output {
                output.write(|directory| {
                    let mut directory = directory.to_path_buf();
                    if several {
                        directory.push(format!("{}-{}", measured.standard.id, measured.walker().id));
                        output::make_directory(&directory)?;
                    }
                    write(&city, measured, &summary, change.as_ref(), &directory, args)
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
    city: &City,
    measured: &Measured,
    summary: &Summary,
    changes: Option<&Changes>,
    directory: &Path,
    args: &MeasureArgs,
) -> Result<()> {
    export::write_results(city, measured, summary, directory, &args.formats.list())?;
    if let Some(changes) = changes {
        export::write_changes(changes, directory, &args.formats.list())?;
    }
    Ok(())
}
