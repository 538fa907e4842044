//! What clients ask, read and bounded: places, walkers, standards, minutes. A mistake in an address is one clear answer.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use lifecircle::geo::{LonLat, is_on_globe};
use lifecircle::jobs::DEFAULT_WALKER;
use lifecircle::network::Walker;
use lifecircle::standard::Standard;
use lifecircle::unreadable::told;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

use crate::App;
use crate::problem::Problem;
use crate::standards::Known;

/// Areas of one isochrone.
const MOST_LIMITS: usize = 10;

/// No isochrone is larger.
pub const LONGEST_MINUTES: f64 = 120.0;

/// The part of an address after the question mark; unknown names in it are mistakes.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(asked)| Self(asked)).map_err(|e| Problem::bad_input(told(&e.body_text())))
    }
}

impl<T: JsonSchema> OperationInput for Asked<T> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Query::<T>::operation_input(context, operation);
    }
}

/// The parts of an address between slashes.
#[derive(Debug)]
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(named)| Self(named)).map_err(|e| Problem::bad_input(told(&e.body_text())))
    }
}

impl<T: JsonSchema> OperationInput for Named<T> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Path::<T>::operation_input(context, operation);
    }
}

/// What is sent, as JSON.
#[derive(Debug)]
pub struct Given<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = Json::<T>::from_request(request, state).await;
        read.map(|Json(given)| Self(given)).map_err(|e| match e.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            _ => Problem::bad_input(told(&e.body_text())),
        })
    }
}

impl<T: JsonSchema> OperationInput for Given<T> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Json::<T>::operation_input(context, operation);
    }
}

/// An address that has nothing after a question mark.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A city.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct OfCity {
    /// The city's id, from `/api/v1/cities`.
    pub city: String,
}

/// For whom and by what a city is measured.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measuring {
    /// A walker's id; `adult` if none is named.
    pub walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    pub standard: Option<String>,
}

impl Measuring {
    /// The walker and the standard.
    pub fn find(&self, app: &App, city: &str) -> Result<(&'static Walker, Arc<Known>), Problem> {
        Ok((walker(self.walker.as_deref())?, app.standard(city, self.standard.as_deref())?))
    }
}

/// A walker that is built in: a client names no files.
pub fn walker(id: Option<&str>) -> Result<&'static Walker, Problem> {
    let id = id.unwrap_or(DEFAULT_WALKER);
    Walker::all().iter().find(|walker| walker.id == id).ok_or_else(|| {
        let known: Vec<&str> = Walker::all().iter().map(|walker| walker.id.as_str()).collect();
        Problem::not_found(lifecircle::say!(
            "there is no walker {id:?}; choose one of {}",
            "没有步行者 {id:?}；可选：{}",
            known.join(", ")
        ))
    })
}

/// The number of a service of a standard.
pub fn service(standard: &Standard, id: &str) -> Result<usize, Problem> {
    let position = standard.services.iter().position(|service| service.id == id);
    position.ok_or_else(|| {
        Problem::not_found(lifecircle::say!(
            "the standard {} has no service {id:?}",
            "标准 {} 没有服务 {id:?}",
            standard.id
        ))
    })
}

/// A point on the globe.
pub fn point(lon: f64, lat: f64) -> Result<LonLat, Problem> {
    let at = LonLat { x: lon, y: lat };
    let wrong = || {
        Problem::bad_input(lifecircle::say!(
            "longitudes must lie between -180 and 180, latitudes between -90 and 90",
            "经度须在 -180 至 180 之间，纬度须在 -90 至 90 之间"
        ))
    };
    is_on_globe(at).then_some(at).ok_or_else(wrong)
}

/// Minutes apart by commas: 5, 10 and 15 unless others are asked for; the longest first, so that areas drawn in turn are all seen.
pub fn minutes(text: Option<&str>) -> Result<Vec<f64>, Problem> {
    let wrong = || {
        Problem::bad_input(lifecircle::say!(
            "`minutes` must be one to {MOST_LIMITS} numbers between 0 and {LONGEST_MINUTES}, apart by commas",
            "`minutes` 须为 1 至 {MOST_LIMITS} 个 0 至 {LONGEST_MINUTES} 之间的数，用逗号分隔"
        ))
    };
    let text = text.unwrap_or("5,10,15");
    let mut minutes: Vec<f64> =
        text.split(',').map(|part| part.trim().parse().map_err(|_| wrong())).collect::<Result<_, _>>()?;
    minutes.sort_by(|a, b| b.total_cmp(a));
    minutes.dedup();
    let fits = |minutes: &f64| *minutes > 0.0 && *minutes <= LONGEST_MINUTES;
    (minutes.len() <= MOST_LIMITS && minutes.iter().all(fits)).then_some(minutes).ok_or_else(wrong)
}

/// A box as west, south, east, north, apart by commas.
pub fn bbox(text: &str) -> Result<[f64; 4], Problem> {
    let wrong = || {
        Problem::bad_input(lifecircle::say!(
            "`bbox` must be west,south,east,north in degrees, as 106.7,39.5,106.9,39.7",
            "`bbox` 须为 西,南,东,北（度），如 106.7,39.5,106.9,39.7"
        ))
    };
    let numbers: Vec<f64> =
        text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map_err(|_| wrong())?;
    let [west, south, east, north] = <[f64; 4]>::try_from(numbers).map_err(|_| wrong())?;
    let corners = [LonLat { x: west, y: south }, LonLat { x: east, y: north }];
    let right = corners.into_iter().all(is_on_globe) && west <= east && south <= north;
    right.then_some([west, south, east, north]).ok_or_else(wrong)
}
