//! The forms of openrouteservice for walking, so that its clients work unchanged: isochrones, matrix and directions, with its names,
//! options and errors. It only translates; what is asked is answered by the same code as the API's own.
//!
//! Source: openrouteservice API v2, <https://giscience.github.io/openrouteservice/api-reference/>. Which city is meant is told by the
//! first location.

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use geo::{Area as _, ChamberlainDuquetteArea as _};
use geo_types::MultiPolygon;
use lifecircle::geo::{LonLat, Seconds, metric};
use lifecircle::network::{Cost as _, Millis, NoStreet, Snap, Walker};
use lifecircle::reach::Heading;
use lifecircle::ready::ReadyCity;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::App;
use crate::api::ask::{point, walker};
use crate::api::geojson::{position, rounded};
use crate::api::with_city;
use crate::cities::OpenCity;
use crate::matrix::{End, MOST_CELLS, MOST_PLACES, fits, snapped, times};
use crate::problem::Problem;
use crate::way::{Way, way};
use crate::work::{Lane, Stop};

type Shared = State<Arc<App>>;

/// What openrouteservice itself allows: locations of isochrones, ranges, pairs of a matrix with distances, stops of a route.
const MOST_LOCATIONS: usize = 5;
const MOST_RANGES: usize = 10;
const MOST_DISTANCES: usize = 3500;
const MOST_STOPS: usize = 50;

/// No isochrone is larger, and no matrix looks farther.
const LONGEST: Seconds = Seconds(7200.0);

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/ors/v2/isochrones/{profile}", post(isochrones))
        .route("/ors/v2/isochrones/{profile}/{format}", post(isochrones_in))
        .route("/ors/v2/matrix/{profile}", post(matrix))
        .route("/ors/v2/matrix/{profile}/{format}", post(matrix_in))
        .route("/ors/v2/directions/{profile}", post(directions_json).get(directions_get))
        .route("/ors/v2/directions/{profile}/{format}", post(directions_in))
}

/// A service of openrouteservice; its number begins its error codes.
#[derive(Clone, Copy)]
enum Service {
    Directions = 2,
    Isochrones = 3,
    Matrix = 6,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::Directions => "routing",
            Self::Isochrones => "isochrones",
            Self::Matrix => "matrix",
        }
    }
}

/// An error in openrouteservice's form.
struct Refused {
    status: StatusCode,
    code: u32,
    message: String,
}

impl Refused {
    fn new(service: Service, status: StatusCode, last: u32, message: impl Into<String>) -> Self {
        Self { status, code: service as u32 * 1000 + last, message: message.into() }
    }

    fn wrong(service: Service, message: impl Into<String>) -> Self {
        Self::new(service, StatusCode::BAD_REQUEST, 3, message)
    }

    fn too_much(service: Service, message: impl Into<String>) -> Self {
        Self::new(service, StatusCode::BAD_REQUEST, 4, message)
    }

    fn no_point(service: Service, number: usize, at: LonLat) -> Self {
        let message = format!(
            "Could not find routable point within 400.0 meters of specified coordinate {number}: {} {}.",
            at.x, at.y
        );
        Self::new(service, StatusCode::NOT_FOUND, 10, message)
    }

    fn of(service: Service, problem: Problem) -> Self {
        let last = if problem.status() == StatusCode::SERVICE_UNAVAILABLE { 0 } else { 99 };
        Self::new(service, problem.status(), last, problem.detail().to_owned())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let engine = json!({ "version": env!("CARGO_PKG_VERSION") });
        let body = json!({ "error": { "code": self.code, "message": self.message }, "info": { "engine": engine } });
        (self.status, Json(body)).into_response()
    }
}

type Answer = Result<Response, Refused>;

