//! `lifecircle desk`: what is done with a desk's files, beside serving them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use lifecircle::city::City;
use lifecircle::geo::{Datum, LonLat};
use lifecircle::output::{Existing, Output};
use lifecircle::summary::community_at;
use lifecircle::text::Text;
use lifecircle::{Error, Result, city, say};
use lifecircle_desk::calendar::Calendar;
use lifecircle_desk::catalogue::Catalogue;
use lifecircle_desk::demo::{Place, fill};
use lifecircle_desk::grids::Grids;
use lifecircle_desk::list::{self, Reading, Told};
use lifecircle_desk::{Area, At, Clock, Database, Desk, Durability, Refusal, Settings, Who};

use crate::args::{Common, DeskArgs, DeskCommand};
use crate::print;

/// Homes that ask in a synthetic year.
const MOST_PLACES: usize = 400;

pub fn run(command: &DeskCommand, common: &Common) -> Result<()> {
    match command {
        DeskCommand::Check { desk } => check(desk, common),
        DeskCommand::BackUp { desk, output } => {
            existing(desk)?.back_up(output).map_err(Refusal::into_error)?;
            tell(&say!("Written: {}", "已写入：{}", output.display()), common);
            let key = say!(
                "The key ({}) is not in it; keep it elsewhere.",
                "其中不含密钥（{}）；请另行保存。",
                desk.desk.join("desk.key").display()
            );
            tell(&key, common);
            Ok(())
        }
        DeskCommand::Restore { desk, from } => {
            if !desk.desk.join("desk.key").is_file() {
                let problem = say!("the key of that desk is not here", "这里没有原受理库的密钥");
                return Err(Error::not_found(problem)
                    .file(&desk.desk)
                    .hint(say!("put its desk.key into this directory first", "请先把原受理库的 desk.key 放入该目录")));
            }
            opened(desk)?.restore(from).map_err(Refusal::into_error)?;
            tell(&say!("Restored: {}", "已恢复：{}", desk.desk.display()), common);
            Ok(())
        }
        DeskCommand::Catalogue { output } => {
            if output.exists() {
                return Err(Error::exists(say!("something is there already", "已存在")).file(output));
            }
            if output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
                Catalogue::usual()?.write_workbook(output)?;
            } else {
                let write = |e: std::io::Error| Error::io(say!("write", "写入"), output, &e);
                std::fs::write(output, Catalogue::usual_text()).map_err(write)?;
            }
            tell(&say!("Written: {}", "已写入：{}", output.display()), common);
            Ok(())
        }
        DeskCommand::Import { desk, list, city, catalogue, grids, columns, category, datum, source, check } => {
            let reading = Reading {
                columns: columns.iter().map(|text| column_of(text)).collect::<Result<_>>()?,
                categories: category.iter().map(|text| pair("--category", text)).collect::<Result<_>>()?,
                datum: *datum,
                source: source.clone(),
            };
            import(desk, (list, &reading), (city, catalogue.as_deref(), grids.as_deref()), *check, common)
        }
        DeskCommand::Fill { city, keep_in } => synthetic_year(city, keep_in, common),
    }
}

fn tell(text: &Text, common: &Common) {
    if !common.quiet {
        eprintln!("{}", text.pick(common.language()));
    }
}

/// A desk that may be made.
fn opened(desk: &DeskArgs) -> Result<Desk> {
    Desk::open(Settings {
        directory: desk.desk.clone(),
        database: desk.database.clone().map_or(Database::Sqlite, Database::Postgres),
        catalogue: Catalogue::usual()?,
        calendar: Calendar::china()?,
        clock: Clock::System,
        durability: Durability::OnDisk,
    })
}

/// A desk that must be there: looking at one makes none.
fn existing(desk: &DeskArgs) -> Result<Desk> {
    let must = if desk.database.is_some() { "desk.key" } else { "desk.sqlite" };
    if !desk.desk.join(must).is_file() {
        let problem = say!("there is no desk here", "这里没有受理库");
        return Err(Error::not_found(problem).file(&desk.desk).hint(say!(
            "name the directory that holds {must}: DIR/desk/CITY of lifecircle serve --keep-in DIR",
            "请指明含 {must} 的目录，即 lifecircle serve --keep-in DIR 的 DIR/desk/城市"
        )));
    }
    opened(desk)
}

