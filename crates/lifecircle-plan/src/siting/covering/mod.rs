//! Covering with conditions: facilities that serve no more than so many people, people who want two of them near, areas of which a
//! share must be served.
//!
//! What is lost is made least: people, each as often as they want to be served, whom nobody serves. People of one demand may go to several
//! sites, as a home's residents do. Bounds are by prices, as in the rest of [`super`]: a demand has a price for each time that it is served, an area one
//! for what it lacks of its floor. A site then earns what its best customers leave it, up to its capacity; with prices that is at most what any choice
//! can serve (capacities: Current and Storbeck 1988; two facilities near: Hogan and ReVelle 1986). Knows nothing of cities or files.

mod flow;
mod problem;
mod search;
mod solve;

pub use problem::{Conditions, Covering, Need};
pub use solve::cover;