/// Who walks, by openrouteservice's profiles; by our own ids as well.
fn profile(service: Service, name: &str) -> Result<&'static Walker, Refused> {
    let id = match name {
        "foot-walking" | "foot-hiking" => "adult",
        "cycling-regular" => "cyclist",
        other => other,
    };
    walker(Some(id))
        .map_err(|_| Refused::wrong(service, format!("Parameter 'profile' has incorrect value of '{name}'.")))
}

fn points(service: Service, parameter: &str, all: &[[f64; 2]]) -> Result<Vec<LonLat>, Refused> {
    let wrong = |_| Refused::wrong(service, format!("Parameter '{parameter}' has incorrect value or format."));
    if all.is_empty() {
        return Err(Refused::wrong(service, format!("Parameter '{parameter}' is required.")));
    }
    all.iter().map(|[lon, lat]| point(*lon, *lat).map_err(wrong)).collect()
}

fn read<T>(service: Service, body: Result<Json<T>, JsonRejection>) -> Result<T, Refused> {
    body.map(|Json(read)| read).map_err(|e| Refused::wrong(service, e.body_text()))
}

/// Does something in the city that the first point lies in.
async fn in_city<T: Send + 'static>(
    app: Arc<App>,
    service: Service,
    first: LonLat,
    walker: &Walker,
    work: impl FnOnce(&OpenCity, &Stop) -> Result<Result<T, Refused>, Problem> + Send + 'static,
) -> Result<T, Refused> {
    let city = app.cities.around(first).ok_or_else(|| Refused::no_point(service, 0, first))?;
    let lane = if matches!(service, Service::Matrix) { Lane::Heavy } else { app.cities.lane(&city, walker, None) };
    with_city(app, lane, city, work).await.map_err(|problem| Refused::of(service, problem))?
}

fn found(service: Service, ends: Vec<End>) -> Result<Vec<Snap>, Refused> {
    let all = ends.into_iter().enumerate();
    all.map(|(number, end)| end.snap.map_err(|_| Refused::no_point(service, number, end.at))).collect()
}

fn metadata(service: Service, query: Value) -> Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    json!({
        "attribution": "OpenStreetMap contributors, lifecircle",
        "service": service.name(),
        "timestamp": now.map_or(0, |now| now.as_millis() as u64),
        "query": query,
        "engine": { "version": env!("CARGO_PKG_VERSION") },
    })
}

/// The options of isochrones. Those that this server has no use for are read and left alone, as its clients send them always.
#[derive(Deserialize)]
struct Isochrones {
    locations: Vec<[f64; 2]>,
    range: Vec<f64>,
    #[serde(default)]
    range_type: Option<String>,
    #[serde(default)]
    interval: Option<f64>,
    #[serde(default)]
    location_type: Option<String>,
    #[serde(default)]
    attributes: Option<Vec<String>>,
    #[serde(default)]
    id: Option<String>,
}

async fn isochrones(app: Shared, Path(profile): Path<String>, body: Result<Json<Isochrones>, JsonRejection>) -> Answer {
    isochrones_in(app, Path((profile, "geojson".to_owned())), body).await
}

