//! The cities that a server shows: loaded when asked for, the least used let go.
//!
//! A city with a scenario is a city of its own, called `CITY~VERSION`: whatever can be asked of a city can be asked of it.

use lifecircle::say;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, TryLockError};

use std::time::Duration;

use axum::body::Bytes;
use lifecircle::city::{self, About, City};
use lifecircle::error::ErrorKind;
use lifecircle::geo::LonLat;
use lifecircle::jobs::{STANDARD_IN_CHINA, usual_standard};
use lifecircle::measure::{EditedCity, Measured, measure};
use lifecircle::network::Walker;
use lifecircle::progress::Progress as _;
use lifecircle::ready::{ReadyCity, Walk};
use lifecircle::standard::{Recognised, recognise};
use lifecircle::summary::{Summary, summarise};
use lifecircle::text::Language;
use lifecircle::{jobs, output};
use lifecircle_plan::scenario::{Applied, Feature, apply_feature, check_services, compare, report};
use moka::sync::Cache;

use crate::api::tiles::TileSet;
use crate::problem::Problem;
use crate::scenarios::{Draft, Scenarios};
use crate::search::Names;
use crate::standards::Known;
use crate::tiles::areas::AreaMap;
use crate::tiles::base::BaseMap;
use crate::tiles::grid::TileId;
use crate::tiles::people::PeopleMap;
use crate::tiles::places::PlaceMap;
use crate::work::{Lane, Stop, Until};

/// Cities that are held at once.
const MOST_CITIES: u64 = 8;

/// Walkers, and walkers by standards, that are held of a city at once.
const MOST_READY: u64 = 8;
const MOST_EVALUATED: u64 = 16;

/// What cities with scenarios, and what is measured of them, may take, in bytes.
const MOST_TRIED_BYTES: u64 = 1 << 30;

/// Walkers by standards whose edits are followed at once.
const MOST_FOLLOWED: u64 = 4;

/// How long is looked for the best that could be built instead, for a report.
const BEST_TIME: Duration = Duration::from_secs(10);

/// So many edits are made while others wait for a click.
const QUICK_EDITS: usize = 3;

/// Stands between a city's id and the version of a scenario; no city has it in its id.
const WITH: char = '~';

/// Tiles that are kept of a city, in bytes.
const MOST_TILE_BYTES: u64 = 64 << 20;

/// What keeping a tile takes beside its bytes.
const TILE_ENTRY: u32 = 512;

/// Where cities lie, by their ids.
#[derive(Debug)]
pub struct Cities {
    known: RwLock<BTreeMap<String, Listed>>,
    open: Cache<String, Arc<OpenCity>>,
    tried: Cache<String, Arc<OpenCity>>,
    /// What people try.
    pub scenarios: Scenarios,
}

/// A city that may be opened.
#[derive(Debug, Clone)]
struct Listed {
    directory: PathBuf,
    about: About,
}

impl Cities {
    /// Of directories; a city's id is the name of its directory without `.city`.
    ///
    /// # Errors
    /// If one is not a city, or two have one name.
    pub fn new(directories: &[PathBuf], scenarios: Scenarios) -> lifecircle::Result<Self> {
        let open = Cache::new(MOST_CITIES);
        let tried = Cache::builder()
            .weigher(|_, city: &Arc<OpenCity>| bytes_of(&city.city))
            .max_capacity(MOST_TRIED_BYTES)
            .build();
        let cities = Self { known: RwLock::default(), open, tried, scenarios };
        for directory in directories {
            cities.add(directory)?;
        }
        Ok(cities)
    }

    /// One more; its id.
    ///
    /// # Errors
    /// If it is not a city, or another has its name.
    pub fn add(&self, directory: &Path) -> lifecircle::Result<String> {
        let about = city::overview(directory)?;
        let absolute =
            directory.canonicalize().map_err(|e| lifecircle::Error::io(say!("read", "读取"), directory, &e))?;
        let name = absolute.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let id = jobs::file_name(name.strip_suffix(".city").unwrap_or(&name));
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if all.contains_key(&id) {
            let problem = say!("there is a city called {id} already", "已有名为 {id} 的城市");
            return Err(lifecircle::Error::of_kind(ErrorKind::Exists, problem)
                .file(directory)
                .hint(say!("call one otherwise", "请为其中一个改名")));
        }
        all.insert(id.clone(), Listed { directory: absolute, about });
        Ok(id)
    }

