//! What to build next, and the proof that nothing better exists.

pub mod published;
pub mod siting;
