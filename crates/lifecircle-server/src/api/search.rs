//! Search: what is called something, what a standard asks for, and places by their coordinates.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use lifecircle::city::{City, Name};
use lifecircle::geo::{LonLat, is_on_globe};
use lifecircle::kinds::Catalogue;
use lifecircle::standard::Standard;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asked, Named, OfCity};
use super::geojson::position;
use super::{Shared, with_city};
use crate::App;
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::search::{Entry, Found, forms};
use crate::work::Stop;

/// Results, unless fewer are asked for; and signs of a query.
const MOST_RESULTS: usize = 50;
const USUAL_RESULTS: usize = 12;
const LONGEST_QUERY: usize = 200;

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/cities/{city}/search",
        get_with(search, |it| {
            it.id("search").tag("Cities").summary("Names, services and coordinates").description(
                "Facilities, streets, communities and places by any part of their Chinese or English name, by pinyin or its initials; services of the standard; coordinates in either order.",
            )
        }),
    )
}

/// What is sought.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Query {
    /// A name or a part of it, pinyin, initials, or coordinates.
    q: String,
    /// How many results at most.
    limit: Option<usize>,
    /// The standard whose services are sought; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
}

/// Something that was found.
#[derive(Serialize, JsonSchema)]
struct SearchResult {
    /// What it is.
    kind: ResultKind,
    /// Its id, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Its name.
    name: Name,
    /// What kind of facility it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<Name>,
    /// Longitude and latitude; none for a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<[f64; 2]>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ResultKind {
    Coordinates,
    Service,
    #[serde(untagged)]
    Named(Found),
}

async fn search(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<Query>,
) -> Result<Json<Vec<SearchResult>>, Problem> {
    if asked.q.chars().count() > LONGEST_QUERY {
        return Err(Problem::bad_input(lifecircle::say!(
            "`q` is longer than {LONGEST_QUERY} signs",
            "`q` 超过 {LONGEST_QUERY} 个字"
        )));
    }
    let most = asked.limit.unwrap_or(USUAL_RESULTS).min(MOST_RESULTS);
    let standard = app.standard(&of.city, asked.standard.as_deref())?;
    let lane = app.cities.lane_of_search(&of.city);
    let found = move |city: &OpenCity, _: &Stop| {
        let mut results: Vec<SearchResult> = coordinates(&asked.q, city.city.about.extent).into_iter().collect();
        results.extend(services(&standard.standard, &asked.q));
        results.extend(city.names().find(&asked.q, most).into_iter().map(|entry| told(&city.city, entry)));
        results.truncate(most);
        Ok(results)
    };
    with_city(app, lane, of.city, found).await.map(Json)
}

fn told(city: &City, entry: &Entry) -> SearchResult {
    let (id, what) = match entry.found {
        Found::Facility => {
            let (facility, kinds) = (&city.facilities[entry.number as usize], &Catalogue::built_in().kinds);
            let kind = Catalogue::built_in().kinds_of(facility).first().map(|kind| &kinds[*kind]);
            let what = kind.map(|kind| Name { local: kind.zh.clone(), en: kind.en.clone() });
            (Some(facility.id.clone()), what)
        }
        Found::Community => (Some(city.communities[entry.number as usize].id.clone()), None),
        Found::Street | Found::Place | Found::Nature => (None, None),
    };
    let (name, at) = (entry.name.clone(), Some(position(entry.at)));
    SearchResult { kind: ResultKind::Named(entry.found), id, name, what, at }
}

/// Services that are called so.
fn services(standard: &Standard, query: &str) -> Vec<SearchResult> {
    let query = query.trim().to_lowercase();
    let called = |name: &Name| !query.is_empty() && forms(name).iter().any(|form| form.contains(&query));
    let named = standard.services.iter().map(|s| (s, Name { local: s.zh.clone(), en: s.en.clone() }));
    let result = |(service, name): (&lifecircle::standard::Service, Name)| SearchResult {
        kind: ResultKind::Service,
        id: Some(service.id.clone()),
        name,
        what: None,
        at: None,
    };
    named.filter(|(_, name)| called(name)).map(result).take(4).collect()
}

/// Two numbers, in the order that lies in the city, or else as longitude and latitude.
fn coordinates(query: &str, [west, south, east, north]: [f64; 4]) -> Option<SearchResult> {
    let parts = query.split([',', '，', ';', ' ', '\t']).filter(|part| !part.is_empty());
    let numbers: Vec<f64> = parts.map(str::parse).collect::<Result<_, _>>().ok()?;
    let [first, second] = <[f64; 2]>::try_from(numbers).ok()?;
    let inside = |at: &LonLat| (west..=east).contains(&at.x) && (south..=north).contains(&at.y);
    let orders = [LonLat { x: first, y: second }, LonLat { x: second, y: first }];
    let at = orders.into_iter().find(inside).or_else(|| orders.into_iter().find(|at| is_on_globe(*at)))?;
    let [lon, lat] = position(at);
    let text = format!("{lat}, {lon}");
    let name = Name { local: text.clone(), en: text };
    Some(SearchResult { kind: ResultKind::Coordinates, id: None, name, what: None, at: Some([lon, lat]) })
}
