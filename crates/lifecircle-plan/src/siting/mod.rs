//! Siting: which places to choose for new facilities, and the proof that no choice is better.

mod branch;
mod covering;
mod dominance;
mod dual;
mod local_search;
mod models;
mod problem;
mod proof;
mod tree;
mod volume;

pub use branch::{METHOD, solve};
pub use covering::{Conditions, Covering, Need, cover};
pub(crate) use local_search::one_alone;
pub use models::{Center, max_cover, p_center, p_median, set_cover};
pub(crate) use models::{Tried, cover_all, refuting, shortest};
pub use problem::{Demand, Limit, Link, Problem};
pub use proof::{Node, Posed, Proof, ProofDocument, Step};
pub use tree::{Known, Outcome, Settings, Watch};
