//! The command line.

mod inputs;
mod measuring;
mod plan;
mod reach;

use lifecircle::say;
use std::path::{Path, PathBuf};

use chrono::{Local, NaiveDate};
use clap::{Args, Parser, Subcommand, ValueEnum};
pub use inputs::{ImportArgs, InputArgs, InputsArgs};
use lifecircle::ledger::DEFAULT_ENOUGH;
use lifecircle::output::{Existing, Output};
use lifecircle::setting::Setting;
use lifecircle::tables::Format;
use lifecircle::text::{Language, Text};
pub use measuring::{Measuring, MeasuringAll};
pub use plan::{
    CompareArgs, LinksArgs, PlanCommand, RenewalArgs, SitesAreas, SitesArgs, SitesModel, SolveArgs, SolveModel,
    UnitsArgs,
};
pub use reach::{Asking, Limits, OpportunitiesArgs, ReachCommand, time};

/// The headings under which help lists options.
const CITY: &str = "City";
const PEOPLE: &str = "People";
const PLACES: &str = "Places";
const COMMUNITIES: &str = "Communities";
const MEASURING: &str = "Measuring";
const OUTPUT: &str = "Output";
const PLANNING: &str = "Planning";
const SERVING: &str = "Serving";
const DESK: &str = "Desk";
const GENERAL: &str = "General";

/// Measures the 15-minute community life circle (一刻钟社区生活圈) of any city.
#[derive(Debug, Parser)]
#[command(
    name = "lifecircle",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  lifecircle demo                                      a synthetic city, measured: needs no download
  lifecircle evaluate city.osm.pbf -o out              from an extract to a report in one go
  lifecircle import city.osm.pbf -o city.city          import once, then measure in many ways:
  lifecircle measure city.city -o elderly --walker elderly

Extracts of any place are at download.geofabrik.de, or openstreetmap.org (Export)."
)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Common {
    /// Print one JSON document on standard output instead of text
    #[arg(long, global = true, help_heading = GENERAL, display_order = 1000)]
    pub json: bool,
    /// Language of what is printed and of the report [default: from LANG, else en]
    #[arg(long, global = true, value_enum, help_heading = GENERAL, display_order = 1000)]
    pub lang: Option<Lang>,
    /// How many threads to use [default: one for each core]; results do not depend on it
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..=1024), hide_short_help = true, help_heading = GENERAL, display_order = 1000)]
    pub threads: Option<u16>,
    /// Show no progress
    #[arg(long, short, global = true, help_heading = GENERAL, display_order = 1000)]
    pub quiet: bool,
}

/// Why a value of an argument is wrong.
#[derive(Debug)]
pub struct Wrong(pub Text);

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.en)
    }
}

impl std::error::Error for Wrong {}

impl Common {
    pub fn language(&self) -> Language {
        match self.lang {
            Some(Lang::Zh) => Language::Chinese,
            Some(Lang::En) => Language::English,
            None => language_of_system(),
        }
    }
}

