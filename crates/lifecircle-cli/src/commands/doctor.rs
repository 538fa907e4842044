//! `lifecircle doctor`.

use std::sync::Arc;

use lifecircle::measure::measure;
use lifecircle::summary::{footing, summarise};
use lifecircle::{Result, city, jobs};

use crate::args::{Common, DoctorArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &DoctorArgs, common: &Common) -> Result<()> {
    let (named, walk) = (args.measuring.named()?, args.measuring.walk()?);
    let city = Arc::new(city::load(&args.city)?);
    let standard = args.measuring.standard(named, &city.about, common)?;
    let bars = Bars::new(common);
    let measured = measure(&jobs::make_ready(&city, &args.city, walk, &bars)?, standard, &bars)?;
    let summary = summarise(&measured);
    let findings = footing(&city, &summary);
    drop(bars);
    print::show(|out| print::footing(out, &summary, &findings, common))
}
