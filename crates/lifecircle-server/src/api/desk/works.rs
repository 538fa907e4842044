//! From requests to what is built, and to whoever is near: stations on foot, edits of scenarios.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::State;
use lifecircle::geo::{LonLat, Seconds};
use lifecircle::network::{Cost as _, Millis};
use lifecircle_desk::catalogue::UnitKind;
use lifecircle_desk::rights::Step;
use lifecircle_desk::{Action, Area, At, LONGEST_WORDS, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::OfRequest;
use crate::App;
use crate::api::ask::{Asked, Given, LONGEST_MINUTES, Named, Nothing, walker};
use crate::api::{Shared, with_city};
use crate::cities::OpenCity;
use crate::desks::{area_in, with_desk_and};
use crate::identity::Visitor;
use crate::matrix::{snapped, times};
use crate::problem::Problem;
use crate::work::{Lane, Stop};

/// Stations that are told, the nearest first.
const MOST_NEAR: usize = 3;

pub(super) fn routes() -> ApiRouter<Arc<App>> {
    let staff = "Desk (staff)";
    ApiRouter::new()
        .api_route(
            "/cities/{city}/desk/requests/{number}/stations",
            get_with(stations, move |it| {
                it.id("request_stations").tag(staff).summary("The stations nearest on foot to a request, and the units in charge of its place")
            }),
        )
        .api_route(
            "/cities/{city}/desk/requests/{number}/plan",
            post_with(plan, move |it| {
                it.id("plan_request").tag(staff).summary("Makes a request an edit of a scenario").description(
                    "The edit is added to the scenario, which is made if there is none of this name, and whoever asked is told that it is planned.",
                )
            }),
        )
}

/// Who is near a request, and who is in charge there.
#[derive(Serialize, JsonSchema)]
struct StationsAnswer {
    /// Units in charge of the place, from the smallest area to the largest, by their ids.
    in_charge: Vec<String>,
    /// Units with a place, the nearest on foot first.
    nearest: Vec<NearUnit>,
}

/// A unit that can be walked to.
#[derive(Serialize, JsonSchema)]
struct NearUnit {
    /// The unit's id.
    unit: String,
    /// How long an adult walks.
    seconds: Seconds,
}

async fn stations(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfRequest>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<StationsAnswer>, Problem> {
    let (request, units) = with_desk_and(Arc::clone(&app), of.city.clone(), move |_, desk| {
        let request = desk.request(of.number, &visitor.who(desk)?)?.request;
        Ok((request, desk.catalogue().clone()))
    })
    .await?;
    let Some(at) = request.at else { return Ok(Json(StationsAnswer { in_charge: Vec::new(), nearest: Vec::new() })) };
    let walker = walker(None)?;
    let of_app = Arc::clone(&app);
    let found = move |city: &OpenCity, stop: &Stop| {
        let in_charge = |area: Area| {
            let kinds = [UnitKind::Station, UnitKind::Community, UnitKind::Subdistrict, UnitKind::District];
            kinds.into_iter().filter_map(|kind| units.unit_in_charge(kind, &area).map(|unit| unit.id.clone())).collect()
        };
        let placed: Vec<(&str, LonLat)> = units
            .units
            .iter()
            .filter_map(|unit| unit.at.map(|at| (unit.id.as_str(), LonLat { x: at.lon, y: at.lat })))
            .collect();
        let mut nearest = Vec::new();
        if !placed.is_empty() {
            let ready = city.ready(walker, stop)?;
            let from = snapped(&ready, &[LonLat { x: at.lon, y: at.lat }]);
            let to = snapped(&ready, &placed.iter().map(|(_, at)| *at).collect::<Vec<_>>());
            let limit = Millis::round(Seconds::from_minutes(LONGEST_MINUTES));
            let row = times(&ready, &from, &to, limit, stop)?.pop().unwrap_or_default();
            let reached = placed.iter().zip(row).filter_map(|((unit, _), seconds)| {
                Some(NearUnit { unit: (*unit).to_owned(), seconds: Seconds(seconds?) })
            });
            nearest = reached.collect();
            nearest.sort_by(|a, b| a.seconds.0.total_cmp(&b.seconds.0));
            nearest.truncate(MOST_NEAR);
        }
        Ok(StationsAnswer { in_charge: area_in(&of_app, city, at).map(in_charge).unwrap_or_default(), nearest })
    };
    with_city(app, Lane::Heavy, of.city, found).await.map(Json)
}

/// What a request becomes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PlanBody {
    /// The scenario that it goes into, by its name; one that is not there is made.
    scenario: String,
    /// The id of the service that is to be there; none for a gate in a wall.
    service: Option<String>,
    /// Where; where the request is about if it is not said.
    at: Option<At>,
    /// What whoever asked reads of it.
    #[serde(default)]
    words: String,
}

async fn plan(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfRequest>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<PlanBody>,
) -> Result<Json<Request>, Problem> {
    let city = of.city.clone();
    with_desk_and(app, of.city, move |app, desk| {
        let who = visitor.who(desk)?;
        let full = desk.request(of.number, &who)?;
        if !full.can.contains(&Step::Plan) {
            return Err(Problem::not_allowed(lifecircle::say!("your role may not do this", "您的角色无权进行此操作")));
        }
        // Everybody may read scenarios: neither the very place of a request, which may be somebody's home, nor its number stands there.
        let at = body.at.or(full.request.at.map(At::rounded)).ok_or_else(|| {
            Problem::bad_input(lifecircle::say!("this request has no place; say where", "该诉求没有地点，请指明位置"))
        })?;
        let known = &app.standard(&city, None)?.standard;
        if let Some(service) = &body.service
            && !known.services.iter().any(|own| own.id == *service)
        {
            return Err(Problem::not_found(lifecircle::say!(
                "the standard {} has no service {service:?}",
                "标准 {} 没有服务 {service:?}",
                known.id
            )));
        }
        if body.words.chars().count() > LONGEST_WORDS {
            return Err(Problem::too_large());
        }
        let feature = edit(&desk.edit_id(of.number), at, body.service.as_deref());
        // Somebody else may save the same scenario at this moment: once more, with what they saved.
        let mut saved = add_to(app, &city, &body.scenario, &feature);
        if saved.is_err() {
            saved = add_to(app, &city, &body.scenario, &feature);
        }
        saved?;
        let action = Action::Plan { scenario: body.scenario, words: body.words };
        Ok(Json(desk.act(of.number, None, action, &who)?))
    })
    .await
}

/// A request as an edit of a scenario (docs/planning.md).
fn edit(id: &str, at: At, service: Option<&str>) -> Value {
    let properties = match service {
        Some(service) => json!({ "edit": "add_facility", "service": service }),
        None => json!({ "edit": "open_gate" }),
    };
    json!({
        "type": "Feature",
        "id": id,
        "geometry": { "type": "Point", "coordinates": [at.lon, at.lat] },
        "properties": properties,
    })
}

/// Adds an edit to a scenario that is saved, or to a new one; an edit of the same id is replaced.
fn add_to(app: &App, city: &str, name: &str, feature: &Value) -> Result<(), Problem> {
    let all = &app.cities.scenarios;
    let known = all.find(city, name).ok();
    let mut scenario: Value = match &known {
        // It was read when it was saved.
        Some(known) => serde_json::from_str(&known.draft.text).map_err(|_| Problem::internal())?,
        None => json!({ "type": "FeatureCollection", "name": name, "features": [] }),
    };
    let features = scenario.get_mut("features").and_then(Value::as_array_mut).ok_or_else(Problem::internal)?;
    features.retain(|other| other.get("id") != feature.get("id"));
    features.push(feature.clone());
    all.save(city, name, &scenario, known.as_ref().map(|known| known.draft.version.as_str())).map(drop)
}
