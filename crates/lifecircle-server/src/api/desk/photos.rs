//! Photos of requests: taken as JSON, shown as JPEG, to whoever may see them.

use std::sync::Arc;
use std::time::Duration;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lifecircle_desk::photo::MOST_BYTES;
use lifecircle_desk::{Request, Tracked};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tower_http::timeout::TimeoutLayer;

use super::{CodeBody, OfRequest};
use crate::App;
use crate::api::ask::{Asked, Given, Named, Nothing, OfCity};
use crate::api::{Shared, answers};
use crate::desks::{drawing, with_desk, with_desk_and};
use crate::identity::Visitor;
use crate::problem::Problem;

/// A photo as Base64, and what is around it.
const MOST_SENT: usize = MOST_BYTES / 3 * 4 + 4096;

/// How long somebody waits until others' photos are read, and how long taking one may last.
const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const LONGEST: Duration = Duration::from_secs(120);

pub(super) fn routes() -> ApiRouter<Arc<App>> {
    let (desk, staff) = ("Desk", "Desk (staff)");
    let taking = ApiRouter::new()
        .api_route(
            "/cities/{city}/desk/tracking/photos",
            post_with(add_as_resident, move |it| {
                it.id("add_photo").tag(desk).summary("Adds a photo to one's own request").description(
                    "JPEG, PNG or WebP of at most 12 MB. It is drawn anew: what else is in the file, such as where it was taken, is not kept. The same photo is kept once.",
                )
            }),
        )
        .api_route(
            "/cities/{city}/desk/requests/{number}/photos",
            post_with(add, move |it| it.id("add_photo_of_work").tag(staff).summary("Adds a photo to a request; whoever asked sees it")),
        )
        .layer(DefaultBodyLimit::max(MOST_SENT))
        // Whoever sends a little now and then holds no place for long.
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST));
    ApiRouter::new()
        .api_route(
            "/cities/{city}/desk/tracking/photos/{photo}",
            post_with(show_to_resident, move |it| {
                answers(it.id("own_photo"), 200, &["image/jpeg"]).tag(desk).summary("A photo of one's own request")
            }),
        )
        .api_route(
            "/cities/{city}/desk/requests/{number}/photos/{photo}",
            get_with(show, move |it| {
                answers(it.id("photo"), 200, &["image/jpeg"]).tag(staff).summary("A photo of a request")
            }),
        )
        .merge(taking)
}

/// A place among the few whose photos are read at once: it is held from before the photo is read until it is drawn, so that many large ones take no
/// memory.
pub(crate) struct PhotoPlace(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl FromRequestParts<Arc<App>> for PhotoPlace {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let places = app.desks.as_ref().ok_or_else(Problem::busy)?.photo_places();
        let place = tokio::time::timeout(PATIENCE, places.acquire_owned()).await;
        place.ok().and_then(Result::ok).map(Self).ok_or_else(Problem::busy)
    }
}

impl aide::OperationInput for PhotoPlace {}

/// A photo to a request of one's own.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OwnPhotoBody {
    /// What was told when it was asked.
    code: String,
    /// The photo, in Base64.
    photo: String,
}

/// A photo.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PhotoBody {
    /// The photo, in Base64.
    photo: String,
}

fn bytes_of(text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(text).map_err(|_| {
        Problem::bad_input(lifecircle::say!("`photo` must be an image in Base64", "`photo` 须为 Base64 编码的图片"))
    })
}

async fn add_as_resident(
    State(app): Shared,
    place: PhotoPlace,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<OwnPhotoBody>,
) -> Result<Json<Tracked>, Problem> {
    drawing(app, of.city, move |_, desk| {
        let _place = place;
        Ok(Json(desk.add_photo_as_resident(&body.code, &bytes_of(&body.photo)?)?))
    })
    .await
}

async fn add(
    State(app): Shared,
    place: PhotoPlace,
    visitor: Visitor,
    Named(of): Named<OfRequest>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<PhotoBody>,
) -> Result<Json<Request>, Problem> {
    drawing(app, of.city, move |_, desk| {
        let _place = place;
        let who = visitor.who(desk)?;
        Ok(Json(desk.add_photo(of.number, &bytes_of(&body.photo)?, &who)?))
    })
    .await
}

/// A photo of whatever request a code is of.
#[derive(Deserialize, JsonSchema)]
struct OfOwnPhoto {
    /// The city's id.
    city: String,
    /// The photo's number.
    photo: i64,
}

async fn show_to_resident(
    State(app): Shared,
    Named(of): Named<OfOwnPhoto>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<CodeBody>,
) -> Result<Response, Problem> {
    with_desk(app, of.city, move |desk| desk.photo_as_resident(&body.code, of.photo)).await.map(shown)
}

/// A photo of a request.
#[derive(Deserialize, JsonSchema)]
struct OfPhoto {
    /// The city's id.
    city: String,
    /// The request's number.
    number: i64,
    /// The photo's number.
    photo: i64,
}

async fn show(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfPhoto>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Response, Problem> {
    let found =
        with_desk_and(app, of.city, move |_, desk| Ok(desk.photo(of.number, of.photo, &visitor.who(desk)?)?)).await?;
    Ok(shown(found))
}

/// A photo as it is answered: nothing but a picture, whatever opens it, and kept by no server between.
fn shown(photo: Vec<u8>) -> Response {
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"photo.jpg\"")),
    ];
    (head, photo).into_response()
}