    fn known(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Listed>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is one.
    pub fn has(&self, id: &str) -> bool {
        self.known().contains_key(id)
    }

    /// Id of the standard that a city is measured by where none is named. That of a city that is not known does not matter.
    pub fn usual_standard(&self, id: &str) -> &'static str {
        let base = id.split(WITH).next().unwrap_or(id);
        self.known().get(base).map_or(STANDARD_IN_CHINA, |known| usual_standard(&known.about))
    }

    /// Ids of all of them, and what they are called and rest on.
    pub fn overviews(&self) -> Vec<(String, About)> {
        self.known().iter().map(|(id, known)| (id.clone(), known.about.clone())).collect()
    }

    /// How long something takes: quick if the city is measured, or at least ready for the walker, heavy if that comes first.
    pub fn lane(&self, id: &str, walker: &Walker, known: Option<&Known>) -> Lane {
        let key = |known: &Known| (walker.id.clone(), known.key.clone());
        let is_made = |city: &OpenCity| match known {
            Some(known) => city.evaluated.contains_key(&key(known)),
            None => city.ready.contains_key(&walker.id),
        };
        let is_quick = match id.split_once(WITH) {
            None => self.open.get(id).is_some_and(|city| is_made(&city)),
            Some(_) => self.tried.get(id).is_some_and(|city| is_made(&city)),
        };
        if is_quick { Lane::Quick } else { Lane::Heavy }
    }

    /// How long it takes to try a scenario: quick if it does little more than the last one did, and the city is followed already.
    pub fn lane_of_trying(&self, id: &str, walker: &Walker, known: &Known, draft: &Draft) -> Lane {
        let key = (walker.id.clone(), known.key.clone());
        let is_quick = |city: Arc<OpenCity>| {
            let followed = city.followed.get(&key).filter(|_| city.evaluated.contains_key(&key));
            followed.is_some_and(|followed| followed.try_lock().is_ok_and(|followed| followed.is_near(draft)))
        };
        if self.open.get(id).is_some_and(is_quick) { Lane::Quick } else { Lane::Heavy }
    }

    /// How long a search takes: quick once the names are collected.
    pub fn lane_of_search(&self, id: &str) -> Lane {
        if self.open.get(id).is_some_and(|city| city.names.get().is_some()) { Lane::Quick } else { Lane::Heavy }
    }

    /// The first city whose extent holds a point.
    pub fn around(&self, at: LonLat) -> Option<String> {
        let holds =
            |[west, south, east, north]: [f64; 4]| (west..=east).contains(&at.x) && (south..=north).contains(&at.y);
        self.known().iter().find(|(_, known)| holds(known.about.extent)).map(|(id, _)| id.clone())
    }

    /// A city, loaded if it is not.
    ///
    /// # Errors
    /// If there is none, or it cannot be loaded.
    pub fn open(&self, id: &str, stop: &Stop) -> Result<Arc<OpenCity>, Problem> {
        if let Some((base, version)) = id.split_once(WITH) {
            return self.open_tried(id, base, version, stop);
        }
        let none = || Problem::not_found(lifecircle::say!("there is no city {id:?} here", "没有城市 {id:?}"));
        let directory = self.known().get(id).map(|known| known.directory.clone()).ok_or_else(none)?;
        let load = || OpenCity::load(&directory).map_err(Problem::from);
        self.open.try_get_with(id.to_owned(), load).map_err(|problem| (*problem).clone())
    }

    /// The id of a city with a scenario.
    pub fn with(city: &str, draft: &Draft) -> String {
        format!("{city}{WITH}{}", draft.version)
    }

    /// A city with a scenario.
    fn open_tried(&self, id: &str, base: &str, version: &str, stop: &Stop) -> Result<Arc<OpenCity>, Problem> {
        let draft = self.scenarios.of_version(base, version).ok_or_else(|| {
            Problem::not_found(lifecircle::say!(
                "the scenario {version:?} is not known here any more; open it where it was saved",
                "此处已没有方案 {version:?}；请从保存处重新打开"
            ))
        })?;
        let base = self.open(base, stop)?;
        let make = || OpenCity::tried(Arc::clone(&base), Arc::clone(&draft), stop);
        unless_others_left(stop, || self.tried.try_get_with(id.to_owned(), make))
    }
}

