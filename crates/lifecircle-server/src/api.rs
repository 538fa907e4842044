//! The HTTP API, under `/api/v1`: what clients ask, read and bounded, and the answers as JSON, GeoJSON and tiles.

use std::io::Write;
use std::sync::{Arc, LazyLock};

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use flate2::Compression;
use flate2::write::GzEncoder;
use geojson::JsonObject;
use lifecircle::geo::{LonLat, Seconds, is_on_globe};
use lifecircle::jobs::{DEFAULT_STANDARD, DEFAULT_WALKER};
use lifecircle::network::{Cost as _, Millis, Walker};
use lifecircle::reach::Heading;
use lifecircle::standard::Standard;
use lifecircle::summary::{LifeCircle, life_circle};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::App;
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::tiles::grid::{MAX_ZOOM, TileId};
use crate::work::{Lane, Stop};

type Shared = State<Arc<App>>;

/// Areas of one isochrone.
const MOST_LIMITS: usize = 10;

/// No isochrone is larger.
const LONGEST_MINUTES: f64 = 120.0;

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/api/v1/cities", get(cities))
        .route("/api/v1/cities/{city}", get(city))
        .route("/api/v1/cities/{city}/summary", get(summary))
        .route("/api/v1/cities/{city}/circle", get(circle))
        .route("/api/v1/cities/{city}/isochrones", get(isochrones))
        .route("/api/v1/cities/{city}/tiles/{set}", get(tile_json))
        .route("/api/v1/cities/{city}/tiles/{set}/{z}/{x}/{y}", get(tile))
        .route("/healthz", get(|| async { "ok" }))
        .fallback(|| async { Problem::not_found("there is nothing at this address") })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this address is only read, by GET")
        })
        .with_state(app)
}

/// Reads the part of an address after the question mark; unknown names in it are mistakes.
fn read<T: DeserializeOwned>(query: Result<Query<T>, axum::extract::rejection::QueryRejection>) -> Result<T, Problem> {
    query.map(|Query(query)| query).map_err(|e| Problem::bad_input(e.body_text()))
}

#[derive(Serialize)]
struct CityEntry {
    id: String,
    name: String,
    synthetic: bool,
    extent: [f64; 4],
}

/// Does something with a city on a thread that serves nobody.
async fn with_city<T: Send + 'static>(
    app: Arc<App>,
    lane: Lane,
    city: String,
    work: impl FnOnce(&OpenCity, &Stop) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let cities = Arc::clone(&app);
    app.work.run(lane, move |stop| work(&*cities.cities.open(&city)?, stop)).await
}

async fn cities(State(app): Shared) -> Result<Json<Vec<CityEntry>>, Problem> {
    let own = Arc::clone(&app);
    let entry = |(id, about): (String, lifecircle::city::About)| CityEntry {
        id,
        name: about.name,
        synthetic: about.synthetic,
        extent: about.extent,
    };
    let all = move |_: &Stop| Ok(own.cities.overviews().into_iter().map(entry).collect());
    app.work.run(Lane::Quick, all).await.map(Json)
}

async fn city(State(app): Shared, Path(id): Path<String>) -> Result<Json<serde_json::Value>, Problem> {
    let told = |city: &OpenCity, _: &Stop| {
        let about = &city.city.about;
        Ok(json!({
            "name": about.name,
            "synthetic": about.synthetic,
            "version": city.version,
            "extent": about.extent,
            "homes": city.city.homes.len(),
            "residents": city.city.homes.iter().map(|home| home.residents).sum::<f64>(),
            "facilities": city.city.facilities.len(),
            "communities": city.city.communities.len(),
            "sources": about.sources,
        }))
    };
    with_city(app, Lane::Heavy, id, told).await.map(Json)
}

/// For whom and by what a city is measured.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measuring {
    walker: Option<String>,
    standard: Option<String>,
    /// The version of the city that an address was made for: it only keeps addresses of different versions apart.
    #[serde(default, rename = "v")]
    _version: Option<String>,
    /// For tiles of facilities: of which service.
    service: Option<String>,
}

impl Measuring {
    fn find(&self) -> Result<(&'static Walker, &'static Standard), Problem> {
        Ok((walker(self.walker.as_deref())?, standard(self.standard.as_deref())?))
    }
}

