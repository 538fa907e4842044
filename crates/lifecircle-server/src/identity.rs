//! Who somebody is. Reading is open; whoever writes says the token that was told at start, or is signed in at a city's desk. The only place
//! that decides it.

use std::fmt;
use std::sync::Arc;

use aide::OperationInput;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use lifecircle::say;
use lifecircle_desk::people::Person;
use lifecircle_desk::rights::Role;
use lifecircle_desk::{Desk, Who};
use rand::Rng as _;

use crate::App;
use crate::problem::Problem;

/// The token of a server, made anew at each start. It is never logged.
#[derive(Clone)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A token that nobody can guess.
    pub fn new() -> Self {
        let mut bytes = [0_u8; 16];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The token, to be told to whoever started the server.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether a text is the token, in the same time whatever it is.
    fn is(&self, text: &str) -> bool {
        let (own, other) = (self.0.as_bytes(), text.as_bytes());
        own.len() == other.len() && own.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
    }
}

/// Somebody who may write.
#[derive(Debug)]
pub struct SignedIn;

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer "));
        if given.is_some_and(|given| app.token.is(given.trim())) { Ok(Self) } else { Err(Problem::not_signed_in()) }
    }
}

/// Somebody, as far as they say: the holder of the token, somebody with a session at a desk, or anybody.
#[derive(Debug, Clone)]
pub struct Visitor {
    has_token: bool,
    session: Option<String>,
    /// Whether a server in front says that they came by HTTPS.
    by_https: bool,
}

/// What a session is called in a browser.
const COOKIE: &str = "lifecircle_desk";

impl Visitor {
    /// As whom they act at a desk. Whoever holds the server's token keeps its accounts.
    ///
    /// # Errors
    /// If they are nobody there.
    pub fn who(&self, desk: &Desk) -> Result<Who, Problem> {
        match self.person(desk)? {
            Some(person) => Ok(person.who()),
            None if self.has_token => Ok(Who { role: Role::Administrator, person: None, unit: None }),
            None => Err(Problem::no_session()),
        }
    }

    /// Who is signed in at a desk.
    pub fn person(&self, desk: &Desk) -> Result<Option<Person>, Problem> {
        match &self.session {
            Some(token) => Ok(desk.session(token)?),
            None => Ok(None),
        }
    }

    /// What proves the session.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// What keeps a session in their browser, or ends it there: no script reads it, no other site sends it, and what came by HTTPS goes by
    /// nothing else.
    pub fn cookie(&self, city: &str, token: Option<&str>) -> String {
        let (token, age) = token.map_or(("", 0), |token| (token, 24 * 3600));
        let (path, secure) = (crate::api::encoded(city), if self.by_https { "; Secure" } else { "" });
        format!("{COOKIE}={token}; Path=/api/v1/cities/{path}/desk; HttpOnly; SameSite=Strict; Max-Age={age}{secure}")
    }

    /// Whether it is the holder of the token.
    pub fn has_token(&self) -> bool {
        self.has_token
    }
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let session = pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned());
        // A browser tells from where it was asked; another site writes nothing in the name of whoever is signed in.
        let site = parts.headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        let is_foreign = site.is_some_and(|site| site != "same-origin" && site != "none");
        if session.is_some() && is_foreign && !parts.method.is_safe() {
            return Err(Problem::not_allowed(say!("another site may not do this", "不允许从其他网站发起此操作")));
        }
        let has_token = SignedIn::from_request_parts(parts, app).await.is_ok();
        let by_https = parts.headers.get("x-forwarded-proto").is_some_and(|by| by == "https");
        Ok(Self { has_token, session, by_https })
    }
}

impl OperationInput for Visitor {}

impl OperationInput for SignedIn {
    fn operation_input(_: &mut aide::generate::GenContext, operation: &mut aide::openapi::Operation) {
        operation.security.push([("token".to_owned(), Vec::new())].into_iter().collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_is_the_token() {
        let token = Token::new();
        assert!(token.is(token.text()) && token.text().len() == 32);
        assert!(!token.is("") && !token.is(&token.text()[1..]) && !token.is(Token::new().text()));
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
