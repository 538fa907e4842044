//! Arguments of `lifecircle plan`.

use lifecircle::say;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use lifecircle_plan::sites::Weights;

use super::Wrong;
use super::measuring::metres;
use super::{Force, Formats, Measuring, OUTPUT, PLANNING};

#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// Try scenarios: who gains and loses what if something is built, moved or closed
    Compare(CompareArgs),
    /// Choose places for new facilities of a service
    Sites(SitesArgs),
    /// Find gates and short paths that are missing, and what each would give
    Links(LinksArgs),
    /// A programme of facilities and links under a budget: in which order, what each adds, what no programme could exceed
    Renewal(RenewalArgs),
    /// Put communities together into connected life circles of about equal population (生活圈单元)
    Units(UnitsArgs),
    /// Solve published problems of siting, to compare with other programs
    Solve(SolveArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle plan compare demo.city riverside.geojson
  lifecircle plan compare demo.city parks.geojson gates.geojson --walker elderly -o tried

A scenario is a GeoJSON FeatureCollection, written by hand or drawn in QGIS; each feature has an `edit`:
  add_facility    a point or polygon, with `service` (as pocket_park) or `kind`; also `area`, `capacity`
  move_facility   a point, with `facility`: its id or name
  remove_facility, change_facility
  open_street     a line, joined with the streets that it meets; also `kind`, `surface`, `bridge`
  close_street    a point on a street, a line along it, or `way`
  change_street   the same, with what it is then: `kind`, `surface`, `wheels`, `width`, `signals`,
                  `speed` (a share of people's usual speed)
  open_gate       a point in a wall: the streets on its two sides are joined
  add_crossing    a point or a line
  add_homes       a point or polygon, with `residents`; also `children`, `elderly`
Each may have a `name`, a `cost` and a `note`. More: docs/planning.md")]
pub struct CompareArgs {
    /// The city directory
    pub city: PathBuf,
    /// Scenarios, each tried on its own
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    #[command(flatten)]
    pub measuring: Measuring,
    /// Directory for what changes, home by home; without it only a summary is printed
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
  lifecircle plan sites demo.city --service pocket_park --count 17
  lifecircle plan sites demo.city --service pocket_park --count 17 --candidates lots.csv -o parks
  lifecircle plan sites demo.city --service pharmacy --count 3 --model p-median --json
  lifecircle plan sites demo.city --service pharmacy --cover 95%                    the fewest that are enough
  lifecircle plan sites demo.city --service pocket_park,public_toilet --budget 300 --candidates lots.xlsx
  lifecircle plan sites demo.city --service elderly_canteen,childcare --together --count 5 --candidates community_service_station
  lifecircle plan sites demo.city --service elderly_day_care --count 5 --weights elderly=2
  lifecircle plan sites demo.city --service childcare --count 6 --model capacitated --capacity 80
  lifecircle plan sites demo.city --service pharmacy --count 6 --model p-center --cover 95%     the longest way of 95 % of people
  lifecircle plan sites demo.city --service pocket_park --count 17 --floor 56%                  at least 56 % in every district
  lifecircle plan sites demo.city --service pocket_park --count 17 --candidates vacant,public

A list of candidates may have columns: cost (造价), role (allowed, required, competitor; 必建, 他建), services (ids with semicolons) and capacity (容量, 床位).
Instead of a list, what the city offers may be named: `vacant` land (brownfield, greenfield), `public` buildings, or kinds of its facilities, as
community_service_station or primary_school (see `lifecircle standards kinds`).")]
pub struct SitesArgs {
    /// The city directory
    pub city: PathBuf,
    /// The service, by its id in the standard (see `lifecircle standards show`); several with commas share what may be built
    #[arg(long, value_name = "SERVICE", value_delimiter = ',', required = true, help_heading = PLANNING)]
    pub service: Vec<String>,
    /// Each new facility serves all these services, as an embedded centre does (嵌入式服务设施)
    #[arg(long, help_heading = PLANNING)]
    pub together: bool,
    /// How many new facilities
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N", help_heading = PLANNING)]
    pub count: Option<u32>,
    /// How much they may cost together, in the unit of the candidates' costs
    #[arg(long, value_name = "AMOUNT", value_parser = amount, requires = "candidates", conflicts_with = "count", help_heading = PLANNING)]
    pub budget: Option<f64>,
    /// As few as give so many percent of people the service; with p-center: the longest way of so many percent of people
    #[arg(long, value_name = "PERCENT", value_parser = super::percent, help_heading = PLANNING)]
    pub cover: Option<f64>,
    /// How much people of some ages count, beside others who count 1: elderly=2,children=1.5
    #[arg(long, value_name = "AGE=NUMBER,…", value_parser = weights, default_value = "", hide_default_value = true, help_heading = PLANNING)]
    pub weights: Weights,
    /// What is made best
    #[arg(long, value_enum, default_value = "mclp", help_heading = PLANNING)]
    pub model: SitesModel,
    /// What a new facility holds, with the model capacitated: places, or what the standard's ratio counts [default: as is usual by the standard]
    #[arg(long, value_name = "N", value_parser = capacity, help_heading = PLANNING)]
    pub capacity: Option<f64>,
    /// At least so many percent of the people of every district have the service, or as many as candidates give; with the model mclp
    #[arg(long, value_name = "PERCENT", value_parser = super::percent, conflicts_with = "worst_first", help_heading = PLANNING)]
    pub floor: Option<f64>,
    /// The district that has least is given as much as can be, then most people are served; with the model mclp
    #[arg(long, help_heading = PLANNING)]
    pub worst_first: bool,
    /// Which areas --floor and --worst-first are of
    #[arg(long, value_enum, default_value = "districts", help_heading = PLANNING)]
    pub areas: SitesAreas,
    /// How near is near enough, in minutes of the walker [default: as the standard says]
    #[arg(long, value_name = "MINUTES", value_parser = minutes, help_heading = PLANNING)]
    pub within: Option<f64>,
    /// Where they may stand: a list with coordinates (CSV, XLSX, GeoJSON …), or with commas between what the city offers: vacant, public, kinds of its
    /// facilities [default: junctions of the streets]
    #[arg(long, value_name = "FILE|KIND", help_heading = PLANNING)]
    pub candidates: Option<String>,
    #[command(flatten)]
    pub proving: Proving,
    #[command(flatten)]
    pub measuring: Measuring,
    /// Directory for the places, and the proof for tools/check_proof.py; without it they are only printed
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
  lifecircle plan links demo.city
  lifecircle plan links demo.city --longest 100 --saves 8 --walker elderly -o links
  lifecircle plan compare demo.city links/links.geojson                    what all of them give together

A link joins two junctions that are near to each other and far apart on foot, where no water, railway, motorway or building lies
between: a gate in an estate's wall, the end of a dead-end road (打通断头路).")]
pub struct LinksArgs {
    /// The city directory
    pub city: PathBuf,
    /// How long a link is at most, in metres
    #[arg(long, default_value_t = 60.0, value_name = "METRES", value_parser = link_length, help_heading = PLANNING)]
    pub longest: f64,
    /// How many minutes longer the way between its ends is now, at least
    #[arg(long, default_value_t = 5.0, value_name = "MINUTES", value_parser = detour, help_heading = PLANNING)]
    pub saves: f64,
    /// How many links
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500), help_heading = PLANNING)]
    pub most: u32,
    #[command(flatten)]
    pub measuring: Measuring,
    /// Directory for the links; without it they are only printed
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
  lifecircle plan renewal demo.city --budget 1500 --prices pocket_park=80,public_toilet=30,elderly_day_care=120,link=25
  lifecircle plan renewal demo.city --budget 1500 --prices pocket_park=80,link=25 -o programme
  lifecircle report demo.city --scenario programme/works.geojson -o programme.pdf      the programme as a chapter

Prices and the budget are in one unit of your choice. Services are named by their ids in the standard; `link` is a gate or a short
path (see `lifecircle plan links --help`).")]
pub struct RenewalArgs {
    /// The city directory
    pub city: PathBuf,
    /// How much may be spent
    #[arg(long, value_name = "AMOUNT", value_parser = amount, help_heading = PLANNING)]
    pub budget: f64,
    /// What a new facility of each service costs, and a link: pocket_park=80,public_toilet=30,link=25
    #[arg(long, value_name = "SERVICE=PRICE,…", value_delimiter = ',', value_parser = price, required = true, help_heading = PLANNING)]
    pub prices: Vec<(String, f64)>,
    /// How long a link is at most, in metres
    #[arg(long, default_value_t = 60.0, value_name = "METRES", value_parser = link_length, help_heading = PLANNING)]
    pub longest: f64,
    /// How many minutes longer the way between its ends is now, at least
    #[arg(long, default_value_t = 5.0, value_name = "MINUTES", value_parser = detour, help_heading = PLANNING)]
    pub saves: f64,
    #[command(flatten)]
    pub proving: Proving,
    #[command(flatten)]
    pub measuring: Measuring,
    /// Directory for the works (a scenario), the communities and programme.json; without it they are only printed
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
  lifecircle plan units demo.city --count 14 -o units
  lifecircle plan units demo.city --people 40000 --within-districts --tolerance 0.3
  lifecircle plan units demo.city --count 14 --together 滨河社区,新华社区 --apart 文化社区,民主社区
  lifecircle plan units porto_alegre.city --cells 800 --count 25
  lifecircle plan units demo.city --count 14 --keep 滨河社区,新华社区                    a unit as it stands
  lifecircle plan units demo.city --count 14 --rank                                         which unit first
  lifecircle plan units demo.city --count 14 --rank --budget 300 --prices pocket_park=80,public_toilet=30

The communities that -o writes have a column `unit`: given to `import --communities`, results come by unit too.")]
pub struct UnitsArgs {
    /// The city directory
    pub city: PathBuf,
    /// How many units
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4_000), required_unless_present = "people", conflicts_with = "people", help_heading = PLANNING)]
    pub count: Option<u32>,
    /// About how many residents a unit should have, instead
    #[arg(long, value_name = "N", value_parser = super::inputs::residents, help_heading = PLANNING)]
    pub people: Option<f64>,
    /// How much more or less populous than the mean a unit may be, as a share
    #[arg(long, default_value_t = 0.2, value_name = "SHARE", value_parser = share, help_heading = PLANNING)]
    pub tolerance: f64,
    /// Put squares of a grid together, so many metres wide, instead of communities
    #[arg(long, value_name = "METRES", value_parser = metres, help_heading = PLANNING)]
    pub cells: Option<f64>,
    /// No unit lies in two districts
    #[arg(long, help_heading = PLANNING)]
    pub within_districts: bool,
    /// Two communities, by id or name, that are in one unit; may be given again
    #[arg(long, value_name = "A,B", value_parser = pair, help_heading = PLANNING)]
    pub together: Vec<[String; 2]>,
    /// Two communities that are not in one unit; may be given again
    #[arg(long, value_name = "A,B", value_parser = pair, help_heading = PLANNING)]
    pub apart: Vec<[String; 2]>,
    /// A community in which a unit has its centre; may be given again
    #[arg(long, value_name = "COMMUNITY", help_heading = PLANNING)]
    pub centre: Vec<String>,
    /// Communities with commas, by id or name, or one name of a unit that the city's communities have: a unit that stays as it is; may be given again
    #[arg(long, value_name = "UNIT|A,B,…", help_heading = PLANNING)]
    pub keep: Vec<String>,
    /// Rank the units as pilots (试点): where new facilities give most people a service for what they cost
    #[arg(long, help_heading = PLANNING)]
    pub rank: bool,
    /// With --rank: how much may be spent in each unit [default: 5 facilities]
    #[arg(long, value_name = "AMOUNT", value_parser = amount, requires = "prices", help_heading = PLANNING)]
    pub budget: Option<f64>,
    /// With --rank: what a new facility of each service costs [default: the eight required services that most people lack, each the same]
    #[arg(long, value_name = "SERVICE=PRICE,…", value_delimiter = ',', value_parser = price, requires_all = ["rank", "budget"], help_heading = PLANNING)]
    pub prices: Vec<(String, f64)>,
    /// How far from the bound is good enough, as a share: 0 asks for proof that nothing is better
    #[arg(long, default_value_t = 0.01, value_name = "SHARE", value_parser = share, help_heading = PLANNING)]
    pub gap: f64,
    /// Stop after so many seconds; the best units so far and their bound stand
    #[arg(long, default_value_t = 120.0, value_name = "SECONDS", value_parser = seconds, help_heading = PLANNING)]
    pub time_limit: f64,
    #[command(flatten)]
    pub measuring: Measuring,
    /// Directory for the units and their communities; without it they are only printed
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
  lifecircle plan solve pmed1.txt --model p-median
  lifecircle plan solve pmed*.txt --model p-center --json
  lifecircle plan solve SJC818.txt --model mclp --p 10 --radius 800 -o proofs

Forms that are read: OR-Library's p-median graphs, and points in the plane (x y weight).")]
pub struct SolveArgs {
    /// Problems
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What is asked
    #[arg(long, value_enum, help_heading = PLANNING)]
    pub model: SolveModel,
    /// How many sites [default: as the file says]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1_000_000), help_heading = PLANNING)]
    pub p: Option<i64>,
    /// How far a site covers; for mclp and lscp
    #[arg(long, value_name = "LENGTH", help_heading = PLANNING)]
    pub radius: Option<f64>,
    #[command(flatten)]
    pub proving: Proving,
    /// Directory for the proofs, one a file, for tools/check_proof.py
    #[arg(long, short, value_name = "DIR", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub force: Force,
}

/// How far to prove.
#[derive(Debug, Args)]
pub struct Proving {
    /// How far from the best possible is good enough, as a share: 0 asks for proof that nothing is better
    #[arg(long, default_value_t = 0.0, value_name = "SHARE", value_parser = share, help_heading = PLANNING)]
    pub gap: f64,
    /// Stop after so many seconds; the best answer so far and its bound stand
    #[arg(long, default_value_t = 60.0, value_name = "SECONDS", value_parser = seconds, help_heading = PLANNING)]
    pub time_limit: f64,
}

fn pair(text: &str) -> Result<[String; 2], Wrong> {
    match text.split([',', '，']).map(str::trim).collect::<Vec<_>>().as_slice() {
        [a, b] if !a.is_empty() && !b.is_empty() => Ok([(*a).to_owned(), (*b).to_owned()]),
        _ => Err(Wrong(say!("give two communities with a comma between them", "应为用逗号分隔的两个社区"))),
    }
}

fn share(text: &str) -> Result<f64, Wrong> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..1.0).contains(&share) => Ok(share),
        _ => Err(Wrong(say!("give a share from 0 to below 1, as 0.001", "应为 0 至 1（不含）的比例，如 0.001"))),
    }
}

