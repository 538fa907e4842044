//! What to build next. The library chooses and proves; here time and numbers are bounded. One file a question.

mod links;
mod programme;
mod sites;
mod units;

use std::sync::Arc;

use aide::axum::ApiRouter;

use crate::App;
use crate::problem::Problem;

/// Services that are sited at once, and money.
const MOST_SERVICES: usize = 20;
const MOST_MONEY: f64 = 1e12;

/// How long units, links and programmes are searched, unless it is said; and how long anything is at most.
const USUAL_SEARCH: f64 = 20.0;
const LONGEST_SECONDS: f64 = 60.0;

pub fn routes() -> ApiRouter<Arc<App>> {
    ApiRouter::new().merge(sites::routes()).merge(units::routes()).merge(links::routes()).merge(programme::routes())
}

/// A number that is bounded, or the usual one.
fn within(name: &str, given: Option<f64>, usual: f64, most: f64) -> Result<f64, Problem> {
    match given.unwrap_or(usual) {
        number if number > 0.0 && number <= most => Ok(number),
        _ => Err(Problem::bad_input(lifecircle::say!(
            "`{name}` must lie between 0 and {most}",
            "`{name}` 须在 0 至 {most} 之间"
        ))),
    }
}
