//! `lifecircle ledger`: what falls short, kept from one check-up to the next.

use std::path::Path;
use std::sync::Arc;

use lifecircle::ledger::{CheckUp, Ledger};
use lifecircle::measure::measure;
use lifecircle::output::Output;
use lifecircle::summary::summarise;
use lifecircle::{Result, city, jobs};

use crate::args::{Common, LedgerArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &LedgerArgs, common: &Common) -> Result<()> {
    let format = args.format()?;
    let inputs: Vec<&Path> = [args.city.as_path()].into_iter().chain(args.measuring.files()).collect();
    let output = Output::rewrite(&args.ledger, &inputs)?;
    let mut ledger = Ledger::read(&args.ledger)?;
    let (named, walk) = (args.measuring.named()?, args.measuring.walk()?);
    let city = Arc::new(city::load(&args.city)?);
    let standard = args.measuring.standard(named, &city.about, common)?;
    let bars = Bars::new(common);
    let measured = measure(&jobs::make_ready(&city, &args.city, walk, &bars)?, standard, &bars)?;
    let check = CheckUp { date: args.date(), enough: args.enough / 100.0 };
    let change = ledger.check(&summarise(&measured), check).map_err(|error| error.file(&args.ledger))?;
    output.write(|path| ledger.table().write(path, format))?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::ledger(out, &ledger, change, (&args.ledger, check.date), common))
}
