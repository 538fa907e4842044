//! A programme of works for a budget.

use std::sync::Arc;
use std::time::Duration;

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::extract::State;
use lifecircle::progress::Progress as _;
use lifecircle_plan::links;
use lifecircle_plan::renewal::{Programme, Question, programme};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{LONGEST_SECONDS, MOST_MONEY, MOST_SERVICES, USUAL_SEARCH, within};
use crate::App;
use crate::api::Shared;
use crate::api::ask::{Asked, Given, Named, Nothing, OfCity, service, walker};
use crate::api::telling::{Telling, WantsEvents, telling};
use crate::cities::OpenCity;
use crate::problem::Problem;
use crate::work::{Stop, Tell, Until};

pub(super) fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().api_route(
        "/cities/{city}/programme",
        post_with(renewal, |it| {
            it.id("programme").tag("Plan").summary("A programme of facilities and links for a budget").description(
                "The works in the order of what they give for their cost, what is reached after each, and what no programme of that budget could exceed.",
            )
        }),
    )
}

/// What a programme may cost, and what works cost.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProgrammeOf {
    /// How much may be spent.
    budget: f64,
    /// What a new facility of each service costs, by the service's id.
    prices: std::collections::BTreeMap<String, f64>,
    /// What a link costs; none are built if it is not said.
    link: Option<f64>,
    /// How far from the bound is good enough, as a share of the gain; 0.01 if it is not said.
    gap: Option<f64>,
    /// How many seconds to search, up to 60; 20 if it is not said.
    seconds: Option<f64>,
    /// A walker's id; `adult` if none is named.
    walker: Option<String>,
    /// A standard's id; that of the city's `usual_standard` if none is named.
    standard: Option<String>,
}

async fn renewal(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    events: WantsEvents,
    Given(asked): Given<ProgrammeOf>,
) -> Result<Telling<Programme>, Problem> {
    let (walker, known) = (walker(asked.walker.as_deref())?, app.standard(&of.city, asked.standard.as_deref())?);
    if asked.prices.is_empty() || asked.prices.len() > MOST_SERVICES {
        return Err(Problem::bad_input(lifecircle::say!(
            "`prices` must name one to {MOST_SERVICES} services",
            "`prices` 须给出 1 至 {MOST_SERVICES} 项服务的单价"
        )));
    }
    let price = |name: &str, price: f64| within(name, Some(price), price, MOST_MONEY);
    let prices = asked.prices.iter().map(|(id, cost)| Ok((service(&known.standard, id)?, price("prices", *cost)?)));
    let question = Question {
        prices: prices.collect::<Result<_, Problem>>()?,
        link: asked.link.map(|cost| price("link", cost)).transpose()?,
        budget: price("budget", asked.budget)?,
        links: links::Question::default(),
        gap: within("gap", asked.gap, 0.01, 1.0)?,
    };
    let limit = Duration::from_secs_f64(within("seconds", asked.seconds, USUAL_SEARCH, LONGEST_SECONDS)?);
    let found = move |city: &OpenCity, stop: &Stop, tell: Option<Tell<'_>>| {
        let evaluated = city.evaluated(walker, &known, stop)?;
        let found = programme(&evaluated.measured, &question, &Until::new(stop, limit).telling(tell), stop)?;
        stop.check()?;
        Ok(found)
    };
    telling(app, of.city, events, found).await
}
