//! The report: one web page that needs nothing else, for a city hall to read and print.
//!
//! It only shows what was measured. Map and charts are SVG drawn here; layers are switched without a script, so the page
//! works wherever a browser does.

mod aspects;
mod changes;
mod chart;
mod communities;
mod equity;
mod map;
mod page;
mod tables;
mod text;

pub use map::{Mark, map_of_differences};
pub use page::{Chapter, html};
pub use text::threshold;