/// The language that the system is set to, where nobody says another.
pub fn language_of_system() -> Language {
    let set =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|key| std::env::var(key).ok().filter(|v| !v.is_empty()));
    if set.is_some_and(|value| value.starts_with("zh")) { Language::Chinese } else { Language::English }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Lang {
    Zh,
    En,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Generate a synthetic city in the shape of Wuhai, measure it, and open its report
    Demo(DemoArgs),
    /// Look at your files, and write down what each is and how it is to be read
    Inputs(InputsArgs),
    /// Make a city from an OpenStreetMap extract and your own lists
    Import(ImportArgs),
    /// Measure a city: who has which service within reach
    Measure(MeasureArgs),
    /// Tell where a city's facilities come from, what was not recognised, and what was merged; take merges back
    Facilities(FacilitiesArgs),
    /// Tell what a city's numbers rest on, and what to add first
    Doctor(DoctorArgs),
    /// Import, measure and report in one go
    Evaluate(EvaluateArgs),
    /// Write the report of a city as a web page
    Report(ReportArgs),
    /// Keep a ledger of what falls short, from one check-up to the next
    Ledger(LedgerArgs),
    /// Serve cities over HTTP: life circles, isochrones, summaries and map tiles
    Serve(ServeArgs),
    /// Look after the desk that takes residents' requests: check it, back it up, fill one for a demonstration
    #[command(
        subcommand,
        after_help = "\
Examples:
  lifecircle desk check work/desk/wuhai
  lifecircle desk back-up work/desk/wuhai -o backup.sqlite
  lifecircle desk restore work/desk/wuhai --from backup.sqlite
  lifecircle desk import work/desk/wuhai 12345.xlsx --city wuhai.city --category \"噪音=noise\"
  lifecircle desk fill demo.city --keep-in work"
    )]
    Desk(DeskCommand),
    /// Plan: try what could be built, and find where it should stand
    #[command(
        subcommand,
        after_help = "\
Example:
  lifecircle plan sites demo.city --service pocket_park --count 17
  lifecircle plan compare demo.city riverside.geojson -o riverside"
    )]
    Plan(PlanCommand),
    /// Ask the streets: areas within reach, matrices, the nearest, routes, what can be reached of something
    #[command(
        subcommand,
        after_help = "\
Examples:
  lifecircle reach isochrones demo.city 106.838,39.632 -o areas.geojson
  lifecircle reach nearest demo.city homes pharmacy --count 3 -o nearest.csv
  lifecircle reach opportunities demo.city homes jobs.csv --columns jobs --minutes 15,30 -o access.parquet"
    )]
    Reach(ReachCommand),
    /// Write a city's network, snaps, homes or facilities, to recompute everything elsewhere
    Export(ExportArgs),
    /// List, show or check standards
    Standards(StandardsArgs),
    /// List or show the walkers: kinds of people, with their speeds
    Walkers(WalkersArgs),
    /// Print the JSON Schema of summary.json, changes.json or a comparison, the OpenAPI document of the server, or all commands with their help
    #[command(after_help = "Example:\n  lifecircle schema summary > summary.schema.json")]
    Schema {
        /// The document
        #[arg(value_enum)]
        of: SchemaOf,
    },
    /// Print completions for a shell
    #[command(after_help = "Example:\n  lifecircle completions bash > /etc/bash_completion.d/lifecircle")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What is done with a desk's files.
