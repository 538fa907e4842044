//! `lifecircle plan units`.

use std::path::Path;
use std::sync::Arc;

use lifecircle::geo::Metres;
use lifecircle::{Result, city, jobs};
use lifecircle_plan::units::{Pieces, Question, find_units};

use super::Closing;
use crate::args::{Common, UnitsArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &UnitsArgs, common: &Common) -> Result<()> {
    let inputs: Vec<&Path> = [args.city.as_path()].into_iter().chain(args.measuring.files()).collect();
    let output = args.force.directory(args.output.as_deref(), &inputs)?;
    let walk = args.measuring.walk()?;
    let city = Arc::new(city::load(&args.city)?);
    let residents: f64 = city.homes.iter().map(|home| home.residents).sum();
    let count = match (args.count, args.people) {
        (Some(count), _) => count as usize,
        (None, people) => (residents / people.unwrap_or(residents).max(1.0)).round().max(1.0) as usize,
    };
    let bars = Bars::new(common);
    let ready = jobs::make_ready(&city, &args.city, walk, &bars)?;
    let question = Question {
        pieces: args.cells.map_or(Pieces::Communities, |side| Pieces::Cells(Metres(side))),
        count,
        tolerance: args.tolerance,
        within_districts: args.within_districts,
        together: args.together.clone(),
        apart: args.apart.clone(),
        centres: args.centre.clone(),
        gap: args.gap,
    };
    let watch = Closing::new(args.time_limit, common);
    let units = find_units(&ready, &question, &watch, &bars)?;
    drop((watch, bars));
    if let Some(output) = output {
        output.write(|directory| {
            args.formats.list().iter().try_for_each(|&format| {
                units.table().write(&directory.join(format!("units.{}", format.extension())), format)?;
                let members = units.members_table(&city);
                members.write(&directory.join(format!("communities.{}", format.extension())), format)
            })
        })?;
        output.finish()?;
    }
    print::show(|out| print::units(out, &units, args.output.as_deref(), common))
}
