//! Making a city of files that people send: uploads, a look at lists before, jobs that can be watched and cancelled.

use std::path::Path;
use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use lifecircle::city;
use lifecircle::import::{ListColumns, ListReading};
use lifecircle::inputs::{AreasFile, InputFiles, ListFile, PeopleFile};
use lifecircle::jobs::{ListPreview, file_name, look_at_list, make_city, write_city};
use lifecircle::output::{Existing, Output};
use lifecircle::progress::{Progress as _, Stage};
use lifecircle::text::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;

use super::Shared;
use super::ask::{Asked, Given, Named};
use crate::App;
use crate::identity::SignedIn;
use crate::jobs::{Job, Standing};
use crate::problem::{Problem, language_of};
use crate::work::Lane;

pub fn routes() -> ApiRouter<Arc<App>> {
    let uploads = ApiRouter::new().api_route(
        "/uploads/{name}",
        post_with(upload, |it| {
            it.id("upload")
                .response::<201, Json<Uploaded>>()
                .tag("Making cities")
                .summary("Sends a file; its ending tells its format")
                .input::<Body>()
        }),
    );
    ApiRouter::new()
        // How much is taken is counted while it comes.
        .merge(uploads.layer(DefaultBodyLimit::disable()))
        .api_route(
            "/uploads/{number}/list",
            get_with(look, |it| {
                it.id("look")
                    .tag("Making cities")
                    .summary("What a list of facilities holds, and what is recognised of it")
            }),
        )
        .api_route(
            "/uploads/{number}/remove",
            post_with(remove, |it| {
                it.id("remove_upload")
                    .response::<204, ()>()
                    .tag("Making cities")
                    .summary("Removes a file that was sent")
            }),
        )
        .api_route(
            "/jobs",
            post_with(start, |it| {
                it.id("make_city")
                    .response::<202, Json<Standing>>()
                    .tag("Making cities")
                    .summary("Makes a city of files that were sent")
            }),
        )
        .api_route(
            "/jobs/{job}",
            get_with(job, |it| it.id("job").tag("Making cities").summary("How a job stands"))
                .delete_with(cancel, |it| it.id("cancel_job").tag("Making cities").summary("Cancels a job")),
        )
}

/// A file's name.
#[derive(Deserialize, JsonSchema)]
struct OfName {
    /// Its name, as `city.osm.pbf`.
    name: String,
}

/// A file that was sent.
#[derive(Serialize, JsonSchema)]
struct Uploaded {
    /// Its number.
    number: u64,
    /// Its size.
    bytes: u64,
}

async fn upload(
    State(app): Shared,
    _: SignedIn,
    Named(of): Named<OfName>,
    body: Body,
) -> Result<(StatusCode, Json<Uploaded>), Problem> {
    let mut incoming = app.uploads.begin(&of.name)?;
    let mut file = tokio::fs::File::create(&incoming.path).await.map_err(|_| Problem::cannot_keep())?;
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| {
            Problem::bad_input(lifecircle::say!(
                "the file did not come whole; send it again",
                "文件未完整送达，请重新发送"
            ))
        })?;
        incoming.grow(part.len() as u64)?;
        file.write_all(&part).await.map_err(|_| Problem::cannot_keep())?;
    }
    file.flush().await.map_err(|_| Problem::cannot_keep())?;
    let (number, bytes) = incoming.finish();
    Ok((StatusCode::CREATED, Json(Uploaded { number, bytes })))
}

/// A file that was sent.
#[derive(Deserialize, JsonSchema)]
struct OfUpload {
    /// Its number.
    number: u64,
}

/// How a list is to be read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reading {
    /// Which columns hold what, as `lon=LNG,lat=LAT,name=名称,kind=类别`; the usual names are guessed.
    columns: Option<String>,
    /// `wgs84`, `gcj02`, `bd09` or a code as `EPSG:4547`; by the list's origin if it is not said.
    datum: Option<String>,
    /// The sheet of a workbook, or the layer of a GeoPackage.
    sheet: Option<String>,
    /// What every entry is: the id of a kind, or a tag as `amenity=school`.
    kind: Option<String>,
}

impl Reading {
    fn told(self) -> Result<ListReading, Problem> {
        Ok(ListReading {
            sheet: self.sheet,
            columns: self.columns.as_deref().map(ListColumns::parse).transpose()?.unwrap_or_default(),
            datum: self.datum.as_deref().map(str::parse).transpose()?,
            kind: self.kind,
        })
    }
}

async fn look(
    State(app): Shared,
    _: SignedIn,
    Named(of): Named<OfUpload>,
    headers: axum::http::HeaderMap,
    Asked(reading): Asked<Reading>,
) -> Result<Json<ListPreview>, Problem> {
    let path = app.uploads.path(of.number)?;
    let (reading, language) = (reading.told()?, language_of(&headers));
    let looked = move |_: &crate::work::Stop| Ok(look_at_list(&path, &reading, language)?);
    app.work.run(Lane::Heavy, looked).await.map(Json)
}

