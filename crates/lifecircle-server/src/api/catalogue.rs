//! What cities are measured by, and for whom: standards and walkers.

use std::collections::BTreeMap;
use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use lifecircle::geo::{Metres, Seconds};
use lifecircle::network::Walker;
use lifecircle::standard::{AgeGroup, Service, Standard, Threshold};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, value};

use super::ask::{Given, Named};
use super::{Shared, answers};
use crate::App;
use crate::identity::SignedIn;
use crate::problem::Problem;
use crate::standards::Known;

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/standards",
            get_with(standards, |it| it.id("standards").tag("Standards").summary("The standards")).post_with(
                add_standard,
                |it| {
                    it.id("add_standard")
                        .tag("Standards")
                        .summary("A new standard: as TOML, or as changes of one that is known")
                },
            ),
        )
        .api_route(
            "/standards/{standard}",
            get_with(standard_by_id, |it| {
                it.id("standard")
                    .tag("Standards")
                    .summary("A standard: its circles and services, with their thresholds")
            })
            .delete_with(remove_standard, |it| {
                it.id("remove_standard")
                    .response::<204, ()>()
                    .tag("Standards")
                    .summary("Removes a standard that was made here")
            }),
        )
        .api_route(
            "/standards/{standard}/toml",
            get_with(standard_toml, |it| {
                answers(it.id("standard_toml"), 200, &["application/toml"])
                    .tag("Standards")
                    .summary("A standard as the file that it is kept in")
            }),
        )
        .api_route("/walkers", get_with(walkers, |it| it.id("walkers").tag("Standards").summary("The walkers")))
}

/// A standard among others.
#[derive(Serialize, JsonSchema)]
struct StandardEntry {
    /// Its id.
    id: String,
    /// Its version.
    version: String,
    /// Its Chinese name.
    zh: String,
    /// Its English name.
    en: String,
    /// Whether it comes with the program; others were made here.
    built_in: bool,
}

/// A standard.
#[derive(Serialize, JsonSchema)]
struct StandardAnswer {
    #[serde(flatten)]
    entry: StandardEntry,
    /// What it rests on.
    sources: Vec<String>,
    /// Its circles.
    circles: Vec<CircleAnswer>,
}

/// A circle of a standard.
#[derive(Serialize, JsonSchema)]
struct CircleAnswer {
    /// Its id.
    id: String,
    /// Its Chinese name.
    zh: String,
    /// Its English name.
    en: String,
    /// What it asks for.
    services: Vec<ServiceAnswer>,
}

/// A service of a standard.
#[derive(Serialize, JsonSchema)]
struct ServiceAnswer {
    /// Its id.
    id: String,
    /// Its place among all services of the standard: `m0`, `m1` … in tiles.
    number: usize,
    /// Its Chinese name.
    zh: String,
    /// Its English name.
    en: String,
    /// Within which time it should be; none if the threshold is a distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold_seconds: Option<Seconds>,
    /// Within which distance it should be; none if the threshold is a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold_metres: Option<Metres>,
    /// How many there should be.
    count: u32,
    /// Whether its circle is incomplete without it.
    required: bool,
    /// Whom it is for.
    people: AgeGroup,
    /// Where the threshold comes from.
    source: String,
}

fn entry(known: &Known) -> StandardEntry {
    let Standard { id, version, zh, en, .. } = &known.standard;
    let [id, version, zh, en] = [id, version, zh, en].map(Clone::clone);
    StandardEntry { id, version, zh, en, built_in: known.built_in }
}

fn service(number: usize, service: &Service) -> ServiceAnswer {
    let (threshold_seconds, threshold_metres) = match service.threshold {
        Threshold::Time(time) => (Some(time), None),
        Threshold::Distance(metres) => (None, Some(metres)),
    };
    ServiceAnswer {
        id: service.id.clone(),
        number,
        zh: service.zh.clone(),
        en: service.en.clone(),
        threshold_seconds,
        threshold_metres,
        count: service.count,
        required: service.required,
        people: service.people,
        source: service.source.clone(),
    }
}

async fn standards(State(app): Shared) -> Json<Vec<StandardEntry>> {
    Json(app.standards.all().iter().map(|known| entry(known)).collect())
}

/// A standard.
#[derive(Deserialize, JsonSchema)]
struct OfStandard {
    /// Its id.
    standard: String,
}

async fn standard_by_id(State(app): Shared, Named(of): Named<OfStandard>) -> Result<Json<StandardAnswer>, Problem> {
    Ok(Json(answer(&*app.standards.find(&of.standard)?)))
}

fn answer(known: &Known) -> StandardAnswer {
    let standard = &known.standard;
    let circles = standard.circles.iter().enumerate().map(|(index, circle)| CircleAnswer {
        id: circle.id.clone(),
        zh: circle.zh.clone(),
        en: circle.en.clone(),
        services: standard.services_of(index).map(|number| service(number, &standard.services[number])).collect(),
    });
    StandardAnswer { entry: entry(known), sources: standard.sources.clone(), circles: circles.collect() }
}

async fn standard_toml(State(app): Shared, Named(of): Named<OfStandard>) -> Result<Response, Problem> {
    let known = app.standards.find(&of.standard)?;
    let name = format!("attachment; filename=\"{}.toml\"", known.standard.id.replace(|c: char| !c.is_ascii(), "_"));
    Ok((
        [(header::CONTENT_TYPE, "application/toml".to_owned()), (header::CONTENT_DISPOSITION, name)],
        known.text.clone(),
    )
        .into_response())
}

