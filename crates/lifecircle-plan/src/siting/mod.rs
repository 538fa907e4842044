//! Siting: which places to choose for new facilities, and the proof that no choice is better.

mod branch;
mod dominance;
mod dual;
mod local_search;
mod models;
mod problem;
mod proof;

pub use branch::{METHOD, Outcome, Settings, Watch, solve};
pub use models::{Center, max_cover, p_center, p_median, set_cover};
pub use problem::{Demand, Limit, Link, Problem};
pub use proof::{Node, Proof, ProofDocument, Step};
