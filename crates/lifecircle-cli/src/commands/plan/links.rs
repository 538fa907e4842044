//! `lifecircle plan links`.

use std::path::Path;

use geo_types::{Geometry, LineString};
use lifecircle::geo::{Metres, Seconds};
use lifecircle::measure::measure;
use lifecircle::tables::Table;
use lifecircle::{Result, jobs};
use lifecircle_plan::links::{MissingLink, Question, missing_links};

use super::load;
use crate::args::{Common, LinksArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &LinksArgs, common: &Common) -> Result<()> {
    let inputs: Vec<&Path> = [args.city.as_path()].into_iter().chain(args.measuring.files()).collect();
    let output = args.force.directory(args.output.as_deref(), &inputs)?;
    let (city, standard, walk) = load(&args.city, &args.measuring, common)?;
    let bars = Bars::new(common);
    let measured = measure(&jobs::make_ready(&city, &args.city, walk, &bars)?, standard, &bars)?;
    let question =
        Question { longest: Metres(args.longest), saves: Seconds::from_minutes(args.saves), most: args.most as usize };
    let links = missing_links(&measured, question, &(), &bars)?;
    drop(bars);
    if let Some(output) = output {
        let table = table(&links);
        output.write(|directory| {
            let write = |format: &lifecircle::tables::Format| {
                table.write(&directory.join(format!("links.{}", format.extension())), *format)
            };
            args.formats.list().iter().try_for_each(write)
        })?;
        output.finish()?;
    }
    print::show(|out| print::links(out, &links, args.output.as_deref(), common))
}

/// So that the links can be tried as a scenario.
fn table(links: &[MissingLink]) -> Table {
    let line = |link: &MissingLink| Geometry::LineString(LineString(link.ends.to_vec()));
    Table::new()
        .text("edit", links.iter().map(|_| "open_street"))
        .text("kind", links.iter().map(|_| "path"))
        .text("name", (1..=links.len()).map(|number| format!("link {number}")))
        .numbers("metres", links.iter().map(|link| link.length.0))
        .maybe_numbers("seconds_now", links.iter().map(|link| link.now.map(|now| now.0)))
        .flags("at_dead_end", links.iter().map(|link| link.at_dead_end))
        .numbers("residents_gaining", links.iter().map(|link| link.residents))
        .numbers("services_gained", links.iter().map(|link| link.gained))
        .numbers("person_hours_saved", links.iter().map(|link| link.saved / 3_600.0))
        .geometry(links.iter().map(line))
}
