//! Cities over HTTP: the API and the tiles of the map.
//!
//! It asks the library for everything; nothing is measured here. Data flows one way: `api` reads what a client asks, `cities` holds
//! what is asked of, `work` decides when it is computed, `tiles` draws, `problem` tells what went wrong.

mod api;
mod cities;
mod page;
mod problem;
mod search;
pub mod tiles;
mod work;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use cities::Cities;
use lifecircle::{Error, Result};
use work::Work;

/// No answer takes longer.
const LONGEST_ANSWER: Duration = Duration::from_secs(120);

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub cities: Cities,
    pub work: Work,
}

/// The API of some cities, to be served or asked directly.
///
/// # Errors
/// If a directory is not a city, or two have one name.
pub fn router(cities: &[PathBuf]) -> Result<Router> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let app = Arc::new(App { cities: Cities::new(cities)?, work: Work::new(cores) });
    let header =
        |name: HeaderName, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Ok(api::router(app)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST_ANSWER))
        .layer(header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer")))
}

/// The OpenAPI 3.1 document of the API.
pub fn api_document() -> serde_json::Value {
    // It is made of types and constants, so this cannot fail.
    serde_json::to_value(api::documented().1).unwrap_or_default()
}

/// Serves cities until `stop` is done; `listening` is told the address.
///
/// # Errors
/// If a directory is not a city, or the address cannot be listened at.
pub fn serve(
    cities: &[PathBuf],
    address: SocketAddr,
    listening: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let router = router(cities)?;
    let failed = |e: &std::io::Error| {
        let problem = format!("cannot listen at {address} ({e})");
        Error::of_kind(lifecircle::error::ErrorKind::Io, problem).hint("choose another port")
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| failed(&e))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|e| failed(&e))?;
        listening(listener.local_addr().map_err(|e| failed(&e))?);
        axum::serve(listener, router).with_graceful_shutdown(stop).await.map_err(|e| failed(&e))
    })
}

/// Waits until somebody presses Ctrl-C or the system asks to stop.
pub async fn until_stopped() {
    #[cfg(unix)]
    let terminated = async {
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match signal {
            Ok(mut signal) => drop(signal.recv().await),
            // Where it cannot be waited for, the server goes on until it is ended.
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        Ok(()) = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