/// A city in memory, with what was made of it so far.
#[derive(Debug)]
pub struct OpenCity {
    /// Changes whenever the city does.
    pub version: String,
    /// The city.
    pub city: Arc<City>,
    directory: PathBuf,
    ready: Cache<String, ReadyCity>,
    recognised: Cache<String, Arc<Recognised>>,
    evaluated: Cache<(String, String), Arc<Evaluated>>,
    tiles: Cache<TileKey, Bytes>,
    base: OnceLock<BaseMap>,
    areas: OnceLock<AreaMap>,
    names: OnceLock<Names>,
    facilities: OnceLock<HashMap<String, usize>>,
    with: Option<WithScenario>,
    /// The city without a scenario, followed through its edits.
    followed: Cache<(String, String), Arc<Mutex<Followed>>>,
}

/// What a city with a scenario is made of.
#[derive(Debug)]
struct WithScenario {
    base: Arc<OpenCity>,
    draft: Arc<Draft>,
}

/// A city measured for a walker by a standard, ready to be edited; what was tried last goes on from where it is.
#[derive(Debug)]
struct Followed {
    untouched: EditedCity,
    last: Option<(Vec<Feature>, Vec<Applied>, EditedCity)>,
}

/// What tells tiles apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TileKey {
    /// What is drawn.
    pub set: TileSet,
    /// Walker and standard, where they make a difference.
    pub who: Option<(String, String)>,
    /// Of which service.
    pub service: Option<usize>,
    /// Which tile.
    pub tile: TileId,
}

/// A city measured for a walker by a standard, and what was made of that.
#[derive(Debug)]
pub struct Evaluated {
    /// What was measured.
    pub measured: Measured,
    /// The same without the scenario, if there is one.
    before: Option<Arc<Evaluated>>,
    /// What became of the edits of a scenario; none without one.
    pub edits: Vec<Applied>,
    /// Why an edit does not do what it says, if one does not.
    pub mistake: Option<Problem>,
    summary: OnceLock<Summary>,
    brief: OnceLock<Bytes>,
    people: OnceLock<PeopleMap>,
    places: OnceLock<PlaceMap>,
}

impl OpenCity {
    fn load(directory: &Path) -> lifecircle::Result<Arc<Self>> {
        // Before the data: if the city is replaced in between, its tiles are not taken for the new one's.
        let version = version_of(directory)?;
        let city = Arc::new(city::load(directory)?);
        Ok(Arc::new(Self::of(version, city, directory, None)))
    }

    /// A city with a scenario; for the usual walker, whose streets are those that are drawn.
    fn tried(base: Arc<Self>, draft: Arc<Draft>, stop: &Stop) -> Result<Arc<Self>, Problem> {
        let adult = Walker::find(jobs::DEFAULT_WALKER)?;
        let ready = base.ready(&adult, stop)?;
        let mut edited = EditedCity::new(&ready, Vec::new(), stop)?;
        for feature in &draft.scenario.features {
            stop.check()?;
            apply_feature(feature, &mut edited)?;
        }
        let version = format!("{}-{}", base.version, draft.version);
        let (city, directory) = (Arc::clone(edited.city()), base.directory.clone());
        Ok(Arc::new(Self::of(version, city, &directory, Some(WithScenario { base, draft }))))
    }

    fn of(version: String, city: Arc<City>, directory: &Path, with: Option<WithScenario>) -> Self {
        Self {
            version,
            city,
            directory: directory.to_owned(),
            ready: Cache::new(MOST_READY),
            recognised: Cache::new(MOST_READY),
            evaluated: Cache::new(MOST_EVALUATED),
            tiles: Cache::builder()
                .weigher(|_, bytes: &Bytes| bytes.len() as u32 + TILE_ENTRY)
                .max_capacity(MOST_TILE_BYTES)
                .build(),
            base: OnceLock::new(),
            areas: OnceLock::new(),
            names: OnceLock::new(),
            facilities: OnceLock::new(),
            with,
            followed: Cache::new(MOST_FOLLOWED),
        }
    }

