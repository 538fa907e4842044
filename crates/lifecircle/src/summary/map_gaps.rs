//! Gaps of the map rather than of the city: services of which the data holds far fewer than any town of its size has.
//!
//! How many facilities of a kind ten thousand residents have at the least stands in the catalogue of kinds. A service is a probable gap
//! of the map if the data holds less than a quarter of that, and so few would not come about by chance if there were half as many. Where that holds
//! for most services the map is a map of streets, and a service of which nobody tells a usual number is a probable gap too, if there is hardly one.

use crate::measure::Measured;

/// Less than this share of what is usual is improbable.
pub(super) const FEW: f64 = 0.25;

/// So few by chance are no chance.
const CHANCE: f64 = 0.01;

/// What a standard asks of a neighbourhood is there so often for 10,000 residents, where nobody tells how often. Own assumption.
const AT_THE_LEAST: f64 = 0.5;

/// Whether the data probably lacks most of a service's facilities.
pub(super) fn is_map_gap(found: usize, usual: f64) -> bool {
    (found as f64) < FEW * usual && by_chance(found, usual / 2.0) < CHANCE
}

/// How many facilities of a service the data holds, beside what is usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapGap {
    /// How many so many residents have at the least; none where nobody tells, or where only facilities of some size count.
    pub usual: Option<f64>,
    /// Whether the data probably lacks most of them.
    pub is_probable: bool,
}

/// For each service of a measured city with so many residents.
pub fn map_gaps(measured: &Measured, residents: f64) -> Vec<MapGap> {
    let standard = &measured.standard;
    let of_service = |(service, found): (usize, &Vec<u32>)| {
        let usual = standard.usual_number(service).map(|usual| usual * residents / 10_000.0);
        MapGap { usual, is_probable: usual.is_some_and(|usual| is_map_gap(found.len(), usual)) }
    };
    let mut gaps: Vec<MapGap> = measured.recognised.services.iter().enumerate().map(of_service).collect();
    let known = gaps.iter().filter(|gap| gap.usual.is_some()).count();
    let probable = gaps.iter().filter(|gap| gap.is_probable).count();
    if probable * 2 > known {
        let usual = AT_THE_LEAST * residents / 10_000.0;
        for (gap, found) in gaps.iter_mut().zip(&measured.recognised.services) {
            if gap.usual.is_none() && is_map_gap(found.len(), usual) {
                *gap = MapGap { usual: Some(usual), is_probable: true };
            }
        }
    }
    gaps
}

/// The chance of so few or fewer where so many are expected (Poisson).
fn by_chance(few: usize, expected: f64) -> f64 {
    let mut term = (-expected).exp();
    let mut sum = term;
    for number in 1..=few {
        term *= expected / number as f64;
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_of_many_is_a_gap_of_the_map() {
        assert!(is_map_gap(2, 44.0), "two kindergartens for 440,000 people");
        assert!(!is_map_gap(12, 44.0));
        assert!(!is_map_gap(0, 3.0), "a village without one may have none");
        assert!(is_map_gap(0, 20.0));
        // e^-2 (1 + 2 + 2).
        assert!((by_chance(2, 2.0) - 0.676_676_416).abs() < 1e-9);
    }
}
