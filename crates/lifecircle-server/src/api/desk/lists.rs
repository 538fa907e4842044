//! Lists of other hotlines: all of a list is looked at before anything of it is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lifecircle::geo::Datum;
use lifecircle_desk::catalogue::Name;
use lifecircle_desk::list::{Found, Looked, Reading, Told, look, read};
use lifecircle_desk::rights::Role;
use lifecircle_desk::{Desk, Who};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tower_http::timeout::TimeoutLayer;

use super::photos::{LONGEST, PhotoPlace};
use crate::App;
use crate::api::Shared;
use crate::api::ask::{Asked, Given, Named, Nothing, OfCity};
use crate::desks::{area_in, slowly};
use crate::identity::Visitor;
use crate::problem::Problem;
use crate::uploads::short_name;
use crate::work::Stop;

/// A list, and the same in Base64 with what is around it.
const MOST_BYTES: usize = 12 << 20;
const MOST_SENT: usize = MOST_BYTES / 3 * 4 + 65_536;

/// Rows that are taken in one answer; longer lists are taken by `lifecircle desk import`.
const MOST_ROWS: usize = 20_000;

/// Endings of lists that are taken here: others are read by the command, where whoever sends them sits before the machine.
const ENDINGS: [&str; 3] = [".csv", ".xlsx", ".geojson"];

/// Words of a list that are told.
const MOST_WORDS: usize = 300;

pub(super) fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/cities/{city}/desk/lists",
            post_with(take, |it| {
                it.id("take_list").tag("Desk (staff)").summary("Looks at another hotline's list, and takes it").description(
                    "CSV, XLSX or GeoJSON. With `check` it is only looked at. All of it is looked at before anything is taken; the same row is taken once, however often it is sent.",
                )
            }),
        )
        .layer(DefaultBodyLimit::max(MOST_SENT))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST))
}

/// A list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListBody {
    /// The file's name, whose ending tells its format.
    name: String,
    /// The file, in Base64.
    content: String,
    /// Which column tells what; the usual names are known.
    #[serde(default)]
    columns: BTreeMap<Told, String>,
    /// Which category of the catalogue a word of the list is; `*` stands for all others.
    #[serde(default)]
    categories: BTreeMap<String, String>,
    /// In which system its coordinates are: `wgs84`, `gcj02`, `bd09` or a code as `EPSG:4547`.
    #[serde(default)]
    datum: Option<String>,
    /// Whose list it is, where several hotlines give numbers of their own.
    #[serde(default)]
    source: String,
    /// Whether it is only looked at.
    #[serde(default)]
    check: bool,
}

/// What a list holds, and what became of it.
#[derive(Serialize, JsonSchema)]
struct ListAnswer {
    /// What it holds.
    #[serde(flatten)]
    looked: Looked,
    /// What has to be put right before it can be taken; none if it can.
    problem: Option<Name>,
    /// How many rows have a place of their own, if all could be read.
    placed: Option<usize>,
    /// How many were taken; none if it was only looked at.
    taken: Option<usize>,
    /// How many were known already.
    known: Option<usize>,
}

async fn take(
    State(app): Shared,
    visitor: Visitor,
    place: PhotoPlace,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<ListBody>,
) -> Result<Json<ListAnswer>, Problem> {
    let city = of.city.clone();
    slowly(app, of.city, move |app, desk| {
        let _place = place;
        let who = visitor.who(desk)?;
        if who.role != Role::Supervisor {
            let text = lifecircle::say!("only supervisors take lists", "只有督办员可以导入工单表");
            return Err(Problem::not_allowed(text));
        }
        let list = Sent::write(app, &body.name, &body.content)?;
        let datum = body.datum.as_deref().map(str::parse::<Datum>).transpose()?;
        let reading = Reading {
            columns: body.columns,
            categories: body.categories,
            datum: datum.unwrap_or_default(),
            source: body.source,
        };
        let mut looked = look(list.path.as_path(), &reading, desk.catalogue())?;
        if looked.rows > MOST_ROWS {
            return Err(Problem::bad_input(lifecircle::say!(
                "a list that is sent here has at most {MOST_ROWS} rows; take longer ones with `lifecircle desk import`",
                "在此导入的工单表最多 {MOST_ROWS} 行；更长的请用 `lifecircle desk import` 导入"
            )));
        }
        looked.words.truncate(MOST_WORDS);
        let open = app.cities.open(&city, &Stop::default())?;
        let rules = (desk.catalogue(), desk.calendar());
        let found = read(list.path.as_path(), &reading, rules, |at| area_in(app, &open, at));
        answer(desk, looked, found, (body.check, &who)).map(Json)
    })
    .await
}

/// What became of a list: what is wrong with it is the answer if it was only looked at.
fn answer(
    desk: &Desk,
    looked: Looked,
    found: lifecircle::Result<Found>,
    (only_look, who): (bool, &Who),
) -> Result<ListAnswer, Problem> {
    let mut answer = ListAnswer { looked, problem: None, placed: None, taken: None, known: None };
    match found {
        Ok(found) => {
            answer.placed = Some(found.placed);
            if !only_look {
                let before = desk.last_number()?;
                let asked = desk.ask_all(&found.requests, who)?;
                let new: BTreeSet<i64> = asked.iter().copied().filter(|number| *number > before).collect();
                (answer.taken, answer.known) = (Some(new.len()), Some(asked.len() - new.len()));
            }
        }
        Err(error) if only_look => {
            let text = Problem::from(error).text();
            answer.problem = Some(Name { zh: text.zh, en: text.en });
        }
        Err(error) => return Err(error.into()),
    }
    Ok(answer)
}

/// A list on the disk, where its reader wants it; gone when it is dropped.
struct Sent {
    path: PathBuf,
    _scratch: TempDir,
}

impl Sent {
    fn write(app: &App, name: &str, content: &str) -> Result<Self, Problem> {
        let lower = name.to_lowercase();
        if !ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
            return Err(Problem::bad_input(lifecircle::say!(
                "lists are taken here as CSV, XLSX or GeoJSON; others by `lifecircle desk import`",
                "此处可导入 CSV、XLSX 或 GeoJSON；其他格式请用 `lifecircle desk import`"
            )));
        }
        let content = STANDARD.decode(content).map_err(|_| {
            let text = lifecircle::say!("`content` must be a file in Base64", "`content` 须为 Base64 编码的文件");
            Problem::bad_input(text)
        })?;
        let desks = app.desks.as_ref().ok_or_else(Problem::internal)?;
        let scratch = desks.scratch().map_err(|_| Problem::cannot_keep())?;
        let path = scratch.path().join(short_name(name));
        std::fs::write(&path, content).map_err(|_| Problem::cannot_keep())?;
        Ok(Self { path, _scratch: scratch })
    }
}
