//! Arguments of `lifecircle reach`: what is asked of the streets between any places.

use lifecircle::say;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use lifecircle::accessibility::Points;
use lifecircle::city::City;
use lifecircle::geo::{Datum, Metres, Seconds};
use lifecircle::jobs::DEFAULT_WALKER;
use lifecircle::network::{Cost as _, Millimetres, Millis, Walker};
use lifecircle::ready::Walk;
use lifecircle::sources::lists;
use lifecircle::{Error, Result};

use super::Wrong;
use super::measuring::metres;
use super::{MEASURING, OUTPUT};

/// How places are given.
const PLACES_HELP: &str = "\
Places are a list (CSV, XLSX, GeoJSON, GeoPackage, GeoParquet, Shapefile, FlatGeobuf, KML; of areas, their middles), coordinates as \
106.838,39.632 (several with semicolons), the word homes, or a kind of the city's facilities (see `lifecircle standards kinds`).";

#[derive(Debug, Subcommand)]
pub enum ReachCommand {
    /// Areas within so many minutes of each place (isochrones)
    Isochrones(IsochronesArgs),
    /// Times or lengths from all places to all others within a limit
    Matrix(MatrixArgs),
    /// The nearest few places, from each place
    Nearest(NearestArgs),
    /// The ways themselves, with time and length
    Routes(RoutesArgs),
    /// What is within reach: jobs, beds, shops; cumulative, with a decay, or shared among those who want it
    Opportunities(OpportunitiesArgs),
}

/// What each of these commands takes.
#[derive(Debug, Args)]
pub struct Asking {
    /// Who walks: see `lifecircle walkers list`, or name a .toml file
    #[arg(long, default_value = DEFAULT_WALKER, help_heading = MEASURING)]
    pub walker: String,
    /// How far a place may be from its street, in metres
    #[arg(long, default_value_t = lifecircle::network::DEFAULT_SNAP_LIMIT.0, value_name = "METRES", value_parser = metres, help_heading = MEASURING)]
    pub snap_limit: f64,
    /// Datum of lists: wgs84, gcj02, bd09, or any coordinate system by its EPSG code, as EPSG:4547
    #[arg(long, default_value = "wgs84", value_name = "DATUM", help_heading = MEASURING)]
    pub datum: Datum,
    /// The file to write, in the format that its name ends in: .parquet, .geojson, .csv, .xlsx, .gpkg or .fgb; without it the first rows are
    /// printed
    #[arg(long, short, value_name = "FILE", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,
}

impl Asking {
    /// Who walks.
    pub fn walk(&self) -> Result<Walk> {
        Ok(Walk { walker: Walker::find(&self.walker)?, snap_limit: Metres(self.snap_limit) })
    }

    /// Places as they are named, with the numbers of some columns.
    pub fn points(&self, city: &City, named: &str, columns: &[String]) -> Result<Points> {
        let path = Path::new(named);
        if named == "homes" {
            return Ok(Points::homes(city));
        }
        if path.is_file() || lists::is_list(path) {
            return Points::read(path, self.datum, columns);
        }
        // No kind begins as a number does.
        match named.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
            true => named.parse(),
            false => Points::of_kind(city, named),
        }
    }

    /// Files that are read.
    pub fn files<'a>(&'a self, named: impl IntoIterator<Item = &'a String>) -> Vec<&'a Path> {
        named.into_iter().map(Path::new).filter(|path| path.is_file()).collect()
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "\
Examples:
  lifecircle reach isochrones demo.city 106.838,39.632 -o areas.geojson
  lifecircle reach isochrones demo.city clinics.xlsx --minutes 10 --towards -o who-gets-there.gpkg
  lifecircle reach isochrones demo.city primary_school --walker child --minutes 5,10 -o schools.parquet",
    before_help = PLACES_HELP
)]
pub struct IsochronesArgs {
    /// The city directory
    pub city: PathBuf,
    /// The places
    pub from: String,
    /// Within how many minutes
    #[arg(long, value_delimiter = ',', default_value = "5,10,15", value_name = "MINUTES", value_parser = limit, help_heading = MEASURING)]
    pub minutes: Vec<f64>,
    /// From where one gets to the places, not where one gets to from them
    #[arg(long, help_heading = MEASURING)]
    pub towards: bool,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Args)]
#[command(
    after_help = "\
Examples:
  lifecircle reach matrix demo.city homes pharmacy --minutes 15 -o times.parquet
  lifecircle reach matrix demo.city cells.gpkg jobs.csv --metres 1200 -o lengths.csv",
    before_help = PLACES_HELP
)]
pub struct MatrixArgs {
    /// The city directory
    pub city: PathBuf,
    /// Where people set out
    pub from: String,
    /// Where they go
    pub to: String,
    #[command(flatten)]
    pub limit: LimitArgs,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Args)]
#[command(
    after_help = "\
Examples:
  lifecircle reach nearest demo.city homes pharmacy -o nearest.csv
  lifecircle reach nearest demo.city 106.838,39.632 hospitals.xlsx --count 3 --metres 5000",
    before_help = PLACES_HELP
)]
pub struct NearestArgs {
    /// The city directory
    pub city: PathBuf,
    /// Where people set out
    pub from: String,
    /// Where they go
    pub to: String,
    /// How many of the nearest
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000), help_heading = MEASURING)]
    pub count: u16,
    #[command(flatten)]
    pub limit: LimitArgs,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Args)]
