//! Whole jobs that every caller does in the same way, from files to files: the command, a server, a Python package. A city made of
//! what a user has, made ready with the engine that is kept beside it, and written with all that was measured of it.
//!
//! It knows files and puts the other modules together; it decides nothing about a city itself.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::city::{self, About, City, SourceRole};
use crate::error::{Error, Result};
use crate::geo::Datum;
use crate::import::{
    AdminLevel, FacilityList, Inputs, ListColumns, OSM_LICENCE, describe_source, import, read_communities, read_list,
    read_people,
};
use crate::kinds::Catalogue;
use crate::measure::Measured;
use crate::network::{Network, Walker};
use crate::output;
use crate::progress::{Progress, Stage};
use crate::reach::Engine;
use crate::ready::{ReadyCity, Walk};
use crate::sources::extract::OsmSource;
use crate::sources::geotiff::GeoTiff;
use crate::sources::lists;
use crate::sources::records::Record;
use crate::standard::Country;
use crate::summary::Summary;
use crate::tables::Format;
use crate::text::Language;
use crate::{export, report};

/// Who walks unless somebody else is named.
pub const DEFAULT_WALKER: &str = "adult";

/// By which standard a city in China is measured unless another is named.
pub const STANDARD_IN_CHINA: &str = "wuhai-8";

/// By which standard any other city is measured unless another is named.
pub const STANDARD_ELSEWHERE: &str = "moreno-6";

/// Id of the standard that a city is measured by unless another is named: a city is not graded by what another country asks for.
pub fn usual_standard(about: &About) -> &'static str {
    let is_chinese = about.synthetic || Country::CN.holds(about.middle());
    if is_chinese { STANDARD_IN_CHINA } else { STANDARD_ELSEWHERE }
}

/// The files that a city is made of, and how they are to be read.
#[derive(Debug, Clone, Default)]
pub struct InputFiles {
    /// The OpenStreetMap extract.
    pub extract: PathBuf,
    /// Where people live.
    pub people: Option<PathBuf>,
    /// The column of residents.
    pub people_column: Option<String>,
    /// All residents together, where no people are given.
    pub population: Option<f64>,
    /// The datum of `people`.
    pub people_datum: Datum,
    /// Lists of facilities.
    pub facilities: Vec<PathBuf>,
    /// The columns of `facilities`, as `lon=LNG,lat=LAT,…`.
    pub columns: Option<String>,
    /// The datum of `facilities`; by their origin if none.
    pub datum: Option<Datum>,
    /// Whether every entry of the lists counts, even if the place is known already.
    pub keep_duplicates: bool,
    /// Areas of communities; the extract's boundaries if there are none.
    pub communities: Vec<PathBuf>,
    /// The datum of `communities`.
    pub communities_datum: Datum,
    /// Which boundaries of the extract are the communities.
    pub admin_level: Option<u8>,
    /// Ground elevation.
    pub elevation: Option<PathBuf>,
    /// What the city is called; as the extract's file if none.
    pub name: Option<String>,
}

impl InputFiles {
    /// Only an extract.
    pub fn of(extract: impl Into<PathBuf>) -> Self {
        Self { extract: extract.into(), ..Self::default() }
    }

    /// All of them.
    pub fn paths(&self) -> Vec<&Path> {
        let one = [Some(&self.extract), self.people.as_ref(), self.elevation.as_ref()];
        let all = one.into_iter().flatten().chain(&self.facilities).chain(&self.communities);
        all.map(PathBuf::as_path).collect()
    }

    fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let file = self.extract.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            file.split(".osm").next().unwrap_or(&file).trim_end_matches(".pbf").to_owned()
        })
    }
}

/// Makes a city of files.
///
/// # Errors
/// If a file cannot be read or used, or it is cancelled.
pub fn make_city(files: &InputFiles, progress: &dyn Progress) -> Result<City> {
    // The small files first: a mistake in one should not cost the time of the large one.
    let people = files
        .people
        .as_ref()
        .map(|path| read_people(path, files.people_column.as_deref(), files.people_datum))
        .transpose()?;
    let columns = files.columns.as_deref().map(ListColumns::parse).transpose()?.unwrap_or_default();
    let lists =
        files.facilities.iter().map(|path| read_list(path, &columns, files.datum)).collect::<Result<Vec<_>>>()?;
    let communities = files
        .communities
        .iter()
        .map(|path| read_communities(path, files.communities_datum))
        .collect::<Result<Vec<_>>>()?
        .concat();
    let elevation = files.elevation.as_ref().map(|path| GeoTiff::open(path)).transpose()?;
    progress.check()?;
    let osm = OsmSource::open(&files.extract)?;
    let mut sources = vec![describe_source(SourceRole::Streets, &files.extract, OSM_LICENCE)?];
    let others = [
        (SourceRole::People, files.people.as_slice()),
        (SourceRole::Facilities, &files.facilities),
        (SourceRole::Communities, &files.communities),
        (SourceRole::Elevation, files.elevation.as_slice()),
    ];
    for (role, paths) in others {
        for path in paths {
            progress.check()?;
            sources.push(describe_source(role, path, "")?);
        }
    }
    let inputs = Inputs {
        people,
        population: files.population,
        lists,
        merge: !files.keep_duplicates,
        communities: (!communities.is_empty()).then_some(communities),
        admin_level: files.admin_level.map_or(AdminLevel::Deepest, AdminLevel::Level),
        elevation,
        sources,
        ..Inputs::new(files.name(), osm)
    };
    import(inputs, progress).map_err(|e| e.file(&files.extract))
}