async fn isochrones_in(
    State(app): Shared,
    Path((name, format)): Path<(String, String)>,
    body: Result<Json<Isochrones>, JsonRejection>,
) -> Answer {
    let service = Service::Isochrones;
    if format != "geojson" {
        return Err(Refused::new(service, StatusCode::NOT_ACCEPTABLE, 7, "This response format is not supported."));
    }
    let walker = profile(service, &name)?;
    let asked = read(service, body)?;
    let starts = points(service, "locations", &asked.locations)?;
    if starts.len() > MOST_LOCATIONS {
        return Err(Refused::too_much(service, format!("Parameter 'locations' exceeds {MOST_LOCATIONS}.")));
    }
    let heading = match asked.location_type.as_deref() {
        None | Some("start") => Heading::Out,
        Some("destination") => Heading::Back,
        Some(_) => return Err(Refused::wrong(service, "Parameter 'location_type' must be start or destination.")),
    };
    let seconds = match asked.range_type.as_deref() {
        None | Some("time") => 1.0,
        // Who walks so far on the flat takes so long.
        Some("distance") => 1.0 / walker.speed,
        Some(_) => return Err(Refused::wrong(service, "Parameter 'range_type' must be time or distance.")),
    };
    let ranges = ranges(service, &asked)?;
    if ranges.iter().any(|range| range * seconds > LONGEST.0) {
        return Err(Refused::too_much(service, format!("Parameter 'range' exceeds {} seconds.", LONGEST.0)));
    }
    let has_area = asked.attributes.as_ref().is_some_and(|all| all.iter().any(|one| one == "area"));
    let query = json!({ "profile": name, "locations": asked.locations, "range": asked.range, "id": asked.id });
    let made = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let snaps = match found(service, snapped(&ready, &starts)) {
            Ok(snaps) => snaps,
            Err(refused) => return Ok(Err(refused)),
        };
        let limits: Vec<Millis> = ranges.iter().map(|range| Millis::round(Seconds(range * seconds))).collect();
        let mut features = Vec::new();
        for (group, (snap, at)) in snaps.iter().zip(&starts).enumerate() {
            for (area, range) in ready.areas(&[*snap], heading, &limits).iter().zip(&ranges) {
                features.push(isochrone(group, *range, *at, area, has_area));
            }
        }
        Ok(Ok(features))
    };
    let first = point(asked.locations[0][0], asked.locations[0][1]).map_err(|p| Refused::of(service, p))?;
    let features = in_city(app, service, first, walker, made).await?;
    let body = json!({ "type": "FeatureCollection", "features": features, "metadata": metadata(service, query) });
    Ok(([(header::CONTENT_TYPE, "application/geo+json;charset=UTF-8")], body.to_string()).into_response())
}

/// The ranges, the shortest first: those that are named, or every interval up to a single one.
fn ranges(service: Service, asked: &Isochrones) -> Result<Vec<f64>, Refused> {
    let mut ranges = asked.range.clone();
    if let ([whole], Some(interval)) = (ranges.as_slice(), asked.interval) {
        if !(interval > 0.0 && whole / interval <= MOST_RANGES as f64) {
            return Err(Refused::too_much(service, "Parameter 'interval' is too small."));
        }
        let whole = *whole;
        ranges = (1..).map(|step| f64::from(step) * interval).take_while(|range| *range < whole).collect();
        ranges.push(whole);
    }
    ranges.sort_by(f64::total_cmp);
    ranges.dedup();
    if ranges.is_empty() || ranges.len() > MOST_RANGES || !ranges.iter().all(|range| *range > 0.0 && range.is_finite())
    {
        return Err(Refused::wrong(service, "Parameter 'range' has incorrect value or format."));
    }
    Ok(ranges)
}

/// An area as openrouteservice gives it: one polygon, the largest where a ferry parts it.
fn isochrone(group: usize, range: f64, at: LonLat, area: &MultiPolygon<f64>, has_area: bool) -> Value {
    let largest = area.0.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
    let ring = |ring: &geo_types::LineString<f64>| ring.0.iter().map(|at| position(*at)).collect::<Vec<_>>();
    let rings: Vec<_> =
        largest.map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect()).unwrap_or_default();
    let mut properties = json!({ "group_index": group, "value": range, "center": position(at) });
    if has_area {
        properties["area"] = json!(rounded(area.chamberlain_duquette_unsigned_area(), 100.0));
    }
    json!({ "type": "Feature", "properties": properties, "geometry": { "type": "Polygon", "coordinates": rings } })
}

/// Which of the locations: their numbers, or all.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Which {
    Numbers(Vec<usize>),
    Texts(Vec<String>),
    #[default]
    All,
}