#[derive(Debug, Subcommand)]
pub enum DeskCommand {
    /// Look whether every entry is as it was written, and every request where its entries have led it
    Check {
        #[command(flatten)]
        desk: DeskArgs,
    },
    /// Write a copy of a desk's database as it is at one moment, while it is served; the key is not in it
    BackUp {
        #[command(flatten)]
        desk: DeskArgs,
        /// The file
        #[arg(long, short, value_name = "FILE", help_heading = OUTPUT)]
        output: PathBuf,
    },
    /// Restore a copy written by back-up into an empty desk; desk.key of the first desk must be in its directory
    Restore {
        #[command(flatten)]
        desk: DeskArgs,
        /// The copy
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Write the usual dispatch catalogue, to begin a city's own with
    Catalogue {
        /// The file: .toml, or .xlsx for a workbook
        #[arg(long, short, value_name = "FILE", help_heading = OUTPUT)]
        output: PathBuf,
    },
    /// Take the requests of another hotline's list (CSV, XLSX …) into a desk; the same list again takes nothing twice
    Import {
        #[command(flatten)]
        desk: DeskArgs,
        /// The list
        list: PathBuf,
        /// The city, to know in which community a place lies
        #[arg(long, value_name = "CITY")]
        city: PathBuf,
        /// A dispatch catalogue, as of serve --catalogue
        #[arg(long, value_name = "FILE")]
        catalogue: Option<PathBuf>,
        /// Outlines of grids, as of serve --grids
        #[arg(long, value_name = "FILE")]
        grids: Option<PathBuf>,
        /// Which column tells what: number, category, words, place, contact, received, as words=诉求内容,place=地址
        #[arg(long, value_name = "WHAT=COLUMN", value_delimiter = ',')]
        columns: Vec<String>,
        /// Which category of the catalogue a word of the list is, as 噪音=noise; * for all others
        #[arg(long, value_name = "WORD=CATEGORY")]
        category: Vec<String>,
        /// The coordinate system of the list's coordinates, as gcj02, bd09 or EPSG:4526
        #[arg(long, value_name = "DATUM", default_value_t)]
        datum: lifecircle::geo::Datum,
        /// Whose list it is, where several hotlines give numbers of their own
        #[arg(long, value_name = "NAME", default_value = "")]
        source: String,
        /// Only look at the list and tell what would be taken
        #[arg(long)]
        check: bool,
    },
    /// Fill the desk of a synthetic city with a year of requests that nobody made
    Fill {
        /// A city of lifecircle demo
        city: PathBuf,
        /// Where serve --keep-in keeps what is made
        #[arg(long, value_name = "DIR", default_value = ".", help_heading = OUTPUT)]
        keep_in: PathBuf,
    },
}

/// Which desk.
#[derive(Debug, Args)]
pub struct DeskArgs {
    /// The desk: DIR/desk/CITY of serve --keep-in DIR
    pub desk: PathBuf,
    /// The PostgreSQL that keeps it, as of serve --database
    #[arg(long, value_name = "ADDRESS")]
    pub database: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// What was measured
    Summary,
    /// What changed between two cities
    Changes,
    /// What a scenario changes (`plan compare`)
    Comparison,
    /// What the server answers, as OpenAPI 3.1
    Api,
    /// All commands with their help, as Markdown
    Commands,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle demo                      writes lifecircle-demo/, a year of requests in lifecircle-demo-desk/, and opens the report
  lifecircle demo -o wuhai --lang zh   the report in Chinese
  lifecircle demo --seed 7 --force     another city, over the first")]
pub struct DemoArgs {
    /// Another seed makes another city
    #[arg(long, default_value_t = 1, help_heading = CITY)]
    pub seed: u64,
    /// A small city of six communities
    #[arg(long, help_heading = CITY)]
    pub small: bool,
    #[command(flatten)]
    pub measuring: Measuring,
    /// Do not open the report
    #[arg(long, help_heading = OUTPUT)]
    pub no_open: bool,
    /// Make no requests; otherwise a synthetic year of them is written to DIR-desk
    #[arg(long, help_heading = OUTPUT)]
    pub no_desk: bool,
    /// Directory for demo.city, the results and the report
    #[arg(long, short, default_value = "lifecircle-demo", value_name = "DIR", help_heading = OUTPUT)]
    pub output: PathBuf,
    #[command(flatten)]
    pub force: Force,
}

/// The option by which a setting of the library is given.
pub fn option(setting: Setting, language: Language) -> String {
    let option = match setting {
        Setting::People => "--people",
        Setting::PeopleColumn => "--people-column",
        Setting::Population => "--population",
        Setting::Facilities => "--facilities",
        Setting::FacilitiesColumns => "--columns",
        Setting::Communities => "--communities",
        Setting::Elevation => "--elevation",
        Setting::Standard => "--standard",
        Setting::Output => language.pick("输出名（-o）", "name with -o"),
        Setting::Replace => "--force",
        Setting::RequestColumns => "--columns",
        Setting::RequestCategories => "--category",
        other if language == Language::Chinese => return other.in_chinese(),
        other => return other.in_english(),
    };
    option.to_owned()
}

/// In which formats results are written.
#[derive(Debug, Args)]
pub struct Formats {
    /// Formats of homes and communities
    #[arg(long, value_enum, value_delimiter = ',', default_value = "parquet,geojson", help_heading = OUTPUT)]
    pub format: Vec<FormatArg>,
}

impl Formats {
    pub fn list(&self) -> Vec<Format> {
        self.format.iter().map(|format| (*format).into()).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    Parquet,
    Geojson,
    Csv,
    Xlsx,
    /// GeoPackage
    Gpkg,
    /// FlatGeobuf
    Fgb,
}

impl From<FormatArg> for Format {
    fn from(arg: FormatArg) -> Self {
        match arg {
            FormatArg::Parquet => Self::Parquet,
            FormatArg::Geojson => Self::GeoJson,
            FormatArg::Csv => Self::Csv,
            FormatArg::Xlsx => Self::Xlsx,
            FormatArg::Gpkg => Self::GeoPackage,
            FormatArg::Fgb => Self::FlatGeobuf,
        }
    }
}

#[derive(Debug, Args)]
pub struct Force {
    /// Replace the output if it exists
    #[arg(long, help_heading = OUTPUT)]
    pub force: bool,
}

impl Force {
    pub fn existing(&self) -> Existing {
        if self.force { Existing::Replace } else { Existing::Refuse }
    }

