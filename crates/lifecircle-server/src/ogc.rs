//! OGC API Features, so that QGIS, GDAL and GeoPandas read a city as layers: landing page, conformance, collections, items by box and
//! page, as GeoJSON. It only translates; the tables are those of the exports.
//!
//! Source: OGC API - Features - Part 1: Core 1.0.1, OGC 17-069r4.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use lifecircle::export::{communities_table, facilities_table, some_homes_table};
use lifecircle::tables::Table;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::App;
use crate::api::ask::{Asked, Named, bbox, walker};
use crate::api::exports::touching;
use crate::api::{encoded, with_city};
use crate::cities::{Evaluated, OpenCity};
use crate::problem::Problem;
use crate::work::{Lane, Stop};

type Shared = State<Arc<App>>;

/// Items of a page, unless fewer are asked for.
const MOST_ITEMS: usize = 10_000;
const USUAL_ITEMS: usize = 100;

const GEOJSON: &str = "application/geo+json";
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/ogc", get(landing))
        .route("/ogc/", get(landing))
        .route("/ogc/conformance", get(conformance))
        .route("/ogc/collections", get(collections))
        .route("/ogc/collections/{collection}", get(collection))
        .route("/ogc/collections/{collection}/items", get(items))
        .route("/ogc/collections/{collection}/items/{item}", get(item))
}

/// What is a collection of a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Homes,
    Communities,
    Facilities,
}

const LAYERS: [(Layer, &str, &str); 3] = [
    (Layer::Homes, "homes", "homes with what they have within reach"),
    (Layer::Communities, "communities", "communities with what their people have"),
    (Layer::Facilities, "facilities", "facilities by service"),
];

/// Where this server was asked, for links.
fn root(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    format!("http://{host}")
}

fn link(rel: &str, kind: &str, href: String) -> Value {
    json!({ "rel": rel, "type": kind, "href": href })
}

async fn landing(headers: HeaderMap) -> Json<Value> {
    let root = root(&headers);
    Json(json!({
        "title": "lifecircle",
        "description": "Who can reach what on foot: homes, communities and facilities of cities",
        "links": [
            link("self", "application/json", format!("{root}/ogc")),
            link("service-desc", "application/vnd.oai.openapi+json;version=3.0", format!("{root}/api/openapi.json")),
            link("conformance", "application/json", format!("{root}/ogc/conformance")),
            link("data", "application/json", format!("{root}/ogc/collections")),
        ],
    }))
}

async fn conformance() -> Json<Value> {
    let class = |name: &str| format!("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}");
    Json(json!({ "conformsTo": [class("core"), class("geojson")] }))
}

async fn collections(State(app): Shared, headers: HeaderMap) -> Json<Value> {
    let root = root(&headers);
    let all: Vec<Value> = app.cities.overviews().iter().flat_map(|(id, about)| all_of(&root, id, about)).collect();
    Json(json!({
        "links": [link("self", "application/json", format!("{root}/ogc/collections"))],
        "collections": all,
    }))
}

fn all_of(root: &str, city: &str, about: &lifecircle::city::About) -> Vec<Value> {
    let told = |(_, name, title): &(Layer, &str, &str)| {
        let id = format!("{city}.{name}");
        let here = format!("{root}/ogc/collections/{}", encoded(&id));
        json!({
            "id": id,
            "title": format!("{}: {title}", about.name),
            "extent": { "spatial": { "bbox": [about.extent], "crs": CRS84 } },
            "itemType": "feature",
            "crs": [CRS84],
            "links": [
                link("self", "application/json", here.clone()),
                link("items", GEOJSON, format!("{here}/items")),
            ],
        })
    };
    LAYERS.iter().map(told).collect()
}

#[derive(Debug, Deserialize)]
struct OfCollection {
    collection: String,
}

impl OfCollection {
    /// The city and the layer.
    fn find(&self) -> Result<(String, Layer), Problem> {
        let none = || Problem::not_found(format!("there is no collection {:?}; see /ogc/collections", self.collection));
        let (city, name) = self.collection.rsplit_once('.').ok_or_else(none)?;
        let layer = LAYERS.iter().find(|(_, known, _)| *known == name).ok_or_else(none)?.0;
        Ok((city.to_owned(), layer))
    }
}

async fn collection(
    State(app): Shared,
    Named(of): Named<OfCollection>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let (city, _) = of.find()?;
    let about = app.cities.overviews().into_iter().find(|(id, _)| *id == city);
    let none = || Problem::not_found(format!("there is no collection {:?}; see /ogc/collections", of.collection));
    let (_, about) = about.ok_or_else(none)?;
    let all = all_of(&root(&headers), &city, &about);
    all.into_iter().find(|one| one["id"] == of.collection.as_str()).map(Json).ok_or_else(none)
}

/// Which items. Unknown names are mistakes, as the standard asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemsOf {
    bbox: Option<String>,
    limit: Option<usize>,
    #[serde(default)]
    offset: usize,
    walker: Option<String>,
    standard: Option<String>,
    /// The only form is GeoJSON.
    f: Option<String>,
    /// What is measured has no time.
    #[serde(rename = "datetime")]
    _datetime: Option<String>,
}