    /// The city made ready for a walker.
    ///
    /// # Errors
    /// If it is stopped.
    pub fn ready(&self, walker: &Walker, stop: &Stop) -> Result<ReadyCity, Problem> {
        let walk = || Walk::of(walker.clone());
        let make = || match &self.with {
            None => jobs::make_ready(&self.city, &self.directory, walk(), stop).map_err(Problem::from),
            Some(_) => ReadyCity::new(Arc::clone(&self.city), walk(), stop).map_err(Problem::from),
        };
        unless_others_left(stop, || self.ready.try_get_with(walker.id.clone(), make))
    }

    /// Which facilities are which services of a standard.
    pub fn recognised(&self, known: &Known) -> Arc<Recognised> {
        let make = || Arc::new(recognise(&known.standard, &self.city.facilities));
        self.recognised.get_with(known.key.clone(), make)
    }

    /// The city measured for a walker by a standard.
    ///
    /// # Errors
    /// If it is stopped.
    pub fn evaluated(&self, walker: &Walker, known: &Known, stop: &Stop) -> Result<Arc<Evaluated>, Problem> {
        let make = || {
            if let Some(WithScenario { base, draft }) = &self.with {
                let before = base.evaluated(walker, known, stop)?;
                let followed = base.followed(walker, known, stop)?;
                let evaluated = turn(&followed, stop)?.evaluated(draft, stop)?;
                return Ok(Arc::new(Evaluated { before: Some(before), ..evaluated }));
            }
            let ready = self.ready(walker, stop)?;
            let measured = measure(&ready, known.standard.clone(), stop)?;
            Ok::<_, Problem>(Arc::new(Evaluated::new(measured, Vec::new(), None)))
        };
        let key = (walker.id.clone(), known.key.clone());
        unless_others_left(stop, || self.evaluated.try_get_with(key.clone(), make))
    }

    /// The city measured for a walker by a standard, ready to be edited.
    fn followed(&self, walker: &Walker, known: &Known, stop: &Stop) -> Result<Arc<Mutex<Followed>>, Problem> {
        let make = || {
            let ready = self.ready(walker, stop)?;
            let untouched = EditedCity::new(&ready, vec![known.standard.clone()], stop)?;
            Ok::<_, Problem>(Arc::new(Mutex::new(Followed { untouched, last: None })))
        };
        let key = (walker.id.clone(), known.key.clone());
        unless_others_left(stop, || self.followed.try_get_with(key.clone(), make))
    }

    /// The report of a city with a scenario, its chapter first; none without one.
    ///
    /// # Errors
    /// If it is stopped.
    pub fn planned(
        &self,
        walker: &Walker,
        known: &Known,
        language: Language,
        stop: &Stop,
    ) -> Result<Option<String>, Problem> {
        let Some(WithScenario { base, draft }) = &self.with else { return Ok(None) };
        let (before, after) = (base.evaluated(walker, known, stop)?, self.evaluated(walker, known, stop)?);
        let comparison = compare(&draft.scenario, after.edits.clone(), &before.measured, &after.measured);
        let untouched = {
            let followed = base.followed(walker, known, stop)?;
            turn(&followed, stop)?.untouched.clone()
        };
        let watch = Until::new(stop, BEST_TIME);
        let untouched = (&untouched, &before.measured);
        let after = &after.measured;
        Ok(Some(report(&draft.scenario, &comparison, untouched, after, (&watch, stop), language)?))
    }

    /// A tile, made if it is not kept.
    ///
    /// # Errors
    /// Those of making it.
    pub fn tile(&self, key: TileKey, make: impl FnOnce() -> Result<Bytes, Problem>) -> Result<Bytes, Problem> {
        if let Some(kept) = self.tiles.get(&key) {
            return Ok(kept);
        }
        let bytes = make()?;
        self.tiles.insert(key, bytes.clone());
        Ok(bytes)
    }

    /// All names, to be searched.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::new(&self.city))
    }

    /// The number of a facility.
    pub fn facility(&self, id: &str) -> Option<usize> {
        let ids = || self.city.facilities.iter().enumerate().map(|(number, facility)| (facility.id.clone(), number));
        self.facilities.get_or_init(|| ids().collect()).get(id).copied()
    }

    /// The base map.
    pub fn base(&self) -> &BaseMap {
        self.base.get_or_init(|| BaseMap::new(&self.city))
    }

    /// The outlines of communities.
    pub fn areas(&self) -> &AreaMap {
        self.areas.get_or_init(|| AreaMap::new(&self.city))
    }
}

