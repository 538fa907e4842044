//! The response desk of a city: what residents ask and see, and what those who work on it do. What may be done by whom is decided by the
//! desk; who somebody is, by `identity`.

mod accounts;
mod learn;
mod lists;
mod photos;
mod works;

pub(crate) use photos::{LONGEST as LONGEST_PHOTO, PhotoPlace};

use std::collections::BTreeMap;
use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lifecircle_desk::calendar::Moment;
use lifecircle_desk::catalogue::{Catalogue, Category, Name, Template, Unit};
use lifecircle_desk::learn::Counted;
use lifecircle_desk::{
    Action, Asked as AskedAnswer, At, Channel, Filter, Full, NewRequest, OneOfMany, Order, OwnData, Page,
    PublicRequest, Request, State as RequestState, Tracked, Who,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::ask::{Asked, Given, Named, Nothing, OfCity, bbox};
use crate::App;
use crate::desks::{area_of, with_desk, with_desk_and};
use crate::identity::Visitor;
use crate::problem::Problem;

/// Requests of a page where none is asked for.
const USUAL_LISTED: usize = 50;

pub fn routes() -> ApiRouter<Arc<App>> {
    let desk = "Desk";
    let staff = "Desk (staff)";
    ApiRouter::new()
        .api_route(
            "/cities/{city}/desk",
            get_with(about, move |it| it.id("desk").tag(desk).summary("What can be asked for, and which units answer")),
        )
        .api_route(
            "/cities/{city}/desk/requests",
            post_with(ask, move |it| {
                it.id("ask_desk").response::<201, Json<AskedAnswer>>().tag(desk).summary("Asks for something").description(
                    "Open to everybody. The answer holds the code with which whoever asked sees how far it is; it is told once. What is sent again with the same `key` is taken once.",
                )
            })
            .get_with(list, move |it| it.id("requests").tag(staff).summary("The requests that whoever is signed in sees")),
        )
        .api_route(
            "/cities/{city}/desk/similar",
            get_with(similar, move |it| {
                it.id("similar_requests").tag(desk).summary("Open requests of a category near a place, which one could join")
            }),
        )
        .api_route(
            "/cities/{city}/desk/requests/{number}",
            get_with(request, move |it| it.id("request").tag(staff).summary("A request with all that happened to it")),
        )
        .api_route(
            "/cities/{city}/desk/requests/{number}/join",
            post_with(join, move |it| {
                it.id("join_request").response::<201, Json<AskedAnswer>>().tag(desk).summary("Joins a request of somebody else")
            }),
        )
        .api_route(
            "/cities/{city}/desk/requests/{number}/steps",
            post_with(step, move |it| {
                it.id("step").tag(staff).summary("Takes a step with a request").description(
                    "`seen` is when the request had last changed (`changed`) as whoever acts saw it: if it has changed since, the answer is 409.",
                )
            }),
        )
        .api_route(
            "/cities/{city}/desk/requests/{number}/contacts",
            post_with(contacts, move |it| {
                it.id("contacts").tag(staff).summary("How to reach those who asked; that somebody looked is written down")
            }),
        )
        .api_route(
            "/cities/{city}/desk/steps",
            post_with(steps, move |it| it.id("steps").tag(staff).summary("Takes the same step with many requests")),
        )
        .api_route(
            "/cities/{city}/desk/tracking",
            post_with(track, move |it| {
                it.id("track").tag(desk).summary("A request by its code").description("The code is sent, not named in an address, so that no log keeps it.")
            }),
        )
        .api_route(
            "/cities/{city}/desk/tracking/steps",
            post_with(step_of_resident, move |it| {
                it.id("step_of_resident").tag(desk).summary("Rates, urges or reopens one's own request")
            }),
        )
        .api_route(
            "/cities/{city}/desk/tracking/data",
            post_with(own_data, move |it| {
                it.id("own_data").tag(desk).summary("All that is held of whoever has a code: what they wrote, how to reach them, their photos by number")
            }),
        )
        .api_route(
            "/cities/{city}/desk/tracking/forget",
            post_with(forget, move |it| {
                it.id("forget").response::<204, ()>().tag(desk).summary("Deletes what one wrote and how one can be reached")
            }),
        )
        .api_route(
            "/cities/{city}/desk/counts",
            get_with(counts, move |it| it.id("desk_counts").tag(staff).summary("How many open requests are in each state")),
        )
        .merge(accounts::routes())
        .merge(learn::routes())
        .merge(lists::routes())
        .merge(photos::routes())
        .merge(works::routes())
}

/// What a desk answers for.
#[derive(Serialize, JsonSchema)]
struct DeskAnswer {
    /// What the catalogue is called.
    name: Name,
    /// What can be asked for.
    categories: Vec<Category>,
    /// Which units answer.
    units: Vec<Unit>,
    /// What answers often say.
    templates: Vec<Template>,
}

async fn about(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<DeskAnswer>, Problem> {
    with_desk(app, of.city, |desk| {
        let catalogue = desk.catalogue().clone();
        let Catalogue { name, categories, units, templates, .. } = catalogue;
        Ok(Json(DeskAnswer { name, categories, units, templates }))
    })
    .await
}

/// Something to be asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewRequestBody {
    /// The category's id.
    category: String,
    /// Where it is about.
    at: Option<At>,
    /// Where it is about, in words: an address, a house, a name.
    #[serde(default)]
    place: String,
    /// What it is about.
    words: String,
    /// Answers to the category's questions, by their ids.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// How to reach whoever asks; only those who work on the request see it.
    #[serde(default)]
    contact: String,
    /// Whether others may read the words.
    #[serde(default)]
    is_public: bool,
    /// What the sender calls this sending, drawn at random; sent again with the same it is taken once.
    #[serde(default)]
    key: String,
    /// Whether staff enter it for somebody on the telephone.
    #[serde(default)]
    by_telephone: bool,
}

async fn ask(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(new): Given<NewRequestBody>,
) -> Result<(StatusCode, Json<AskedAnswer>), Problem> {
    let city = of.city.clone();
    with_desk_and(app, of.city, move |app, desk| {
        let who = match new.by_telephone {
            true => visitor.who(desk).and_then(takes_calls)?,
            false => Who::RESIDENT,
        };
        let area = match new.at {
            Some(at) => area_of(app, &city, at)?,
            None => None,
        };
        let request = NewRequest {
            category: new.category,
            at: new.at,
            place: new.place,
            area,
            words: new.words,
            answers: new.answers,
            contact: new.contact,
            is_public: new.is_public,
            channel: if new.by_telephone { Channel::Telephone } else { Channel::Page },
            key: new.key,
            received: None,
        };
        Ok((StatusCode::CREATED, Json(desk.ask(request, &who)?)))
    })
    .await
}

fn takes_calls(who: Who) -> Result<Who, Problem> {
    if who.role.sees_all() {
        return Ok(who);
    }
    Err(Problem::not_allowed(lifecircle::say!(
        "only operators and supervisors enter requests for others",
        "只有话务员和督办人员可以代为登记"
    )))
}

/// A place and a category.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SimilarAsked {
    /// The category's id.
    category: String,
    /// Longitude in degrees.
    lon: f64,
    /// Latitude in degrees.
    lat: f64,
}