impl Which {
    fn of(&self, service: Service, count: usize) -> Result<Vec<usize>, Refused> {
        let wrong =
            || Refused::wrong(service, "Parameters 'sources' and 'destinations' must name locations by their numbers.");
        let numbers = match self {
            Self::All => return Ok((0..count).collect()),
            Self::Texts(texts) if texts.iter().any(|text| text == "all") => return Ok((0..count).collect()),
            Self::Texts(texts) => {
                texts.iter().map(|text| text.parse().map_err(|_| wrong())).collect::<Result<_, _>>()?
            }
            Self::Numbers(numbers) => numbers.clone(),
        };
        numbers.iter().all(|number| *number < count).then_some(numbers).ok_or_else(wrong)
    }
}

#[derive(Deserialize)]
struct Matrix {
    locations: Vec<[f64; 2]>,
    #[serde(default)]
    sources: Which,
    #[serde(default)]
    destinations: Which,
    #[serde(default)]
    metrics: Option<Vec<String>>,
    #[serde(default)]
    units: Option<String>,
    #[serde(default)]
    id: Option<String>,
}

async fn matrix(app: Shared, Path(profile): Path<String>, body: Result<Json<Matrix>, JsonRejection>) -> Answer {
    matrix_in(app, Path((profile, "json".to_owned())), body).await
}

async fn matrix_in(
    State(app): Shared,
    Path((name, format)): Path<(String, String)>,
    body: Result<Json<Matrix>, JsonRejection>,
) -> Answer {
    let service = Service::Matrix;
    if format != "json" {
        return Err(Refused::new(service, StatusCode::NOT_ACCEPTABLE, 7, "This response format is not supported."));
    }
    let walker = profile(service, &name)?;
    let asked = read(service, body)?;
    let all = points(service, "locations", &asked.locations)?;
    let (from, to) = (asked.sources.of(service, all.len())?, asked.destinations.of(service, all.len())?);
    if fits(from.len(), to.len()).is_err() || all.len() > MOST_PLACES {
        return Err(Refused::too_much(service, format!("Search exceeds the limit of {MOST_CELLS} times.")));
    }
    let metrics = asked.metrics.clone().unwrap_or_else(|| vec!["duration".to_owned()]);
    let wants = |metric: &str| metrics.iter().any(|one| one == metric);
    if metrics.iter().any(|one| one != "duration" && one != "distance") {
        return Err(Refused::wrong(service, "Parameter 'metrics' must be duration or distance."));
    }
    let units = units(service, asked.units.as_deref())?;
    let (durations, distances) = (wants("duration"), wants("distance"));
    if distances && from.len() * to.len() > MOST_DISTANCES {
        return Err(Refused::too_much(service, format!("Search exceeds the limit of {MOST_DISTANCES} distances.")));
    }
    let first = all[0];
    let query = json!({ "profile": name, "locations": asked.locations, "id": asked.id });
    let made = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let snaps = snapped(&ready, &all);
        let pick = |which: &[usize]| which.iter().map(|number| snaps[*number]).collect::<Vec<_>>();
        let (origins, goals) = (pick(&from), pick(&to));
        let mut answer = json!({});
        if durations {
            let times = times(&ready, &origins, &goals, Millis::round(LONGEST), stop)?;
            let short = |row: &Vec<Option<f64>>| row.iter().map(|t| t.map(|t| rounded(t, 100.0))).collect::<Vec<_>>();
            answer["durations"] = json!(times.iter().map(short).collect::<Vec<_>>());
        }
        if distances {
            answer["distances"] = json!(lengths(&ready, &origins, &goals, units, stop)?);
        }
        let told =
            |which: &[usize]| which.iter().map(|number| location(&ready, &snaps[*number].snap)).collect::<Vec<_>>();
        answer["sources"] = json!(told(&from));
        answer["destinations"] = json!(told(&to));
        Ok(Ok(answer))
    };
    let mut answer = in_city(app, service, first, walker, made).await?;
    answer["metadata"] = metadata(service, query);
    Ok(Json(answer).into_response())
}