async fn remove(State(app): Shared, _: SignedIn, Named(of): Named<OfUpload>) -> StatusCode {
    app.uploads.remove(of.number);
    StatusCode::NO_CONTENT
}

/// What a city is made of: numbers of files that were sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewCity {
    /// What the city is called.
    name: String,
    /// The OpenStreetMap extract.
    extract: u64,
    /// Where people live.
    people: Option<u64>,
    /// All residents together, where no people are sent.
    population: Option<f64>,
    /// Lists of facilities.
    #[serde(default)]
    facilities: Vec<NewList>,
    /// Areas of communities.
    #[serde(default)]
    communities: Vec<u64>,
    /// Outlines of buildings besides those of the extract.
    #[serde(default)]
    buildings: Vec<u64>,
    /// Ground elevation.
    elevation: Option<u64>,
}

/// A list of facilities that was sent, and how it is to be read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewList {
    /// Its number.
    upload: u64,
    /// Which columns hold what, as `lon=LNG,lat=LAT,name=名称,kind=类别`; the usual names are guessed.
    columns: Option<String>,
    /// `wgs84`, `gcj02` or `bd09`; by the list's origin if it is not said.
    datum: Option<String>,
    /// The sheet of a workbook, or the layer of a GeoPackage.
    sheet: Option<String>,
    /// What every entry is: the id of a kind, or a tag as `amenity=school`.
    kind: Option<String>,
}

impl NewList {
    fn file(self, app: &App) -> Result<ListFile, Problem> {
        let Self { upload, columns, datum, sheet, kind } = self;
        let ListReading { sheet, columns, datum, kind } = Reading { columns, datum, sheet, kind }.told()?;
        Ok(ListFile { file: app.uploads.path(upload)?, sheet, columns, datum, kind })
    }
}

async fn start(
    State(app): Shared,
    _: SignedIn,
    Given(new): Given<NewCity>,
) -> Result<(StatusCode, Json<Standing>), Problem> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Problem::bad_input(lifecircle::say!(
            "`name` must have one to 60 signs",
            "`name` 须为 1 至 60 个字"
        )));
    }
    if new.population.is_some_and(|residents| !(1.0..=1e9).contains(&residents)) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`population` must be between 1 and 1000000000",
            "`population` 须在 1 至 1000000000 之间"
        )));
    }
    let keep_in = app.keep_in.clone().ok_or_else(Problem::cannot_keep)?;
    let areas = |number: &u64| Ok(AreasFile { file: app.uploads.path(*number)?, ..AreasFile::default() });
    let people = |file: std::path::PathBuf| PeopleFile { file, ..PeopleFile::default() };
    let one = |number: Option<u64>| number.map(|number| app.uploads.path(number)).transpose();
    let files = InputFiles {
        people: one(new.people)?.map(people),
        population: new.population,
        facilities: new.facilities.into_iter().map(|list| list.file(&app)).collect::<Result<_, Problem>>()?,
        communities: new.communities.iter().map(areas).collect::<Result<_, Problem>>()?,
        buildings: new.buildings.iter().map(areas).collect::<Result<_, Problem>>()?,
        elevation: one(new.elevation)?,
        name: Some(name.clone()),
        ..InputFiles::of(app.uploads.path(new.extract)?)
    };
    let id = file_name(&name);
    if app.cities.has(&id) {
        return Err(Problem::exists(format!("there is a city called {id} already; choose another name")));
    }
    let goal = keep_in.join(format!("{}.city", file_name(&name)));
    let cities = Arc::clone(&app);
    let made = move |job: &Job| {
        make(&files, &goal, job)?;
        Ok(cities.cities.add(&goal)?)
    };
    let job = app.jobs.start(made)?;
    // Nothing went wrong yet.
    Ok((StatusCode::ACCEPTED, Json(job.standing(Language::English))))
}

fn make(files: &InputFiles, goal: &Path, job: &Job) -> Result<(), Problem> {
    let output = Output::directory(goal, Existing::Refuse, &files.paths())?;
    let city = make_city(files, job)?;
    job.stage(Stage::Write, 1);
    output.write(|directory| write_city(&city, directory, job))?;
    output.finish()?;
    // What cannot be opened must not be shown.
    city::overview(goal)?;
    Ok(())
}

/// A job.
#[derive(Deserialize, JsonSchema)]
struct OfJob {
    /// Its number.
    job: u64,
}

async fn job(
    State(app): Shared,
    _: SignedIn,
    Named(of): Named<OfJob>,
    headers: axum::http::HeaderMap,
) -> Result<Json<Standing>, Problem> {
    Ok(Json(app.jobs.find(of.job)?.standing(language_of(&headers))))
}

async fn cancel(
    State(app): Shared,
    _: SignedIn,
    Named(of): Named<OfJob>,
    headers: axum::http::HeaderMap,
) -> Result<Json<Standing>, Problem> {
    let job = app.jobs.find(of.job)?;
    job.cancel();
    Ok(Json(job.standing(language_of(&headers))))
}
