//! The response desks of the cities that are served: opened when first asked for, each in a directory of its own beside what is kept.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lifecircle::city::Facility;
use lifecircle::geo::{Datum, LonLat};
use lifecircle::kinds::Catalogue as Kinds;
use lifecircle::summary::community_at;
use lifecircle::{Error, Result, say};
use lifecircle_desk::calendar::Calendar;
use lifecircle_desk::catalogue::{Catalogue, Name, Unit, UnitKind};
use lifecircle_desk::grids::Grids;
use lifecircle_desk::{Area, At, Clock, Database, Desk, Durability, Refusal, Settings};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::App;
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::work::Stop;

/// Questions to desks that are answered at once; more are turned away.
const MOST_AT_ONCE: usize = 256;

/// Passwords that are looked at at once.
const MOST_PASSWORDS: usize = 2;

/// Photos that are read at once, and that are drawn at once.
const MOST_PHOTOS: usize = 12;
const MOST_DRAWN: usize = 2;

/// Files of open data that are made at once.
const MOST_FILES: usize = 1;

/// Questions that take long which are answered at once.
const MOST_SLOW: usize = 2;

/// How directories of what is not kept begin.
const SCRATCH: &str = ".list-";

/// How long is waited for such a place.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Where the desks' rules come from.
#[derive(Debug, Clone, Default)]
pub struct DeskSettings {
    /// A dispatch catalogue; the usual one if none is named.
    pub catalogue: Option<PathBuf>,
    /// A working calendar; that of offices in China if none is named.
    pub calendar: Option<PathBuf>,
    /// Outlines of grids (网格) with their names.
    pub grids: Option<PathBuf>,
    /// What desks are kept in.
    pub database: Database,
}

/// Where the desk of a city is, once it is open: one that is being opened keeps only those waiting that ask for it.
type Place = Arc<Mutex<Option<Arc<Desk>>>>;

/// The desks.
#[derive(Debug)]
pub struct Desks {
    directory: PathBuf,
    database: Database,
    catalogue: Catalogue,
    calendar: Calendar,
    grids: Grids,
    /// By city.
    open: Mutex<BTreeMap<String, Place>>,
    places: Arc<Semaphore>,
    /// Passwords that are looked at: each takes a while and some memory, on purpose.
    passwords: Arc<Semaphore>,
    photos: Arc<Semaphore>,
    drawn: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    files: Arc<Semaphore>,
}

impl Desks {
    /// Desks by these rules, in directories under this one.
    ///
    /// # Errors
    /// If a file of rules cannot be read, or is not right.
    pub fn new(settings: &DeskSettings, directory: PathBuf) -> Result<Self> {
        let read =
            |path: &PathBuf| std::fs::read_to_string(path).map_err(|e| Error::io(say!("read", "读取"), path, &e));
        let catalogue = match &settings.catalogue {
            Some(path) => Catalogue::open(path)?,
            None => Catalogue::usual()?,
        };
        let calendar = match &settings.calendar {
            Some(path) => Calendar::read(&read(path)?).map_err(|e| e.file(path))?,
            None => Calendar::china()?,
        };
        let grids = match &settings.grids {
            Some(path) => Grids::read(path.as_path(), Datum::default())?,
            None => Grids::default(),
        };
        // What a server that was killed left of lists.
        let left = std::fs::read_dir(&directory).into_iter().flatten().filter_map(std::result::Result::ok);
        for left in left.filter(|entry| entry.file_name().to_string_lossy().starts_with(SCRATCH)) {
            // What cannot be removed now is tried again at the next start.
            let _ = std::fs::remove_dir_all(left.path());
        }
        let (places, passwords) = (Semaphore::new(MOST_AT_ONCE), Semaphore::new(MOST_PASSWORDS));
        Ok(Self {
            directory,
            database: settings.database.clone(),
            catalogue,
            calendar,
            grids,
            open: Mutex::default(),
            places: places.into(),
            passwords: passwords.into(),
            photos: Semaphore::new(MOST_PHOTOS).into(),
            drawn: Semaphore::new(MOST_DRAWN).into(),
            files: Semaphore::new(MOST_FILES).into(),
            slow: Semaphore::new(MOST_SLOW).into(),
        })
    }

