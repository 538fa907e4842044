//! The few new facilities that would help most, as a report tells them: for each of the required services that most people lack the
//! one place where most people gain it, at whichever junction, as if nothing else were built. Whoever lives near the edge of the data counts as far as is known.

use geo::Intersects as _;
use geo_types::Point;
use lifecircle::city::Community;
use lifecircle::error::Result;
use lifecircle::measure::Measured;
use lifecircle::progress::Progress;
use lifecircle::report::Help;
use lifecircle::summary::Summary;

use crate::sites::{Candidate, Model, Most, Question, best_of_each, junctions};
use crate::units::most_lacked;

/// From this share of residents near the edge of the data on, nothing is told.
const MOST_NEAR_EDGE: f64 = 0.5;

/// The services, at most `count`, of which one new facility would reach most people who lack it, each with its best place: anywhere, or
/// at junctions of one community. Services that the map probably lacks are left out. Nothing where nobody lacks anything.
///
/// # Errors
/// If it is cancelled.
pub fn most_helpful(
    (measured, summary): (&Measured, &Summary),
    count: u32,
    inside: Option<&Community>,
    progress: &dyn Progress,
) -> Result<Vec<Help>> {
    // Where most people live by the edge of the data nobody knows who lacks what.
    if summary.data_quality.residents_near_edge > MOST_NEAR_EDGE {
        return Ok(Vec::new());
    }
    let standard = &measured.standard;
    let is_city = |service: usize| !summary.is_map_gap(&standard.services[service].id);
    let services = most_lacked(measured, inside, is_city);
    let candidates = match inside {
        None => None,
        Some(community) => {
            let all = junctions(&measured.reached.ready, progress)?.into_iter();
            Some(all.filter(|at| community.shape.intersects(&Point(*at))).map(Candidate::at).collect::<Vec<_>>())
        }
    };
    if services.is_empty() || candidates.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let question = Question { services, most: Most::Count(1), candidates, ..Question::of(0, 0, Model::Cover) };
    let sites = best_of_each(measured, &question, progress)?;
    let helps = sites.iter().flat_map(|site| site.services.iter().map(move |service| (site, service)));
    let in_city = |at| measured.city().communities.iter().find(|community| community.shape.intersects(&Point(at)));
    Ok(helps
        .map(|(site, service)| Help {
            service: standard.services[*service].id.clone(),
            at: site.at,
            community: in_city(site.at).map(|community| community.name.clone()),
            people: site.adds,
        })
        .filter(|help| help.people >= 1.0)
        .take(count as usize)
        .collect())
}
