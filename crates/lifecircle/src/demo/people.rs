//! The people of the estates, in age groups: whole numbers that add up to the city's.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use geo_types::{LineString, MultiPolygon, Polygon};

use super::blocks::Estate;
use crate::city::Ages;
use crate::import::{People, PeopleAt, PeopleRow};

/// Gives every estate its people, by floor area and luck.
pub(super) fn settle(estates: &[Estate], residents: u32, random: &mut ChaCha8Rng) -> People {
    let weights: Vec<f64> =
        estates.iter().map(|estate| estate.floor_area.sqrt() * random.random_range(0.6..1.3)).collect();
    let counts = apportion(&weights, residents);
    let rows = estates.iter().zip(counts).enumerate().map(|(number, (estate, count))| {
        let corners: Vec<_> = estate.plot.corners().iter().map(|corner| corner.on_earth()).collect();
        let children = (f64::from(count) * random.random_range(0.08..0.20)).round();
        let elderly = (f64::from(count) * random.random_range(0.10..0.38)).round();
        PeopleRow {
            id: format!("estate:{}", number + 1),
            at: PeopleAt::Area(MultiPolygon(vec![Polygon::new(LineString::from(corners), Vec::new())])),
            residents: f64::from(count),
            ages: Ages { children: Some(children), elderly: Some(elderly) },
        }
    });
    People::Rows(rows.collect())
}

/// Shares a whole number out by weights so that the shares add up (Hamilton's method of largest remainders).
fn apportion(weights: &[f64], total: u32) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    let exact: Vec<f64> = weights.iter().map(|weight| weight / sum * f64::from(total)).collect();
    let mut counts: Vec<u32> = exact.iter().map(|share| share.floor() as u32).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| (exact[*b].fract()).total_cmp(&exact[*a].fract()));
    let missing = total - counts.iter().sum::<u32>();
    for index in order.into_iter().take(missing as usize) {
        counts[index] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        let counts = apportion(&[1.0, 1.0, 1.0, 0.5], 100);
        assert_eq!(counts.iter().sum::<u32>(), 100);
        assert_eq!(counts, [29, 29, 28, 14]);
    }
}
