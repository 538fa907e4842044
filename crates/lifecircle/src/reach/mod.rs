//! Reach: how long it takes from homes to facilities, and how many facilities lie within a time.
//!
//! Origins and targets stand on edges. A way from one to the other leaves its edge at one end and enters the other's at
//! one end, unless both stand on the same edge, where people also walk straight. All sums are whole milliseconds, so
//! every kernel gives the same answer in any order and on any number of threads.
//!
//! The interface is [`nearest`] and [`within`] over an [`Origins`] and a [`Targets`]; how they search is their own affair
//! and may change. Nodes and edges should be in Hilbert order ([`crate::city::Streets::in_hilbert_order`]): what lies
//! together is searched together. Nothing here knows of services or people.

mod batch;
mod lanes;
mod nearest;
mod search;
mod targets;
mod within;

pub use nearest::nearest;
pub use targets::{Origins, Targets};
pub use within::{Counts, within};