/// Writes a city into a directory that is there, with what makes measuring start at once for who walks most.
///
/// # Errors
/// If it cannot be written, or is cancelled.
pub fn write_city(city: &City, directory: &Path, progress: &dyn Progress) -> Result<()> {
    city::write(city, directory)?;
    let walker = Walker::find(DEFAULT_WALKER)?;
    let engine = Engine::new(Network::new(&city.streets, &walker), progress)?;
    city::write_engine(directory, &walker.id, &engine.to_bytes())
}

/// A city from disk, made ready; an engine of the walker may be kept with it.
///
/// # Errors
/// If it is cancelled.
pub fn make_ready(city: &Arc<City>, directory: &Path, walk: Walk, progress: &dyn Progress) -> Result<ReadyCity> {
    let kept = city::read_engine(directory, &walk.walker.id);
    let engine = |network| match kept {
        Some(bytes) => Engine::from_bytes(network, &bytes).or_else(|network| Engine::new(network, progress)),
        None => Engine::new(network, progress),
    };
    ReadyCity::with_engine(Arc::clone(city), walk, engine, progress)
}

/// Writes a city that was measured, its results and its report into a directory that is there: the city as `city_name`, with the
/// engine that it was measured with.
///
/// # Errors
/// If it cannot be written, or is cancelled.
pub fn write_all(
    measured: &Measured,
    summary: &Summary,
    (directory, city_name): (&Path, &str),
    (formats, language): (&[Format], Language),
    progress: &dyn Progress,
) -> Result<()> {
    progress.stage(Stage::Write, 3);
    let city_directory = directory.join(city_name);
    output::make_directory(&city_directory)?;
    city::write(measured.city(), &city_directory)?;
    let engine = measured.reached.ready.times().engine(progress)?;
    city::write_engine(&city_directory, &measured.walker().id, &engine.to_bytes())?;
    output::seal(&city_directory)?;
    progress.advance(1);
    progress.check()?;
    export::write_results(measured, summary, directory, formats)?;
    progress.advance(1);
    progress.check()?;
    let page = report::html(measured, summary, None, None, language);
    output::write_text(&directory.join("report.html"), &page)?;
    progress.advance(1);
    Ok(())
}

/// A name for a city on disk that any file system takes.
pub fn file_name(name: &str) -> String {
    let safe: String = name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    if safe.trim_matches('.').is_empty() { "city".to_owned() } else { safe }
}

/// What a list of facilities looks like before a city is made of it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ListPreview {
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Its first rows, a cell for each column.
    pub sample: Vec<Vec<String>>,
    /// Number of rows.
    pub rows: usize,
    /// What became of them; none if the list cannot be used as it is.
    pub recognised: Option<ListRecognised>,
    /// Why it cannot be used, and how to fix it.
    pub problem: Option<String>,
}

/// What became of the rows of a list.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ListRecognised {
    /// Where it comes from: `amap`, `baidu`, `overture` or `plain`.
    pub origin: String,
    /// In which datum its coordinates were taken to be.
    pub datum: String,
    /// Places that are open.
    pub entries: usize,
    /// Those left out because the list says that they are closed.
    pub closed: usize,
    /// How many are of each kind, by its Chinese and its English name; most first.
    pub kinds: Vec<(String, String, usize)>,
    /// What the others are called, and how many of each; most first, the first hundred.
    pub unrecognised: Vec<(String, usize)>,
}

/// Rows of a preview.
const SAMPLE_ROWS: usize = 5;

/// Looks at a list without making anything of it.
///
/// # Errors
/// If the file cannot be read at all.
pub fn look_at_list(path: &Path, columns: Option<&str>, datum: Option<Datum>) -> Result<ListPreview> {
    let records = lists::read(path)?;
    let cells = |row: &Record| {
        let mut cells = vec![String::new(); records.columns.len()];
        row.cells.iter().for_each(|(column, text)| cells[column] = text.to_owned());
        cells
    };
    let columns = columns.map(ListColumns::parse).transpose()?.unwrap_or_default();
    let (recognised, problem) = match read_list(path, &columns, datum) {
        Ok(list) => (Some(recognised(&list)), None),
        Err(error) => (None, Some(without_directory(error, path).sentence(|setting| format!("`{}`", setting.name())))),
    };
    Ok(ListPreview {
        sample: records.rows.iter().take(SAMPLE_ROWS).map(cells).collect(),
        rows: records.rows.len(),
        recognised,
        problem,
        columns: records.columns,
    })
}

/// Where a list lies is the caller's business.
fn without_directory(error: Error, path: &Path) -> Error {
    match path.parent() {
        Some(directory) => error.moved(directory, Path::new("")),
        None => error,
    }
}

fn recognised(list: &FacilityList) -> ListRecognised {
    let catalogue = Catalogue::built_in();
    let (mut kinds, mut others): (HashMap<usize, usize>, HashMap<&str, usize>) = (HashMap::new(), HashMap::new());
    for facility in &list.facilities {
        match catalogue.kinds_of(facility).first() {
            Some(kind) => *kinds.entry(*kind).or_default() += 1,
            None => *others.entry(&facility.kind).or_default() += 1,
        }
    }
    let name = |kind: usize| (catalogue.kinds[kind].zh.clone(), catalogue.kinds[kind].en.clone());
    let mut kinds: Vec<(String, String, usize)> =
        kinds.into_iter().map(|(kind, count)| (name(kind).0, name(kind).1, count)).collect();
    kinds.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
    let mut unrecognised: Vec<(String, usize)> =
        others.into_iter().map(|(word, count)| (word.to_owned(), count)).collect();
    unrecognised.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    unrecognised.truncate(100);
    ListRecognised {
        origin: list.origin.name().to_owned(),
        datum: list.datum.name().to_owned(),
        entries: list.facilities.len(),
        closed: list.closed,
        kinds,
        unrecognised,
    }
}