    /// Begins the directory that is to be written, if any.
    pub fn directory(&self, goal: Option<&Path>, inputs: &[&Path]) -> lifecircle::Result<Option<Output>> {
        goal.map(|goal| Output::directory(goal, self.existing(), inputs)).transpose()
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle measure malta.city -o malta-adult
  lifecircle measure malta.city -o malta-wheelchair --walker wheelchair --format parquet,csv
  lifecircle measure malta.city -o everything --standard all --walker all    a directory for each
  lifecircle measure wuhai-2026.city --compare wuhai-2025.city -o changes    who gained, who lost
  lifecircle measure malta.city --json | jq .circles.health.coverage")]
pub struct MeasureArgs {
    /// The city directory
    pub city: PathBuf,
    /// An earlier city, to tell what changed since
    #[arg(long, value_name = "OLD.city", help_heading = MEASURING)]
    pub compare: Option<PathBuf>,
    #[command(flatten)]
    pub measuring: MeasuringAll,
    /// Directory for homes, communities and summary.json; without it only the table is printed
    #[arg(long, short, value_name = "DIR", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub formats: Formats,
    #[command(flatten)]
    pub force: Force,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle evaluate malta.osm.pbf -o malta
  lifecircle evaluate helsinki.osm.pbf -o helsinki --people population_grid_2020.gpkg
  lifecircle evaluate wuhai.osm.pbf -o wuhai --communities communities.geojson --lang zh")]
pub struct EvaluateArgs {
    #[command(flatten)]
    pub inputs: InputArgs,
    #[command(flatten)]
    pub measuring: Measuring,
    /// Directory for the city, the results and report.html
    #[arg(long, short, value_name = "DIR", help_heading = OUTPUT)]
    pub output: PathBuf,
    #[command(flatten)]
    pub formats: Formats,
    #[command(flatten)]
    pub force: Force,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle report malta.city -o malta.html
  lifecircle report wuhai.city -o wuhai.html --lang zh --walker elderly
  lifecircle report wuhai.city -o wuhai.pdf                                by Chromium, Chrome or Edge
  lifecircle report wuhai.city -o mayor.svg --one-page                      one sheet of A4; also .pdf, .png, .html
  lifecircle report wuhai.city -o xinhua.pdf --community 新华社区             one community
  lifecircle report wuhai-2026.city -o wuhai.html --compare wuhai-2025.city")]
pub struct ReportArgs {
    /// The city directory
    pub city: PathBuf,
    /// An earlier city, to show what changed since
    #[arg(long, value_name = "OLD.city", help_heading = MEASURING)]
    pub compare: Option<PathBuf>,
    /// A scenario (see `lifecircle plan compare --help`): the report of the city with it, and a chapter on what it changes
    #[arg(long, value_name = "SCENARIO", conflicts_with = "compare", help_heading = MEASURING)]
    pub scenario: Option<PathBuf>,
    #[command(flatten)]
    pub measuring: Measuring,
    /// Only the first page: one picture, five numbers, three sentences on a sheet of A4
    #[arg(long, conflicts_with_all = ["compare", "scenario", "community"], help_heading = OUTPUT)]
    pub one_page: bool,
    /// Only the sheet of one community, by its name or id
    #[arg(long, value_name = "NAME", conflicts_with_all = ["compare", "scenario"], help_heading = OUTPUT)]
    pub community: Option<String>,
    /// What to write, by its ending: .html, .pdf; with --one-page .png and .svg too
    #[arg(long, short, value_name = "FILE", help_heading = OUTPUT)]
    pub output: PathBuf,
    #[command(flatten)]
    pub force: Force,
}

fn percent(text: &str) -> Result<f64, Wrong> {
    match text.trim_end_matches('%').trim().parse::<f64>() {
        // 0.95 would be less than one percent, and is hardly meant.
        Ok(share) if share > 0.0 && share < 1.0 && !text.contains('%') => Err(Wrong(say!(
            "write {}%, or {share}% if less than one percent is meant",
            "请写 {}%；若确指不到百分之一，请写 {share}%",
            share * 100.0
        ))),
        Ok(share) if share > 0.0 && share <= 100.0 => Ok(share),
        _ => Err(Wrong(say!("give a share above 0 and at most 100 percent", "应为大于 0、不超过 100 的百分比"))),
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle doctor wuhai.city
  lifecircle doctor wuhai.city --standard cn-city-checkup --json")]
pub struct DoctorArgs {
    /// The city directory
    pub city: PathBuf,
    #[command(flatten)]
    pub measuring: Measuring,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle ledger wuhai-2025.city --standard cn-city-checkup -o ledger.csv --date 2025-06-30
  lifecircle ledger wuhai-2026.city --standard cn-city-checkup -o ledger.csv        what closed, what is new
  lifecircle ledger wuhai-2026.city --enough 80 -o ledger.xlsx

Each row is a service that too few people of a community have, with the day it was first seen, last seen and closed.")]
pub struct LedgerArgs {
    /// The city directory
    pub city: PathBuf,
    #[command(flatten)]
    pub measuring: Measuring,
    /// The share of a community's people, in percent, who must have a service; below it falls short
    #[arg(long, default_value_t = DEFAULT_ENOUGH * 100.0, value_name = "PERCENT", value_parser = percent, help_heading = MEASURING)]
    pub enough: f64,
    /// The day of the check-up, as 2026-11-26 [default: today]
    #[arg(long, value_name = "DATE", help_heading = MEASURING)]
    pub date: Option<NaiveDate>,
    /// The ledger: read where it is there, and written anew
    #[arg(long = "output", short = 'o', value_name = "FILE.csv|FILE.xlsx", help_heading = OUTPUT)]
    pub ledger: PathBuf,
}

impl LedgerArgs {
    /// The day of the check-up.
    pub fn date(&self) -> NaiveDate {
        self.date.unwrap_or_else(|| Local::now().date_naive())
    }

    /// How the ledger is written: as its name ends.
    pub fn format(&self) -> lifecircle::Result<Format> {
        format_of(&self.ledger)
    }
}

/// In which format a table is written that people edit: as its name ends.
pub fn format_of(file: &Path) -> lifecircle::Result<Format> {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "csv" => Ok(Format::Csv),
        "xlsx" => Ok(Format::Xlsx),
        _ => Err(lifecircle::Error::new(say!("this is written as .csv or .xlsx", "此文件应写为 .csv 或 .xlsx"))
            .file(file)
            .hint(say!("name it so", "请以此为扩展名"))),
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle export malta.city --what network --walker adult -o network    nodes.parquet and edges.parquet
  lifecircle export malta.city --what snaps -o snaps                        homes.parquet and facilities.parquet
  lifecircle export malta.city --what facilities --format geojson -o out")]
pub struct ExportArgs {
    /// The city directory
    pub city: PathBuf,
    #[command(flatten)]
    pub measuring: Measuring,
    /// What to write
    #[arg(long, value_enum, help_heading = OUTPUT)]
    pub what: What,
    /// Directory to write into
    #[arg(long, short, value_name = "DIR", help_heading = OUTPUT)]
    pub output: PathBuf,
    /// Format of the files
    #[arg(long, value_enum, default_value = "parquet", help_heading = OUTPUT)]
    pub format: FormatArg,
    #[command(flatten)]
    pub force: Force,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Nodes and edges with the walker's times
    Network,
    /// Where homes and facilities join the network
    Snaps,
    /// Homes with all times and counts
    Homes,
    /// Facilities as imported, with the kinds and services that each was taken for
    Facilities,
    /// Services of the city, with who has them
    Services,
    /// Gaps by community and service
    Gaps,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle facilities wuhai.city                          lists, kinds, and what was not recognised
  lifecircle facilities wuhai.city --kind health_centre     what was taken for one, and why
  lifecircle facilities wuhai.city --merges                 each merge with its reason
  lifecircle facilities wuhai.city --undo amap:B0FF1,amap:B0FF2
  lifecircle facilities wuhai.city --kind bank -o banks.csv     to look through, and correct in the column kinds; then
  lifecircle facilities wuhai.city --correct banks.csv          or at the next import: --corrections banks.csv")]
pub struct FacilitiesArgs {
    /// The city directory
    pub city: PathBuf,
    /// List what was taken for a kind, and why: the rule on its tags, or the word of its name (`none`: what is of no kind)
    #[arg(long, value_name = "KIND", conflicts_with_all = ["merges", "undo"])]
    pub kind: Option<String>,
    /// Tell each merge: what was merged with what, how far apart they are and how alike their names
    #[arg(long)]
    pub merges: bool,
    /// Take back merges, by the ids of the merged entries, with commas between or given several times
    #[arg(long, value_name = "ID", conflicts_with = "merges")]
    pub undo: Vec<String>,
    /// Take over corrections: a table with the columns id and kinds (ids of kinds apart by semicolons, or none)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "merges", "undo"])]
    pub correct: Option<PathBuf>,
    /// Write what --kind lists to a table, to be corrected
    #[arg(long, short, value_name = "FILE.csv|FILE.xlsx", requires = "kind", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle standards list
  lifecircle standards show wuhai-8 > my.toml     copy, change, then:
  lifecircle standards check my.toml")]
pub struct StandardsArgs {
    #[command(subcommand)]
    pub command: StandardsCommand,
}

#[derive(Debug, Subcommand)]
pub enum StandardsCommand {
    /// List the built-in standards
    List,
    /// Print a built-in standard as TOML
    Show {
        /// Its id
        id: String,
    },
    /// Read a standard and tell what it will do: every service, how near, how many, how large, for whom, of which kinds
    Check {
        /// A built-in standard or a .toml file
        standard: String,
    },
    /// Print the catalogue of kinds as TOML: how places are recognised
    Kinds,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle walkers list
  lifecircle walkers show wheelchair > mine.toml    copy, change, then:
  lifecircle measure malta.city --walker mine.toml")]
pub struct WalkersArgs {
    #[command(subcommand)]
    pub command: Option<WalkersCommand>,
}

#[derive(Debug, Subcommand)]
pub enum WalkersCommand {
    /// List the built-in walkers, as without a word
    List,
    /// Print a built-in walker as TOML, with the source of each number
    Show {
        /// Its id
        id: String,
    },
}

/// `lifecircle serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle serve demo.city --open           opens the map in a browser
  lifecircle serve 2024.city 2025.city        several cities in one map
  lifecircle serve demo.city --listen 0.0.0.0 --host map.example.org
  curl 'http://127.0.0.1:8715/api/v1/cities/demo/circle?lon=106.838&lat=39.632'

docs/api.md lists every address.")]
pub struct ServeArgs {
    /// City directories; without any, one can be made in the browser
    pub cities: Vec<PathBuf>,
    /// Where cities and standards that are made in the browser are kept
    #[arg(long, value_name = "DIR", default_value = ".", help_heading = OUTPUT)]
    pub keep_in: PathBuf,
    /// The port on this machine; 0 for any that is free
    #[arg(long, default_value_t = 8715, help_heading = OUTPUT)]
    pub port: u16,
    /// Open the map in a browser
    #[arg(long, help_heading = OUTPUT)]
    pub open: bool,
    /// Listen to other machines too: 0.0.0.0 for all of them
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", help_heading = SERVING)]
    pub listen: std::net::IpAddr,
    /// A name under which the server may be asked, beside numbers and localhost; more with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = SERVING)]
    pub host: Vec<String>,
    /// Requests a second that one client may ask; 100 if other machines are listened to
    #[arg(long, value_name = "N", help_heading = SERVING)]
    pub rate: Option<std::num::NonZeroU32>,
    /// Tell of each request as a line of JSON on standard error
    #[arg(long, help_heading = SERVING)]
    pub log: bool,
    /// Take residents' requests; they are kept in DIR/desk of --keep-in
    #[arg(long, help_heading = DESK)]
    pub desk: bool,
    /// A dispatch catalogue: what can be asked for, and which unit answers where (TOML or XLSX)
    #[arg(long, value_name = "FILE", requires = "desk", help_heading = DESK)]
    pub catalogue: Option<PathBuf>,
    /// When offices work, with holidays and moved working days (TOML); those of China if none is named
    #[arg(long, value_name = "FILE", requires = "desk", help_heading = DESK)]
    pub calendar: Option<PathBuf>,
    /// Outlines of grids (网格) with their names, for rules that name a grid (GeoJSON, GeoPackage …)
    #[arg(long, value_name = "FILE", requires = "desk", help_heading = DESK)]
    pub grids: Option<PathBuf>,
    /// Keep requests in PostgreSQL, not SQLite: postgres://USER@HOST/NAME; the password is taken from PGPASSWORD
    #[arg(long, value_name = "ADDRESS", requires = "desk", help_heading = DESK)]
    pub database: Option<String>,
}