/// A walker that is built in: a client names no files.
fn walker(id: Option<&str>) -> Result<&'static Walker, Problem> {
    let id = id.unwrap_or(DEFAULT_WALKER);
    Walker::all().iter().find(|walker| walker.id == id).ok_or_else(|| {
        let known: Vec<&str> = Walker::all().iter().map(|walker| walker.id.as_str()).collect();
        Problem::not_found(format!("there is no walker {id:?}; choose one of {}", known.join(", ")))
    })
}

/// The standards that are built in, read once: every tile and click names one.
static STANDARDS: LazyLock<Vec<Standard>> =
    LazyLock::new(|| Standard::built_in().filter_map(|id| Standard::find(id).ok()).collect());

/// A standard that is built in.
fn standard(id: Option<&str>) -> Result<&'static Standard, Problem> {
    let id = id.unwrap_or(DEFAULT_STANDARD);
    STANDARDS.iter().find(|standard| standard.id == id).ok_or_else(|| {
        let known: Vec<&str> = Standard::built_in().collect();
        Problem::not_found(format!("there is no standard {id:?}; choose one of {}", known.join(", ")))
    })
}

async fn summary(
    State(app): Shared,
    Path(id): Path<String>,
    query: Result<Query<Measuring>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<serde_json::Value>, Problem> {
    let (walker, standard) = read(query)?.find()?;
    let told = move |city: &OpenCity, stop: &Stop| Ok(city.evaluated(walker, standard, stop)?.summary().to_json());
    with_city(app, Lane::Heavy, id, told).await.map(Json)
}

/// A point, and who sets out from it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct At {
    lon: f64,
    lat: f64,
    walker: Option<String>,
    standard: Option<String>,
    /// For isochrones: minutes apart by commas.
    minutes: Option<String>,
}

impl At {
    fn point(&self) -> Result<LonLat, Problem> {
        let at = LonLat { x: self.lon, y: self.lat };
        let wrong = || Problem::bad_input("`lon` must lie between -180 and 180, `lat` between -90 and 90");
        is_on_globe(at).then_some(at).ok_or_else(wrong)
    }

    /// 5, 10 and 15 unless others are asked for; the longest first, so that drawn in turn all are seen.
    fn minutes(&self) -> Result<Vec<f64>, Problem> {
        let wrong = || {
            Problem::bad_input(format!(
                "`minutes` must be one to {MOST_LIMITS} numbers between 0 and {LONGEST_MINUTES}, apart by commas"
            ))
        };
        let text = self.minutes.as_deref().unwrap_or("5,10,15");
        let mut minutes: Vec<f64> =
            text.split(',').map(|part| part.trim().parse().map_err(|_| wrong())).collect::<Result<_, _>>()?;
        minutes.sort_by(|a, b| b.total_cmp(a));
        minutes.dedup();
        let fits = |minutes: &f64| *minutes > 0.0 && *minutes <= LONGEST_MINUTES;
        (minutes.len() <= MOST_LIMITS && minutes.iter().all(fits)).then_some(minutes).ok_or_else(wrong)
    }
}

async fn circle(
    State(app): Shared,
    Path(id): Path<String>,
    query: Result<Query<At>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<LifeCircle>, Problem> {
    let at = read(query)?;
    let (point, walker, standard) = (at.point()?, walker(at.walker.as_deref())?, standard(at.standard.as_deref())?);
    let found = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let recognised = city.recognised(standard);
        Ok(life_circle(&ready, standard, &recognised, point)?)
    };
    with_city(app, Lane::Quick, id, found).await.map(Json)
}

async fn isochrones(
    State(app): Shared,
    Path(id): Path<String>,
    query: Result<Query<At>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<geojson::FeatureCollection>, Problem> {
    let at = read(query)?;
    let (point, walker, minutes) = (at.point()?, walker(at.walker.as_deref())?, at.minutes()?);
    let found = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let limits: Vec<Millis> = minutes.iter().map(|m| Millis::round(Seconds::from_minutes(*m))).collect();
        let areas = ready.areas(&[ready.snap(point)?], Heading::Out, &limits);
        let feature = |(area, minutes): (geo_types::MultiPolygon<f64>, &f64)| geojson::Feature {
            geometry: Some(geojson::Geometry::new(geojson::GeometryValue::from(&area))),
            properties: Some(JsonObject::from_iter([("minutes".to_owned(), json!(minutes))])),
            ..geojson::Feature::default()
        };
        Ok(areas.into_iter().zip(&minutes).map(feature).collect())
    };
    with_city(app, Lane::Quick, id, found).await.map(Json)
}

