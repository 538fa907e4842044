//! Scenarios of a city: tried, saved, opened again. A scenario that was tried is a city of its own (`CITY~VERSION`), of which everything
//! can be asked: tiles, life circles, tables, reports.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lifecircle_plan::scenario::{Comparison, compare};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::{Asked, Given, Measuring, Named, Nothing, OfCity};
use super::{Shared, with_city};
use crate::App;
use crate::cities::{Cities, OpenCity};
use crate::identity::SignedIn;
use crate::problem::Problem;
use crate::scenarios::Saved;
use crate::work::Stop;

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/cities/{city}/scenarios",
            get_with(scenarios, |it| it.id("scenarios").tag("Plan").summary("The scenarios that were saved of a city"))
                .post_with(try_scenario, |it| {
                    it.id("try_scenario")
                        .tag("Plan")
                        .summary("What a scenario changes: who gains and loses what")
                        .description(
                            "A scenario is a GeoJSON FeatureCollection of edits (docs/planning.md). The answer names the city with the scenario, of which everything else can be asked: CITY~VERSION.",
                        )
                }),
        )
        .api_route(
            "/cities/{city}/scenarios/{scenario}",
            get_with(scenario, |it| it.id("scenario").tag("Plan").summary("A scenario as GeoJSON, by its name or version"))
                .put_with(save_scenario, |it| {
                    it.id("save_scenario").tag("Plan").summary("Saves a scenario under a name").description(
                        "Whoever saves says which version they have seen under the name, so that nobody's work is lost: if another has been saved since, the answer is 409.",
                    )
                })
                .delete_with(remove_scenario, |it| {
                    it.id("remove_scenario").response::<204, ()>().tag("Plan").summary("Removes a scenario that was saved")
                }),
        )
}

/// A scenario that was tried.
#[derive(Serialize, JsonSchema)]
struct TriedAnswer {
    /// The city with the scenario, to be asked as any other.
    city: String,
    /// The version of the scenario, made of what it holds.
    version: String,
    /// What it changes.
    comparison: Comparison,
}

/// A scenario that was saved.
#[derive(Serialize, JsonSchema)]
struct SavedAnswer {
    /// What it is saved as.
    name: String,
    /// What it is called in itself; empty if nobody says.
    title: String,
    /// Its version.
    version: String,
    /// How many edits it has.
    edits: usize,
    /// What they cost that tell it.
    cost: Option<f64>,
    /// When it was saved, in seconds since 1970.
    saved: u64,
}

fn answer(saved: &Saved) -> SavedAnswer {
    let scenario = &saved.draft.scenario;
    SavedAnswer {
        name: saved.name.clone(),
        title: scenario.name.clone(),
        version: saved.draft.version.clone(),
        edits: scenario.features.len(),
        cost: scenario.cost(),
        saved: saved.at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    }
}

/// A scenario of a city.
#[derive(Deserialize, JsonSchema)]
struct OfScenario {
    /// The city's id.
    city: String,
    /// The name that it was saved under, or its version.
    scenario: String,
}

/// A scenario to be saved.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SaveScenario {
    /// The scenario.
    scenario: GeoJson,
    /// The version that stands under this name now, as whoever saves has seen it; none for a new name.
    replaces: Option<String>,
}

/// A GeoJSON FeatureCollection.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct GeoJson(Value);

impl JsonSchema for GeoJson {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "GeoJson".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": { "const": "FeatureCollection" },
                "name": { "type": "string" },
                "features": { "type": "array", "items": { "type": "object" } },
            },
        })
    }
}

/// Refuses a city that is not there: scenarios are of cities, not of cities with scenarios.
fn known(app: &App, city: &str) -> Result<(), Problem> {
    if app.cities.has(city) {
        Ok(())
    } else {
        Err(Problem::not_found(lifecircle::say!("there is no city {city:?} here", "没有城市 {city:?}")))
    }
}

async fn scenarios(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<SavedAnswer>>, Problem> {
    known(&app, &of.city)?;
    Ok(Json(app.cities.scenarios.all(&of.city).iter().map(answer).collect()))
}

async fn scenario(
    State(app): Shared,
    Named(of): Named<OfScenario>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<GeoJson>, Problem> {
    known(&app, &of.city)?;
    let all = &app.cities.scenarios;
    let draft = all
        .of_version(&of.city, &of.scenario)
        .map_or_else(|| all.find(&of.city, &of.scenario).map(|saved| saved.draft), Ok)?;
    // It was read when it was taken.
    serde_json::from_str(&draft.text).map(|text| Json(GeoJson(text))).map_err(|_| Problem::internal())
}

async fn try_scenario(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(measuring): Asked<Measuring>,
    Given(GeoJson(given)): Given<GeoJson>,
) -> Result<Json<TriedAnswer>, Problem> {
    known(&app, &of.city)?;
    let (walker, standard) = measuring.find(&app, &of.city)?;
    let taking = Arc::clone(&app);
    let taken = tokio::task::spawn_blocking(move || taking.cities.scenarios.try_out(&given)).await;
    let draft = taken.map_err(|_| Problem::internal())??;
    let lane = app.cities.lane_of_trying(&of.city, walker, &standard, &draft);
    let id = Cities::with(&of.city, &draft);
    let (cities, with) = (Arc::clone(&app), id.clone());
    let tried = move |city: &OpenCity, stop: &Stop| {
        let before = city.evaluated(walker, &standard, stop)?;
        let after = cities.cities.open(&with, stop)?.evaluated(walker, &standard, stop)?;
        if let Some(mistake) = &after.mistake {
            return Err(mistake.clone());
        }
        let comparison = compare(&draft.scenario, after.edits.clone(), &before.measured, &after.measured);
        Ok(TriedAnswer { city: with, version: draft.version.clone(), comparison })
    };
    with_city(app, lane, of.city, tried).await.map(Json)
}

async fn save_scenario(
    State(app): Shared,
    _: SignedIn,
    Named(of): Named<OfScenario>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(new): Given<SaveScenario>,
) -> Result<Json<SavedAnswer>, Problem> {
    known(&app, &of.city)?;
    let save = move || app.cities.scenarios.save(&of.city, &of.scenario, &new.scenario.0, new.replaces.as_deref());
    let saved = tokio::task::spawn_blocking(save).await.map_err(|_| Problem::internal())??;
    Ok(Json(answer(&saved)))
}

async fn remove_scenario(
    State(app): Shared,
    _: SignedIn,
    Named(of): Named<OfScenario>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<StatusCode, Problem> {
    known(&app, &of.city)?;
    app.cities.scenarios.remove(&of.city, &of.scenario)?;
    Ok(StatusCode::NO_CONTENT)
}
