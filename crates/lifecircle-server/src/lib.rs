//! Cities over HTTP: the API and the tiles of the map.
//!
//! It asks the library for everything; nothing is measured here. Data flows one way: `api` reads what a client asks, `cities` holds
//! what is asked of, `work` decides when it is computed, `tiles` draws, `problem` tells what went wrong.

mod api;
mod cities;
mod desks;
mod guard;
mod identity;
mod jobs;
mod listen;
mod matrix;
mod observe;
mod ogc;
mod open311;
mod ors;
mod page;
mod problem;
mod scenarios;
mod search;
mod standards;
pub mod tiles;
mod uploads;
mod way;
mod work;

use lifecircle::say;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use axum::middleware::{from_fn, from_fn_with_state};
use cities::Cities;
pub use desks::DeskSettings;
use desks::Desks;
use guard::{Guard, guard};
use identity::Token;
use jobs::Jobs;
use lifecircle::{Error, Result, output};
use listen::listen;
pub use observe::Log;
use observe::{Observed, observe};
use scenarios::Scenarios;
use standards::Standards;
use std::num::NonZeroU32;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use uploads::Uploads;
use work::Work;

/// How long a client may send nothing of a body that it has begun.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long work may go on after the last answer was given.
const LONGEST_END: Duration = Duration::from_secs(10);

/// How often desks look at what time asks of them.
const TICK: Duration = Duration::from_secs(30);

/// What a server shows, and where it keeps what people make.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// City directories.
    pub cities: Vec<PathBuf>,
    /// Where cities and standards that are made in the browser are kept; without one none can be made.
    pub keep_in: Option<PathBuf>,
    /// Names under which it may be asked, beside numbers and `localhost`.
    pub hosts: Vec<String>,
    /// Requests a second of one client.
    pub rate: Option<NonZeroU32>,
    /// How each request is told of.
    pub log: Log,
    /// Whether residents may ask the cities' desks, and by which rules.
    pub desk: Option<DeskSettings>,
}

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub cities: Cities,
    pub standards: Standards,
    pub desks: Option<Desks>,
    pub token: Token,
    pub uploads: Uploads,
    pub jobs: Arc<Jobs>,
    pub keep_in: Option<PathBuf>,
    pub observed: Observed,
    pub guard: Arc<Guard>,
    pub work: Work,
}

impl App {
    /// The standard that is named, or the usual one of the city.
    pub fn standard(
        &self,
        city: &str,
        named: Option<&str>,
    ) -> std::result::Result<Arc<standards::Known>, problem::Problem> {
        self.standards.find(named.unwrap_or_else(|| self.cities.usual_standard(city)))
    }
}

/// A server, to be asked directly or over a network.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
}

impl Server {
    /// Of settings.
    ///
    /// # Errors
    /// If a directory is not a city, or two have one name.
    pub fn new(settings: &Settings) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let kept = settings.keep_in.clone().unwrap_or_else(|| PathBuf::from("."));
        let app = App {
            cities: Cities::new(&settings.cities, Scenarios::new(&kept.join("scenarios")))?,
            standards: Standards::new(&kept.join("standards")),
            desks: settings.desk.as_ref().map(|desk| Desks::new(desk, kept.join("desk"))).transpose()?,
            token: Token::new(),
            uploads: Uploads::new(kept),
            jobs: Arc::default(),
            keep_in: settings.keep_in.clone(),
            observed: Observed::new(settings.log),
            guard: Arc::new(Guard::new(settings.hosts.clone(), settings.rate)),
            work: Work::new(cores),
        };
        Ok(Self { app: Arc::new(app) })
    }

    /// What whoever writes has to say; told to who started the server, and to nobody else.
    pub fn token(&self) -> &str {
        self.app.token.text()
    }

    /// All that it answers.
    pub fn router(&self) -> Router {
        let header =
            |name: HeaderName, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
        // Tiles are compressed when they are made; what is small is not worth it.
        let compress = CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest);
        api::router(Arc::clone(&self.app))
            .layer(compress)
            .layer(RequestBodyTimeoutLayer::new(LONGEST_PAUSE))
            .layer(from_fn_with_state(Arc::clone(&self.app.guard), guard))
            .layer(from_fn(problem::in_language_of_client))
            .layer(from_fn_with_state(Arc::clone(&self.app), observe))
            .layer(header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
            .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(header(header::REFERRER_POLICY, "no-referrer"))
    }

    /// Serves until `stop` is done; `listening` is told the address.
    ///
    /// # Errors
    /// If the address cannot be listened at.
    pub fn serve(
        &self,
        address: SocketAddr,
        listening: impl FnOnce(SocketAddr),
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let router = self.router();
        let failed = |e: &std::io::Error| {
            let problem = say!("cannot listen at {address} ({e})", "无法在 {address} 监听（{e}）");
            Error::of_kind(lifecircle::error::ErrorKind::Io, problem).hint(say!("choose another port", "请换一个端口"))
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| failed(&e))?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(address).await.map_err(|e| failed(&e))?;
            listening(listener.local_addr().map_err(|e| failed(&e))?);
            let jobs = Arc::clone(&self.app.jobs);
            let ticking = Arc::clone(&self.app);
            tokio::spawn(async move {
                let mut times = tokio::time::interval(TICK);
                loop {
                    times.tick().await;
                    let app = Arc::clone(&ticking);
                    // What goes wrong is tried again the next time.
                    let _ = tokio::task::spawn_blocking(move || desks::tick(&app)).await;
                }
            });
            let stopped = async move {
                stop.await;
                jobs.cancel_all();
            };
            listen(listener, router, stopped).await.map_err(|e| failed(&e))
        })?;
        // What was asked for while the last answers were given is stopped too; what does not ask is left behind.
        self.app.jobs.cancel_all();
        runtime.shutdown_timeout(LONGEST_END);
        output::abandon_all();
        Ok(())
    }
}

/// The OpenAPI 3.1 document of the API.
pub fn api_document() -> serde_json::Value {
    // It is made of types and constants, so this cannot fail.
    serde_json::to_value(api::documented().1).unwrap_or_default()
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