async fn similar(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<SimilarAsked>,
) -> Result<Json<Vec<PublicRequest>>, Problem> {
    super::ask::point(asked.lon, asked.lat)?;
    let at = At { lon: asked.lon, lat: asked.lat };
    with_desk(app, of.city, move |desk| desk.similar(&asked.category, at)).await.map(Json)
}

/// A request of a city.
#[derive(Deserialize, JsonSchema)]
struct OfRequest {
    /// The city's id.
    city: String,
    /// The request's number.
    number: i64,
}

/// Somebody who joins.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JoinBody {
    /// Where they have the same: near the request.
    at: At,
    /// How to reach them; only those who work on the request see it.
    #[serde(default)]
    contact: String,
}

async fn join(
    State(app): Shared,
    Named(of): Named<OfRequest>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<JoinBody>,
) -> Result<(StatusCode, Json<AskedAnswer>), Problem> {
    let joined = with_desk(app, of.city, move |desk| desk.join(of.number, body.at, &body.contact)).await?;
    Ok((StatusCode::CREATED, Json(joined)))
}

/// A code.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    /// What was told when it was asked.
    code: String,
}

async fn track(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<CodeBody>,
) -> Result<Json<Tracked>, Problem> {
    with_desk(app, of.city, move |desk| desk.track(&body.code)).await.map(Json)
}

/// A step of whoever asked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ResidentStepBody {
    /// What was told when it was asked.
    code: String,
    /// The step: `rate`, `urge` or `reopen`.
    action: Action,
}

async fn step_of_resident(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<ResidentStepBody>,
) -> Result<Json<Tracked>, Problem> {
    with_desk(app, of.city, move |desk| desk.act_as_resident(&body.code, body.action)).await.map(Json)
}

async fn own_data(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<CodeBody>,
) -> Result<Json<OwnData>, Problem> {
    with_desk(app, of.city, move |desk| desk.own_data(&body.code)).await.map(Json)
}

