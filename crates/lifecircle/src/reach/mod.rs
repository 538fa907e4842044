//! Reach: how long it takes from homes to facilities, and what lies within a time.
//!
//! Places stand on edges. A way from one to another leaves its edge at one end and enters the other's at one end, unless
//! both stand on the same edge, where people also walk straight. All sums are whole milliseconds or
//! millimetres ([`Cost`](crate::network::Cost)), so every kernel gives the same answer in any order and on any number of threads.
//! Whatever takes long tells of its [progress](crate::progress) and can be cancelled.
//!
//! An [`Engine`] is a network made ready. Over it, [`nearest`] sweeps the whole hierarchy for all groups at once;
//! [`within`], [`weigh`], [`matrix`](matrix()) and [`catchment`](catchment()) search sixteen starts at a time over the region that they
//! need. Nodes and edges should be in Hilbert order ([`crate::city::Streets::in_hilbert_order`]): what lies together is
//! searched together. Nothing here knows of services or people.

mod answers;
mod batch;
mod catchment;
mod cell;
mod contraction;
mod crossing;
mod engine;
mod frontier;
mod heading;
mod hierarchy;
mod incremental;
mod isochrone;
mod k_nearest;
mod kept;
mod lanes;
mod marks;
pub mod matrix;
mod nearest;
mod places;
mod region;
mod route;
mod search;
mod searches;
mod weigh;
mod within;

pub use answers::Answers;
pub use catchment::catchment;
pub use engine::Engine;
pub use heading::Heading;
pub use incremental::{Incremental, StreetChange};
pub use isochrone::{Drawing, Isochrones};
pub use k_nearest::{KNearest, Near, k_nearest};
pub use matrix::matrix;
pub use nearest::nearest;
pub use places::{Places, Question};
pub use route::{Route, Step};
pub use searches::Searches;
pub use weigh::weigh;
pub use within::{Within, within};
