//! Tiles and the TileJSON that tells of them.

use std::io::Write;
use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use lifecircle::network::Walker;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asked, Named, service, walker};
use super::{Shared, answers, with_city};
use crate::App;
use crate::cities::{OpenCity, TileKey};
use crate::problem::Problem;
use crate::standards::Known;
use crate::tiles::grid::{MAX_ZOOM, TileId};
use crate::work::{Lane, Stop};

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/cities/{city}/tiles/{set}",
            get_with(tile_json, |it| {
                it.id("tilejson").tag("Tiles").summary("A set of tiles as TileJSON 3.0, for MapLibre and QGIS")
            }),
        )
        .api_route(
            "/cities/{city}/tiles/{set}/{z}/{x}/{y}",
            get_with(tile, |it| {
                answers(it.id("tile"), 200, &["application/vnd.mapbox-vector-tile"])
                    .tag("Tiles")
                    .summary("A Mapbox Vector Tile, gzipped, with an ETag")
            }),
        )
}

/// What is drawn as tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TileSet {
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
            Problem::not_found(lifecircle::say!(
                "there are no tiles {name:?}; choose one of {}",
                "没有瓦片 {name:?}；可选：{}",
                known.join(", ")
            ))
        })
    }
}

/// A set of tiles of a city.
#[derive(Deserialize, JsonSchema)]
struct OfSet {
    /// The city's id.
    city: String,
    /// `base`, `people`, `facilities` or `communities`.
    set: String,
}

/// A tile.
#[derive(Deserialize, JsonSchema)]
struct OfTile {
    /// The city's id.
    city: String,
    /// `base`, `people`, `facilities` or `communities`.
    set: String,
    /// Zoom, 0 to 15.
    z: u8,
    /// Column.
    x: u32,
    /// Row, from the north.
    y: u32,
}

/// What tiles show.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Shown {
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
    /// For facilities: of which service.
    service: Option<String>,
    /// The city's version. An address with the present one may be kept for ever.
    v: Option<String>,
}

/// What is shown, found.
struct Chosen {
    set: TileSet,
    walker: &'static Walker,
    standard: Arc<Known>,
    service: Option<usize>,
}

impl Shown {
    fn find(&self, app: &App, city: &str, set: &str) -> Result<Chosen, Problem> {
        let (set, walker, standard) =
            (TileSet::find(set)?, walker(self.walker.as_deref())?, app.standard(city, self.standard.as_deref())?);
        let service = self.service.as_deref().map(|id| service(&standard.standard, id)).transpose()?;
        Ok(Chosen { set, walker, standard, service })
    }
}

/// TileJSON 3.0.
#[derive(Serialize, JsonSchema)]
struct TileJson {
    tilejson: &'static str,
    name: String,
    /// Addresses of tiles, with places for their zoom, column and row.
    tiles: Vec<String>,
    minzoom: u8,
    maxzoom: u8,
    /// West, south, east, north.
    bounds: [f64; 4],
    #[serde(skip_serializing_if = "Option::is_none")]
    attribution: Option<String>,
    version: &'static str,
    vector_layers: Vec<VectorLayer>,
}

/// A layer of the tiles.
#[derive(Serialize, JsonSchema)]
struct VectorLayer {
    id: &'static str,
    /// Its attributes: `String` or `Number`.
    fields: std::collections::BTreeMap<&'static str, &'static str>,
}

