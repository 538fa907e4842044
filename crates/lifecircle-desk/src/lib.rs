//! What a city hall keeps of requests (工单): who asks for what and where, which unit answers, by when, and what came of it.
//!
//! It knows no HTTP and no map: a caller tells in which areas a place lies. Everything is an operation of [`Desk`]; what may be done is
//! decided in [`rights`], when a limit passes in [`calendar`], where a request goes in [`catalogue`].

pub mod calendar;
pub mod catalogue;
pub mod demo;
mod desk;
mod entry;
pub mod grids;
pub mod learn;
pub mod list;
pub mod people;
pub mod photo;
mod refusal;
mod request;
pub mod rights;
mod seal;
pub mod second_factor;
mod store;

pub use desk::{
    Action, Checked, Clock, Database, Desk, Durability, Filter, Full, LONGEST_WORDS, Listed, OneOfMany, Order, OwnData,
    Page, PublicRequest, Published, Settings, Share, Sought, Tracked, TrackedStep, Written,
};
pub use entry::{Done, Entry, Who};
pub use refusal::Refusal;
pub use request::{Area, Asked, At, Channel, NewRequest, Request, State};
