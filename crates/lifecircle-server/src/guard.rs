//! What is turned away before it is looked at: requests under another name than this server's, and more of them than one client may
//! ask.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header, uri::Authority};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::Problem;

/// What a server lets through.
#[derive(Debug)]
pub struct Guard {
    /// Names beside numbers and `localhost` under which it may be asked.
    names: Vec<String>,
    rate: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Guard {
    /// Lets through requests under these names, and so many a second of one client; a page asks for some dozens of tiles at once, so
    /// ten seconds' worth may come together.
    pub fn new(names: Vec<String>, rate: Option<NonZeroU32>) -> Self {
        let quota = |rate: NonZeroU32| Quota::per_second(rate).allow_burst(rate.saturating_mul(TEN));
        Self { names, rate: rate.map(|rate| RateLimiter::keyed(quota(rate))) }
    }

    /// A page elsewhere whose name was made to lead here could read and write in this server's name: its name is not ours.
    /// Numbers cannot be made to lead elsewhere.
    fn knows(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(header::HOST) else { return true };
        let Some(authority) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else { return false };
        let name = authority.host();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        name.eq_ignore_ascii_case("localhost")
            || bare.parse::<IpAddr>().is_ok()
            || self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn lets(&self, from: Option<IpAddr>) -> bool {
        let (Some(rate), Some(from)) = (&self.rate, from) else { return true };
        if rate.len() > MOST_CLIENTS {
            rate.retain_recent();
        }
        rate.check_key(&from).is_ok()
    }
}

const TEN: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// Clients that are remembered before those who have long been quiet are forgotten.
const MOST_CLIENTS: usize = 10_000;

/// Turns away what is not let through.
pub async fn guard(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    if !guard.knows(request.headers()) {
        let detail = "this server is not known under this name; start it with --host NAME to allow it";
        return Problem::new(axum::http::StatusCode::MISDIRECTED_REQUEST, "unknown_host", detail).into_response();
    }
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(from)| from.ip());
    if !guard.lets(from) {
        return Problem::too_many().into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_localhost_and_given_names_are_this_server() {
        let guard = Guard::new(vec!["map.example.org".to_owned()], None);
        let knows = |host: &'static str| {
            guard.knows(&HeaderMap::from_iter([(header::HOST, axum::http::HeaderValue::from_static(host))]))
        };
        for host in ["127.0.0.1:8715", "localhost", "LOCALHOST:1", "[::1]:8715", "map.example.org:80", "192.168.1.7"] {
            assert!(knows(host), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil:1", "a b"] {
            assert!(!knows(host), "{host}");
        }
    }

    #[test]
    fn one_client_is_slowed_and_another_is_not() {
        let guard = Guard::new(Vec::new(), NonZeroU32::new(1));
        let [one, other] = [1, 2].map(|n| Some(IpAddr::from([10, 0, 0, n])));
        assert!((0..10).all(|_| guard.lets(one)) && !guard.lets(one) && guard.lets(other));
    }
}
