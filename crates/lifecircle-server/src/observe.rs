//! What a server tells of itself: numbers for Prometheus, and a line for each request if asked. Neither holds where people clicked,
//! what they searched or who they are: routes are told, not addresses.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::App;
use crate::work::Lane;

/// How each request is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Log {
    /// Not at all.
    #[default]
    Off,
    /// As JSON, one object a line, on standard error.
    Json,
}

/// What is counted.
#[derive(Debug)]
pub struct Observed {
    registry: Registry,
    requests: Family<Asked, Counter>,
    seconds: Family<Route, Histogram>,
    running: Gauge,
    waiting: Family<Queue, Gauge>,
    log: Log,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Queue {
    queue: &'static str,
}

impl Observed {
    /// Nothing yet.
    pub fn new(log: Log) -> Self {
        let mut registry = Registry::with_prefix("lifecircle");
        let requests = Family::default();
        // From a tenth of a millisecond to some seconds.
        let histogram: fn() -> Histogram = || Histogram::new(exponential_buckets(0.0001, 2.0, 17));
        let seconds = Family::new_with_constructor(histogram);
        let (running, waiting) = (Gauge::default(), Family::default());
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register_with_unit("answer", "Time to an answer's first byte", Unit::Seconds, seconds.clone());
        registry.register("requests_running", "Requests that are being answered", running.clone());
        registry.register("waiting", "Work that waits for its turn", waiting.clone());
        Self { registry, requests, seconds, running, waiting, log }
    }
}

/// Tells `requests_running` that one is over, however it ends.
struct Running(Gauge);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts a request, and tells of it.
pub async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let observed = &app.observed;
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    // Anybody may send methods of their own making; they are not kept apart.
    let known = ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"];
    let method = known.into_iter().find(|known| request.method() == known).unwrap_or("other");
    observed.running.inc();
    let running = Running(observed.running.clone());
    let began = Instant::now();
    let response = next.run(request).await;
    let (took, status) = (began.elapsed().as_secs_f64(), response.status().as_u16());
    drop(running);
    observed.seconds.get_or_create(&Route { route: route.clone() }).observe(took);
    if observed.log == Log::Json {
        let milliseconds = (took * 1e5).round() / 100.0;
        let line = serde_json::json!({
            "time": seconds_since_1970(), "method": method, "route": route, "status": status, "ms": milliseconds,
        });
        eprintln!("{line}");
    }
    observed.requests.get_or_create(&Asked { route, method, status }).inc();
    response
}

fn seconds_since_1970() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0.0, |now| (now.as_secs_f64() * 1000.0).round() / 1000.0)
}

/// All numbers, as Prometheus reads them.
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    for (lane, queue) in [(Lane::Quick, "quick"), (Lane::Heavy, "heavy")] {
        let waiting = i64::try_from(app.work.waiting(lane)).unwrap_or(i64::MAX);
        app.observed.waiting.get_or_create(&Queue { queue }).set(waiting);
    }
    let mut text = String::new();
    if encode(&mut text, &app.observed.registry).is_err() {
        return crate::problem::Problem::internal().into_response();
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