    /// Those that are there already, by their cities.
    pub fn kept(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.directory).into_iter().flatten().filter_map(std::result::Result::ok);
        let there = entries.filter(|entry| entry.path().join("desk.key").exists());
        there.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }

    /// A directory for what is looked at and not kept, beside the desks; gone when it is dropped, or at the next start.
    pub fn scratch(&self) -> std::io::Result<tempfile::TempDir> {
        std::fs::create_dir_all(&self.directory)?;
        tempfile::Builder::new().prefix(SCRATCH).tempdir_in(&self.directory)
    }

    /// The places where photos are read.
    pub fn photo_places(&self) -> Arc<Semaphore> {
        Arc::clone(&self.photos)
    }

    fn of(&self, city: &str) -> Place {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(open.entry(city.to_owned()).or_default())
    }

    /// The desk of a city; `city` opens the city if the desk is not open yet.
    fn find(
        &self,
        id: &str,
        city: impl FnOnce() -> std::result::Result<Arc<OpenCity>, Problem>,
    ) -> std::result::Result<Arc<Desk>, Problem> {
        let of = self.of(id);
        let mut held = of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(desk) = &*held {
            return Ok(Arc::clone(desk));
        }
        let desk = Arc::new(self.make(id, &*city()?)?);
        *held = Some(Arc::clone(&desk));
        Ok(desk)
    }

    fn make(&self, id: &str, city: &OpenCity) -> Result<Desk> {
        let areas: Vec<Area> = city.city.communities.iter().map(Area::from).collect();
        Desk::open(Settings {
            directory: self.directory.join(id),
            database: self.database.clone(),
            catalogue: self.catalogue.clone().with_areas(&areas).with_stations(stations(city, &areas)),
            calendar: self.calendar.clone(),
            clock: Clock::System,
            durability: Durability::OnDisk,
        })
    }
}

/// The desk of a city, and the city; opens both if they are not.
pub fn desk_of(app: &App, city: &str) -> std::result::Result<Arc<Desk>, Problem> {
    let desks = app.desks.as_ref().ok_or_else(no_desk)?;
    if !app.cities.has(city) {
        return Err(Problem::not_found(say!("there is no city {city:?} here", "没有城市 {city:?}")));
    }
    desks.find(city, || app.cities.open(city, &Stop::default()))
}

/// Asks a desk something, on a thread that serves nobody.
pub async fn with_desk<T: Send + 'static>(
    app: Arc<App>,
    city: String,
    work: impl FnOnce(&Desk) -> std::result::Result<T, Refusal> + Send + 'static,
) -> std::result::Result<T, Problem> {
    with_desk_and(app, city, move |_, desk| Ok(work(desk)?)).await
}

/// The same, for work that looks at more than the desk.
pub async fn with_desk_and<T: Send + 'static>(
    app: Arc<App>,
    city: String,
    work: impl FnOnce(&App, &Desk) -> std::result::Result<T, Problem> + Send + 'static,
) -> std::result::Result<T, Problem> {
    let places = Arc::clone(&app.desks.as_ref().ok_or_else(no_desk)?.places);
    in_place(places.try_acquire_owned().map_err(|_| Problem::busy())?, app, city, work).await
}

/// Asks a desk whether a password is right: few at a time.
pub async fn with_password<T: Send + 'static>(
    app: Arc<App>,
    city: String,
    work: impl FnOnce(&Desk) -> std::result::Result<T, Refusal> + Send + 'static,
) -> std::result::Result<T, Problem> {
    let places = Arc::clone(&app.desks.as_ref().ok_or_else(no_desk)?.passwords);
    in_place(places.try_acquire_owned().map_err(|_| Problem::busy())?, app, city, move |_, desk| Ok(work(desk)?)).await
}

/// Draws and keeps a photo: few at a time, others wait for a while.
pub async fn drawing<T: Send + 'static>(
    app: Arc<App>,
    city: String,
    work: impl FnOnce(&App, &Desk) -> std::result::Result<T, Problem> + Send + 'static,
) -> std::result::Result<T, Problem> {
    let drawn = Arc::clone(&app.desks.as_ref().ok_or_else(no_desk)?.drawn);
    in_turn(drawn, app, city, work).await
}

/// Makes a file that everybody may have: one at a time, others wait for a while.
pub async fn making_file<T: Send + 'static>(
    app: Arc<App>,
    city: String,
    work: impl FnOnce(&App, &Desk) -> std::result::Result<T, Problem> + Send + 'static,
) -> std::result::Result<T, Problem> {
    let files = Arc::clone(&app.desks.as_ref().ok_or_else(no_desk)?.files);
    in_turn(files, app, city, work).await
}