fn check(desk: &DeskArgs, common: &Common) -> Result<()> {
    let checked = existing(desk)?.check().map_err(Refusal::into_error)?;
    let language = common.language();
    print::show(|out| {
        if common.json {
            let faults: Vec<&str> = checked.faults.iter().map(|fault| fault.pick(language)).collect();
            let told = serde_json::json!({
                "entries": checked.entries, "requests": checked.requests, "wrong": checked.wrong, "faults": faults,
            });
            return writeln!(out, "{told:#}");
        }
        for fault in &checked.faults {
            writeln!(out, "{}", fault.pick(language))?;
        }
        let whole = say!(
            "{} requests and {} entries looked at; {} faults",
            "已核对 {} 件诉求、{} 条记录；发现 {} 处问题",
            checked.requests,
            checked.entries,
            checked.wrong
        );
        writeln!(out, "{}", whole.pick(language))
    })?;
    if checked.wrong > 0 {
        let problem = say!("the chain does not hold", "记录链不完整");
        return Err(Error::damaged(problem).file(&desk.desk).hint(say!("compare it with a backup", "请与备份比对")));
    }
    Ok(())
}

/// Two texts with `=` between.
fn pair(setting: &str, text: &str) -> Result<(String, String)> {
    match text.rsplit_once('=') {
        Some((word, of)) if !word.trim().is_empty() && !of.trim().is_empty() => {
            Ok((word.trim().to_owned(), of.trim().to_owned()))
        }
        _ => Err(Error::new(say!("{setting} {text:?} is no WORD=NAME", "{setting} {text:?} 应写成 名称=名称"))),
    }
}

fn column_of(text: &str) -> Result<(Told, String)> {
    let (word, column) = pair("--columns", text)?;
    let told = Told::ALL.into_iter().find(|told| told.word() == word).ok_or_else(|| {
        let known = Told::ALL.map(Told::word).join(", ");
        Error::new(say!("--columns: there is no {word:?}", "--columns：没有 {word:?}"))
            .hint(say!("choose of {known}", "可选：{known}"))
    })?;
    Ok((told, column))
}

/// Takes another hotline's list.
fn import(
    desk: &DeskArgs,
    (list, reading): (&Path, &Reading),
    (city, catalogue, grids): (&Path, Option<&Path>, Option<&Path>),
    only_check: bool,
    common: &Common,
) -> Result<()> {
    let city = city::load(city)?;
    let areas: Vec<Area> = city.communities.iter().map(Area::from).collect();
    let catalogue = match catalogue {
        Some(path) => Catalogue::open(path)?,
        None => Catalogue::usual()?,
    }
    .with_areas(&areas);
    let grids = match grids {
        Some(path) => Grids::read(path, Datum::default())?,
        None => Grids::default(),
    };
    let community = |at: At| areas.get(community_at(&city, LonLat { x: at.lon, y: at.lat })?).cloned();
    let area_of = |at: At| grids.area(community(at), at);
    let calendar = Calendar::china()?;
    let found = list::read(list, reading, (&catalogue, &calendar), area_of)?;
    let columns: Vec<String> = found.columns.iter().map(|(told, name)| format!("{}={name}", told.word())).collect();
    let looked = say!(
        "{} requests, {} with coordinates, {} with a time; columns: {}",
        "{} 件诉求，其中 {} 件有坐标、{} 件有时间；列：{}",
        found.requests.len(),
        found.placed,
        found.timed,
        columns.join(", ")
    );
    tell(&looked, common);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for request in &found.requests {
        *counts.entry(&request.category).or_default() += 1;
    }
    for (id, count) in counts {
        let name = catalogue.category(id).map_or_else(|| Text::same(id), |category| category.name.text());
        tell(&Text::same(format!("  {} {count}", name.pick(common.language()))), common);
    }
    if only_check {
        return Ok(());
    }
    let desk = Desk::open(Settings {
        directory: desk.desk.clone(),
        database: desk.database.clone().map_or(Database::Sqlite, Database::Postgres),
        catalogue,
        calendar,
        clock: Clock::System,
        durability: Durability::OnDisk,
    })?;
    let before = desk.last_number().map_err(Refusal::into_error)?;
    let asked = desk.ask_all(&found.requests, &Who::SYSTEM).map_err(Refusal::into_error)?;
    let new = asked.iter().copied().filter(|number| *number > before).collect::<BTreeSet<i64>>().len();
    let known = asked.len() - new;
    tell(&say!("Taken: {new}; known already: {known}", "新增 {new} 件；此前已有 {known} 件"), common);
    Ok(())
}

