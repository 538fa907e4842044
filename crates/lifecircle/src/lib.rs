//! **lifecircle** measures the 15-minute community life circle (一刻钟社区生活圈) of any city: who can reach what on
//! foot, who cannot, and what is missing.
//!
//! The modules, each of which uses only those before it:
//!
//! | module | what it is for |
//! |---|---|
//! | [`geo`], [`text`] | points, distances on the ellipsoid, Chinese datums; words and numbers as people read them |
//! | [`tables`], [`output`] | columns with geometries and their formats; files written whole or not at all |
//! | [`sources`] | readers of other people's files |
//! | [`city`] | everything known of one place, and how it is kept on disk |
//! | [`kinds`] | what a place can be, and how it is recognised |
//! | [`import`] | making a city of what was read |
//! | [`demo`] | a synthetic city, made of the same elements as a real one |
//! | [`network`] | the streets as one walker walks them; snapping |
//! | [`reach`] | travel times and counts: the kernels |
//! | [`ready`] | a city made ready for a walker: every question is asked of it |
//! | [`standard`] | what a life circle asks for, as data |
//! | [`formulas`] | measures as formulas on plain numbers |
//! | [`measure`] | a city measured by a standard: who has what, and tallies of it that add up |
//! | [`summary`] | what is told of a measured city: circles, gaps, supply, equity, change |
//! | [`accessibility`] | areas within reach, matrices, the nearest few, routes, opportunities: between any places, as tables |
//! | [`export`], [`report`] | results as files and as a page |
//! | [`jobs`] | what every caller does in the same way, from files to files |
//!
//! # From an extract to the share of people who have a pharmacy
//!
//! ```
//! use lifecircle::ready::{ReadyCity, Walk};
//! use lifecircle::{demo, import, measure, network::Walker, standard::Standard, summary};
//!
//! # fn main() -> lifecircle::Result<()> {
//! // A real city: Inputs::new("Malta", OsmSource::open("malta.osm.pbf".as_ref())?)
//! let inputs = demo::generate(demo::Size::Small, 1);
//! let city = import::import(inputs, &())?;
//! let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
//! let measured = measure::measure(&ready, Standard::find("wuhai-8")?, &())?;
//! let summary = summary::summarise(&measured);
//! let health = &summary.circles.iter().find(|(id, _)| id == "health").unwrap().1;
//! let pharmacy = &health.services.iter().find(|(id, _)| id == "pharmacy").unwrap().1;
//! assert!(pharmacy.coverage.residents > 0.5);
//! # Ok(())
//! # }
//! ```
//!
//! The library prints nothing, opens no sockets, and never panics on input: everything that can go wrong is an
//! [`Error`] that names the file, the place and how to fix it.

// First, for its macro.
#[macro_use]
pub mod text;

pub mod accessibility;
pub mod citations;
pub mod city;
pub mod demo;
pub mod error;
pub mod export;
pub mod formulas;
pub mod geo;
pub mod import;
pub mod inputs;
pub mod jobs;
pub mod kinds;
pub mod ledger;
pub mod measure;
pub mod network;
pub mod output;
pub mod progress;
pub mod reach;
pub mod ready;
pub mod report;
pub mod setting;
pub mod sources;
pub mod standard;
pub mod summary;
pub mod tables;
pub mod translations;
pub mod unreadable;

pub use error::{Error, Result};