#[command(
    after_help = "\
Examples:
  lifecircle reach routes demo.city 106.838,39.632 106.837,39.609 -o way.geojson
  lifecircle reach routes demo.city homes.csv schools.csv -o ways.gpkg     the first row to the first, and so on",
    before_help = PLACES_HELP
)]
pub struct RoutesArgs {
    /// The city directory
    pub city: PathBuf,
    /// Where people set out
    pub from: String,
    /// Where they go: as many places, or one
    pub to: String,
    #[command(flatten)]
    pub asking: Asking,
}

#[derive(Debug, Args)]
#[command(
    after_help = "\
Examples:
  lifecircle reach opportunities demo.city homes jobs.csv --columns jobs --minutes 15,30,45 -o access.parquet
  lifecircle reach opportunities demo.city cells.gpkg park --columns area --metres 800 --decay exponential:0.002
  lifecircle reach opportunities demo.city homes nursing_home --columns capacity --minutes 15 --catchment 2sfca --decay gaussian",
    before_help = PLACES_HELP
)]
pub struct OpportunitiesArgs {
    /// The city directory
    pub city: PathBuf,
    /// Where people set out
    pub from: String,
    /// Where what they want is
    pub to: String,
    /// Columns of what is there: jobs, beds, m² [default: each place counts one]; facilities have capacity and area
    #[arg(long, value_delimiter = ',', value_name = "COLUMN", help_heading = MEASURING)]
    pub columns: Vec<String>,
    /// Within how many minutes
    #[arg(long, value_delimiter = ',', value_name = "MINUTES", value_parser = limit, conflicts_with = "metres", help_heading = MEASURING)]
    pub minutes: Vec<f64>,
    /// Within how many metres along the streets
    #[arg(long, value_delimiter = ',', value_name = "METRES", value_parser = limit, help_heading = MEASURING)]
    pub metres: Vec<f64>,
    /// How much less counts what is farther away: step, linear, gaussian, exponential:0.1, power:2, logistic:10,2 or bands:5=1,10=0.68,15=0.22,
    /// in minutes or metres
    #[arg(long, default_value = "step", value_name = "DECAY", help_heading = MEASURING)]
    pub decay: String,
    /// Share it among those who want it: 2sfca, 3sfca, m2sfca or bfca
    #[arg(long, value_name = "MODEL", help_heading = MEASURING)]
    pub catchment: Option<String>,
    /// The column of those who want it, where it is shared
    #[arg(long, default_value = "residents", value_name = "COLUMN", requires = "catchment", help_heading = MEASURING)]
    pub demand: String,
    #[command(flatten)]
    pub asking: Asking,
}

/// One limit, in time or in length.
#[derive(Debug, Args)]
pub struct LimitArgs {
    /// Within how many minutes [default: 60]
    #[arg(long, value_name = "MINUTES", value_parser = limit, conflicts_with = "metres", help_heading = MEASURING)]
    pub minutes: Option<f64>,
    /// Within how many metres along the streets, instead of minutes
    #[arg(long, value_name = "METRES", value_parser = limit, help_heading = MEASURING)]
    pub metres: Option<f64>,
}

/// How far is far enough, unless it is said.
const DEFAULT_MINUTES: f64 = 60.0;

/// Limits in time or in length.
pub enum Limits {
    Minutes(Vec<Millis>),
    Metres(Vec<Millimetres>),
}

impl Limits {
    fn of(minutes: &[f64], metres: &[f64]) -> Self {
        let once = |numbers: &[f64]| {
            let mut numbers = numbers.to_vec();
            numbers.sort_by(f64::total_cmp);
            numbers.dedup();
            numbers
        };
        let (minutes, metres) = (once(minutes), once(metres));
        match metres.as_slice() {
            [] => Self::Minutes(minutes.iter().map(|minutes| time(*minutes)).collect()),
            metres => Self::Metres(metres.iter().map(|metres| Millimetres::round(Metres(*metres))).collect()),
        }
    }
}

impl LimitArgs {
    pub fn limits(&self) -> Limits {
        let minutes = self.minutes.unwrap_or(DEFAULT_MINUTES);
        Limits::of(&[minutes], self.metres.as_slice())
    }
}

impl OpportunitiesArgs {
    /// Within which limits.
    pub fn limits(&self) -> Result<Limits> {
        if self.minutes.is_empty() && self.metres.is_empty() {
            return Err(Error::new(say!("no limit is given", "未给出范围")).hint(say!(
                "give --minutes 15 or --metres 800; several with commas",
                "请给出 --minutes 15 或 --metres 800；多个值用逗号分隔"
            )));
        }
        Ok(Limits::of(&self.minutes, &self.metres))
    }
}

/// A time in minutes.
pub fn time(minutes: f64) -> Millis {
    Millis::round(Seconds::from_minutes(minutes))
}

fn limit(text: &str) -> std::result::Result<f64, Wrong> {
    match text.trim().parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 50_000.0 => Ok(number),
        _ => Err(Wrong(say!("give a number above 0 and at most 50000", "应为大于 0、不超过 50000 的数"))),
    }
}
