//! Answers that take a while: whole, or, to who accepts `text/event-stream`, as events that tell how far it is, and then the same answer.
//!
//! `event: known` tells what is known so far ([`Far`]); then comes `event: answer` with the very document that others get, or
//! `event: problem`. Who hangs up stops the work.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, Response as ApiResponse, StatusCode as ApiStatus};
use axum::Json;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use lifecircle::text::Language;
use lifecircle_plan::siting::Known;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::with_city;
use crate::App;
use crate::cities::OpenCity;
use crate::problem::{Problem, language_of};
use crate::work::{Lane, Stop, Tell};

/// Whether a client wants to be told how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WantsEvents(bool, Language);

/// What is sent to whoever wants it.
const EVENTS: &str = "text/event-stream";

/// So many events may wait for a slow reader; others are left out.
const MOST_WAITING: usize = 16;

impl<S: Send + Sync> FromRequestParts<S> for WantsEvents {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let accepted = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        let is_events = |kind: &str| kind.split(';').next().is_some_and(|kind| kind.trim() == EVENTS);
        Ok(Self(accepted.is_some_and(|kinds| kinds.split(',').any(is_events)), language_of(&parts.headers)))
    }
}

impl aide::OperationInput for WantsEvents {}

/// How far a search is.
#[derive(Debug, Serialize)]
struct Far {
    /// How far the best choice is from the bound at most, as a share; nothing if none was found yet.
    gap: Option<f64>,
    /// Seconds since it began.
    seconds: f64,
}

/// A document, or the events that end with it.
pub(super) enum Telling<T> {
    Whole(Json<T>),
    Events(Body),
}

impl<T: Serialize> IntoResponse for Telling<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Whole(document) => document.into_response(),
            Self::Events(body) => {
                let kind = (header::CONTENT_TYPE, HeaderValue::from_static(EVENTS));
                ([kind, (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], body).into_response()
            }
        }
    }
}

impl<T: JsonSchema> OperationOutput for Telling<T> {
    type Inner = T;

    fn operation_response(context: &mut GenContext, operation: &mut Operation) -> Option<ApiResponse> {
        let mut response = Json::<T>::operation_response(context, operation)?;
        response.content.insert(EVENTS.to_owned(), MediaType::default());
        Some(response)
    }

    fn inferred_responses(
        context: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<ApiStatus>, ApiResponse)> {
        let response = Self::operation_response(context, operation);
        response.map(|response| (Some(ApiStatus::Code(200)), response)).into_iter().collect()
    }
}

/// Does something with a city that tells how far it is.
pub(super) async fn telling<T: Serialize + Send + 'static>(
    app: Arc<App>,
    city: String,
    WantsEvents(wants, language): WantsEvents,
    work: impl FnOnce(&OpenCity, &Stop, Option<Tell<'_>>) -> Result<T, Problem> + Send + 'static,
) -> Result<Telling<T>, Problem> {
    if !wants {
        let whole = with_city(app, Lane::Heavy, city, move |city, stop| work(city, stop, None)).await?;
        return Ok(Telling::Whole(Json(whole)));
    }
    let (send, events) = mpsc::channel(MOST_WAITING);
    let last = send.clone();
    let task = tokio::spawn(async move {
        let began = Instant::now();
        let done = with_city(app, Lane::Heavy, city, move |city, stop| {
            let tell = |known: Known| {
                let far = Far { gap: known.gap, seconds: began.elapsed().as_secs_f64() };
                // A reader who is slow misses some.
                let _ = send.try_send(event("known", &far));
            };
            work(city, stop, Some(&tell))
        });
        let event = match done.await {
            Ok(answer) => event("answer", &answer),
            Err(problem) => event("problem", &problem.body_in(language)),
        };
        // Nobody listens any longer, or it arrives.
        let _ = last.send(event).await;
    });
    let listening = Listening { events, task };
    let body = stream::unfold(listening, |mut listening| async move {
        let event = listening.events.recv().await?;
        Some((Ok::<_, Infallible>(event), listening))
    });
    Ok(Telling::Events(Body::from_stream(body)))
}

fn event(name: &str, data: &impl Serialize) -> String {
    // What is answered can be written as JSON: others get the very same.
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}

/// Stops the work when nobody listens any longer.
struct Listening {
    events: mpsc::Receiver<String>,
    task: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}
