//! lifecircle
pub mod error;
pub mod geo;
pub mod progress;
pub mod sources;
pub use error::{Error, Result};
