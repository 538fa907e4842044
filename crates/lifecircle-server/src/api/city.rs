//! Cities: which there are, and what they rest on.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Json;
use axum::extract::State;
use lifecircle::city::{About, Source};
use lifecircle::jobs::usual_standard;
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::{Named, OfCity};
use super::{Shared, with_city};
use crate::App;
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::work::{Lane, Stop};

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new()
        .api_route(
            "/cities",
            get_with(cities, |it| it.id("cities").tag("Cities").summary("The cities that are served")),
        )
        .api_route(
            "/cities/{city}",
            get_with(city, |it| it.id("city").tag("Cities").summary("A city, and what it rests on")),
        )
}

/// A city among others.
#[derive(Serialize, JsonSchema)]
struct CityEntry {
    /// Its id in addresses.
    id: String,
    /// Its name.
    name: String,
    /// Whether it was generated.
    synthetic: bool,
    /// Id of the standard that it is measured by where none is named.
    usual_standard: &'static str,
    /// West, south, east, north.
    extent: [f64; 4],
}

/// A city.
#[derive(Serialize, JsonSchema)]
struct CityAnswer {
    /// Its id in addresses.
    id: String,
    /// Its name.
    name: String,
    /// Whether it was generated.
    synthetic: bool,
    /// Id of the standard that it is measured by where none is named.
    usual_standard: &'static str,
    /// Changes whenever the city does.
    version: String,
    /// West, south, east, north.
    extent: [f64; 4],
    /// The part of it where people live, to look at first; the whole where nobody does.
    home_extent: [f64; 4],
    /// Number of homes.
    homes: usize,
    /// Number of residents.
    residents: f64,
    /// Number of facilities.
    facilities: usize,
    /// Number of communities.
    communities: usize,
    /// Whether residents can ask its desk (`/ask`).
    takes_requests: bool,
    /// What was read.
    sources: Vec<Source>,
}

async fn cities(State(app): Shared) -> Result<Json<Vec<CityEntry>>, Problem> {
    let own = Arc::clone(&app);
    let entry = |(id, about): (String, About)| CityEntry {
        id,
        usual_standard: usual_standard(&about),
        name: about.name,
        synthetic: about.synthetic,
        extent: about.extent,
    };
    let all = move |_: &Stop| Ok(own.cities.overviews().into_iter().map(entry).collect());
    app.work.run(Lane::Quick, all).await.map(Json)
}

async fn city(State(app): Shared, Named(of): Named<OfCity>) -> Result<Json<CityAnswer>, Problem> {
    let (id, takes_requests) = (of.city.clone(), app.desks.is_some());
    let told = move |city: &OpenCity, _: &Stop| {
        let about = &city.city.about;
        Ok(CityAnswer {
            id,
            name: about.name.clone(),
            synthetic: about.synthetic,
            usual_standard: usual_standard(about),
            version: city.version.clone(),
            extent: about.extent,
            home_extent: home_extent(&city.city),
            homes: city.city.homes.len(),
            residents: city.city.homes.iter().map(|home| home.residents).sum::<f64>(),
            facilities: city.city.facilities.len(),
            communities: city.city.communities.len(),
            takes_requests,
            sources: about.sources.clone(),
        })
    };
    with_city(app, Lane::Heavy, of.city, told).await.map(Json)
}

/// A ferry may reach far beyond a city: where its homes are is what people look for.
fn home_extent(city: &lifecircle::city::City) -> [f64; 4] {
    let all = city.homes.iter().map(|home| home.at);
    let grown = all.fold(None, |extent: Option<[f64; 4]>, at| {
        let [w, s, e, n] = extent.unwrap_or([at.x, at.y, at.x, at.y]);
        Some([w.min(at.x), s.min(at.y), e.max(at.x), n.max(at.y)])
    });
    grown.unwrap_or(city.about.extent)
}
