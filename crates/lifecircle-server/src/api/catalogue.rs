//! What cities are measured by, and for whom: standards and walkers.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lifecircle::geo::{Metres, Seconds};
use lifecircle::network::Walker;
use lifecircle::standard::{AgeGroup, Service, Standard, Threshold};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Named, STANDARDS, standard};
use crate::App;
use crate::problem::Problem;

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route("/standards", get_with(standards, |it| it.id("standards").tag("Standards").summary("The standards")))
        .api_route(
            "/standards/{standard}",
            get_with(standard_by_id, |it| {
                it.id("standard")
                    .tag("Standards")
                    .summary("A standard: its circles and services, with their thresholds")
            }),
        )
        .api_route(
            "/standards/{standard}/toml",
            get_with(standard_toml, |it| {
                it.id("standard_toml").tag("Standards").summary("A standard as the file that it is kept in")
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

fn entry(standard: &Standard) -> StandardEntry {
    let Standard { id, version, zh, en, .. } = standard.clone();
    StandardEntry { id, version, zh, en }
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

async fn standards() -> Json<Vec<StandardEntry>> {
    Json(STANDARDS.iter().map(entry).collect())
}

/// A standard.
#[derive(Deserialize, JsonSchema)]
struct OfStandard {
    /// Its id.
    standard: String,
}

async fn standard_by_id(Named(of): Named<OfStandard>) -> Result<Json<StandardAnswer>, Problem> {
    let standard = standard(Some(&of.standard))?;
    let circles = standard.circles.iter().enumerate().map(|(index, circle)| CircleAnswer {
        id: circle.id.clone(),
        zh: circle.zh.clone(),
        en: circle.en.clone(),
        services: standard.services_of(index).map(|number| service(number, &standard.services[number])).collect(),
    });
    Ok(Json(StandardAnswer { entry: entry(standard), sources: standard.sources.clone(), circles: circles.collect() }))
}

async fn standard_toml(Named(of): Named<OfStandard>) -> Result<Response, Problem> {
    let id = &standard(Some(&of.standard))?.id;
    let text = Standard::built_in_text(id).ok_or_else(Problem::internal)?;
    let name = format!("attachment; filename=\"{id}.toml\"");
    Ok(([(header::CONTENT_TYPE, "application/toml".to_owned()), (header::CONTENT_DISPOSITION, name)], text)
        .into_response())
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
