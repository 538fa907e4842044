//! The areas within reach of each place.

use geo_types::{Geometry, MultiPolygon};
use rayon::prelude::*;

use super::Points;
use crate::error::Result;
use crate::geo::{Quantity as _, polygon};
use crate::network::{Cost as _, Millis};
use crate::progress::Progress;
use crate::reach::Heading;
use crate::ready::ReadyCity;
use crate::tables::Table;

/// A row for each place and limit, the smallest first: `id`, `minutes`, `square_metres`, and the area as geometry. Places without a street have none.
///
/// # Errors
/// If it is cancelled.
///
/// ```
/// use lifecircle::accessibility::{Points, isochrones};
/// use lifecircle::network::{Millis, Walker};
/// use lifecircle::reach::Heading;
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let schools = Points::of_kind(&city, "primary_school")?;
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("child")?), &())?;
/// let areas = isochrones(&ready, &schools, &[Millis(300_000), Millis(600_000)], Heading::Back, &())?;
/// assert_eq!(areas.rows(), 2 * schools.ids().len());
/// # Ok(())
/// # }
/// ```
pub fn isochrones(
    ready: &ReadyCity,
    points: &Points,
    limits: &[Millis],
    heading: Heading,
    progress: &dyn Progress,
) -> Result<Table> {
    let mut limits = limits.to_vec();
    limits.sort_unstable();
    limits.dedup();
    let places = points.places::<Millis>(ready);
    let of_place = |place: usize| -> Result<Vec<MultiPolygon<f64>>> {
        progress.check()?;
        let doors = places.doors(place);
        let areas = if doors.is_empty() { Vec::new() } else { ready.areas(doors, heading, &limits) };
        progress.advance(1);
        Ok(areas)
    };
    let all: Vec<Vec<MultiPolygon<f64>>> = (0..places.len()).into_par_iter().map(of_place).collect::<Result<_>>()?;
    let rows: Vec<(&String, Millis, MultiPolygon<f64>)> = points
        .ids()
        .iter()
        .zip(all)
        .flat_map(|(id, areas)| limits.iter().zip(areas).map(move |(limit, area)| (id, *limit, area)))
        .collect();
    let minutes = |limit: Millis| limit.quantity().map_or(f64::INFINITY, |time| time.number() / 60.0);
    Ok(Table::new()
        .text("id", rows.iter().map(|(id, ..)| id))
        .numbers("minutes", rows.iter().map(|(_, limit, _)| minutes(*limit)))
        .numbers("square_metres", rows.iter().map(|(.., area)| polygon::area(area)))
        .geometry(rows.into_iter().map(|(.., area)| Geometry::MultiPolygon(area))))
}
