//! Districting: regions put together into connected units of about equal weight around centres, as near to them as can be.
//!
//! | part | what it is for |
//! |---|---|
//! | `problem` | what is asked, and what a plan costs |
//! | `search` | good plans: regions moved and swapped between neighbours |
//! | `bound` | how cheap no plan can be: assignment priced, a knapsack for each centre |
//! | `smooth` | of plans that are near enough, one of short borders and even units |
//! | `branch` | the two together: centres settled one after another |
//!
//! It knows neither cities nor files. Costs and weights are whole numbers, so bounds are exact.
//!
//! Source: Hess, Weaver, Siegfeldt, Whelan & Zitlau (1965), *Nonpartisan political redistricting by computer*, for the model;
//! Geoffrion (1974), *Lagrangean relaxation for integer programming*, for the bound.

mod bound;
mod branch;
mod problem;
mod search;
mod smooth;

pub use branch::{Found, solve};
pub use problem::{FORBIDDEN, Plan, Regions, parts};
pub use smooth::smooth;
