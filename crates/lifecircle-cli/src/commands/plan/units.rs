//! `lifecircle plan units`.

use std::collections::HashMap;
use std::path::Path;

use lifecircle::city::{City, Community};
use lifecircle::geo::Metres;
use lifecircle::measure::measure;
use lifecircle::standard::Service;
use lifecircle::{Result, jobs};
use lifecircle_plan::units::{Pieces, Pilots, Question, find_units, rank};

use super::sites::service;
use super::{Closing, load};
use crate::args::{Common, UnitsArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &UnitsArgs, common: &Common) -> Result<()> {
    let inputs: Vec<&Path> = [args.city.as_path()].into_iter().chain(args.measuring.files()).collect();
    let output = args.force.directory(args.output.as_deref(), &inputs)?;
    let (city, standard, walk) = load(&args.city, &args.measuring, common)?;
    let named = |service: &Service| (service.id.clone(), print::pick(common, &service.zh, &service.en).to_owned());
    let names: HashMap<String, String> = standard.services.iter().map(named).collect();
    let prices =
        args.prices.iter().map(|(id, price)| Ok((service(&standard, id)?, *price))).collect::<Result<Vec<_>>>()?;
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
        kept: args.keep.iter().map(|unit| kept(&city, unit)).collect(),
        gap: args.gap,
    };
    let watch = Closing::new(args.time_limit, common);
    let mut units = find_units(&ready, &question, &watch, &bars)?;
    drop(watch);
    if args.rank {
        let measured = measure(&ready, standard, &bars)?;
        let pilots = match args.budget {
            Some(budget) => Pilots { prices, budget },
            None => Pilots::of_count(&measured, FACILITIES),
        };
        let watch = Closing::new(args.time_limit, common);
        units.pilots = rank(&measured, &units, &pilots, &watch, &bars)?;
    }
    drop(bars);
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
    print::show(|out| print::units(out, &units, &names, args.output.as_deref(), common))
}

/// How many facilities a pilot has, where no budget is given.
const FACILITIES: u32 = 5;

/// The communities of a unit that is kept: those of the city that have this unit, or those that are named.
fn kept(city: &City, unit: &str) -> Vec<String> {
    let is_called = |name: &str| !name.is_empty() && name == unit;
    let is_of = |community: &&Community| is_called(&community.unit.local) || is_called(&community.unit.en);
    let members: Vec<String> = city.communities.iter().filter(is_of).map(|community| community.id.clone()).collect();
    match members.is_empty() {
        true => unit.split([',', '，']).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
        false => members,
    }
}
