//! `lifecircle import`.

use lifecircle::output::Output;
use lifecircle::progress::{Progress, Stage};
use lifecircle::{Result, jobs};

use crate::args::{Common, ImportArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &ImportArgs, common: &Common) -> Result<()> {
    let files = args.inputs.files()?;
    let output = Output::directory(&args.output, args.force.existing(), &files.paths())?;
    let bars = Bars::new(common);
    let city = jobs::make_city(&files, &bars)?;
    bars.stage(Stage::Write, 1);
    output.write(|directory| jobs::write_city(&city, directory, &bars))?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::city(out, &city, &args.output, common))
}
