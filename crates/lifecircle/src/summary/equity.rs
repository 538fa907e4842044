//! Equity: how evenly access is spread over a city's people and communities.

use schemars::JsonSchema;
use serde::Serialize;

use crate::city::City;
use crate::formulas::{Concentration, CurvePoint, Theil, concentration, curve, gini, palma, theil_t};
use crate::measure::{CityTally, Total, residents_of};
use crate::standard::AgeGroup;

/// Inequality of one kind of access.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Equity {
    /// Gini index over residents, 0 (all have the same) to 1.
    pub gini: Option<f64>,
    /// Mean of the best-served tenth of residents over that of the worst-served four tenths; incomes are not known.
    pub palma: Option<f64>,
    /// Theil's T between and within communities.
    pub theil: Option<Theil>,
    /// Concentration index along communities by their share of older people: below 0 where access is with the young ones;
    /// none where ages are not known.
    pub concentration_by_elderly: Option<f64>,
    /// The Lorenz curve, thinned to its shape.
    pub lorenz: Vec<CurvePoint>,
}

/// How many points a curve keeps at most.
const CURVE_POINTS: usize = 50;

impl Equity {
    /// Of some access, one value a home.
    pub(super) fn of(city: &City, access: &[f64]) -> Self {
        let people: Vec<f64> = city.homes.iter().map(|home| home.residents).collect();
        let communities: Vec<u32> = city.homes.iter().map(|home| home.community.unwrap_or(u32::MAX)).collect();
        Self {
            gini: gini(access, &people),
            palma: palma(access, &people, access),
            theil: theil_t(access, &people, &communities),
            concentration_by_elderly: share_of_elderly(city)
                .and_then(|shares| concentration(Concentration::Standard, access, &people, &shares)),
            lorenz: thin(curve(access, &people, access)),
        }
    }

    /// Of the share of required services that residents have. Those of a community who have equally many are one entry, so that
    /// it adds up from tallies.
    pub fn of_completeness(tally: &CityTally) -> Self {
        let (mut access, mut people, mut communities, mut elderly) = (vec![], vec![], vec![], vec![]);
        let areas = tally.communities.iter().map(|(community, tally)| (*community, tally));
        for (community, area) in areas.chain([(u32::MAX, &tally.elsewhere)]) {
            let required = (area.residents_by_required.len() - 1).max(1) as f64;
            let all = area.all.residents.value();
            let old = if all > 0.0 { area.all.elderly.value() / all } else { 0.0 };
            for (count, residents) in area.residents_by_required.iter().enumerate() {
                if *residents > Total::default() {
                    access.push(count as f64 / required);
                    people.push(residents.value());
                    communities.push(community);
                    elderly.push(old);
                }
            }
        }
        let ages_are_known = tally.all.all.homes_of_unknown_elderly == 0;
        Self {
            gini: gini(&access, &people),
            palma: palma(&access, &people, &access),
            theil: theil_t(&access, &people, &communities),
            concentration_by_elderly: ages_are_known
                .then(|| concentration(Concentration::Standard, &access, &people, &elderly))
                .flatten(),
            lorenz: thin(curve(&access, &people, &access)),
        }
    }
}

/// For each home, the share of older people in its community; none where ages are not known.
fn share_of_elderly(city: &City) -> Option<Vec<f64>> {
    let mut sums = vec![(0.0, 0.0); city.communities.len() + 1];
    let place = |home: &crate::city::Home| home.community.map_or(city.communities.len(), |c| c as usize);
    for home in &city.homes {
        let (residents, elderly) = (home.residents, residents_of(home, AgeGroup::Elderly)?);
        let sum = &mut sums[place(home)];
        *sum = (sum.0 + residents, sum.1 + elderly);
    }
    let share = |home| {
        let (residents, elderly) = sums[place(home)];
        if residents > 0.0 { elderly / residents } else { 0.0 }
    };
    Some(city.homes.iter().map(share).collect())
}

/// Every so many points of a curve, its first and last among them.
fn thin(curve: Vec<CurvePoint>) -> Vec<CurvePoint> {
    if curve.len() <= CURVE_POINTS {
        return curve;
    }
    let last = curve.len() - 1;
    (0..CURVE_POINTS).map(|point| curve[point * last / (CURVE_POINTS - 1)]).collect()
}
