//! `lifecircle evaluate`: import, measure and report in one go.

use lifecircle::measure::measure;
use lifecircle::output::Output;
use lifecircle::ready::ReadyCity;
use lifecircle::summary::summarise;
use lifecircle::{Result, jobs};

use crate::args::{Common, EvaluateArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &EvaluateArgs, common: &Common) -> Result<()> {
    let files = args.inputs.files()?;
    let read = [files.paths(), args.measuring.files()].concat();
    let output = Output::directory(&args.output, args.force.existing(), &read)?;
    let (named, walk) = (args.measuring.named()?, args.measuring.walk()?);
    let bars = Bars::new(common);
    let city = jobs::make_city(&files, &bars)?;
    let standard = args.measuring.standard(named, &city.about, common)?;
    let name = format!("{}.city", jobs::file_name(&city.about.name));
    let measured = measure(&ReadyCity::new(city, walk, &bars)?, standard, &bars)?;
    let summary = summarise(&measured);
    let how = (args.formats.list(), common.language());
    output.write(|directory| jobs::write_all(&measured, &summary, (directory, &name), (&how.0, how.1), &bars))?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::summary(out, &summary, Some(&args.output), common))
}