fn layers(set: TileSet) -> Vec<VectorLayer> {
    const NAMED: [(&str, &str); 3] = [("class", "String"), ("name", "String"), ("name_en", "String")];
    const PEOPLE: [(&str, &str); 2] = [("people", "Number"), ("circles", "Number")];
    const AREA: [(&str, &str); 5] =
        [("id", "String"), ("name", "String"), ("name_en", "String"), ("people", "Number"), ("circles", "Number")];
    const PLACE: [(&str, &str); 5] =
        [("id", "String"), ("name", "String"), ("name_en", "String"), ("service", "String"), ("circle", "String")];
    let all: &[(&'static str, &[(&'static str, &'static str)])] = match set {
        TileSet::Base => &[
            ("land", &NAMED),
            ("water", &NAMED),
            ("building", &NAMED),
            ("waterway", &NAMED),
            ("street", &NAMED),
            ("railway", &NAMED),
            ("place", &NAMED),
        ],
        TileSet::People => &[("homes", &PEOPLE), ("hexagons", &PEOPLE)],
        TileSet::Facilities => &[("facilities", &PLACE), ("entries", &[("id", "String")])],
        TileSet::Communities => &[("communities", &AREA), ("community_names", &AREA)],
    };
    all.iter().map(|(id, fields)| VectorLayer { id, fields: fields.iter().copied().collect() }).collect()
}

async fn tile_json(
    State(app): Shared,
    Named(of): Named<OfSet>,
    Asked(asked): Asked<Shown>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Result<Json<TileJson>, Problem> {
    let set = asked.find(&app, &of.city, &of.set)?.set;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1").to_owned();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let told = move |city: &OpenCity, _: &Stop| {
        let about = &city.city.about;
        Ok(TileJson {
            tilejson: "3.0.0",
            name: format!("{} ({})", about.name, of.set),
            tiles: vec![format!("http://{host}{}/{{z}}/{{x}}/{{y}}{query}", uri.path())],
            minzoom: 0,
            maxzoom: MAX_ZOOM,
            bounds: about.extent,
            attribution: about.sources.first().map(|source| source.licence.clone()),
            version: "1.0.0",
            vector_layers: layers(set),
        })
    };
    with_city(app, Lane::Heavy, of.city, told).await.map(Json)
}

async fn tile(
    State(app): Shared,
    Named(of): Named<OfTile>,
    Asked(asked): Asked<Shown>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let chosen = asked.find(&app, &of.city, &of.set)?;
    let wrong = || {
        Problem::not_found(lifecircle::say!("tiles are made from zoom 0 to {MAX_ZOOM}", "瓦片级别为 0 至 {MAX_ZOOM}"))
    };
    let tile = TileId::new(of.z, of.x, of.y).ok_or_else(wrong)?;
    let known = headers.get(header::IF_NONE_MATCH).cloned();
    let lane = match chosen.set {
        TileSet::Base => Lane::Quick,
        _ => app.cities.lane(&of.city, chosen.walker, Some(&chosen.standard)),
    };
    let make = move |city: &OpenCity, stop: &Stop| {
        let known_by = &chosen.standard;
        // Whoever asks for another walker's tile in the place of one must not take it for the same. A standard's key may hold any
        // letters; a checksum does not.
        let who = format!("{:?} {} {} {:?}", chosen.set, chosen.walker.id, known_by.key, chosen.service);
        let key = crc32fast::hash(who.as_bytes());
        let etag =
            HeaderValue::from_str(&format!("\"{}-{key:08x}\"", city.version)).map_err(|_| Problem::internal())?;
        // An address that names the version that it was made for always gives the same, unless the standard can be changed.
        let lasts = known_by.built_in && asked.v.is_some_and(|version| version == city.version);
        let kept = if lasts { "public, max-age=31536000, immutable" } else { "no-cache" };
        let head = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static(kept))];
        let bytes = (known != Some(etag)).then(|| bytes_of(city, &chosen, tile, stop)).transpose()?;
        Ok((head, bytes))
    };
    let (head, bytes) = with_city(app, lane, of.city, make).await?;
    let Some(bytes) = bytes else { return Ok((StatusCode::NOT_MODIFIED, head).into_response()) };
    let kind = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.mapbox-vector-tile")),
        (header::CONTENT_ENCODING, HeaderValue::from_static("gzip")),
    ];
    Ok((head, kind, bytes).into_response())
}

/// A tile's bytes, made or kept from before.
fn bytes_of(city: &OpenCity, chosen: &Chosen, tile: TileId, stop: &Stop) -> Result<Bytes, Problem> {
    let Chosen { set, walker, ref standard, service } = *chosen;
    let who = (set != TileSet::Base).then(|| (walker.id.clone(), standard.key.clone()));
    let of_service = service.filter(|_| set == TileSet::Facilities);
    city.tile(TileKey { set, who, service: of_service, tile }, || {
        if set == TileSet::Base {
            return compressed(&city.base().tile(tile));
        }
        let evaluated = city.evaluated(walker, standard, stop)?;
        let measured = &evaluated.measured;
        compressed(&match set {
            TileSet::Facilities => evaluated.places().tile(measured, service, tile),
            TileSet::Communities => city.areas().tile(&city.city, evaluated.summary(), tile),
            TileSet::People | TileSet::Base => evaluated.people().tile(measured, tile),
        })
    })
}

fn compressed(bytes: &[u8]) -> Result<Bytes, Problem> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map(Bytes::from).map_err(|_| Problem::internal())
}
