//! The quickest way from a place to another, with its line, time and length: asked in the API's form and in openrouteservice's.

use lifecircle::geo::{LonLat, Metres, Seconds, metric};
use lifecircle::network::{Cost as _, Snap};
use lifecircle::progress::Progress;
use lifecircle::ready::ReadyCity;

use crate::problem::Problem;

/// A way.
#[derive(Debug)]
pub struct Way {
    /// Along the streets.
    pub line: Vec<LonLat>,
    /// How long it takes, the walks between doors and streets included.
    pub seconds: Seconds,
    /// How far it is, they included too.
    pub metres: Metres,
}

/// The quickest way to any of some doors; none if there is no way.
///
/// # Errors
/// If it is stopped.
pub fn way(ready: &ReadyCity, from: &Snap, doors: &[Snap], stop: &dyn Progress) -> Result<Option<Way>, Problem> {
    let Some(route) = ready.route(&[*from], doors, stop)? else { return Ok(None) };
    let line = route.line(&ready.city().streets);
    let along: f64 = line.windows(2).map(|pair| metric::distance(pair[0], pair[1]).0).sum();
    let last = route.steps.last();
    let is_end = |door: &&Snap| last.is_some_and(|step| step.edge == door.edge && step.to == door.along);
    let to_door = doors.iter().find(is_end).or(doors.first()).map_or(0.0, |door| door.distance.0);
    let seconds = route.cost.quantity().ok_or_else(Problem::internal)?;
    Ok(Some(Way { line, seconds, metres: Metres(along + from.distance.0 + to_door) }))
}