/// A standard as TOML, or changes of one that is known.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewStandard {
    /// The whole file; nothing else is named then.
    toml: Option<String>,
    /// The standard that is changed.
    based_on: Option<String>,
    /// The id of the new one.
    id: Option<String>,
    /// Its Chinese name.
    zh: Option<String>,
    /// Its English name.
    en: Option<String>,
    /// What is changed of services, by their ids.
    #[serde(default)]
    services: BTreeMap<String, ServiceChange>,
}

/// What is changed of a service.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ServiceChange {
    /// Within how many minutes it should be.
    minutes: Option<f64>,
    /// Within how many metres it should be, instead.
    metres: Option<f64>,
    /// How many there should be.
    count: Option<u32>,
    /// Whether its circle is incomplete without it.
    required: Option<bool>,
}

async fn add_standard(
    State(app): Shared,
    _: SignedIn,
    Given(new): Given<NewStandard>,
) -> Result<(StatusCode, Json<StandardAnswer>), Problem> {
    let text = match (&new.toml, &new.based_on) {
        (Some(text), None) => text.clone(),
        (None, Some(base)) => changed(&*app.standards.find(base)?, &new)?,
        _ => {
            return Err(Problem::bad_input(lifecircle::say!(
                "give either `toml`, or `based_on` and what is changed",
                "请给出 `toml`，或 `based_on` 及修改内容，二者取其一"
            )));
        }
    };
    let known = app.standards.add(text)?;
    Ok((StatusCode::CREATED, Json(answer(&known))))
}

/// The file of a standard with changes; its comments stay. What it has from one that it extends is changed in a table of its own.
fn changed(base: &Known, new: &NewStandard) -> Result<String, Problem> {
    let mut document: DocumentMut = base.text.parse().map_err(|_| Problem::internal())?;
    for (key, given) in [("id", &new.id), ("zh", &new.zh), ("en", &new.en)] {
        if let Some(given) = given {
            document[key] = value(given.as_str());
        }
    }
    let mut wanted: BTreeMap<&str, &ServiceChange> = new.services.iter().map(|(id, c)| (id.as_str(), c)).collect();
    let tables = document.get_mut("service").and_then(toml_edit::Item::as_array_of_tables_mut);
    for service in tables.into_iter().flat_map(toml_edit::ArrayOfTables::iter_mut) {
        let id = service.get("id").and_then(toml_edit::Item::as_str).unwrap_or_default().to_owned();
        if let Some(change) = wanted.remove(id.as_str()) {
            change_service(service, change);
        }
    }
    if document.contains_key("extends") {
        let inherited: Vec<&str> = base.standard.services.iter().map(|service| service.id.as_str()).collect();
        let inherited: Vec<&str> = wanted.keys().copied().filter(|id| inherited.contains(id)).collect();
        let new = toml_edit::Item::ArrayOfTables(toml_edit::ArrayOfTables::new());
        let tables = document.entry("service").or_insert(new).as_array_of_tables_mut();
        let tables = tables.ok_or_else(Problem::internal)?;
        for (id, change) in inherited.into_iter().filter_map(|id| Some((id, wanted.remove(id)?))) {
            let mut table = toml_edit::Table::new();
            table["id"] = value(id);
            change_service(&mut table, change);
            tables.push(table);
        }
    }
    match wanted.keys().next() {
        Some(id) => {
            Err(Problem::bad_input(lifecircle::say!("the standard has no service {id:?}", "该标准没有服务 {id:?}")))
        }
        None => Ok(document.to_string()),
    }
}

fn change_service(service: &mut toml_edit::Table, change: &ServiceChange) {
    const CHOSEN: &str = "chosen by whoever made this standard";
    if change.minutes.is_some() || change.metres.is_some() {
        service.remove("minutes");
        service.remove("metres");
        service["source"] = value(CHOSEN);
    }
    // A figure beside what is inherited needs its source.
    if change.count.is_some() && !service.contains_key("source") {
        service["source"] = value(CHOSEN);
    }
    change.minutes.into_iter().for_each(|minutes| service["minutes"] = value(minutes));
    change.metres.into_iter().for_each(|metres| service["metres"] = value(metres));
    change.count.into_iter().for_each(|count| service["count"] = value(i64::from(count)));
    change.required.into_iter().for_each(|required| service["required"] = value(required));
}

async fn remove_standard(State(app): Shared, _: SignedIn, Named(of): Named<OfStandard>) -> Result<StatusCode, Problem> {
    app.standards.remove(&of.standard)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody who walks.
#[derive(Serialize, JsonSchema)]
struct WalkerAnswer {
    /// Its id.
    id: String,
    /// Its Chinese name.
    zh: String,
    /// Its English name.
    en: String,
    /// Metres a second on level ground.
    speed: f64,
    /// Whether on wheels: no steps, nothing narrow.
    wheels: bool,
}

async fn walkers() -> Json<Vec<WalkerAnswer>> {
    let answer = |walker: &Walker| WalkerAnswer {
        id: walker.id.clone(),
        zh: walker.zh.clone(),
        en: walker.en.clone(),
        speed: walker.speed,
        wheels: walker.wheels,
    };
    Json(Walker::all().iter().map(answer).collect())
}
