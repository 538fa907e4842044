//! `lifecircle facilities`: where they come from, what was merged, and taking merges back.

use lifecircle::city::City;
use lifecircle::import::undo;
use lifecircle::output::Output;
use lifecircle::{Result, city, jobs};

use crate::args::{Common, FacilitiesArgs};
use crate::print;

pub fn run(args: &FacilitiesArgs, common: &Common) -> Result<()> {
    let mut city = city::load(&args.city)?;
    if !args.undo.is_empty() {
        let ids = ids(&args.undo, &city);
        undo(&mut city.facilities, &mut city.merges, &ids)?;
        let output = Output::update(&args.city)?;
        output.write(|directory| jobs::write_city(&city, directory, &()))?;
        output.finish()?;
        print::show(|out| print::undone(out, &ids, &args.city, common))
    } else if args.merges {
        print::show(|out| print::merges(out, &city, common))
    } else {
        print::show(|out| print::facilities(out, &city, common))
    }
}

/// The ids that the user gave: whole where a merged entry is called so, else what its commas part.
fn ids(given: &[String], city: &City) -> Vec<String> {
    let is_merged = |id: &str| city.merges.iter().any(|merge| merge.merged.id == id);
    let parts = |text: &String| -> Vec<String> {
        if is_merged(text) { vec![text.clone()] } else { text.split(',').map(|id| id.trim().to_owned()).collect() }
    };
    given.iter().flat_map(parts).filter(|id| !id.is_empty()).collect()
}
