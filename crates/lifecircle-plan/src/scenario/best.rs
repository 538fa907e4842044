//! How good a scenario is: what each of its edits adds, and how far its new facilities are from the best that as many could do.

use lifecircle::error::Result;
use lifecircle::measure::{EditedCity, Measured, Total};
use lifecircle::progress::Progress;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Comparison, Edit, Scenario, apply_feature, homes_changed};
use crate::sites::{Model, Question, find_sites};
use crate::siting::Watch;

/// Scenarios of more edits are not told edit by edit.
pub const MOST_STEPS: usize = 60;

/// What as many new facilities of a service as a scenario has could do at best.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BestPossible {
    /// The service.
    pub service: String,
    /// How many new facilities of it the scenario has.
    pub count: u32,
    /// Residents who gain the service by the scenario.
    pub gained: f64,
    /// How many candidates there were: junctions of the streets, thinned.
    pub candidates: usize,
    /// Residents who would gain it by the best choice of candidates that was found.
    pub best_found: f64,
    /// No choice of as many candidates gives it to more.
    pub bound: f64,
    /// No choice of as many junctions, whichever they are, gives it to more; known where the threshold is a time.
    pub bound_at_junctions: Option<f64>,
}

/// How many residents gain a service after each edit, those before it made too; nothing for long scenarios.
///
/// # Errors
/// If an edit cannot be made, or it is cancelled.
pub fn gaining_by_step(scenario: &Scenario, untouched: &EditedCity, progress: &dyn Progress) -> Result<Vec<f64>> {
    if scenario.features.len() > MOST_STEPS {
        return Ok(Vec::new());
    }
    let mut city = untouched.clone();
    let before = city.measured(progress)?.swap_remove(0);
    let step = |feature| {
        apply_feature(feature, &mut city)?;
        let after = city.measured(progress)?.swap_remove(0);
        let gaining = homes_changed(&before, &after).into_iter().filter(|change| !change.gained.is_empty());
        Ok(gaining.map(|change| before.city().homes[change.home].residents).collect::<Total>().value())
    };
    scenario.features.iter().map(step).collect()
}

/// What as many new facilities could do at best, for each service of which a scenario has some. Only of a scenario that does nothing
/// but add facilities: whatever else it did would be taken for theirs.
///
/// # Errors
/// If it is cancelled before anything is known.
pub fn best_possible(
    scenario: &Scenario,
    comparison: &Comparison,
    before: &Measured,
    watch: &dyn Watch,
    progress: &dyn Progress,
) -> Result<Vec<BestPossible>> {
    if !scenario.features.iter().all(|feature| matches!(feature.edit, Edit::AddFacility { .. })) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (index, service) in before.standard.services.iter().enumerate() {
        let count = comparison.edits.iter().filter(|edit| edit.services.contains(&service.id)).count() as u32;
        if count == 0 || service.count > 1 {
            continue;
        }
        let question = Question { gap: 0.001, ..Question::of(index, count, Model::Cover) };
        let sites = find_sites(before, &question, watch, progress)?.sites;
        let gained = comparison.changes.services.iter().find(|change| change.service == service.id);
        found.push(BestPossible {
            service: service.id.clone(),
            count,
            gained: gained.map_or(0.0, |change| change.residents_gained),
            candidates: sites.candidates,
            best_found: sites.value - sites.before,
            bound: sites.bound - sites.before,
            bound_at_junctions: sites.bound_at_junctions.map(|bound| bound - sites.before),
        });
    }
    Ok(found)
}
