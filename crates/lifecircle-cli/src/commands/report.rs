//! `lifecircle report`.

use lifecircle::say;
use std::path::Path;
use std::sync::Arc;

use lifecircle::measure::{Measured, measure};
use lifecircle::output::{self, Output};
use lifecircle::ready::ReadyCity;
use lifecircle::report::{self, Contents, Help};
use lifecircle::standard::Standard;
use lifecircle::summary::{CommunitySummary, Summary, compare, summarise};
use lifecircle::{Error, Result, city, jobs};

use lifecircle_plan::helps::most_helpful;
use lifecircle_plan::scenario;

use super::plan::Closing;
use super::plan::compare::{BEST_SECONDS, follow, try_out};
use crate::args::{Common, ReportArgs};
use crate::pdf::{self, Picture};
use crate::print;
use crate::progress::Bars;

/// How many new facilities the first page names.
const HELPS: u32 = 3;

/// What is written, by the ending of its file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Html,
    Pdf,
    Png,
    Svg,
}

impl Ending {
    fn of(args: &ReportArgs) -> Result<Self> {
        let ending = args.output.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "pdf" => Ok(Self::Pdf),
            "png" if args.one_page => Ok(Self::Png),
            "svg" if args.one_page => Ok(Self::Svg),
            "png" | "svg" if args.community.is_some() => Err(Error::new(say!(
                "the sheet of a community is no .{ending} picture",
                "社区专页不能写成 .{ending} 图"
            ))
            .file(&args.output)
            .hint(say!("name it .html or .pdf", "请改用 .html 或 .pdf"))),
            "png" | "svg" => Err(Error::new(say!(
                "a report of many pages cannot be one .{ending} picture",
                "多页报告不能写成一张 .{ending} 图"
            ))
            .file(&args.output)
            .hint(say!("name it .html or .pdf, or add --one-page", "请改用 .html 或 .pdf，或加上 --one-page"))),
            // Whatever else it is called: a web page, as it always was.
            _ => Ok(Self::Html),
        }
    }
}

pub fn run(args: &ReportArgs, common: &Common) -> Result<()> {
    let cities = [Some(&args.city), args.compare.as_ref(), args.scenario.as_ref()]
        .into_iter()
        .flatten()
        .map(|city| city.as_path());
    let inputs: Vec<&Path> = cities.chain(args.measuring.files()).collect();
    let ending = Ending::of(args)?;
    let output = Output::file(&args.output, args.force.existing(), &inputs)?;
    let (named, walk) = (args.measuring.named()?, args.measuring.walk()?);
    let city = Arc::new(city::load(&args.city)?);
    let standard = args.measuring.standard(named, &city.about, common)?;
    let bars = Bars::new(common);
    let before = args
        .compare
        .as_deref()
        .map(|path| {
            let old = Arc::new(city::load(path)?);
            measure(&jobs::make_ready(&old, path, walk.clone(), &bars)?, standard.clone(), &bars)
        })
        .transpose()?;
    let ready = jobs::make_ready(&city, &args.city, walk, &bars)?;
    let (page, summary) = match &args.scenario {
        Some(path) => with_scenario(path, &ready, standard, common, &bars)?,
        None => {
            let measured = measure(&ready, standard, &bars)?;
            let summary = summarise(&measured);
            (as_it_is(args, (&measured, &summary), before.as_ref(), ending, common, &bars)?, summary)
        }
    };
    output.write(|path| match ending {
        Ending::Pdf => pdf::print(&page, path, Picture::Pdf),
        Ending::Png => pdf::print(&page, path, Picture::Png),
        Ending::Html | Ending::Svg => output::write_text(path, &page),
    })?;
    output.finish()?;
    drop(bars);
    print::show(|out| print::written(out, &args.output, Some(&summary), common))
}

fn with_scenario(
    path: &Path,
    ready: &ReadyCity,
    standard: Standard,
    common: &Common,
    bars: &Bars,
) -> Result<(String, Summary)> {
    let scenario = scenario::read(path)?;
    let (untouched, before) = follow(ready, standard, bars)?;
    let (comparison, after) = try_out(&scenario, &untouched, &before, bars).map_err(|error| error.file(path))?;
    let watch = Closing::new(BEST_SECONDS, common);
    let untouched = (&untouched, &before);
    let page = scenario::report(&scenario, &comparison, untouched, &after, (&watch, bars), common.language())?;
    Ok((page, summarise(&after)))
}

/// The report, the one page or the sheet of a community.
fn as_it_is(
    args: &ReportArgs,
    (measured, summary): (&Measured, &Summary),
    before: Option<&Measured>,
    ending: Ending,
    common: &Common,
    bars: &Bars,
) -> Result<String> {
    let community = args
        .community
        .as_deref()
        .map(|name| summary.community_named(name).map_err(|error| error.file(&args.city)))
        .transpose()?;
    let of = |community: &CommunitySummary| measured.city().communities.iter().find(|known| known.id == community.id);
    let inside = community.and_then(of);
    let helps: Vec<Help> = most_helpful((measured, summary), HELPS, inside, bars)?;
    let changes = before.map(|before| compare(before, measured));
    let contents =
        Contents { changes: changes.as_ref(), helps: &helps, ..Contents::of(measured, summary, common.language()) };
    Ok(match (community, args.one_page, ending) {
        (Some(community), ..) => report::community_html(&contents, community),
        (None, true, Ending::Svg) => report::one_page_svg(&contents),
        (None, true, _) => report::one_page_html(&contents),
        (None, false, _) => report::html(&contents),
    })
}
