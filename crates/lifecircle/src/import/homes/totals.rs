//! Totals that the extract itself tells: `population` of boundaries and of settlements. What was estimated is scaled to them.
//!
//! The smallest areas come first; a larger one scales what they leave. A total far from what was estimated is not believed, since
//! it may be that of a whole city of which the extract holds a part, or a slip of the keyboard.

use geo::BoundingRect;
use geo_types::MultiPolygon;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::model::TotalModel;
use crate::city::{Basis, Home};
use crate::geo::metric::{Frame, Mercator, distance};
use crate::geo::{LonLat, polygon};
use crate::import::area::Area;
use crate::import::area_index::AreaIndex;
use crate::import::scan::{Label, Settlement};

/// Places are compared with their totals from so many of them on.
const FEW_PLACES: usize = 5;

/// Side of the grid of points that tells how much of an area lies within the extract.
const SAMPLES: u32 = 20;

/// What came of the extract's totals.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Scaled {
    /// Places whose totals were believed.
    pub places: usize,
    /// The sum of their residents.
    pub residents: f64,
    /// Places whose totals were not believed.
    pub implausible: usize,
    /// How well the estimate agreed with totals before it was scaled.
    pub agreement: Option<Agreement>,
}

/// How well an estimate agrees with totals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Agreement {
    /// Spearman's rank correlation.
    pub rank_correlation: f64,
    /// The sum of what was estimated for these places, as a share of the sum of their totals.
    pub total: f64,
}

/// A total, and the homes whose it is.
struct Total {
    residents: f64,
    homes: Vec<usize>,
    /// Square metres, to begin with the smallest.
    size: f64,
}

