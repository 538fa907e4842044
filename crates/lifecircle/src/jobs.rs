//! Whole jobs that every caller does in the same way, from files to files: the command, a server, a Python package. A city made of
//! what a user has, made ready with the engine that is kept beside it, and written with all that was measured of it.
//!
//! It knows files and puts the other modules together; it decides nothing about a city itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::city::{self, City, SourceRole};
use crate::error::Result;
use crate::geo::Datum;
use crate::import::{
    AdminLevel, Inputs, ListColumns, OSM_LICENCE, describe_source, import, read_communities, read_list, read_people,
};
use crate::measure::Measured;
use crate::network::{Network, Walker};
use crate::output;
use crate::progress::{Progress, Stage};
use crate::reach::Engine;
use crate::ready::{ReadyCity, Walk};
use crate::sources::extract::OsmSource;
use crate::sources::geotiff::GeoTiff;
use crate::summary::Summary;
use crate::tables::Format;
use crate::text::Language;
use crate::{export, report};

/// Who walks unless somebody else is named.
pub const DEFAULT_WALKER: &str = "adult";

/// By which standard a city is measured unless another is named.
pub const DEFAULT_STANDARD: &str = "wuhai-8";

/// The files that a city is made of, and how they are to be read.
#[derive(Debug, Clone, Default)]
pub struct InputFiles {
    /// The OpenStreetMap extract.
    pub extract: PathBuf,
    /// Where people live.
    pub people: Option<PathBuf>,
    /// The column of residents.
    pub people_column: Option<String>,
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
    let page = report::html(measured, summary, None, language);
    output::write_text(&directory.join("report.html"), &page)?;
    progress.advance(1);
    Ok(())
}

/// A name for a city on disk that any file system takes.
pub fn file_name(name: &str) -> String {
    let safe: String = name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    if safe.trim_matches('.').is_empty() { "city".to_owned() } else { safe }
}
