//! What to build next, and the proof that nothing better exists.
//!
//! | module | what it is for |
//! |---|---|
//! | [`districting`] | regions put together into connected, balanced units, with a bound |
//! | [`helps`] | the few new facilities that would help most, as a report tells them |
//! | [`links`] | gates and short paths that are missing |
//! | [`scenario`] | what a city would be if something were built, moved or closed |
//! | [`siting`] | choosing places: problems, bounds, the search that proves, proofs that others can check |
//! | [`published`] | problems of OR-Library and others, as their files stand |
//! | [`renewal`] | facilities and links under one budget, in their order, with a bound |
//! | [`sites`] | where new facilities of a service should stand in a city |
//! | [`units`] | communities put together into life circles as territory |

pub mod districting;
pub mod helps;
pub mod links;
pub mod published;
pub mod renewal;
pub mod scenario;
pub mod sites;
pub mod siting;
pub mod units;
