//! Times from places to places as a table: asked of the engine, bounded before it is computed. It knows nothing of HTTP.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type};
use lifecircle::geo::LonLat;
use lifecircle::network::{Millis, NoStreet, Snap};
use lifecircle::progress::Progress;
use lifecircle::reach::{Places, matrix};
use lifecircle::ready::ReadyCity;

use crate::problem::Problem;

/// Times of one question.
pub const MOST_CELLS: usize = 4_000_000;

/// Seconds from every origin to every destination; none where there is no way within the limit, or no street near either.
pub type Times = Vec<Vec<Option<f64>>>;

/// Places on one side of a question.
pub const MOST_PLACES: usize = 10_000;

/// Looks how large a question is, before anything is made for it.
///
/// # Errors
/// If it is too large.
pub fn fits(origins: usize, destinations: usize) -> Result<(), Problem> {
    if origins.max(destinations) > MOST_PLACES || origins.saturating_mul(destinations) > MOST_CELLS {
        let problem = format!(
            "a matrix may have {MOST_PLACES} origins, as many destinations, and {MOST_CELLS} times in all; ask in parts"
        );
        return Err(Problem::bad_input(problem));
    }
    Ok(())
}

/// A point, and where it joins the streets, if any street is near.
#[derive(Debug, Clone, Copy)]
pub struct End {
    /// The point.
    pub at: LonLat,
    /// Where it joins the streets.
    pub snap: Result<Snap, NoStreet>,
}

/// Where points join the streets.
pub fn snapped(ready: &ReadyCity, points: &[LonLat]) -> Vec<End> {
    points.iter().map(|point| End { at: *point, snap: ready.snap(*point) }).collect()
}

/// All times.
///
/// # Errors
/// If there would be too many, or it is stopped.
pub fn times(
    ready: &ReadyCity,
    origins: &[End],
    destinations: &[End],
    limit: Millis,
    stop: &dyn Progress,
) -> Result<Times, Problem> {
    fits(origins.len(), destinations.len())?;
    let doors = |all: &[End]| -> Places<Millis> { all.iter().map(|end| end.snap.ok()).collect() };
    let mut times = vec![vec![None; destinations.len()]; origins.len()];
    let engine = ready.times().engine(stop)?;
    matrix(engine, &doors(origins), &doors(destinations), limit, stop, |batch| {
        let [from, to] = [0, 1].map(|column| batch.column(column).as_primitive::<UInt32Type>().values().clone());
        let seconds = batch.column(2).as_primitive::<Float64Type>().values().clone();
        for ((from, to), seconds) in from.iter().zip(to.iter()).zip(seconds.iter()) {
            let (from, to) = (*from as usize, *to as usize);
            // Whoever is there already need not go out to the street and back.
            let is_there = origins[from].at == destinations[to].at;
            times[from][to] = Some(if is_there { 0.0 } else { *seconds });
        }
        Ok(())
    })?;
    Ok(times)
}
