//! Who somebody is. Reading is open; whoever writes says the token that was told at start. The only place that decides it.

use std::fmt;
use std::sync::Arc;

use aide::OperationInput;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
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
