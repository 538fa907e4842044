//! Arguments of what a city is made of.

use lifecircle::say;
use std::path::PathBuf;

use clap::Args;
use lifecircle::geo::Datum;
use lifecircle::import::ListColumns;
use lifecircle::inputs::{AreasFile, ClipTo, InputFiles, ListFile, PeopleFile};
use lifecircle::sources::lists;

use super::Wrong;
use super::{CITY, COMMUNITIES, Force, OUTPUT, PEOPLE, PLACES};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle import malta.osm.pbf -o malta.city
  lifecircle import city.osm.pbf -o city.city --people census.gpkg --communities communities.geojson
  lifecircle import city.osm.pbf -o city.city --facilities amap.csv --datum gcj02 --columns name=名称,kind=类别,lon=经度,lat=纬度
  lifecircle import inner-mongolia.osm.pbf --clip 乌海市 -o wuhai.city          a city out of the extract of a province
  lifecircle inputs city.osm.pbf *.xlsx communities.geojson -o city-inputs.toml      looks at the files; check it, then
  lifecircle import --inputs city-inputs.toml -o city.city")]
pub struct ImportArgs {
    #[command(flatten)]
    pub inputs: InputArgs,
    /// The city directory to write
    #[arg(long, short, value_name = "NAME.city", help_heading = OUTPUT)]
    pub output: PathBuf,
    #[command(flatten)]
    pub force: Force,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lifecircle inputs wuhai.osm.pbf lists/*.xlsx communities.geojson dem.tif
  lifecircle import --inputs city-inputs.toml -o wuhai.city

It tells what each file is, which columns hold what, what every entry of a list is, and in which datum it is: by places that the map
calls the same. What it is not sure of stands in the file as a remark; correct it there.")]
pub struct InputsArgs {
    /// The files: an OpenStreetMap extract and what else you have
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The file of inputs to write
    #[arg(long, short, default_value = "city-inputs.toml", value_name = "FILE.toml", help_heading = OUTPUT)]
    pub output: PathBuf,
}

/// What a city is made from.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// OpenStreetMap extract, or several that are neighbours: .osm.pbf, .osm, .osm.gz or .osm.bz2
    #[arg(required_unless_present = "inputs", value_name = "EXTRACT")]
    pub extracts: Vec<PathBuf>,
    /// A file that describes all inputs, each with its own columns, datum and kind, instead of the options below (see
    /// `lifecircle inputs`)
    #[arg(long, value_name = "FILE.toml", help_heading = CITY, conflicts_with_all = [
        "extracts", "people", "people_column", "population", "people_datum", "buildings", "buildings_datum", "facilities", "columns", "datum", "no_merge", "communities",
        "communities_datum", "admin_level", "elevation", "name",
        "corrections",
        "clip",
        "clip_datum",
    ])]
    pub inputs: Option<PathBuf>,
    /// The part of the extract that is the city: a file of areas (GeoJSON, GeoPackage), or the name of an administrative boundary of
    /// the extract; streets and facilities are kept 1.5 km around it
    #[arg(long, value_name = "FILE|NAME", help_heading = CITY)]
    pub clip: Option<String>,
    /// Datum of a file given to --clip, as --people-datum
    #[arg(long, default_value = "wgs84", value_name = "DATUM", requires = "clip", help_heading = CITY)]
    pub clip_datum: Datum,
    /// Where people live: points (CSV, XLSX), cells (GeoPackage, GeoJSON), a raster (GeoTIFF), or a table of communities and
    /// their residents without coordinates [default: estimated from buildings and streets]
    #[arg(long, value_name = "FILE", help_heading = PEOPLE)]
    pub people: Option<PathBuf>,
    /// Column of residents in --people [default: residents, population, people, pop or 人口]
    #[arg(long, value_name = "COLUMN", requires = "people", help_heading = PEOPLE)]
    pub people_column: Option<String>,
    /// Outlines of buildings besides those of the extract: Overture's, or a survey's with columns of purpose, storeys or height; may be given
    /// several times
    #[arg(long, value_name = "FILE", help_heading = PEOPLE)]
    pub buildings: Vec<PathBuf>,
    /// Datum of --buildings, as --people-datum
    #[arg(long, default_value = "wgs84", value_name = "DATUM", requires = "buildings", help_heading = PEOPLE)]
    pub buildings_datum: Datum,
    /// All residents together, where no --people is given: what is estimated is scaled to it
    #[arg(long, value_name = "RESIDENTS", conflicts_with = "people", value_parser = residents, help_heading = PEOPLE)]
    pub population: Option<f64>,
    /// Datum of --people: wgs84, gcj02, bd09, or any coordinate system by its EPSG code, as EPSG:4547
    #[arg(long, default_value = "wgs84", value_name = "DATUM", help_heading = PEOPLE)]
    pub people_datum: Datum,
    #[arg(long, value_name = "FILE", help_heading = PLACES, help = format!("A list of facilities: {}; exports of AMap, Baidu \
        and Overture are known by their columns; may be given several times", lists::formats()))]
    pub facilities: Vec<PathBuf>,
    /// Columns of --facilities, where it is one list: lon=LNG,lat=LAT,name=NAME,kind=KIND,id=ID,capacity=N,area=M2,address=…
    /// [default: by their usual names; several lists with columns of their own: see `lifecircle inputs`]
    #[arg(long, value_name = "FIELD=COLUMN,…", requires = "facilities", help_heading = PLACES)]
    pub columns: Option<String>,
    /// Datum of --facilities, where it is one list, as --people-datum [default: gcj02 for exports of AMap, bd09 for Baidu's, wgs84 for others]
    #[arg(long, value_name = "DATUM", help_heading = PLACES)]
    pub datum: Option<Datum>,
    /// Corrections of what places are: a table with the columns id and kinds (see `lifecircle facilities --help`)
    #[arg(long, value_name = "FILE", help_heading = PLACES)]
    pub corrections: Option<PathBuf>,
    /// Count every entry of --facilities, even if the place is known already
    #[arg(long, help_heading = PLACES)]
    pub no_merge: bool,
    /// Areas of communities (社区): GeoJSON or GeoPackage, may be given several times [default: administrative
    /// boundaries of the extract]
    #[arg(long, value_name = "FILE", help_heading = COMMUNITIES)]
    pub communities: Vec<PathBuf>,
    /// Datum of --communities, as --people-datum
    #[arg(long, default_value = "wgs84", value_name = "DATUM", help_heading = COMMUNITIES)]
    pub communities_datum: Datum,
    /// Which admin_level of the extract's boundaries are the communities [default: the deepest that covers most homes]
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(2..=12), help_heading = COMMUNITIES)]
    pub admin_level: Option<u8>,
    /// Ground elevation in metres: GeoTIFF in longitude and latitude
    #[arg(long, value_name = "FILE", help_heading = CITY)]
    pub elevation: Option<PathBuf>,
    /// What the city is called [default: the extract's file name]
    #[arg(long, help_heading = CITY)]
    pub name: Option<String>,
}

impl InputArgs {
    /// The files that a city is made of.
    pub fn files(&self) -> lifecircle::Result<InputFiles> {
        if let Some(inputs) = &self.inputs {
            return InputFiles::read(inputs);
        }
        if self.facilities.len() > 1 && (self.columns.is_some() || self.datum.is_some()) {
            return Err(lifecircle::Error::new(say!("--columns and --datum are for one list, and several are given", "--columns 与 --datum 只适用于单个名录，此处给出了多个")).hint(
                say!("describe each in a file of inputs: lifecircle inputs FILES… -o city-inputs.toml, then import --inputs city-inputs.toml", "请在输入文件中分别说明：lifecircle inputs 文件… -o city-inputs.toml，再用 import --inputs city-inputs.toml"),
            ));
        }
        let columns = self.columns.as_deref().map(ListColumns::parse).transpose()?.unwrap_or_default();
        let people = self.people.as_ref().map(|file| PeopleFile {
            file: file.clone(),
            sheet: None,
            residents: self.people_column.clone(),
            datum: self.people_datum,
        });
        let list = |file: &PathBuf| ListFile { columns: columns.clone(), datum: self.datum, ..ListFile::of(file) };
        let areas = |file: &PathBuf, datum| AreasFile { file: file.clone(), sheet: None, datum };
        let communities = self.communities.iter().map(|file| areas(file, self.communities_datum));
        Ok(InputFiles {
            name: self.name.clone(),
            // Without a file of inputs it is required.
            extracts: self.extracts.clone(),
            people,
            population: self.population,
            facilities: self.facilities.iter().map(list).collect(),
            keep_duplicates: self.no_merge,
            communities: communities.collect(),
            buildings: self.buildings.iter().map(|file| areas(file, self.buildings_datum)).collect(),
            admin_level: self.admin_level,
            elevation: self.elevation.clone(),
            corrections: self.corrections.clone(),
            clip: self.clip.as_ref().map(|word| ClipTo::of(word, self.clip_datum)),
        })
    }
}

/// A number of residents.
pub(super) fn residents(text: &str) -> Result<f64, Wrong> {
    let number: f64 =
        text.replace([',', ' '], "").parse().map_err(|_| Wrong(say!("give a number of residents", "应为居民数")))?;
    if (1.0..=1e9).contains(&number) {
        Ok(number)
    } else {
        Err(Wrong(say!("give a number between 1 and 1000000000", "应为 1 至 1000000000 之间的数")))
    }
}