async fn forget(
    State(app): Shared,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<CodeBody>,
) -> Result<StatusCode, Problem> {
    with_desk(app, of.city, move |desk| desk.forget(&body.code)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which requests, and which part of them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListAsked {
    /// States, apart by commas; any if none is named.
    state: Option<String>,
    /// Only those that a unit has still to answer, or only the others.
    open: Option<bool>,
    /// That lie with this unit.
    unit: Option<String>,
    /// Open ones with which one's own unit (or `unit`) helps, instead of its own.
    helping: Option<bool>,
    /// Open ones of one's own unit (or `unit`) with which one has taken a step oneself.
    mine: Option<bool>,
    /// Of this category.
    category: Option<String>,
    /// In this community, by its id.
    community: Option<String>,
    /// Only those whose limit has passed.
    overdue: Option<bool>,
    /// West, south, east, north in degrees, apart by commas.
    bbox: Option<String>,
    /// Received from then on, in milliseconds since 1970.
    since: Option<i64>,
    /// Received before.
    until: Option<i64>,
    /// That count as this in the rates: `open`, `judged`, `in_time`, `late`, `asked_back`, `solved`, `rated`, `satisfied` or `replied`.
    counted: Option<Counted>,
    /// That this unit took first, or has: as the rates count by units.
    of_unit: Option<String>,
    /// Of these numbers, apart by commas.
    numbers: Option<String>,
    /// `due` (the soonest first) or `newest`.
    order: Option<Order>,
    /// What the part before told as `next`.
    after: Option<String>,
    /// How many at most.
    limit: Option<usize>,
}

impl ListAsked {
    fn filter(&self) -> Result<Filter, Problem> {
        let state = |word: &str| {
            RequestState::of(word).ok_or_else(|| {
                let known = RequestState::ALL.map(RequestState::word).join(", ");
                Problem::bad_input(lifecircle::say!(
                    "there is no state {word:?}; choose of {known}",
                    "没有状态 {word:?}；可选：{known}"
                ))
            })
        };
        let numbers = self.numbers.as_deref().unwrap_or_default().split(',').filter(|text| !text.is_empty());
        let number = |text: &str| {
            text.trim().parse().map_err(|_| {
                Problem::bad_input(lifecircle::say!(
                    "`numbers` must be whole numbers, apart by commas",
                    "`numbers` 须为整数，用逗号分隔"
                ))
            })
        };
        let words = self.state.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty());
        Ok(Filter {
            states: words.map(state).collect::<Result<_, _>>()?,
            open: self.open,
            unit: self.unit.clone(),
            helping: self.helping.unwrap_or(false),
            mine: self.mine.unwrap_or(false),
            category: self.category.clone(),
            community: self.community.clone(),
            overdue: self.overdue.unwrap_or(false),
            bbox: self.bbox.as_deref().map(bbox).transpose()?,
            since: self.since.map(Moment),
            until: self.until.map(Moment),
            counted: self.counted,
            of_unit: self.of_unit.clone(),
            numbers: numbers.map(number).collect::<Result<_, _>>()?,
        })
    }
}

async fn list(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(asked): Asked<ListAsked>,
) -> Result<Json<Page>, Problem> {
    let filter = asked.filter()?;
    with_desk_and(app, of.city, move |_, desk| {
        let part = (asked.order.unwrap_or_default(), asked.after.as_deref(), asked.limit.unwrap_or(USUAL_LISTED));
        Ok(Json(desk.list(&filter, part, &visitor.who(desk)?)?))
    })
    .await
}

async fn request(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfRequest>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Full>, Problem> {
    with_desk_and(app, of.city, move |_, desk| Ok(Json(desk.request(of.number, &visitor.who(desk)?)?))).await
}

/// A step.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepBody {
    /// When the request had last changed, as whoever acts saw it.
    seen: Option<Moment>,
    /// The step and what it takes.
    action: Action,
}

async fn step(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfRequest>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<StepBody>,
) -> Result<Json<Request>, Problem> {
    with_desk_and(app, of.city, move |_, desk| {
        Ok(Json(desk.act(of.number, body.seen, body.action, &visitor.who(desk)?)?))
    })
    .await
}

/// A step for many.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepsBody {
    /// Their numbers.
    numbers: Vec<i64>,
    /// The step and what it takes.
    action: Action,
}

/// What became of one of many.
#[derive(Serialize, JsonSchema)]
struct StepAnswer {
    /// Its number.
    number: i64,
    /// Why the step could not be taken; none if it was.
    problem: Option<Name>,
}

async fn steps(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<StepsBody>,
) -> Result<Json<Vec<StepAnswer>>, Problem> {
    with_desk_and(app, of.city, move |_, desk| {
        let done = desk.act_on_all(&body.numbers, &body.action, &visitor.who(desk)?)?;
        let answer = |(number, done): OneOfMany| {
            let problem = done.err().map(|refusal| refusal.text());
            StepAnswer { number, problem: problem.map(|text| Name { zh: text.zh, en: text.en }) }
        };
        Ok(Json(done.into_iter().map(answer).collect()))
    })
    .await
}

async fn contacts(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfRequest>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<String>>, Problem> {
    with_desk_and(app, of.city, move |_, desk| Ok(Json(desk.contacts(of.number, &visitor.who(desk)?)?))).await
}

/// How many open requests there are.
#[derive(Serialize, JsonSchema)]
struct CountsAnswer {
    /// By state.
    states: Vec<StateCount>,
    /// Those whose limit has passed.
    overdue: i64,
}

/// How many open requests are in a state.
#[derive(Serialize, JsonSchema)]
struct StateCount {
    /// The state.
    state: RequestState,
    /// How many.
    count: i64,
}

async fn counts(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<CountsAnswer>, Problem> {
    with_desk_and(app, of.city, move |_, desk| {
        let (states, overdue) = desk.counts(&visitor.who(desk)?)?;
        let states = states.into_iter().map(|(state, count)| StateCount { state, count }).collect();
        Ok(Json(CountsAnswer { states, overdue }))
    })
    .await
}
