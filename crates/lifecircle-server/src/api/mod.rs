//! The HTTP API, under `/api/v1`: one file a subject. What is asked is read in `ask`; what is answered is typed, and OpenAPI tells of
//! the very types.

pub(crate) mod ask;
mod bring;
mod catalogue;
mod city;
mod desk;
pub(crate) mod exports;
pub(crate) mod geojson;
mod measures;
mod plan;
mod reach;
mod scenarios;
mod search;
mod telling;
pub(crate) mod tiles;

pub(crate) use desk::{LONGEST_PHOTO, PhotoPlace};

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::openapi::{
    Info, MediaType, OpenApi, ReferenceOr, Response as ApiResponse, SecurityScheme, StatusCode as ApiStatus,
};
use aide::transform::TransformOperation;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::App;
use crate::cities::OpenCity;
use crate::problem::{Body, Problem};
use crate::work::{Lane, Stop};

type Shared = State<Arc<App>>;

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    let (api, document) = documented();
    // The document is made of types and constants, so this cannot fail.
    let document: Arc<str> = serde_json::to_string(&document).unwrap_or_default().into();
    let document = move || {
        let document = Arc::clone(&document);
        async move { ([(header::CONTENT_TYPE, "application/json")], document.to_string()).into_response() }
    };
    api.route("/api/openapi.json", get(document))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(is_ready))
        .route("/metrics", get(crate::observe::metrics))
        .merge(crate::page::router())
        .merge(crate::ogc::routes())
        .merge(crate::ors::routes())
        .merge(crate::open311::routes())
        .fallback(|| async {
            Problem::not_found(lifecircle::say!("there is nothing at this address", "此地址没有内容"))
        })
        .method_not_allowed_fallback(|| async {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this address does not answer this method",
            )
        })
        .with_state(app)
}

/// Whether it can answer: the queue of quick work is not full.
async fn is_ready(State(app): Shared) -> Result<&'static str, Problem> {
    app.work.run(Lane::Quick, |_| Ok("ok")).await
}

/// The documented routes, and what OpenAPI says of them.
pub(crate) fn documented() -> (Router<Arc<App>>, OpenApi) {
    let mut document = OpenApi { info: about(), ..OpenApi::default() };
    let v1 = city::routes()
        .merge(measures::routes())
        .merge(reach::routes())
        .merge(plan::routes())
        .merge(scenarios::routes())
        .merge(catalogue::routes())
        .merge(search::routes())
        .merge(tiles::routes())
        .merge(exports::routes())
        .merge(bring::routes())
        .merge(desk::routes());
    let api = ApiRouter::new().nest("/api/v1", v1).finish_api_with(&mut document, |document| {
        document
            .default_response_with::<axum::Json<Body>, _>(|mut response| {
                let content = &mut response.inner().content;
                let told = content.shift_remove("application/json").unwrap_or_default();
                content.insert("application/problem+json".to_owned(), told);
                response.description("What is wrong (RFC 9457)")
            })
            .security_scheme("token", token())
    });
    (api, document)
}

/// How whoever writes says who they are.
fn token() -> SecurityScheme {
    SecurityScheme::Http {
        scheme: "bearer".to_owned(),
        bearer_format: None,
        description: Some("The token that the server tells at start".to_owned()),
        extensions: Default::default(),
    }
}

/// Tells that an operation answers bytes of some kinds.
fn answers<'t>(mut operation: TransformOperation<'t>, status: u16, kinds: &[&str]) -> TransformOperation<'t> {
    let content = kinds.iter().map(|kind| ((*kind).to_owned(), MediaType::default())).collect();
    let response = ApiResponse { description: "The bytes".to_owned(), content, ..ApiResponse::default() };
    let responses = operation.inner_mut().responses.get_or_insert_default();
    responses.responses.insert(ApiStatus::Code(status), ReferenceOr::Item(response));
    operation
}

fn about() -> Info {
    Info {
        title: "lifecircle".to_owned(),
        summary: Some("The 15-minute life circle of a city: who can reach what on foot".to_owned()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Info::default()
    }
}

/// A text as it stands in an address or a header. Source: RFC 3986, unreserved signs.
pub(crate) fn encoded(text: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|b| if kept(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Does something with a city on a thread that serves nobody.
pub(crate) async fn with_city<T: Send + 'static>(
    app: Arc<App>,
    lane: Lane,
    city: String,
    work: impl FnOnce(&OpenCity, &Stop) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let cities = Arc::clone(&app);
    app.work.run(lane, move |stop| work(&*cities.cities.open(&city, stop)?, stop)).await
}
