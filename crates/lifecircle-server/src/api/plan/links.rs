//! Gates and short paths that are missing.

use std::sync::Arc;
use std::time::Duration;

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::Json;
use axum::extract::State;
use lifecircle::geo::{Metres, Seconds};
use lifecircle_plan::links::{LinkDocument, Question, missing_links};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LONGEST_SECONDS, USUAL_SEARCH, within};
use crate::App;
use crate::api::ask::{Asked, Given, Named, Nothing, OfCity, walker};
use crate::api::{Shared, with_city};
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::work::{Lane, Stop, Until};

/// Links that are looked for, and how long they are.
const MOST_LINKS: u32 = 50;
const LONGEST_LINK: f64 = 200.0;

/// How many minutes a link saves at least: ways beyond half an hour are not told apart.
const LONGEST_DETOUR: f64 = 30.0;

pub(super) fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/cities/{city}/links",
        post_with(links, |it| {
            it.id("links").tag("Plan").summary("Gates and short paths that are missing").description(
                "Junctions that lie near to each other and far apart on foot; the likeliest links are built one by one, and the city is measured with each. When time is over, those that were tried are answered.",
            )
        }),
    )
}

/// Which links are looked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinksOf {
    /// How long a link is at most, in metres up to 200; 60 if it is not said.
    longest: Option<f64>,
    /// How many minutes longer the way between its ends is now, at least, up to 30; 5 if it is not said.
    saves: Option<f64>,
    /// How many, up to 50; 20 if it is not said.
    most: Option<u32>,
    /// How many seconds to try, up to 60; 20 if it is not said.
    seconds: Option<f64>,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
}

/// Links that are missing.
#[derive(Serialize, JsonSchema)]
struct LinksAnswer {
    /// Those that give most first.
    links: Vec<LinkDocument>,
}

async fn links(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(asked): Given<LinksOf>,
) -> Result<Json<LinksAnswer>, Problem> {
    let (walker, known) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    let most = asked.most.unwrap_or(20);
    if !(1..=MOST_LINKS).contains(&most) {
        return Err(Problem::bad_input(lifecircle::say!(
            "`most` must lie between 1 and {MOST_LINKS}",
            "`most` 须在 1 至 {MOST_LINKS} 之间"
        )));
    }
    let question = Question {
        longest: Metres(within("longest", asked.longest, 60.0, LONGEST_LINK)?),
        saves: Seconds::from_minutes(within("saves", asked.saves, 5.0, LONGEST_DETOUR)?),
        most: most as usize,
    };
    let limit = Duration::from_secs_f64(within("seconds", asked.seconds, USUAL_SEARCH, LONGEST_SECONDS)?);
    let found = move |city: &OpenCity, stop: &Stop| {
        let evaluated = city.evaluated(walker, &known, stop)?;
        let links = missing_links(&evaluated.measured, question, &Until::new(stop, limit), stop)?;
        Ok(LinksAnswer { links: links.iter().map(LinkDocument::from).collect() })
    };
    with_city(app, Lane::Heavy, of.city, found).await.map(Json)
}
