//! `lifecircle export`.

use std::sync::Arc;

use lifecircle::measure::measure;
use lifecircle::network::Network;
use lifecircle::output::Output;
use lifecircle::summary::summarise;
use lifecircle::tables::Table;
use lifecircle::{Result, city, export, jobs};

use crate::args::{Common, ExportArgs, What};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &ExportArgs, common: &Common) -> Result<()> {
    let inputs = [vec![args.city.as_path()], args.measuring.files()].concat();
    let output = Output::directory(&args.output, args.force.existing(), &inputs)?;
    let (named, walk) = (args.measuring.named()?, args.measuring.walk()?);
    let city = Arc::new(city::load(&args.city)?);
    let standard = args.measuring.standard(named, &city.about, common)?;
    let bars = Bars::new(common);
    let tables: Vec<(&str, Table)> = match args.what {
        What::Network => {
            let network = Network::new(&city.streets, &walk.walker);
            vec![("nodes", export::nodes_table(&city.streets)), ("edges", export::edges_table(&city.streets, &network))]
        }
        What::Snaps => {
            let ready = jobs::make_ready(&city, &args.city, walk, &bars)?;
            vec![
                ("homes", export::home_snaps_table(&ready)),
                ("facilities", export::facility_snaps_table(&ready, &standard)),
            ]
        }
        What::Homes => {
            let measured = measure(&jobs::make_ready(&city, &args.city, walk, &bars)?, standard, &bars)?;
            let summary = summarise(&measured);
            vec![("homes", export::homes_table(&measured)), ("communities", export::communities_table(&city, &summary))]
        }
        What::Services | What::Gaps => {
            let measured = measure(&jobs::make_ready(&city, &args.city, walk, &bars)?, standard, &bars)?;
            let summary = summarise(&measured);
            match args.what {
                What::Gaps => vec![("gaps", export::gaps_table(&city, &summary))],
                _ => vec![("services", export::services_table(&summary))],
            }
        }
        What::Facilities => vec![("facilities", export::recognised_facilities_table(&city, &standard))],
    };
    let format = args.format.into();
    let mut files = Vec::new();
    for (name, table) in &tables {
        let file = format!("{name}.{}", lifecircle::tables::Format::extension(format));
        output.write(|directory| table.write(&directory.join(&file), format))?;
        files.push((args.output.join(file), table.rows()));
    }
    output.finish()?;
    drop(bars);
    print::show(|out| print::files(out, &files, common))
}
