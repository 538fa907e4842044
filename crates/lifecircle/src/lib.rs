//! lifecircle
pub mod city;
pub mod error;
pub mod geo;
pub mod import;
pub mod network;
pub mod output;
pub mod progress;
pub mod reach;
pub mod sources;
pub mod tables;
pub use error::{Error, Result};
pub mod standard;
pub mod measure;
pub mod export;
pub mod demo;
pub mod report;