fn price(text: &str) -> Result<(String, f64), Wrong> {
    let wrong = || Wrong(say!("write pocket_park=80, with a price above 0", "请写 pocket_park=80，价格大于 0"));
    let (what, price) = text.split_once('=').ok_or_else(wrong)?;
    match price.trim().parse::<f64>() {
        Ok(price) if price > 0.0 && price <= 1e12 => Ok((what.trim().to_owned(), price)),
        _ => Err(wrong()),
    }
}

fn link_length(text: &str) -> Result<f64, Wrong> {
    match text.parse::<f64>() {
        Ok(metres) if metres > 0.0 && metres <= 500.0 => Ok(metres),
        _ => Err(Wrong(say!("give a number of metres above 0, up to 500", "应为大于 0、不超过 500 的米数"))),
    }
}

fn amount(text: &str) -> Result<f64, Wrong> {
    match text.replace([',', ' '], "").parse::<f64>() {
        Ok(amount) if amount > 0.0 && amount <= 1e12 => Ok(amount),
        _ => Err(Wrong(say!("give an amount above 0", "应为大于 0 的金额"))),
    }
}

/// How much people of some ages count, as `elderly=2,children=1.5`.
fn weights(text: &str) -> Result<Weights, Wrong> {
    let mut weights = Weights::default();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let number = part.split_once('=').map(|(age, number)| (age.trim(), number.trim().parse::<f64>()));
        match number {
            Some(("elderly", Ok(number))) if (0.0..=1000.0).contains(&number) => weights.elderly = number,
            Some(("children", Ok(number))) if (0.0..=1000.0).contains(&number) => weights.children = number,
            _ => {
                return Err(Wrong(say!(
                    "write elderly=2,children=1.5, with numbers from 0 to 1000",
                    "请写 elderly=2,children=1.5，数字为 0 至 1000"
                )));
            }
        }
    }
    Ok(weights)
}