/// Asks a desk something that takes long: few at a time, others wait for a while.
pub async fn slowly<T: Send + 'static>(
    app: Arc<App>,
    city: String,
    work: impl FnOnce(&App, &Desk) -> std::result::Result<T, Problem> + Send + 'static,
) -> std::result::Result<T, Problem> {
    let slow = Arc::clone(&app.desks.as_ref().ok_or_else(no_desk)?.slow);
    in_turn(slow, app, city, work).await
}

async fn in_turn<T: Send + 'static>(
    places: Arc<Semaphore>,
    app: Arc<App>,
    city: String,
    work: impl FnOnce(&App, &Desk) -> std::result::Result<T, Problem> + Send + 'static,
) -> std::result::Result<T, Problem> {
    let place = tokio::time::timeout(LONGEST_WAIT, places.acquire_owned()).await;
    let place = place.ok().and_then(std::result::Result::ok).ok_or_else(Problem::busy)?;
    in_place(place, app, city, work).await
}

/// Works in a place that is held until the work is done, whether or not anybody still waits for it.
async fn in_place<T: Send + 'static>(
    place: OwnedSemaphorePermit,
    app: Arc<App>,
    city: String,
    work: impl FnOnce(&App, &Desk) -> std::result::Result<T, Problem> + Send + 'static,
) -> std::result::Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || {
        let _place = place;
        work(&app, &*desk_of(&app, &city)?)
    });
    done.await.map_err(|_| Problem::internal())?
}

/// Stations of one city.
const MOST_STATIONS: usize = 1_000;

/// The community service stations (便民服务站, 红色驿站) that the city's map knows, as units with a place and their community.
fn stations(city: &OpenCity, areas: &[Area]) -> Vec<Unit> {
    let kinds = Kinds::built_in();
    let station = kinds.find("community_service_station");
    let of_kind =
        city.city.facilities.iter().filter(|one| station.is_some_and(|kind| kinds.kinds_of(one).contains(&kind)));
    let unit = |facility: &Facility| {
        let area = community_at(&city.city, facility.at).and_then(|index| areas.get(index))?;
        let zh = match facility.name.local.is_empty() {
            true => format!("{}服务站", area.community.zh),
            false => facility.name.local.clone(),
        };
        let en = if facility.name.en.is_empty() { zh.clone() } else { facility.name.en.clone() };
        Some(Unit {
            id: format!("station:{}", facility.id),
            name: Name { zh, en },
            kind: UnitKind::Station,
            area: Some(area.community.zh.clone()).filter(|name| !name.is_empty()),
            at: Some(At { lon: facility.at.x, lat: facility.at.y }),
        })
    };
    of_kind.filter_map(unit).take(MOST_STATIONS).collect()
}

/// The areas that a place of a city lies in.
pub fn area_of(app: &App, city: &str, at: At) -> std::result::Result<Option<Area>, Problem> {
    Ok(area_in(app, &*app.cities.open(city, &Stop::default())?, at))
}

/// The same, of a city that is open.
pub fn area_in(app: &App, city: &OpenCity, at: At) -> Option<Area> {
    let community = community_at(&city.city, LonLat { x: at.lon, y: at.lat });
    let area = community.and_then(|index| city.city.communities.get(index)).map(Area::from);
    match &app.desks {
        Some(desks) => desks.grids.area(area, at),
        None => area,
    }
}

/// Lets every desk do what time asks of it.
pub fn tick(app: &App) {
    let Some(desks) = &app.desks else { return };
    for city in desks.kept() {
        // A desk that cannot be opened tells whoever asks it.
        let Ok(desk) = desk_of(app, &city) else { continue };
        while desk.tick().is_ok_and(|touched| touched > 0) {}
    }
}

fn no_desk() -> Problem {
    Problem::not_found(say!("this city does not take requests here", "本市未在此开通诉求受理"))
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use axum::http::StatusCode;
        use lifecircle::error::ErrorKind;
        let text = refusal.text();
        match refusal {
            Refusal::NotFound(_) => Self::not_found(text),
            Refusal::BadInput(_) => Self::bad_input(text),
            Refusal::NotSignedIn(_) => Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", text),
            Refusal::NeedsCode(_) => Self::new(StatusCode::UNAUTHORIZED, "code_needed", text),
            Refusal::NotAllowed(_) => Self::not_allowed(text),
            Refusal::Conflict(_) => Self::new(StatusCode::CONFLICT, "conflict", text),
            Refusal::TooMany(_) => Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", text),
            Refusal::Failed(error) if error.kind() == ErrorKind::Io => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "cannot_keep", text)
            }
            // What is wrong with the desk's files is told to whoever runs it (`lifecircle desk check`), not to whoever asks.
            Refusal::Failed(_) => Self::internal(),
        }
    }
}
