//! `lifecircle demo`: a synthetic city, measured, its report opened.

use std::io::IsTerminal;

use lifecircle::demo::{self, Size};
use lifecircle::import::import;
use lifecircle::measure::measure;
use lifecircle::output::Output;
use lifecircle::progress::{Progress, Stage};
use lifecircle::ready::ReadyCity;
use lifecircle::summary::summarise;
use lifecircle::tables::Format;
use lifecircle::{Result, jobs};

use crate::args::{Common, DemoArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &DemoArgs, common: &Common) -> Result<()> {
    let output = Output::directory(&args.output, args.force.existing(), &args.measuring.files())?;
    let named = args.measuring.named()?;
    let walk = args.measuring.walk()?;
    let bars = Bars::new(common);
    bars.stage(Stage::Generate, 1);
    let inputs = demo::generate(if args.small { Size::Small } else { Size::Full }, args.seed);
    let city = import(inputs, &bars)?;
    let standard = args.measuring.standard(named, &city.about, common)?;
    let formats = [Format::Parquet, Format::GeoJson];
    let measured = measure(&ReadyCity::new(city, walk, &bars)?, standard, &bars)?;
    let summary = summarise(&measured);
    let how = (&formats[..], common.language());
    output.write(|directory| jobs::write_all(&measured, &summary, (directory, "demo.city"), how, &bars))?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::summary(out, &summary, Some(&args.output), common))?;
    let report = args.output.join("report.html");
    if !args.no_open && !common.json && std::io::stdout().is_terminal() {
        // Where there is no browser, the path that was printed has to do.
        let _ = open::that_detached(&report);
    }
    Ok(())
}