/// Units a metre.
fn units(service: Service, name: Option<&str>) -> Result<f64, Refused> {
    match name {
        None | Some("m") => Ok(1.0),
        Some("km") => Ok(1e-3),
        Some("mi") => Ok(1.0 / 1609.344),
        Some(_) => Err(Refused::wrong(service, "Parameter 'units' must be m, km or mi.")),
    }
}

/// Where a point joined the streets.
fn location(ready: &ReadyCity, snap: &Result<Snap, NoStreet>) -> Value {
    let Ok(snap) = snap else { return Value::Null };
    let streets = &ready.city().streets;
    let line: Vec<LonLat> = streets.line(&streets.edges[snap.edge as usize]).collect();
    json!({ "location": position(metric::point_along(&line, snap.along)), "snapped_distance": rounded(snap.distance.0, 100.0) })
}

/// How long the quickest ways are.
fn lengths(
    ready: &ReadyCity,
    origins: &[End],
    goals: &[End],
    units: f64,
    stop: &Stop,
) -> Result<Vec<Vec<Option<f64>>>, Problem> {
    let length = |from: &End, to: &End| {
        if from.at == to.at {
            return Ok(Some(0.0));
        }
        let (Ok(from), Ok(to)) = (&from.snap, &to.snap) else { return Ok(None) };
        let way = way(ready, from, &[*to], stop)?;
        Ok::<_, Problem>(way.map(|way| rounded(way.metres.0 * units, 100.0)))
    };
    origins.iter().map(|from| goals.iter().map(|to| length(from, to)).collect()).collect()
}

#[derive(Deserialize)]
struct Directions {
    coordinates: Vec<[f64; 2]>,
    #[serde(default)]
    units: Option<String>,
    #[serde(default = "yes")]
    geometry: bool,
    #[serde(default)]
    id: Option<String>,
}

fn yes() -> bool {
    true
}

/// `start=lon,lat&end=lon,lat`.
#[derive(Deserialize)]
struct Ends {
    start: String,
    end: String,
}

async fn directions_get(app: Shared, Path(profile): Path<String>, ends: Result<Query<Ends>, QueryRejection>) -> Answer {
    let service = Service::Directions;
    let Query(ends) = ends.map_err(|e| Refused::wrong(service, e.body_text()))?;
    let read = |name: &str, text: &str| {
        let wrong = || Refused::wrong(service, format!("Parameter '{name}' has incorrect value or format."));
        let numbers: Vec<f64> = text.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
        <[f64; 2]>::try_from(numbers).map_err(|_| wrong())
    };
    let coordinates = vec![read("start", &ends.start)?, read("end", &ends.end)?];
    let asked = Directions { coordinates, units: None, geometry: true, id: None };
    directions(app, &profile, "geojson", asked).await
}

async fn directions_json(
    app: Shared,
    Path(profile): Path<String>,
    body: Result<Json<Directions>, JsonRejection>,
) -> Answer {
    directions(app, &profile, "json", read(Service::Directions, body)?).await
}

async fn directions_in(
    app: Shared,
    Path((profile, format)): Path<(String, String)>,
    body: Result<Json<Directions>, JsonRejection>,
) -> Answer {
    directions(app, &profile, &format, read(Service::Directions, body)?).await
}

