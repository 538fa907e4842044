//! `lifecircle plan sites`.

use std::path::Path;
use std::sync::Arc;

use geo_types::{Geometry, Point};
use lifecircle::import::{ListColumns, read_list};
use lifecircle::measure::{Measured, measure};
use lifecircle::output::Output;
use lifecircle::tables::{Format, Table};
use lifecircle::{Error, Result, city, jobs};
use lifecircle_plan::sites::{Model, Question, Sites, find_sites};

use super::{Closing, write_proof};
use crate::args::{Common, SitesArgs, SitesModel};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &SitesArgs, common: &Common) -> Result<()> {
    let inputs: Vec<&Path> = [args.city.as_path()].into_iter().chain(args.candidates.as_deref()).chain(args.measuring.files()).collect();
    let begin = |path: &std::path::PathBuf| Ok::<_, Error>((Output::file(path, args.force.existing(), &inputs)?, format_of(path)?));
    let output = args.output.as_ref().map(begin).transpose()?;
    let (standard, walk) = (args.measuring.standard()?, args.measuring.walk()?);
    let service = standard.services.iter().position(|service| service.id == args.service).ok_or_else(|| {
        let known: Vec<&str> = standard.services.iter().map(|service| service.id.as_str()).collect();
        Error::not_found(format!("the standard {} has no service {:?}", standard.id, args.service))
            .hint(format!("choose one of {}", known.join(", ")))
    })?;
    let candidates = args.candidates.as_ref().map(|path| read_list(path, &ListColumns::default(), None)).transpose()?;
    let city = Arc::new(city::load(&args.city)?);
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
        candidates: candidates.as_ref().map(|list| list.facilities.iter().map(|facility| facility.at).collect()),
        gap: args.proving.gap,
    };
    let watch = Closing::new(args.proving.time_limit, common);
    let solved = find_sites(&measured, &question, &watch, &())?;
    let seconds = watch.seconds();
    drop(watch);
    if let Some(path) = &args.proving.proof {
        write_proof(path, args.force.existing(), &solved.problem, &solved.outcome)?;
    }
    if let Some((output, format)) = output {
        let names = candidates.as_ref().map(|list| list.facilities.iter().map(|facility| facility.name.local.clone()).collect::<Vec<_>>());
        output.write(|path| table(&solved.sites, names.as_deref(), &measured, service).write(path, format))?;
        output.finish()?;
    }
    print::show(|out| print::sites(out, &solved.sites, (&measured, service), (question.model, seconds), common))
}

fn format_of(path: &Path) -> Result<Format> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    Format::ALL.into_iter().find(|format| format.extension() == ending).ok_or_else(|| {
        Error::new(format!("`.{ending}` is no format that is written")).file(path).hint("use .geojson, .csv, .xlsx or .parquet")
    })
}

fn table(sites: &Sites, names: Option<&[String]>, measured: &Measured, service: usize) -> Table {
    let name = |candidate: u32| names.and_then(|names| names.get(candidate as usize)).filter(|name| !name.is_empty());
    let all = &sites.sites;
    Table::new()
        .integers("order", (1..).take(all.len()))
        .text("service", all.iter().map(|_| &measured.standard.services[service].id))
        .integers("candidate", all.iter().map(|site| site.candidate as i32))
        .maybe_text("name", all.iter().map(|site| name(site.candidate)))
        .numbers("adds", all.iter().map(|site| site.adds))
        .geometry(all.iter().map(|site| Geometry::Point(Point(site.at))))
}
