//! The page, as Vite has built it into `web/dist`: in the binary, with the headers that keep it safe.
//!
//! A program that was built without Node has no page; it says so, and how to get it, instead.

use axum::Router;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// Only what the server itself sends is run, drawn or asked. MapLibre draws in a worker that it makes itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    worker-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// What is shown where no page was built.
const MISSING: &str = include_str!("page_missing.html");

/// The page and its parts.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(|| async { document("index.html") }))
        .route("/ask", get(|| async { document("ask.html") }))
        .route("/desk", get(|| async { document("desk.html") }))
        .route("/api", get(|| async { document("api.html") }))
        .route("/api/", get(|| async { document("api.html") }))
        .route("/assets/{*path}", get(|uri: Uri| async move { part(uri.path()) }))
        .route("/favicon.svg", get(|uri: Uri| async move { part(uri.path()) }))
}

/// A page, or how to get it.
fn document(name: &str) -> Response {
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    match Built::get(name) {
        Some(file) => (head, file.data.into_owned()).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, head, MISSING).into_response(),
    }
}

/// A part of the page. Vite names parts by what is in them, so they may be kept for ever.
fn part(path: &str) -> Response {
    let Some(file) = Built::get(path.trim_start_matches('/')) else {
        return crate::problem::Problem::not_found(lifecircle::say!(
            "there is nothing at this address",
            "此地址没有内容"
        ))
        .into_response();
    };
    let kind = HeaderValue::from_str(file.metadata.mimetype());
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let head = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    (head, file.data.into_owned()).into_response()
}
