//! The people who work at a desk: signing in, the second factor, accounts.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with, post_with, put_with};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use lifecircle_desk::people::{Account, Person};
use lifecircle_desk::rights::Role;
use lifecircle_desk::second_factor::NewSecret;
use lifecircle_desk::{Desk, Refusal, Who};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::api::Shared;
use crate::api::ask::{Asked, Given, Named, Nothing, OfCity};
use crate::desks::{with_desk, with_desk_and, with_password};
use crate::identity::Visitor;
use crate::problem::Problem;

pub(super) fn routes() -> ApiRouter<Arc<App>> {
    let staff = "Desk (staff)";
    ApiRouter::new()
        .api_route(
            "/cities/{city}/desk/session",
            get_with(session, move |it| it.id("desk_session").tag(staff).summary("Who is signed in"))
                .post_with(sign_in, move |it| {
                    it.id("sign_in").response::<200, Json<Person>>().tag(staff).summary("Signs in; the session is a cookie").description(
                        "An account with a second factor is asked for its code: the answer is 401 with the code `code_needed`.",
                    )
                })
                .delete_with(sign_out, move |it| it.id("sign_out").response::<204, ()>().tag(staff).summary("Signs out")),
        )
        .api_route(
            "/cities/{city}/desk/session/new-second-factor",
            post_with(new_second_factor, move |it| {
                it.id("new_second_factor").tag(staff).summary("Draws a secret for an authenticator app; nothing is kept yet")
            }),
        )
        .api_route(
            "/cities/{city}/desk/session/second-factor",
            put_with(set_second_factor, move |it| {
                it.id("set_second_factor").response::<204, ()>().tag(staff).summary("Sets one's own second factor, or takes it away")
            }),
        )
        .api_route(
            "/cities/{city}/desk/people",
            get_with(people, move |it| it.id("desk_people").tag(staff).summary("All accounts"))
                .put_with(keep_account, move |it| it.id("keep_account").tag(staff).summary("Makes an account, or changes it")),
        )
        .api_route(
            "/cities/{city}/desk/people/{name}/sessions",
            delete_with(end_sessions, move |it| {
                it.id("end_sessions").response::<204, ()>().tag(staff).summary("Ends all sessions of an account")
            }),
        )
        .api_route(
            "/cities/{city}/desk/people/{name}/second-factor",
            delete_with(remove_second_factor, move |it| {
                it.id("remove_second_factor").response::<204, ()>().tag(staff).summary("Takes away the second factor of somebody who has lost it")
            }),
        )
}

/// Who signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SignInBody {
    /// What they sign in as.
    name: String,
    /// The password.
    password: String,
    /// The code of the second factor, if the account has one.
    code: Option<String>,
}

async fn sign_in(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<SignInBody>,
) -> Result<axum::response::Response, Problem> {
    let city = of.city.clone();
    let signed = move |desk: &Desk| desk.sign_in(&body.name, &body.password, body.code.as_deref());
    let (token, person) = with_password(app, of.city, signed).await?;
    Ok(([(header::SET_COOKIE, visitor.cookie(&city, Some(&token)))], Json(person)).into_response())
}

async fn sign_out(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<axum::response::Response, Problem> {
    let city = of.city.clone();
    let ended = visitor.cookie(&city, None);
    with_desk(app, of.city, move |desk| visitor.session().map_or(Ok(()), |token| desk.sign_out(token))).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, ended)]).into_response())
}

/// Who is signed in.
#[derive(Serialize, JsonSchema)]
struct SessionAnswer {
    /// The account; none for whoever holds the server's token.
    person: Option<Person>,
    /// What they are to the desk.
    role: Role,
}

async fn session(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<SessionAnswer>, Problem> {
    with_desk_and(app, of.city, move |_, desk| {
        if let Some(person) = visitor.person(desk)? {
            return Ok(Json(SessionAnswer { role: person.role, person: Some(person) }));
        }
        let role = if visitor.has_token() { Role::Administrator } else { Role::Resident };
        Ok(Json(SessionAnswer { person: None, role }))
    })
    .await
}

/// Does what only administrators may.
async fn as_administrator<T: Send + 'static>(
    app: Arc<App>,
    city: String,
    visitor: Visitor,
    work: impl FnOnce(&Desk, &Who) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Problem> {
    with_desk_and(app, city, move |_, desk| {
        let who = visitor.who(desk)?;
        if who.role != Role::Administrator {
            return Err(Problem::not_allowed(lifecircle::say!(
                "only administrators keep accounts",
                "只有管理员可以管理账号"
            )));
        }
        Ok(work(desk, &who)?)
    })
    .await
}

async fn people(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<Person>>, Problem> {
    as_administrator(app, of.city, visitor, |desk, _| desk.people()).await.map(Json)
}

async fn keep_account(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(account): Given<Account>,
) -> Result<Json<Person>, Problem> {
    as_administrator(app, of.city, visitor, move |desk, who| desk.keep_account(account, who)).await.map(Json)
}

/// An account of a desk.
#[derive(Deserialize, JsonSchema)]
struct OfAccount {
    /// The city's id.
    city: String,
    /// What they sign in as.
    name: String,
}

async fn end_sessions(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfAccount>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<StatusCode, Problem> {
    as_administrator(app, of.city, visitor, move |desk, who| desk.end_sessions(&of.name, who)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_second_factor(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfAccount>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<StatusCode, Problem> {
    as_administrator(app, of.city, visitor, move |desk, who| desk.remove_second_factor(&of.name, who)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn new_second_factor(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<NewSecret>, Problem> {
    let city = of.city.clone();
    with_desk_and(app, of.city, move |_, desk| {
        let person = visitor.person(desk)?.ok_or_else(Problem::no_session)?;
        Ok(Json(NewSecret::draw(&person.name, &format!("lifecircle {city}"))?))
    })
    .await
}

/// A second factor to be set, or taken away.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SecondFactorBody {
    /// One's own password.
    password: String,
    /// The new secret, and a code that the app makes of it; none to take the second factor away.
    new: Option<NewFactor>,
}

/// A secret that an app knows.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewFactor {
    /// The secret, in Base32.
    secret: String,
    /// What the app shows.
    code: String,
}

async fn set_second_factor(
    State(app): Shared,
    visitor: Visitor,
    Named(of): Named<OfCity>,
    Asked(Nothing {}): Asked<Nothing>,
    Given(body): Given<SecondFactorBody>,
) -> Result<StatusCode, Problem> {
    let own = visitor.clone();
    let person = with_desk_and(Arc::clone(&app), of.city.clone(), move |_, desk| own.person(desk)).await?;
    let person = person.ok_or_else(Problem::no_session)?;
    let session = visitor.session().unwrap_or_default().to_owned();
    with_password(app, of.city, move |desk| {
        let new = body.new.as_ref().map(|new| (new.secret.as_str(), new.code.as_str()));
        desk.set_second_factor((&person, &session), &body.password, new)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
