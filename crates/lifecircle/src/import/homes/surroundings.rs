//! What lies around a place: a residential area, a school's grounds, a field, streets as close as in a town. Knows no building.

use std::collections::BTreeMap;

use super::grid::{Grid, HECTARES_AROUND};
use super::model::Model;
use crate::geo::{LonLat, polygon};
use crate::import::area::Area;
use crate::import::area_index::AreaIndex;

/// What lies around a place, as far as it says whether people live there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// A residential area.
    Homes,
    /// Nothing that says anything, with streets as close as in a town.
    Town,
    /// Nothing that says anything.
    Unknown,
    /// Something else where few people live: shops, fields.
    Few,
    /// Something else where nobody lives.
    Nobody,
}

/// The areas that say whether people live there.
pub(super) struct Surroundings<'a> {
    index: AreaIndex<'a>,
    /// What each says, and its square metres.
    says: Vec<(Around, f64)>,
    /// Metres of residential street, or as much of others as has as many homes.
    streets: Grid<f64>,
    /// Metres a hectare that make a town.
    town: f64,
    /// What is left of homes where nothing says anything: fewer where the map tells residential areas.
    pub unknown_share: f64,
}

impl<'a> Surroundings<'a> {
    /// Of areas, and of streets with the metres of residential street that they stand for.
    pub fn new(areas: &'a [Area<'_>], streets: &[(LonLat, f64)], model: &Model) -> Self {
        let telling = areas.iter().filter_map(|area| Some((area, (says(area, model)?, polygon::area(&area.shape)))));
        let (areas, says): (Vec<&Area<'_>>, Vec<(Around, f64)>) = telling.unzip();
        let mut grid: Grid<f64> = Grid::new(streets.iter().map(|(at, _)| *at));
        streets.iter().for_each(|(at, metres)| *grid.cell_mut(*at) += metres);
        Self {
            index: AreaIndex::new(areas.into_iter().map(|area| &area.shape)),
            says,
            streets: grid,
            town: model.surroundings.town,
            unknown_share: 1.0,
        }
    }

    /// What lies around a point: the smallest area decides. A school in a residential area is a school, a village in a nature
    /// reserve a village.
    pub fn of(&self, point: LonLat) -> Around {
        let around = self.index.all_containing(point).map(|area| self.says[area]);
        let said = around.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(Around::Unknown, |(says, _)| says);
        if said == Around::Unknown && self.is_town(point) { Around::Town } else { said }
    }

    fn is_town(&self, point: LonLat) -> bool {
        self.streets.around(point).sum::<f64>() >= self.town * HECTARES_AROUND
    }

    /// The share of homes that surroundings leave.
    pub fn share(&self, around: Around, model: &Model) -> f64 {
        match around {
            Around::Homes | Around::Town => 1.0,
            Around::Unknown => self.unknown_share,
            Around::Few => model.surroundings.few_share,
            Around::Nobody => 0.0,
        }
    }
}

/// What an area says; none if nothing. Buildings are asked for themselves.
fn says(area: &Area<'_>, model: &Model) -> Option<Around> {
    if area.tag("building").is_some() {
        return None;
    }
    let is = |kinds: &BTreeMap<String, Vec<String>>| {
        kinds.iter().any(|(key, values)| area.tag(key).is_some_and(|value| values.iter().any(|known| known == value)))
    };
    if is(&model.surroundings.none) {
        Some(Around::Nobody)
    } else if area.tag("landuse") == Some("residential") {
        Some(Around::Homes)
    } else {
        is(&model.surroundings.few).then_some(Around::Few)
    }
}
