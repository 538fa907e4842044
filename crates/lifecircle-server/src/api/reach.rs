//! What is within reach of a point: its life circle, areas, routes.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::State;
use lifecircle::geo::{LonLat, Metres, Seconds};
use lifecircle::network::{Cost as _, Millis, Snap};
use lifecircle::reach::Heading;
use lifecircle::ready::ReadyCity;
use lifecircle::summary::{LifeCircle, life_circle};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asked, Given, LONGEST_MINUTES, Named, Nothing, OfCity, minutes, point, walker};
use super::geojson::{Area, Feature, FeatureCollection, Line, rounded};
use super::{Shared, with_city};
use crate::App;
use crate::cities::OpenCity;
use crate::matrix::{fits, snapped, times};
use crate::problem::Problem;
use crate::way::way;
use crate::work::{Lane, Stop};

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/cities/{city}/circle",
            get_with(circle, |it| {
                it.id("circle").tag("Reach").summary("The life circle of a point").description(
                    "For every service whether it is had, how many are near, the nearest, and how far what is missing is.",
                )
            }),
        )
        .api_route(
            "/cities/{city}/isochrones",
            get_with(isochrones, |it| {
                it.id("isochrones").tag("Reach").summary("Areas within reach of a point, the longest first")
            }),
        )
        .api_route(
            "/cities/{city}/matrix",
            post_with(matrix_of, |it| it.id("matrix").tag("Reach").summary("Times from many points to many points")),
        )
        .api_route(
            "/cities/{city}/route",
            get_with(route, |it| it.id("route").tag("Reach").summary("The quickest way from a point to another or to a facility")),
        )
}

/// From where to where, and who walks.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MatrixOf {
    /// Longitudes and latitudes of the starts.
    origins: Vec<[f64; 2]>,
    /// Those of the goals; the starts if none are named.
    destinations: Option<Vec<[f64; 2]>>,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// How far is looked; 120 minutes if it is not said.
    minutes: Option<f64>,
}

/// A matrix.
#[derive(Serialize, JsonSchema)]
struct MatrixAnswer {
    /// A row for each start: the seconds to each goal, null where there is no way within the limit.
    seconds: Vec<Vec<Option<f64>>>,
}

async fn matrix_of(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(asked): Given<MatrixOf>,
) -> Result<Json<MatrixAnswer>, Problem> {
    let walker = walker(asked.walker.as_deref())?;
    let points = |all: &[[f64; 2]]| all.iter().map(|[lon, lat]| point(*lon, *lat)).collect::<Result<Vec<_>, _>>();
    let origins = points(&asked.origins)?;
    let destinations = asked.destinations.as_deref().map(points).transpose()?;
    fits(origins.len(), destinations.as_ref().map_or(origins.len(), Vec::len))?;
    let limit = asked.minutes.unwrap_or(LONGEST_MINUTES);
    if !(limit > 0.0 && limit <= LONGEST_MINUTES) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`minutes` must lie between 0 and {LONGEST_MINUTES}",
            "`minutes` 须在 0 至 {LONGEST_MINUTES} 之间"
        )));
    }
    let limit = Millis::round(Seconds::from_minutes(limit));
    let found = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let from = snapped(&ready, &origins);
        let to = destinations.map(|all| snapped(&ready, &all));
        let seconds = times(&ready, &from, to.as_deref().unwrap_or(&from), limit, stop)?;
        Ok(MatrixAnswer { seconds })
    };
    with_city(app, Lane::Heavy, of.city, found).await.map(Json)
}

/// A point, who sets out from it, and what they should find.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CircleOf {
    /// Longitude.
    lon: f64,
    /// Latitude.
    lat: f64,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
}

async fn circle(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<CircleOf>,
) -> Result<Json<LifeCircle>, Problem> {
    let at = point(asked.lon, asked.lat)?;
    let (walker, standard) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let lane = app.cities.lane(&of.city, walker, None);
    let found = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let recognised = city.recognised(&standard);
        Ok(life_circle(&ready, &standard.standard, &recognised, at)?)
    };
    with_city(app, lane, of.city, found).await.map(Json)
}

