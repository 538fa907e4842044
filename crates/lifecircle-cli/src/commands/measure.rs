//! `lifecircle measure`.

use lifecircle::measure::{measure, summarise};
use lifecircle::output::{self, Output};
use lifecircle::progress::{Progress, Stage};
use lifecircle::{Result, city, export};

use crate::args::{Common, MeasureArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &MeasureArgs, common: &Common) -> Result<()> {
    if let Some(directory) = &args.output {
        output::check(directory, args.force.existing())?;
    }
    let options = args.measuring.options_of(&args.city)?;
    let city = city::load(&args.city)?;
    let bars = Bars::new(common);
    let measured = measure(&city, options, &bars);
    let summary = summarise(&city, &measured);
    if let Some(directory) = &args.output {
        bars.stage(Stage::Write, 1);
        let output = Output::directory(directory, args.force.existing())?;
        export::write_results(&city, &measured, &summary, output.path(), &args.formats.list())?;
        output.finish()?;
    }
    drop(bars);
    print::summary(&summary, args.output.as_deref(), common);
    Ok(())
}
