//! Reach: how long it takes from homes to facilities, and how many facilities lie within a time.
//!
//! Origins and targets stand on edges. A way from one to the other leaves its edge at one end and enters the other's at
//! one end, unless both stand on the same edge, where people also walk straight. All sums are whole milliseconds, so
//! every kernel gives the same answer in any order and on any number of threads.
//!
//! Here only the plainest kernels stand; what they promise is the interface: [`nearest`] and [`within`] over an
//! [`Origins`] and a [`Targets`]. Nothing here knows of services or people.

mod nearest;
mod search;
mod targets;
mod within;

pub use nearest::nearest;
pub use targets::{Origins, Targets};
pub use within::{Counts, within};