/// A point, who sets out from it, and for how long.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AreasOf {
    /// Longitude.
    lon: f64,
    /// Latitude.
    lat: f64,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// One to ten times in minutes, apart by commas; `5,10,15` if none are named.
    minutes: Option<String>,
}

/// What an area is.
#[derive(Serialize, JsonSchema)]
struct AreaProperties {
    /// Within so many minutes.
    minutes: f64,
}

async fn isochrones(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<AreasOf>,
) -> Result<Json<FeatureCollection<Area, AreaProperties>>, Problem> {
    let at = point(asked.lon, asked.lat)?;
    let (walker, minutes) = (walker(asked.walker.as_deref())?, minutes(asked.minutes.as_deref())?);
    let lane = app.cities.lane(&of.city, walker, None);
    let found = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let limits: Vec<Millis> = minutes.iter().map(|m| Millis::round(Seconds::from_minutes(*m))).collect();
        let areas = ready.areas(&[ready.snap(at)?], Heading::Out, &limits);
        let feature = |(area, minutes): (geo_types::MultiPolygon<f64>, &f64)| {
            Feature::new(Area::of(&area), AreaProperties { minutes: *minutes })
        };
        Ok(FeatureCollection::new(areas.into_iter().zip(&minutes).map(feature).collect()))
    };
    with_city(app, lane, of.city, found).await.map(Json)
}

/// From where to where, and who walks. Where to is a facility or a point.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RouteOf {
    /// Longitude of the start.
    lon: f64,
    /// Latitude of the start.
    lat: f64,
    /// A facility's id.
    facility: Option<String>,
    /// Longitude of the goal, if it is no facility.
    to_lon: Option<f64>,
    /// Latitude of the goal, if it is no facility.
    to_lat: Option<f64>,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
}

/// Where a route leads.
enum Goal {
    Facility(String),
    Point(LonLat),
}

impl RouteOf {
    fn goal(&mut self) -> Result<Goal, Problem> {
        match (self.facility.take(), self.to_lon, self.to_lat) {
            (Some(id), None, None) => Ok(Goal::Facility(id)),
            (None, Some(lon), Some(lat)) => point(lon, lat).map(Goal::Point),
            _ => Err(Problem::bad_input(lifecircle::say!(
                "name where to: either `facility`, or `to_lon` and `to_lat`",
                "请指明终点：`facility`，或 `to_lon` 和 `to_lat`"
            ))),
        }
    }
}

/// How long and how far a way is.
#[derive(Serialize, JsonSchema)]
struct WayProperties {
    /// How long it takes.
    seconds: Seconds,
    /// How far it is.
    metres: Metres,
}

async fn route(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(mut asked): Asked<RouteOf>,
) -> Result<Json<Feature<Line, WayProperties>>, Problem> {
    let (from, walker, goal) = (point(asked.lon, asked.lat)?, walker(asked.walker.as_deref())?, asked.goal()?);
    let lane = app.cities.lane(&of.city, walker, None);
    let found = move |city: &OpenCity, stop: &Stop| {
        let ready = city.ready(walker, stop)?;
        let doors = doors_of(city, &ready, &goal)?;
        let start = ready.snap(from)?;
        let Some(way) = way(&ready, &start, &doors, stop)? else {
            return Err(Problem::no_way(lifecircle::say!(
                "no way leads there that this walker can use",
                "没有该步行者可走的路径"
            )));
        };
        let properties = WayProperties { seconds: way.seconds, metres: Metres(rounded(way.metres.0, 10.0)) };
        Ok(Feature::new(Line::of(&way.line), properties))
    };
    with_city(app, lane, of.city, found).await.map(Json)
}

/// Where a goal joins the streets.
fn doors_of(city: &OpenCity, ready: &ReadyCity, goal: &Goal) -> Result<Vec<Snap>, Problem> {
    match goal {
        Goal::Point(at) => Ok(vec![ready.snap(*at)?]),
        Goal::Facility(id) => {
            let number = city.facility(id).ok_or_else(|| {
                Problem::not_found(lifecircle::say!("there is no facility {id:?} in this city", "本市没有设施 {id:?}"))
            })?;
            match &ready.snaps().facilities[number] {
                Ok(doors) => Ok(doors.clone()),
                Err(none) => Err(Problem::from(*none)),
            }
        }
    }
}
