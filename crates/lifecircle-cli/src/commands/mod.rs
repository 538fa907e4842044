//! One file a command.

pub mod completions;
pub mod demo;
pub mod desk;
pub mod doctor;
pub mod evaluate;
pub mod export;
pub mod facilities;
pub mod import;
pub mod inputs;
pub mod ledger;
pub mod measure;
pub mod plan;
pub mod reach;
pub mod report;
pub mod schema;
pub mod serve;
pub mod standards;
pub mod walkers;