fn capacity(text: &str) -> Result<f64, Wrong> {
    match text.parse::<f64>() {
        Ok(places) if places > 0.0 && places <= 1e7 => Ok(places),
        _ => Err(Wrong(say!("give a number above 0", "应为大于 0 的数"))),
    }
}

fn detour(text: &str) -> Result<f64, Wrong> {
    match text.parse::<f64>() {
        Ok(minutes) if minutes > 0.0 && minutes <= 30.0 => Ok(minutes),
        _ => Err(Wrong(say!("give a number of minutes above 0, up to 30", "应为大于 0、不超过 30 的分钟数"))),
    }
}

fn minutes(text: &str) -> Result<f64, Wrong> {
    match text.parse::<f64>() {
        Ok(minutes) if minutes > 0.0 && minutes <= 120.0 => Ok(minutes),
        _ => Err(Wrong(say!("give a number of minutes above 0, up to 120", "应为大于 0、不超过 120 的分钟数"))),
    }
}

fn seconds(text: &str) -> Result<f64, Wrong> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 1e7 => Ok(seconds),
        _ => Err(Wrong(say!("give a number of seconds above 0", "应为大于 0 的秒数"))),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SitesModel {
    /// Most residents have it within reach (maximal covering)
    Mclp,
    /// The mean way is shortest
    PMedian,
    /// The longest way is shortest
    PCenter,
    /// The fewest that give all who can be reached the service, or so many percent as --cover says
    Lscp,
    /// Most residents have one and another besides
    Backup,
    /// Most residents have a place, where each facility has so many
    Capacitated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SitesAreas {
    /// Districts (区)
    Districts,
    /// Subdistricts and towns (街道、镇)
    Subdistricts,
    /// Communities (社区)
    Communities,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SolveModel {
    /// p sites, the sum of weighted ways least
    PMedian,
    /// p sites, the longest way least
    PCenter,
    /// p sites, the covered weight most
    Mclp,
    /// The fewest sites that cover all
    Lscp,
}
