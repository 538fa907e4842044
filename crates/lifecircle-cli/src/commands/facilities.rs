//! `lifecircle facilities`: where they come from, what was merged, and taking merges back.

use lifecircle::import::undo;
use lifecircle::output::Output;
use lifecircle::{Result, city};

use super::import;
use crate::args::{Common, FacilitiesArgs};
use crate::print;

pub fn run(args: &FacilitiesArgs, common: &Common) -> Result<()> {
    let mut city = city::load(&args.city)?;
    if !args.undo.is_empty() {
        undo(&mut city.facilities, &mut city.merges, &args.undo)?;
        let output = Output::update(&args.city)?;
        output.write(|directory| import::write(&city, directory))?;
        output.finish()?;
        print::show(|out| print::undone(out, &args.undo, &args.city, common))
    } else if args.merges {
        print::show(|out| print::merges(out, &city, common))
    } else {
        print::show(|out| print::facilities(out, &city, common))
    }
}
