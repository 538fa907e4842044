//! The numbers of the model of homes, as `standards/homes.toml` gives them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::error::Result;

/// The model's text.
const TEXT: &str = include_str!("../../../standards/homes.toml");

static BUILT_IN: LazyLock<Model> = LazyLock::new(|| {
    Model::parse(TEXT).unwrap_or_else(|error| {
        // A test reads the built-in text, so this cannot come about.
        unreachable!("the built-in model of homes has a mistake: {error}")
    })
});

/// How people are estimated.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    pub dwelling: Dwelling,
    pub building: Vec<BuildingKind>,
    pub unspecified: Vec<Unspecified>,
    pub surroundings: Surroundings,
    pub names: Names,
    pub streets: StreetModel,
    pub areas: AreaModel,
    pub totals: TotalModel,
}

/// Floor area and people.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dwelling {
    pub gross_area_a_person: f64,
    pub largest_footprint: f64,
    pub storey: f64,
    pub other_use: f64,
    pub other_use_at_most: f64,
}

/// What values of `building` say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BuildingKind {
    pub values: Vec<String>,
    pub levels: f64,
    pub dwellings: f64,
}

/// What the footprint of a building says that tells nothing else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unspecified {
    pub footprint: f64,
    pub levels: f64,
    pub within_residential: f64,
    pub elsewhere: f64,
}

/// What the area around says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Surroundings {
    pub none: BTreeMap<String, Vec<String>>,
    pub few: BTreeMap<String, Vec<String>>,
    pub few_share: f64,
    pub outside_residential: f64,
    pub town: f64,
}

/// What a building's name says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub not_homes: Vec<String>,
    pub homes: Vec<String>,
}

/// People along streets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StreetModel {
    pub residents_a_metre: f64,
    pub residents_a_metre_in_china: f64,
    pub density_exponent: f64,
    pub prior_metres: f64,
    pub prior_share: f64,
    pub least: f64,
    pub most: f64,
    pub mapped: f64,
    pub piece: f64,
    pub front: f64,
    pub weight: Weights,
}

/// How much of a residential street's homes stand along others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Weights {
    pub residential: f64,
    pub lane: f64,
    pub through: f64,
    pub service: f64,
    pub pedestrian: f64,
}

/// People in residential areas away from streets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AreaModel {
    pub residents_a_hectare: f64,
    pub step: f64,
    pub away: f64,
}

/// When a total is believed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TotalModel {
    pub plausible: f64,
    pub area_within: f64,
    pub settlement_reach: f64,
    pub settlement_within: f64,
}

impl Model {
    /// The model that is built in.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|e| crate::unreadable::not_toml(text, &e))
    }

    /// What a value of `building` says; none if it is no home, or says nothing.
    pub fn kind(&self, value: &str) -> Option<&BuildingKind> {
        self.building.iter().find(|kind| kind.values.iter().any(|known| known == value))
    }

    /// What a footprint in square metres says; none if nothing so large is a home.
    pub fn unspecified(&self, footprint: f64) -> Option<&Unspecified> {
        self.unspecified.iter().find(|size| footprint <= size.footprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_model_reads_and_grows_with_size() {
        let model = Model::built_in();
        assert!(model.unspecified.is_sorted_by_key(|size| size.footprint));
        assert_eq!(model.kind("apartments").map(|kind| kind.levels), Some(5.0));
        assert!(model.kind("church").is_none() && model.kind("yes").is_none());
        assert!(model.unspecified(100.0).is_some() && model.unspecified(10_000.0).is_none());
    }
}