async fn directions(State(app): Shared, name: &str, format: &str, asked: Directions) -> Answer {
    let service = Service::Directions;
    let is_geojson = match format {
        "json" => false,
        "geojson" => true,
        _ => {
            return Err(Refused::new(service, StatusCode::NOT_ACCEPTABLE, 7, "This response format is not supported."));
        }
    };
    let walker = profile(service, name)?;
    let stops = points(service, "coordinates", &asked.coordinates)?;
    if stops.len() < 2 || stops.len() > MOST_STOPS {
        return Err(Refused::wrong(
            service,
            format!("Parameter 'coordinates' must hold 2 to {MOST_STOPS} coordinates."),
        ));
    }
    let units = units(service, asked.units.as_deref())?;
    let first = stops[0];
    let query = json!({ "coordinates": asked.coordinates, "profile": name, "format": format, "id": asked.id });
    let made = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let snaps = match found(service, snapped(&ready, &stops)) {
            Ok(snaps) => snaps,
            Err(refused) => return Ok(Err(refused)),
        };
        let mut ways = Vec::new();
        for (number, pair) in snaps.windows(2).enumerate() {
            match way(&ready, &pair[0], &pair[1..], stop)? {
                Some(way) => ways.push(way),
                None => {
                    let message = format!(
                        "Route could not be found - Unable to find a route between points {number} and {}.",
                        number + 1
                    );
                    return Ok(Err(Refused::new(service, StatusCode::NOT_FOUND, 9, message)));
                }
            }
        }
        Ok(Ok(ways))
    };
    let ways = in_city(app, service, first, walker, made).await?;
    let (mut line, mut way_points): (Vec<LonLat>, Vec<usize>) = (Vec::new(), vec![0]);
    for way in &ways {
        line.extend(way.line.iter().skip(usize::from(!line.is_empty() && line.last() == way.line.first())));
        way_points.push(line.len().saturating_sub(1));
    }
    let told = |metres: f64, seconds: f64| json!({ "distance": rounded(metres * units, 10.0), "duration": rounded(seconds, 10.0) });
    let summary = told(ways.iter().map(|way| way.metres.0).sum(), ways.iter().map(|way| way.seconds.0).sum());
    let segment = |way: &Way| {
        let mut segment = told(way.metres.0, way.seconds.0);
        segment["steps"] = json!([]);
        segment
    };
    let segments: Vec<Value> = ways.iter().map(segment).collect();
    let bbox = bounds(&line);
    let metadata = metadata(service, query);
    if is_geojson {
        let positions: Vec<_> = line.iter().map(|at| position(*at)).collect();
        let properties = json!({ "segments": segments, "summary": summary, "way_points": way_points });
        let geometry = json!({ "type": "LineString", "coordinates": positions });
        let feature = json!({ "bbox": bbox, "type": "Feature", "properties": properties, "geometry": geometry });
        let body = json!({ "type": "FeatureCollection", "bbox": bbox, "features": [feature], "metadata": metadata });
        return Ok(([(header::CONTENT_TYPE, "application/geo+json;charset=UTF-8")], body.to_string()).into_response());
    }
    let mut route = json!({ "summary": summary, "segments": segments, "bbox": bbox, "way_points": way_points });
    if asked.geometry {
        route["geometry"] = json!(polyline(&line));
    }
    Ok(Json(json!({ "bbox": bbox, "routes": [route], "metadata": metadata })).into_response())
}

fn bounds(line: &[LonLat]) -> [f64; 4] {
    let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let all = line.iter().map(|at| position(*at));
    all.fold(start, |[w, s, e, n], [x, y]| [w.min(x), s.min(y), e.max(x), n.max(y)])
}

/// Google's encoded polyline with five digits. Source: <https://developers.google.com/maps/documentation/utilities/polylinealgorithm>.
fn polyline(line: &[LonLat]) -> String {
    let mut text = String::new();
    let mut before = [0_i64; 2];
    for at in line {
        let now = [at.y, at.x].map(|degrees| (degrees * 1e5).round() as i64);
        for (now, before) in now.iter().zip(before) {
            let step = now - before;
            let mut bits = (step << 1) ^ (step >> 63);
            while bits >= 0x20 {
                text.push(char::from((0x20 | (bits & 0x1f)) as u8 + 63));
                bits >>= 5;
            }
            text.push(char::from(bits as u8 + 63));
        }
        before = now;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_s_own_polyline() {
        let line = [(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)].map(|(x, y)| LonLat { x, y });
        assert_eq!(polyline(&line), "_p~iF~ps|U_ulLnnqC_mqNvxq`@");
    }
}
