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
use crate::import::{
    AdminLevel, FacilityList, Inputs, ListReading, OSM_LICENCE, boundary_clip, describe_source, import, list_of,
    read_buildings, read_clip, read_communities, read_corrections, read_list, read_people,
};
use crate::inputs::{AreasFile, ClipTo, InputFiles, ListFile, PeopleFile};
use crate::kinds::Catalogue;
use crate::measure::Measured;
use crate::network::{Network, Walker};
use crate::output;
use crate::progress::{Progress, Stage};
use crate::reach::Engine;
use crate::ready::{ReadyCity, Walk};
use crate::sources::extract::OsmSource;
use crate::sources::geotiff::GeoTiff;
use crate::sources::lists::{self, Part};
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

/// Makes a city of files.
///
/// # Errors
/// If a file cannot be read or used, or it is cancelled.
pub fn make_city(files: &InputFiles, progress: &dyn Progress) -> Result<City> {
    // The small files first: a mistake in one should not cost the time of the large one.
    let read = |people: &PeopleFile| read_people(people.part(), people.residents.as_deref(), people.datum);
    let people = files.people.as_ref().map(read).transpose()?;
    let read = |list: &ListFile| read_list(&list.file, &list.reading());
    let lists = files.facilities.iter().map(read).collect::<Result<Vec<_>>>()?;
    let read = |areas: &AreasFile| read_communities(areas.part(), areas.datum);
    let communities = files.communities.iter().map(read).collect::<Result<Vec<_>>>()?.concat();
    let read = |areas: &AreasFile| read_buildings(areas.part(), areas.datum);
    let buildings = files.buildings.iter().map(read).collect::<Result<Vec<_>>>()?;
    let corrections = files.corrections.as_ref().map(read_corrections).transpose()?;
    let elevation = files.elevation.as_ref().map(|path| GeoTiff::open(path)).transpose()?;
    progress.check()?;
    let osm = OsmSource::open_all(&files.extracts)?;
    let extract = files.extracts.first().map(PathBuf::as_path).unwrap_or_else(|| Path::new(""));
    let clip = match &files.clip {
        Some(ClipTo::Areas(areas)) => Some(read_clip(areas.part(), areas.datum)?),
        Some(ClipTo::Boundary(name)) => Some(boundary_clip(&osm, name, progress).map_err(|e| e.file(extract))?),
        None => None,
    };
    let describe = |extract: &PathBuf| describe_source(SourceRole::Streets, extract, OSM_LICENCE);
    let mut sources = files.extracts.iter().map(describe).collect::<Result<Vec<_>>>()?;
    let people_file = files.people.iter().map(|people| (SourceRole::People, &people.file));
    let list_files = files.facilities.iter().map(|list| (SourceRole::Facilities, &list.file));
    let area_files = files.communities.iter().map(|areas| (SourceRole::Communities, &areas.file));
    let building_files = files.buildings.iter().map(|areas| (SourceRole::Buildings, &areas.file));
    let elevation_file = files.elevation.iter().map(|file| (SourceRole::Elevation, file));
    let corrections_file = files.corrections.iter().map(|file| (SourceRole::Facilities, file));
    let lists_of_all = people_file.chain(list_files).chain(area_files).chain(building_files);
    for (role, path) in lists_of_all.chain(elevation_file).chain(corrections_file) {
        progress.check()?;
        sources.push(describe_source(role, path, "")?);
    }
    let inputs = Inputs {
        people,
        population: files.population,
        lists,
        merge: !files.keep_duplicates,
        buildings,
        communities: (!communities.is_empty()).then_some(communities),
        admin_level: files.admin_level.map_or(AdminLevel::Deepest, AdminLevel::Level),
        elevation,
        corrections,
        clip,
        sources,
        ..Inputs::new(files.name(), osm)
    };
    import(inputs, progress).map_err(|e| e.file(extract))
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
    let page = report::html(&report::Contents::of(measured, summary, language));
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
    /// Those without coordinates, which are looked for by address and name when the city is made.
    pub without_coordinates: usize,
    /// Columns of which nothing is made.
    pub unused: Vec<String>,
    /// Sheets of the workbook that are not read.
    pub sheets_left: Vec<String>,
    /// How many are of each kind, by its Chinese and its English name; most first.
    pub kinds: Vec<(String, String, usize)>,
    /// What the others are called, and how many of each; most first, the first hundred.
    pub unrecognised: Vec<(String, usize)>,
}

/// Rows of a preview.
const SAMPLE_ROWS: usize = 5;

/// Looks at a list without making anything of it; what is wrong with it is told in a language.
///
/// # Errors
/// If the file cannot be read at all.
pub fn look_at_list(path: &Path, reading: &ListReading, language: Language) -> Result<ListPreview> {
    let records = lists::read(Part { path, sheet: reading.sheet.as_deref() })?;
    let cells = |row: &Record| {
        let mut cells = vec![String::new(); records.columns.len()];
        row.cells.iter().for_each(|(column, text)| cells[column] = text.to_owned());
        cells
    };
    let (recognised, problem) = match list_of(&records, reading) {
        Ok(list) => (Some(recognised(&list)), None),
        Err(error) => {
            (None, Some(without_directory(error, path).sentence(language, |setting| format!("`{}`", setting.name()))))
        }
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
    let unplaced = list.unplaced.iter().map(|entry| &entry.facility);
    for facility in list.facilities.iter().chain(unplaced) {
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
        datum: list.datum.to_string(),
        entries: list.facilities.len() + list.unplaced.len(),
        closed: list.closed,
        without_coordinates: list.unplaced.len(),
        unused: list.unused.clone(),
        sheets_left: list.sheets_left.clone(),
        kinds,
        unrecognised,
    }
}
