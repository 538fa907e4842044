//! The desk over HTTP.
#![allow(clippy::unwrap_used, clippy::panic)]

mod attacks;
mod rights;
mod world;
