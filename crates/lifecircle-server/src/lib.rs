//! A city in the browser: the HTTP API, the tiles and the pages.
//!
//! It asks the library for everything; nothing is measured here.

pub mod tiles;
