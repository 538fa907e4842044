//! `lifecircle plan sites`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use geo_types::{Geometry, Point};
use lifecircle::geo::Seconds;
use lifecircle::import::{ListReading, read_list};
use lifecircle::measure::{Measured, measure};
use lifecircle::output::Output;
use lifecircle::tables::Table;
use lifecircle::{Error, Result, city, jobs};
use lifecircle_plan::sites::{Model, Question, Sites, find_sites};

use super::{Closing, write_proof};
use crate::args::{Common, SitesArgs, SitesModel};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &SitesArgs, common: &Common) -> Result<()> {
    let inputs: Vec<&Path> =
        [args.city.as_path()].into_iter().chain(args.candidates.as_deref()).chain(args.measuring.files()).collect();
    let begin = |path: &PathBuf| Output::directory(path, args.force.existing(), &inputs);
    let output = args.output.as_ref().map(begin).transpose()?;
    let (named, walk) = (args.measuring.named()?, args.measuring.walk()?);
    let candidates = args.candidates.as_ref().map(|path| read_list(path, &ListReading::default())).transpose()?;
    if let Some((list, file)) = candidates.as_ref().zip(args.candidates.as_ref())
        && let Some(unplaced) = list.unplaced.first()
    {
        return Err(Error::new("it has no coordinates")
            .file(file)
            .place(unplaced.row.to_string())
            .hint("fill them in or remove the line"));
    }
    let city = Arc::new(city::load(&args.city)?);
    let standard = args.measuring.standard(named, &city.about, common)?;
    let service = standard.services.iter().position(|service| service.id == args.service).ok_or_else(|| {
        let known: Vec<&str> = standard.services.iter().map(|service| service.id.as_str()).collect();
        Error::not_found(format!("the standard {} has no service {:?}", standard.id, args.service))
            .hint(format!("choose one of {}", known.join(", ")))
    })?;
    let bars = Bars::new(common);
    let measured = measure(&jobs::make_ready(&city, &args.city, walk, &bars)?, standard, &bars)?;
    drop(bars);
    let question = Question {
        service,
        count: args.count,
        model: match args.model {
            SitesModel::Mclp => Model::Cover,
            SitesModel::PMedian => Model::Median,
        },
        within: args.within.map(Seconds::from_minutes),
        candidates: candidates.as_ref().map(|list| list.facilities.iter().map(|facility| facility.at).collect()),
        gap: args.proving.gap,
    };
    let watch = Closing::new(args.proving.time_limit, common);
    let solved = find_sites(&measured, &question, &watch, &())?;
    let seconds = watch.seconds();
    drop(watch);
    if let Some(output) = output {
        let names = candidates
            .as_ref()
            .map(|list| list.facilities.iter().map(|facility| facility.name.local.clone()).collect::<Vec<_>>());
        let table = table(&solved.sites, names.as_deref(), &measured, service);
        output.write(|directory| {
            let formats = args.formats.list();
            formats.iter().try_for_each(|&format| {
                table.write(&directory.join(format!("sites.{}", format.extension())), format)
            })?;
            write_proof(&directory.join("proof.json"), &solved.problem, &solved.outcome)
        })?;
        output.finish()?;
    }
    print::show(|out| print::sites(out, &solved.sites, &measured, (&question, seconds), common))
}

fn table(sites: &Sites, names: Option<&[String]>, measured: &Measured, service: usize) -> Table {
    let name = |candidate: u32| names.and_then(|names| names.get(candidate as usize)).filter(|name| !name.is_empty());
    let all = &sites.sites;
    // So that the places can be tried as a scenario.
    Table::new()
        .text("edit", all.iter().map(|_| "add_facility"))
        .integers("order", (1..).take(all.len()))
        .text("service", all.iter().map(|_| &measured.standard.services[service].id))
        .integers("candidate", all.iter().map(|site| site.candidate as i32))
        .maybe_text("name", all.iter().map(|site| name(site.candidate)))
        .numbers("adds", all.iter().map(|site| site.adds))
        .geometry(all.iter().map(|site| Geometry::Point(Point(site.at))))
}