/// A page of items, and how many there are in all.
struct Page {
    features: Vec<Value>,
    matched: usize,
}

async fn items(
    State(app): Shared,
    Named(of): Named<OfCollection>,
    Asked(asked): Asked<ItemsOf>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (city, layer) = of.find()?;
    if asked.f.as_deref().is_some_and(|f| f != "json" && f != "geojson") {
        return Err(Problem::bad_input("`f` must be json or geojson"));
    }
    let (walker, standard) = (walker(asked.walker.as_deref())?, app.standard(&city, asked.standard.as_deref())?);
    let bounds = asked.bbox.as_deref().map(bbox).transpose()?;
    let limit = asked.limit.unwrap_or(USUAL_ITEMS);
    if limit == 0 {
        return Err(Problem::bad_input("`limit` must be at least 1"));
    }
    let (limit, offset) = (limit.min(MOST_ITEMS), asked.offset);
    let made = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        page(city, &evaluated, layer, bounds, offset, limit)
    };
    let Page { features, matched } = with_city(app, Lane::Heavy, city, made).await?;
    let here = format!("{}{}", root(&headers), uri.path());
    let others: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|part| !part.is_empty() && !part.starts_with("offset="))
        .collect();
    let at = |offset: usize| {
        let all: Vec<String> =
            others.iter().map(|part| (*part).to_owned()).chain([format!("offset={offset}")]).collect();
        format!("{here}?{}", all.join("&"))
    };
    let mut links = vec![link("self", GEOJSON, at(offset))];
    if offset + features.len() < matched {
        links.push(link("next", GEOJSON, at(offset + features.len())));
    }
    if offset > 0 {
        links.push(link("prev", GEOJSON, at(offset.saturating_sub(limit))));
    }
    let body = json!({
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": features.len(),
        "links": links,
        "features": features,
    });
    Ok(([(header::CONTENT_TYPE, GEOJSON)], body.to_string()).into_response())
}

fn page(
    city: &OpenCity,
    evaluated: &Evaluated,
    layer: Layer,
    bounds: Option<[f64; 4]>,
    offset: usize,
    limit: usize,
) -> Result<Page, Problem> {
    // Homes may be many, and wide: only those of the page become rows.
    if layer == Layer::Homes {
        let inside = |home: &&usize| {
            let at = city.city.homes[**home].at;
            bounds.is_none_or(|[w, s, e, n]| (w..=e).contains(&at.x) && (s..=n).contains(&at.y))
        };
        let all: Vec<usize> = (0..city.city.homes.len()).collect();
        let all: Vec<usize> = all.iter().filter(inside).copied().collect();
        let those: Vec<usize> = all.iter().skip(offset).take(limit).copied().collect();
        let table = some_homes_table(&evaluated.measured, &those);
        return Ok(Page { features: features(&table, 0..table.rows())?, matched: all.len() });
    }
    let table = match layer {
        Layer::Communities => communities_table(&city.city, evaluated.summary()),
        Layer::Facilities | Layer::Homes => facilities_table(&evaluated.measured),
    };
    let rows = touching(&table, bounds);
    let those = rows.iter().skip(offset).take(limit).map(|row| *row as usize);
    Ok(Page { features: features(&table, those)?, matched: rows.len() })
}

/// Rows as features; their ids are features' ids.
fn features(table: &Table, rows: impl Iterator<Item = usize>) -> Result<Vec<Value>, Problem> {
    let ids: Vec<String> = table.get_text("id")?.map(|id| id.unwrap_or_default().to_owned()).collect();
    let feature = |row: usize| {
        let mut feature = table.feature(row);
        feature["id"] = json!(ids[row]);
        feature
    };
    Ok(rows.map(feature).collect())
}

#[derive(Debug, Deserialize)]
struct OfItem {
    collection: String,
    item: String,
}

async fn item(State(app): Shared, Named(of): Named<OfItem>, headers: HeaderMap) -> Result<Response, Problem> {
    let collection = of.collection.clone();
    let (city, layer) = OfCollection { collection: of.collection.clone() }.find()?;
    let (walker, standard) = (walker(None)?, app.standard(&city, None)?);
    let wanted = of.item.clone();
    let made = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &standard, stop)?;
        let none = || Problem::not_found(format!("there is no item {wanted:?} in this collection"));
        let table = match layer {
            Layer::Homes => {
                let home = city.city.homes.iter().position(|home| home.id == wanted).ok_or_else(none)?;
                some_homes_table(&evaluated.measured, &[home])
            }
            Layer::Communities => communities_table(&city.city, evaluated.summary()),
            Layer::Facilities => facilities_table(&evaluated.measured),
        };
        let row = table.get_text("id")?.position(|id| id == Some(wanted.as_str())).ok_or_else(none)?;
        Ok(features(&table, std::iter::once(row))?.remove(0))
    };
    let mut feature = with_city(app, Lane::Heavy, city, made).await?;
    let here = format!("{}/ogc/collections/{}", root(&headers), encoded(&collection));
    feature["links"] = json!([
        link("self", GEOJSON, format!("{here}/items/{}", encoded(&of.item))),
        link("collection", "application/json", here),
    ]);
    Ok(([(header::CONTENT_TYPE, GEOJSON)], feature.to_string()).into_response())
}
