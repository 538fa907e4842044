//! `lifecircle plan sites`.

use lifecircle::say;
use lifecircle::text::Text;
use std::path::Path;

use geo_types::{Geometry, Point};
use lifecircle::geo::Seconds;
use lifecircle::measure::{Measured, measure};
use lifecircle::sources::lists;
use lifecircle::standard::Standard;
use lifecircle::tables::Table;
use lifecircle::{Error, Result, jobs};
use lifecircle_plan::sites::{
    Areas, Candidate, Floor, Model, Most, Question, Sites, SitesDocument, fewest_sites, find_sites, offered,
    read_candidates,
};

use super::{Closing, load, write_proof};
use crate::args::{Common, SitesAreas, SitesArgs, SitesModel};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &SitesArgs, common: &Common) -> Result<()> {
    let list = args.candidates.as_deref().map(Path::new).filter(|path| path.is_file() || lists::is_list(path));
    let inputs: Vec<&Path> = [args.city.as_path()].into_iter().chain(list).chain(args.measuring.files()).collect();
    let output = args.force.directory(args.output.as_deref(), &inputs)?;
    let (city, standard, walk) = load(&args.city, &args.measuring, common)?;
    let services = args.service.iter().map(|id| service(&standard, id)).collect::<Result<Vec<_>>>()?;
    let candidates = match (list, &args.candidates) {
        (Some(path), _) => Some(read_candidates(path, &standard)?),
        (None, Some(kinds)) => Some(offered(&city, kinds, &standard)?),
        (None, None) => None,
    };
    let bars = Bars::new(common);
    let measured = measure(&jobs::make_ready(&city, &args.city, walk, &bars)?, standard, &bars)?;
    drop(bars);
    let question = question(args, services, candidates)?;
    let watch = Closing::new(args.proving.time_limit, common);
    let (solved, fewest) = match fewest_share(args) {
        Some(share) => {
            let (solved, fewest) = fewest_sites(&measured, &question, share, &watch, &())?;
            (solved, Some(fewest))
        }
        None => (find_sites(&measured, &question, &watch, &())?, None),
    };
    let seconds = watch.seconds();
    drop(watch);
    if let Some(output) = output {
        let table = table(&solved.sites, &measured);
        output.write(|directory| {
            let formats = args.formats.list();
            formats.iter().try_for_each(|&format| {
                table.write(&directory.join(format!("sites.{}", format.extension())), format)
            })?;
            write_proof(&directory.join("proof.json"), &solved.problem, &solved.outcome)
        })?;
        output.finish()?;
    }
    let document = SitesDocument::new(&solved.sites, &measured, &question, seconds);
    let document = fewest.as_ref().map_or(document.clone(), |fewest| document.of_fewest(fewest));
    print::show(|out| print::sites(out, &solved.sites, &measured, (&question, &document, fewest.as_ref()), common))
}

/// A service of a standard, by its id.
pub(super) fn service(standard: &Standard, id: &str) -> Result<usize> {
    standard.services.iter().position(|service| service.id == id).ok_or_else(|| {
        let known: Vec<&str> = standard.services.iter().map(|service| service.id.as_str()).collect();
        Error::not_found(say!("the standard {} has no service {id:?}", "标准 {} 中没有服务 {id:?}", standard.id))
            .hint(say!("choose one of {}", "可选：{}", known.join(", ")))
    })
}

/// What is asked, as the arguments have it.
fn question(args: &SitesArgs, services: Vec<usize>, candidates: Option<Vec<Candidate>>) -> Result<Question> {
    let (is_center, is_capacitated) = (args.model == SitesModel::PCenter, args.model == SitesModel::Capacitated);
    let is_fewest = fewest_share(args).is_some();
    let wrong = |what: Text, hint: Text| Err(Error::new(what).hint(hint));
    if args.cover.is_some() && !is_fewest && !is_center {
        return wrong(
            say!(
                "--cover is for the fewest that are enough, or for --model p-center",
                "--cover 用于求最少设施数，或与 --model p-center 同用"
            ),
            say!("leave the model out", "请去掉模型"),
        );
    }
    if is_fewest && (args.count.is_some() || args.budget.is_some()) {
        return wrong(
            say!("the fewest that are enough are no given number", "求最少设施数时不能指定数量"),
            say!("leave --count and --budget out, or --cover", "请去掉 --count 和 --budget，或去掉 --cover"),
        );
    }
    if !is_fewest && args.count.is_none() && args.budget.is_none() {
        return wrong(
            say!("how many are built is not said", "未说明建多少处"),
            say!("give --count or --budget", "请给出 --count 或 --budget"),
        );
    }
    if args.capacity.is_some() && !is_capacitated {
        return wrong(
            say!("--capacity is for --model capacitated", "--capacity 用于 --model capacitated"),
            say!("give --model capacitated", "请给出 --model capacitated"),
        );
    }
    let areas = match args.areas {
        SitesAreas::Districts => Areas::Districts,
        SitesAreas::Subdistricts => Areas::Subdistricts,
        SitesAreas::Communities => Areas::Communities,
    };
    let floor =
        args.floor.map(|percent| Floor::Share(percent / 100.0)).or(args.worst_first.then_some(Floor::WorstFirst));
    Ok(Question {
        services,
        together: args.together,
        most: args.budget.map_or(Most::Count(args.count.unwrap_or(1)), Most::Budget),
        model: match args.model {
            SitesModel::Mclp | SitesModel::Lscp => Model::Cover,
            SitesModel::PMedian => Model::Median,
            SitesModel::PCenter => Model::Center,
            SitesModel::Backup => Model::Backup,
            SitesModel::Capacitated => Model::Capacitated,
        },
        within: args.within.map(Seconds::from_minutes),
        candidates,
        weights: args.weights,
        prices: None,
        share: args.cover.filter(|_| is_center).map_or(1.0, |percent| percent / 100.0),
        capacity: args.capacity,
        floor: floor.map(|floor| (areas, floor)),
        gap: args.proving.gap,
    })
}

/// The share of people for whom the fewest facilities are asked, if they are.
fn fewest_share(args: &SitesArgs) -> Option<f64> {
    match args.model {
        SitesModel::Lscp => Some(args.cover.unwrap_or(100.0) / 100.0),
        SitesModel::Mclp => args.cover.map(|percent| percent / 100.0),
        _ => None,
    }
}

fn table(sites: &Sites, measured: &Measured) -> Table {
    // So that the places can be tried as a scenario: one that serves several services has a row for each.
    let rows = (1..).zip(&sites.sites).flat_map(|(order, site)| site.services.iter().map(move |of| (order, site, *of)));
    let all: Vec<_> = rows.collect();
    let is_priced = sites.sites.iter().any(|site| site.cost != 1.0);
    Table::new()
        .text("edit", all.iter().map(|_| "add_facility"))
        .integers("order", all.iter().map(|(order, ..)| *order))
        .text("service", all.iter().map(|(.., service)| measured.standard.services[*service].id.as_str()))
        .integers("candidate", all.iter().map(|(_, site, _)| site.candidate as i32))
        .maybe_text("name", all.iter().map(|(_, site, _)| Some(&site.name).filter(|name| !name.is_empty())))
        .maybe_numbers("cost", all.iter().map(|(_, site, _)| is_priced.then_some(site.cost)))
        .flags("required", all.iter().map(|(_, site, _)| site.required))
        .numbers("adds", all.iter().map(|(_, site, _)| site.adds))
        .geometry(all.iter().map(|(_, site, _)| Geometry::Point(Point(site.at))))
}