/// Scales homes to the totals of areas and settlements.
pub(super) fn scale(
    homes: &mut [Home],
    areas: &[Area<'_>],
    labels: &[Label],
    extent: [f64; 4],
    model: &TotalModel,
) -> Scaled {
    let boundaries: Vec<&Area<'_>> =
        areas.iter().filter(|area| area.tag("boundary") == Some("administrative")).collect();
    let index = AreaIndex::new(boundaries.iter().map(|area| &area.shape));
    let is_within = |shape: &MultiPolygon<f64>| share_within(shape, extent) >= model.area_within;
    let mut told = of_boundaries(&boundaries, &index, labels);
    for (told, area) in told.iter_mut().zip(&boundaries) {
        *told = told.filter(|_| is_within(&area.shape));
    }
    // Only those that tell something are asked for each home: an outline of a country has many corners.
    let telling = boundaries.iter().zip(&told).filter_map(|(area, told)| Some((*area, (*told)?)));
    let telling: Vec<(&Area<'_>, f64)> = telling.collect();
    let index = AreaIndex::new(telling.iter().map(|(area, _)| &area.shape));
    let mut members = vec![Vec::new(); telling.len()];
    let mut is_covered = vec![false; homes.len()];
    if !telling.is_empty() {
        for (number, home) in homes.iter().enumerate() {
            for area in index.all_containing(home.at) {
                members[area].push(number);
                is_covered[number] |= is_small(telling[area].0);
            }
        }
    }
    let mut totals: Vec<Total> = telling
        .iter()
        .zip(members)
        .map(|((area, residents), homes)| Total { residents: *residents, homes, size: polygon::area(&area.shape) })
        .collect();
    let has_total = |at: LonLat| index.all_containing(at).any(|area| is_small(telling[area].0));
    totals.extend(of_settlements(homes, &is_covered, labels, &has_total, extent, model));
    totals.sort_by(|a, b| a.size.total_cmp(&b.size));
    apply(homes, &totals, model)
}

/// The residents of each boundary, where it or the settlement that it is named after tells them.
fn of_boundaries(boundaries: &[&Area<'_>], index: &AreaIndex<'_>, labels: &[Label]) -> Vec<Option<f64>> {
    let mut told: Vec<Option<f64>> = boundaries.iter().map(|area| area.tag("population").and_then(number)).collect();
    let mut inside: Vec<Vec<&Label>> = vec![Vec::new(); boundaries.len()];
    for label in labels.iter().filter(|label| label.settlement.is_some_and(|kind| kind >= Settlement::Village)) {
        let mut around: Vec<usize> = index.all_containing(label.at.degrees()).collect();
        around.sort_by(|a, b| {
            polygon::area(&boundaries[*a].shape).total_cmp(&polygon::area(&boundaries[*b].shape)).then(a.cmp(b))
        });
        // A city's node lies in one of its districts; its number is that of the boundary that has its name.
        match around.iter().find(|area| is_named_after(boundaries[**area], label)) {
            Some(area) => {
                told[*area] = told[*area].or(label.population);
            }
            None => around.first().into_iter().for_each(|area| inside[*area].push(label)),
        }
    }
    let sums =
        boundaries.iter().zip(inside).zip(&mut told).filter(|((area, _), told)| told.is_none() && is_small(area));
    for ((_, settlements), told) in sums {
        let is_part = |label: &&Label| label.settlement == Some(Settlement::City);
        if !settlements.is_empty() && !settlements.iter().any(is_part) {
            *told = settlements.iter().map(|label| label.population).sum();
        }
    }
    told
}

fn is_named_after(area: &Area<'_>, label: &Label) -> bool {
    area.tags.iter().any(|(key, name)| {
        (key == "name" || key.starts_with("name:")) && (*name == label.name.local || *name == label.name.en)
    })
}

/// Whether a boundary is that of a municipality or smaller.
fn is_small(area: &Area<'_>) -> bool {
    area.tag("admin_level").and_then(|level| level.parse::<u8>().ok()).is_some_and(|level| level >= 6)
}

/// A number of residents as mappers write it: `12345`, `12,345`, `12 345`.
pub(in crate::import) fn number(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | ',' | '\'' | '\u{a0}' | '\u{202f}')).collect();
    digits.parse().ok().filter(|number: &f64| (1.0..5e8).contains(number))
}

/// How much of an area lies within an extent.
fn share_within(shape: &MultiPolygon<f64>, [w, s, e, n]: [f64; 4]) -> f64 {
    let Some(bounds) = shape.bounding_rect() else { return 0.0 };
    let (mut inside, mut all) = (0_u32, 0_u32);
    for step in 0..SAMPLES * SAMPLES {
        let along = |step: u32| (f64::from(step) + 0.5) / f64::from(SAMPLES);
        let x = bounds.min().x + bounds.width() * along(step % SAMPLES);
        let y = bounds.min().y + bounds.height() * along(step / SAMPLES);
        if polygon::contains(shape, LonLat { x, y }) {
            all += 1;
            inside += u32::from((w..=e).contains(&x) && (s..=n).contains(&y));
        }
    }
    f64::from(inside) / f64::from(all.max(1))
}

/// Totals of cities, towns and villages that no boundary tells: those of the homes that are nearest to them.
fn of_settlements(
    homes: &[Home],
    is_covered: &[bool],
    labels: &[Label],
    has_total: &dyn Fn(LonLat) -> bool,
    extent: [f64; 4],
    model: &TotalModel,
) -> Vec<Total> {
    let settlements: Vec<&Label> = labels.iter().filter(|label| label.settlement.is_some()).collect();
    let reach = |residents: f64| model.settlement_reach * (residents / 1000.0).sqrt();
    let counts = |label: &&Label| {
        let residents = label.population?;
        let at = label.at.degrees();
        let is_inside = !has_total(at) && circle_within(at, reach(residents), extent) >= model.settlement_within;
        is_inside.then_some(residents)
    };
    let told: Vec<Option<f64>> = settlements.iter().map(counts).collect();
    if told.iter().all(Option::is_none) {
        return Vec::new();
    }
    let tree = RTree::bulk_load(
        settlements
            .iter()
            .enumerate()
            .map(|(index, label)| GeomWithData::new(Mercator::project(label.at.degrees()), index))
            .collect(),
    );
    let mut members = vec![Vec::new(); settlements.len()];
    for (number, home) in homes.iter().enumerate().filter(|(number, _)| !is_covered[*number]) {
        let Some(nearest) = tree.nearest_neighbor(Mercator::project(home.at)).map(|entry| entry.data) else { continue };
        let within = |residents| distance(settlements[nearest].at.degrees(), home.at).0 <= reach(residents);
        if told[nearest].is_some_and(within) {
            members[nearest].push(number);
        }
    }
    let totals = told.into_iter().zip(members);
    totals
        .filter_map(|(residents, homes)| {
            let residents = residents?;
            Some(Total { residents, homes, size: std::f64::consts::PI * reach(residents).powi(2) })
        })
        .collect()
}

/// How much of the square around a circle lies within an extent.
fn circle_within(at: LonLat, radius: f64, [w, s, e, n]: [f64; 4]) -> f64 {
    let frame = Frame::at(at.y);
    let (dx, dy) = (radius / frame.per_lon, radius / frame.per_lat);
    let overlap = |from: f64, to: f64, low: f64, high: f64| (to.min(high) - from.max(low)).max(0.0) / (to - from);
    overlap(at.x - dx, at.x + dx, w, e) * overlap(at.y - dy, at.y + dy, s, n)
}

/// Scales the homes of each total, and then those of none as the others were on the whole.
fn apply(homes: &mut [Home], totals: &[Total], model: &TotalModel) -> Scaled {
    let estimated: Vec<f64> = homes.iter().map(|home| home.residents).collect();
    let mut fixed = vec![false; homes.len()];
    let mut scaled = Scaled::default();
    let mut pairs = Vec::new();
    for total in totals {
        let sum = |of: &dyn Fn(usize) -> bool| -> f64 {
            total.homes.iter().filter(|home| of(**home)).map(|home| homes[*home].residents).sum()
        };
        let (known, free) = (sum(&|home| fixed[home]), sum(&|home| !fixed[home]));
        if free <= 0.0 {
            continue;
        }
        let factor = (total.residents - known) / free;
        if !(1.0 / model.plausible..=model.plausible).contains(&factor) {
            scaled.implausible += 1;
            continue;
        }
        if known == 0.0 {
            pairs.push((free, total.residents));
        }
        scaled.places += 1;
        for home in &total.homes {
            if !std::mem::replace(&mut fixed[*home], true) {
                homes[*home].residents *= factor;
                homes[*home].basis = Basis::Total;
            }
        }
    }
    let sums = |of: bool| -> (f64, f64) {
        let these = homes.iter().zip(&estimated).zip(&fixed).filter(|(_, fixed)| **fixed == of);
        these.fold((0.0, 0.0), |(now, before), ((home, estimate), _)| (now + home.residents, before + estimate))
    };
    let ((now, before), (_, rest)) = (sums(true), sums(false));
    scaled.residents = now;
    scaled.agreement = agreement(&pairs);
    if before > 0.0 && rest > 0.0 {
        // The more of the city has totals, the more they say of the rest.
        let factor = (now / before).powf(before / (before + rest));
        homes.iter_mut().zip(&fixed).filter(|(_, fixed)| !**fixed).for_each(|(home, _)| home.residents *= factor);
    }
    scaled
}

/// How well estimates agree with totals, if there are enough.
fn agreement(pairs: &[(f64, f64)]) -> Option<Agreement> {
    if pairs.len() < FEW_PLACES {
        return None;
    }
    let (estimates, totals): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (a, b) = (ranks(&estimates), ranks(&totals));
    let middle = (pairs.len() as f64 - 1.0) / 2.0;
    let product = |x: &[f64], y: &[f64]| -> f64 { x.iter().zip(y).map(|(x, y)| (x - middle) * (y - middle)).sum() };
    let spread = (product(&a, &a) * product(&b, &b)).sqrt();
    (spread > 0.0).then(|| Agreement {
        rank_correlation: product(&a, &b) / spread,
        total: estimates.iter().sum::<f64>() / totals.iter().sum::<f64>(),
    })
}

/// The rank of each number, those that are equal sharing theirs.
fn ranks(numbers: &[f64]) -> Vec<f64> {
    let rank = |number: &f64| {
        let below = numbers.iter().filter(|other| *other < number).count();
        let equal = numbers.iter().filter(|other| *other == number).count();
        below as f64 + (equal as f64 - 1.0) / 2.0
    };
    numbers.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_mappers_write_them() {
        assert_eq!(number("12,345"), Some(12_345.0));
        assert_eq!(number("12 345"), Some(12_345.0));
        assert_eq!(number("many"), None);
        assert_eq!(number("0"), None);
    }

    #[test]
    fn agreement_by_hand() {
        let pairs = [(1.0, 10.0), (2.0, 20.0), (3.0, 40.0), (4.0, 30.0), (5.0, 50.0)];
        let found = agreement(&pairs).unwrap();
        // One exchange of neighbours among five: 1 - 6·2 / (5·24).
        assert!((found.rank_correlation - 0.9).abs() < 1e-12);
        assert!((found.total - 0.1).abs() < 1e-12);
        assert_eq!(ranks(&[3.0, 1.0, 3.0]), [1.5, 0.0, 1.5]);
    }
}