/// Fills the desk of a synthetic city; that of a real one never.
fn synthetic_year(path: &Path, keep_in: &Path, common: &Common) -> Result<()> {
    let city = city::load(path)?;
    if !city.about.synthetic {
        let problem = say!(
            "this is a real city: its desk is not filled with requests that nobody made",
            "这是真实城市：不会填入虚构的诉求"
        );
        return Err(Error::new(problem)
            .file(path)
            .hint(say!("use the city of lifecircle demo", "请使用 lifecircle demo 生成的城市")));
    }
    let directory = directory_of(path, keep_in);
    if directory.join("desk.sqlite").exists() {
        return Err(Error::exists(say!("this city has a desk already", "该城市已有受理库"))
            .file(&directory)
            .hint(say!("name another directory with --keep-in", "请用 --keep-in 指定另一目录")));
    }
    let asked = fill_year(&city, &directory)?;
    tell(&filled(asked, &directory), common);
    tell(&how_to_serve(path, keep_in), common);
    Ok(())
}

/// Where serve keeps the desk of a city.
pub fn directory_of(city: &Path, keep_in: &Path) -> PathBuf {
    let name = city.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    keep_in.join("desk").join(lifecircle::jobs::file_name(name.strip_suffix(".city").unwrap_or(&name)))
}

/// What was filled.
pub fn filled(asked: usize, directory: &Path) -> Text {
    say!("{asked} synthetic requests: {}", "已生成 {asked} 件合成诉求：{}", directory.display())
}

/// How a filled desk is seen.
pub fn how_to_serve(city: &Path, keep_in: &Path) -> Text {
    say!(
        "See them: lifecircle serve {} --desk --keep-in {} --open",
        "查看：lifecircle serve {} --desk --keep-in {} --open",
        city.display(),
        keep_in.display()
    )
}

/// Makes a desk with a year of requests that nobody made, whole or not at all; returns how many.
pub fn fill_year(city: &City, directory: &Path) -> Result<usize> {
    let areas: Vec<Area> = city.communities.iter().map(Area::from).collect();
    let step = (city.homes.len() / MOST_PLACES).max(1);
    let places: Vec<Place> = city
        .homes
        .iter()
        .step_by(step)
        .filter_map(|home| {
            let area = areas.get(community_at(city, home.at)?)?.clone();
            Some(Place { at: At { lon: home.at.x, lat: home.at.y }, area })
        })
        .collect();
    let clock = Arc::new(AtomicI64::new(0));
    let end = Clock::System.now();
    let output = Output::directory(directory, Existing::Refuse, &[])?;
    let asked = output.write(|made| {
        // The desk makes it anew, for its owner alone.
        std::fs::remove_dir(made).map_err(|e| Error::io(say!("write", "写入"), made, &e))?;
        let settings = Settings {
            directory: made.to_owned(),
            database: Database::Sqlite,
            catalogue: Catalogue::usual()?.with_areas(&areas),
            calendar: Calendar::china()?,
            clock: Clock::Set(Arc::clone(&clock)),
            durability: Durability::Quick,
        };
        fill(&Desk::open(settings)?, &clock, &places, end).map_err(Refusal::into_error)
    })?;
    output.finish()?;
    Ok(asked)
}
