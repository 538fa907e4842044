//! `lifecircle demo`: a synthetic city, measured, a year of requests to its desk, its report opened.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use lifecircle::city::City;
use lifecircle::demo::{self, Size};
use lifecircle::import::import;
use lifecircle::measure::measure;
use lifecircle::output::Output;
use lifecircle::progress::{Progress, Stage};
use lifecircle::ready::ReadyCity;
use lifecircle::summary::summarise;
use lifecircle::tables::Format;
use lifecircle::{Error, Result, jobs, say};

use super::desk;
use crate::args::{Common, DemoArgs};
use crate::print;
use crate::progress::Bars;

pub fn run(args: &DemoArgs, common: &Common) -> Result<()> {
    let output = Output::directory(&args.output, args.force.existing(), &args.measuring.files())?;
    let named = args.measuring.named()?;
    let walk = args.measuring.walk()?;
    let bars = Bars::new(common);
    bars.stage(Stage::Generate, 1);
    let inputs = demo::generate(if args.small { Size::Small } else { Size::Full }, args.seed);
    let city = import(inputs, &bars)?;
    let standard = args.measuring.standard(named, &city.about, common)?;
    let formats = [Format::Parquet, Format::GeoJson];
    let measured = measure(&ReadyCity::new(city, walk, &bars)?, standard, &bars)?;
    let summary = summarise(&measured);
    let how = (&formats[..], common.language());
    output.write(|directory| jobs::write_all(&measured, &summary, (directory, "demo.city"), how, &bars))?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::summary(out, &summary, Some(&args.output), common))?;
    if !args.no_desk {
        requests(measured.city(), args, common)?;
    }
    let report = args.output.join("report.html");
    if !args.no_open && !common.json && std::io::stdout().is_terminal() {
        // Where there is no browser, the path that was printed has to do.
        let _ = open::that_detached(&report);
    }
    Ok(())
}

/// A year of requests, in a directory beside the results: a desk goes on living, and is not written over.
fn requests(city: &City, args: &DemoArgs, common: &Common) -> Result<()> {
    let output = &args.output;
    let keep_in = beside(output);
    let path = output.join("demo.city");
    let directory = desk::directory_of(&path, &keep_in);
    // Of which city it is: that of another is not shown beside this one.
    let (note, own) =
        (keep_in.join("city.txt"), format!("seed {}{}\n", args.seed, if args.small { ", small" } else { "" }));
    let see = desk::how_to_serve(&path, &keep_in);
    let told = if !directory.exists() {
        let asked = desk::fill_year(city, &directory)?;
        std::fs::write(&note, &own).map_err(|e| Error::io(say!("write", "写入"), &note, &e))?;
        vec![desk::filled(asked, &directory), see]
    } else if std::fs::read_to_string(&note).is_ok_and(|known| known == own) {
        let display = directory.display();
        vec![say!("The desk of an earlier demo stays as it is: {display}", "保留此前演示的受理库：{display}"), see]
    } else {
        let display = keep_in.display();
        vec![say!(
            "The desk in {display} is of another city and stays as it is; remove it to have one made for this city.",
            "{display} 中是另一座城市的受理库，未作改动；删除后可为本城市重新生成。"
        )]
    };
    if common.json {
        return Ok(());
    }
    print::show(|out| {
        for text in told {
            writeln!(out, "{}", text.pick(common.language()))?;
        }
        Ok(())
    })
}

/// `DIR-desk` for `DIR`.
fn beside(output: &Path) -> PathBuf {
    let whole = std::path::absolute(output).unwrap_or_else(|_| output.to_owned());
    let name = |path: &Path| path.file_name().map(|name| [name, "-desk".as_ref()].into_iter().collect::<OsString>());
    match (name(output), name(&whole)) {
        (Some(name), _) => output.with_file_name(name),
        (None, Some(name)) => whole.with_file_name(name),
        (None, None) => output.join("desk"),
    }
}