impl Followed {
    /// Whether a scenario does no more than a few edits beyond what was tried last, or beyond nothing.
    fn is_near(&self, draft: &Draft) -> bool {
        let features = &draft.scenario.features;
        let done = self.last.as_ref().filter(|last| features.starts_with(&last.0)).map_or(0, |last| last.0.len());
        features.len() - done <= QUICK_EDITS
    }

    /// The city with a scenario. One that goes on from what was tried last takes the price of what is new in it.
    fn evaluated(&mut self, draft: &Draft, stop: &Stop) -> Result<Evaluated, Problem> {
        let features = &draft.scenario.features;
        let goes_on = |last: &(Vec<Feature>, Vec<Applied>, EditedCity)| features.starts_with(&last.0);
        let (done, mut edits, mut edited) = match self.last.take().filter(goes_on) {
            Some((done, edits, edited)) => (done.len(), edits, edited),
            None => (0, Vec::new(), self.untouched.clone()),
        };
        for feature in &features[done..] {
            stop.check()?;
            edits.push(apply_feature(feature, &mut edited)?);
        }
        let measured = edited.measured(stop)?.swap_remove(0);
        let mistake = check_services(&draft.scenario, &edited).err().map(Problem::from);
        self.last = Some((features.clone(), edits.clone(), edited));
        Ok(Evaluated::new(measured, edits, mistake))
    }
}

impl Evaluated {
    fn new(measured: Measured, edits: Vec<Applied>, mistake: Option<Problem>) -> Self {
        let (summary, brief) = (OnceLock::new(), OnceLock::new());
        Self {
            measured,
            before: None,
            edits,
            mistake,
            summary,
            brief,
            people: OnceLock::new(),
            places: OnceLock::new(),
        }
    }

    /// The summary without what grows with the city, as JSON.
    pub fn brief(&self) -> &Bytes {
        self.brief.get_or_init(|| {
            let brief = Summary { communities: Vec::new(), units: Vec::new(), ..self.summary().clone() };
            // A summary holds only strings, numbers and maps with string keys, so this cannot fail.
            serde_json::to_vec(&brief).unwrap_or_default().into()
        })
    }

    /// The summary.
    pub fn summary(&self) -> &Summary {
        self.summary.get_or_init(|| summarise(&self.measured))
    }

    /// People as tiles.
    pub fn people(&self) -> &PeopleMap {
        self.people.get_or_init(|| PeopleMap::new(&self.measured, self.before.as_ref().map(|before| &before.measured)))
    }

    /// Facilities as tiles.
    pub fn places(&self) -> &PlaceMap {
        self.places.get_or_init(|| PlaceMap::new(&self.measured))
    }
}

/// Waits until nobody else edits a city that is followed, or until it is stopped.
fn turn<'a>(followed: &'a Mutex<Followed>, stop: &Stop) -> Result<MutexGuard<'a, Followed>, Problem> {
    loop {
        match followed.try_lock() {
            Ok(followed) => return Ok(followed),
            // What another has left is replaced as a whole or not at all.
            Err(TryLockError::Poisoned(left)) => return Ok(left.into_inner()),
            Err(TryLockError::WouldBlock) => {
                stop.check()?;
                std::thread::sleep(Duration::from_millis(3));
            }
        }
    }
}

/// Several who ask for the same wait for one who makes it. If that one's client hangs up, those who still wait make it themselves.
fn unless_others_left<T>(stop: &Stop, get: impl Fn() -> Result<T, Arc<Problem>>) -> Result<T, Problem> {
    loop {
        match get() {
            Err(problem) if problem.is_cancelled() && stop.check().is_ok() => {}
            got => return got.map_err(|problem| (*problem).clone()),
        }
    }
}

/// What a city and one measurement of it take, roughly: streets, times and counts by service, facilities with their tags.
fn bytes_of(city: &City) -> u32 {
    let (streets, homes, facilities) = (city.streets.edges.len(), city.homes.len(), city.facilities.len());
    u32::try_from(100 * streets + 1_200 * homes + 600 * facilities).unwrap_or(u32::MAX)
}

/// `city.toml` holds the checksums of all tables, so its own stands for the whole city; the program's version stands for how it is
/// measured and drawn.
fn version_of(directory: &Path) -> lifecircle::Result<String> {
    let of_city = output::checksum(&directory.join("city.toml"))?;
    Ok(format!("{of_city}-{}", env!("CARGO_PKG_VERSION")))
}
