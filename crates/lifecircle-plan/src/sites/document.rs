//! An answer as every caller gives it.

use lifecircle::measure::Measured;
use schemars::JsonSchema;
use serde::Serialize;

use super::fewest::Fewest;
use super::{AreaShare, Model, Question, Site, Sites};
use crate::siting::METHOD;

/// An answer as every caller gives it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SitesDocument {
    /// The service; several with commas.
    pub service: String,
    /// By which standard.
    pub standard: String,
    /// Who walks.
    pub walker: String,
    /// `mclp`, `p-median`, `p-center`, `backup`, `capacitated`, or `lscp` where the fewest were asked for.
    pub model: String,
    /// Whom the service is for: residents in all.
    pub residents: f64,
    /// Residents who have it before (for `backup` those with two count twice, for `capacitated` it is those with a place); resident-seconds of all ways for
    /// `p-median`; for `p-center` the seconds of the longest way.
    pub before: f64,
    /// The same after.
    pub value: f64,
    /// No choice of candidates is better than this.
    pub bound: f64,
    /// How far the value is from the bound, as a share of what is gained.
    pub gap: f64,
    /// Whether no choice of candidates is better; where the worst area comes first, whether no floor can be higher besides.
    pub proven_optimal: bool,
    /// What no choice of any junctions could exceed, where junctions are the candidates and the threshold is a time.
    pub bound_at_junctions: Option<f64>,
    /// How long it took.
    pub seconds: f64,
    /// How it was found.
    pub method: String,
    /// What all places cost together; their number where the candidates have no prices.
    pub cost: f64,
    /// Where the fewest were asked for: no choice of fewer than this is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// Where the fewest were asked for: the share of people that they reach; less than was asked if all candidates reach no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<f64>,
    /// Where the longest way was asked for: the share of people, of those whom anything reaches, whose way it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// For `backup`: residents with one facility within reach, before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_one: Option<[f64; 2]>,
    /// The same with two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_two: Option<[f64; 2]>,
    /// Areas that have floors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<AreaDocument>,
    /// How many candidates there were.
    pub candidates: usize,
    /// Candidates that were given and have no street within reach.
    pub candidates_without_street: usize,
    /// The places, the one that adds most first.
    pub sites: Vec<SiteDocument>,
}

/// An area with a floor as every caller gives it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AreaDocument {
    /// Its name.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// Residents whom the services are for.
    pub residents: f64,
    /// Who has the service before.
    pub before: f64,
    /// Who has it after.
    pub after: f64,
    /// Who must at least.
    pub floor: f64,
}

impl From<&AreaShare> for AreaDocument {
    fn from(area: &AreaShare) -> Self {
        Self {
            name: area.name.local.clone(),
            name_en: area.name.en.clone(),
            residents: area.people,
            before: area.before,
            after: area.after,
            floor: area.floor,
        }
    }
}

/// A place as every caller gives it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SiteDocument {
    /// Its number among the candidates.
    pub candidate: u32,
    /// What the place is called, if it has a name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
    /// The services that it is of.
    pub services: Vec<String>,
    /// What it costs.
    pub cost: f64,
    /// Whether it was required.
    pub required: bool,
    /// What it adds to those before it: residents, or resident-seconds; for `p-center` residents within the longest way.
    pub adds: f64,
}

impl SitesDocument {
    /// Of an answer.
    pub fn new(found: &Sites, measured: &Measured, question: &Question, seconds: f64) -> Self {
        let service = |service: &usize| measured.standard.services[*service].id.clone();
        let place = |site: &Site| SiteDocument {
            candidate: site.candidate,
            name: site.name.clone(),
            lon: site.at.x,
            lat: site.at.y,
            services: site.services.iter().map(service).collect(),
            cost: site.cost,
            required: site.required,
            adds: site.adds,
        };
        Self {
            service: question.services.iter().map(service).collect::<Vec<_>>().join(","),
            standard: measured.standard.id.clone(),
            walker: measured.walker().id.clone(),
            model: question.model.name().to_owned(),
            residents: found.people,
            before: found.before,
            value: found.value,
            bound: found.bound,
            gap: found.gap(),
            proven_optimal: found.gap() == 0.0 && found.floors_proven,
            bound_at_junctions: found.bound_at_junctions,
            seconds,
            method: METHOD.to_owned(),
            cost: found.cost,
            at_least: None,
            goal: None,
            share: (question.model == Model::Center).then_some(question.share),
            with_one: found.times.map(|times| times.one),
            with_two: found.times.map(|times| times.two),
            areas: found.areas.iter().map(AreaDocument::from).collect(),
            candidates: found.candidates,
            candidates_without_street: found.without_street,
            sites: found.sites.iter().map(place).collect(),
        }
    }

    /// The same where the fewest were asked for: proven if one fewer is not enough.
    #[must_use]
    pub fn of_fewest(self, fewest: &Fewest) -> Self {
        let missed = match fewest.is_enough {
            true if fewest.needs_none => 0.0,
            true => f64::from(fewest.count.saturating_sub(fewest.at_least)) / f64::from(fewest.count.max(1)),
            false => 1.0,
        };
        Self {
            model: "lscp".to_owned(),
            at_least: Some(if fewest.needs_none { 0 } else { fewest.at_least }),
            goal: Some(fewest.goal),
            proven_optimal: fewest.is_proven(),
            gap: missed,
            ..self
        }
    }
}