/// What is drawn as tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TileSet {
    Base,
    People,
    Facilities,
    Communities,
}

impl TileSet {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Base, "base"),
        (Self::People, "people"),
        (Self::Facilities, "facilities"),
        (Self::Communities, "communities"),
    ];

    fn find(name: &str) -> Result<Self, Problem> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(set, _)| *set).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|(_, name)| *name).collect();
            Problem::not_found(format!("there are no tiles {name:?}; choose one of {}", known.join(", ")))
        })
    }
}

async fn tile_json(
    State(app): Shared,
    Path((id, set)): Path<(String, String)>,
    headers: HeaderMap,
    uri: axum::http::Uri,
) -> Result<Json<serde_json::Value>, Problem> {
    TileSet::find(&set)?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1").to_owned();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let told = move |city: &OpenCity, _: &Stop| {
        let about = &city.city.about;
        let address = format!("http://{host}{}/{{z}}/{{x}}/{{y}}{query}", uri.path());
        Ok(json!({
            "tilejson": "3.0.0",
            "name": format!("{} ({set})", about.name),
            "tiles": [address],
            "minzoom": 0,
            "maxzoom": MAX_ZOOM,
            "bounds": about.extent,
            "attribution": about.sources.first().map(|source| source.licence.as_str()),
            "version": "1.0.0",
        }))
    };
    with_city(app, Lane::Heavy, id, told).await.map(Json)
}

/// City, set, zoom, column and row.
type TilePath = (String, String, u8, u32, u32);

async fn tile(
    State(app): Shared,
    place: Result<Path<TilePath>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
    query: Result<Query<Measuring>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Path((id, set, z, x, y)) = place.map_err(|e| Problem::bad_input(e.body_text()))?;
    let set = TileSet::find(&set)?;
    let measuring = read(query)?;
    let (walker, standard) = measuring.find()?;
    let service = measuring.service.as_deref().map(|id| {
        let position = standard.services.iter().position(|service| service.id == id);
        position.ok_or_else(|| Problem::not_found(format!("the standard {} has no service {id:?}", standard.id)))
    });
    let service = service.transpose()?;
    let id_of_tile =
        TileId::new(z, x, y).ok_or_else(|| Problem::not_found(format!("tiles are made from zoom 0 to {MAX_ZOOM}")))?;
    let known = headers.get(header::IF_NONE_MATCH).cloned();
    let make = move |city: &OpenCity, stop: &Stop| {
        let etag = format!("\"{}\"", city.version);
        if known.is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
            return Ok((etag, None));
        }
        if set == TileSet::Base {
            return Ok((etag, Some(compressed(&city.base().tile(id_of_tile))?)));
        }
        let evaluated = city.evaluated(walker, standard, stop)?;
        let measured = &evaluated.measured;
        let bytes = compressed(&match set {
            TileSet::Facilities => evaluated.places().tile(measured, service, id_of_tile),
            TileSet::Communities => city.areas().tile(&city.city, evaluated.summary(), id_of_tile),
            TileSet::People | TileSet::Base => evaluated.people().tile(measured, id_of_tile),
        })?;
        Ok((etag, Some(bytes)))
    };
    let (etag, bytes) = with_city(app, Lane::Quick, id, make).await?;
    let etag = HeaderValue::from_str(&etag).map_err(|_| Problem::internal())?;
    let cached = [(header::ETAG, etag), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    let Some(bytes) = bytes else { return Ok((StatusCode::NOT_MODIFIED, cached).into_response()) };
    let kind = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.mapbox-vector-tile")),
        (header::CONTENT_ENCODING, HeaderValue::from_static("gzip")),
    ];
    Ok((cached, kind, Bytes::from(bytes)).into_response())
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_err(|_| Problem::internal())
}
