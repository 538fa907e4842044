//! What is told of a measured city: documents of numbers, by city, circle, service, community and unit. `summary.json` and
//! `changes.json` are these, serialised; their keys are documented in `docs/results.md` and do not change within a format.
//!
//! It adds up what was measured and knows nothing of files, pages or engines.

mod changes;
mod data_quality;
mod document;
mod doubts;
mod equity;
mod find;
mod footing;
mod gaps;
mod grades;
mod indicators;
mod life_circle;
mod map_gaps;
mod slopes;

pub use changes::{
    Change, Changes, CircleChange, CommunityChange, FacilityChange, ServiceChange, changes_schema, compare,
};
pub use data_quality::{DataQuality, Unsnapped};
pub use document::{
    AreaSummary, CircleSummary, CommunitySummary, NamedShare, PairSummary, ServiceSummary, SubdistrictSummary, Summary,
    UnitSummary, summarise, summary_schema,
};
pub use equity::Equity;
pub use footing::{Finding, Footing, footing};
pub use gaps::{Gap, Shortage, gaps};
pub use grades::GradeSummary;
pub use indicators::{CompositeSummary, Indicators, ServiceIndicators};
pub use life_circle::{Area, CircleAt, LifeCircle, NearestAt, ServiceAt, community_at, life_circle};
pub use map_gaps::{MapGap, map_gaps};
pub use slopes::TooSteep;

/// The JSON Schema of a document, with its title.
pub fn schema_of<T: schemars::JsonSchema>(title: &str) -> serde_json::Value {
    // What is serialised is described, not what would be read.
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}
