//! Floating catchments: how much of a facility there is for each person who can come to it.
//!
//! With t = time, P = people, S = supply, w = f(t) a decay:
//!
//! | measure | ratio at the facility | access at home | source |
//! |---|---|---|---|
//! | 2SFCA, f = step | R_j = S_j / Σ_i w_ij·P_i | A_i = Σ_j w_ij·R_j | Luo & Wang 2003 |
//! | E2SFCA, f = bands; Gaussian 2SFCA, f = Gaussian | the same | the same | Luo & Qi 2009; Dai 2010 |
//! | 3SFCA | R_j = S_j / Σ_i g_ij·w_ij·P_i, g_ij = w_ij / Σ_k w_ik | A_i = Σ_j g_ij·w_ij·R_j | Wan, Zou & Sternberg 2012 |
//! | M2SFCA | R_j = S_j / Σ_i w_ij·P_i | A_i = Σ_j w_ij²·R_j | Delamater 2013 |
//! | balanced FCA | R_j = S_j / Σ_i P_i·(w_ij / Σ_k w_ik) | A_i = Σ_j R_j·(w_ij / Σ_h w_hj) | Paez, Higgins & Vivona 2019 |
//!
//! For 2SFCA, E2SFCA, Gaussian 2SFCA and 3SFCA nothing is lost: Σ_i A_i·P_i = Σ_j S_j over the facilities that anybody
//! comes to.

use super::{Decay, Trips};
use crate::geo::Quantity;

/// Which of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatingCatchment {
    /// 2SFCA; E2SFCA and the Gaussian variant by their decays.
    TwoStep,
    /// 3SFCA: people choose among facilities.
    ThreeStep,
    /// M2SFCA: distance costs even where there is no competition.
    Modified,
    /// Balanced FCA: neither demand nor supply is counted twice.
    Balanced,
}

/// The share of supply for each person at each origin. `people`: one number an origin; `supply`: one a target.
///
/// ```
/// use lifecircle::geo::Seconds;
/// use lifecircle::formulas::{Decay, FloatingCatchment, Trips, floating_catchment};
/// // 100 people near a kindergarten of 30 places; 50 others near it and near one of 25 places.
/// let near = Seconds(300.0);
/// let trips = Trips::from_pairs(2, 2, [(0, 0, near), (1, 0, near), (1, 1, near)]);
/// let access = floating_catchment(FloatingCatchment::TwoStep, &trips, &[100.0, 50.0], &[30.0, 25.0], &Decay::Step(near));
/// // 30/150 = 0.2 for all; 25/50 = 0.5 more for the others.
/// assert_eq!(access, [0.2, 0.7]);
/// assert_eq!(access[0] * 100.0 + access[1] * 50.0, 30.0 + 25.0);
/// ```
///
/// # Panics
/// If there is not one number of people for each origin and one supply for each target.
pub fn floating_catchment<Q: Quantity>(
    of: FloatingCatchment,
    trips: &Trips<Q>,
    people: &[f64],
    supply: &[f64],
    decay: &Decay<Q>,
) -> Vec<f64> {
    assert_eq!(people.len(), trips.origins(), "one number of people for each origin");
    assert_eq!(supply.len(), trips.targets(), "one supply for each target");
    let choice = match of {
        FloatingCatchment::ThreeStep | FloatingCatchment::Balanced => Some(weight_of_origins(trips, decay)),
        _ => None,
    };
    // The share of its weight that an origin gives to a trip.
    let chosen = |origin: usize, weight: f64| choice.as_ref().map_or(1.0, |sums| share(weight, sums[origin]));
    let mut access = vec![0.0; trips.origins()];
    for (target, supply) in supply.iter().enumerate() {
        let trips = trips.to(target).iter().map(|(origin, time)| (*origin as usize, decay.weight(*time)));
        let demand: f64 = trips
            .clone()
            .map(|(origin, w)| match of {
                FloatingCatchment::TwoStep | FloatingCatchment::Modified => w * people[origin],
                FloatingCatchment::ThreeStep => chosen(origin, w) * w * people[origin],
                FloatingCatchment::Balanced => chosen(origin, w) * people[origin],
            })
            .sum();
        if demand <= 0.0 {
            continue;
        }
        let ratio = supply / demand;
        let drawn: f64 = trips.clone().map(|(_, weight)| weight).sum();
        for (origin, w) in trips {
            access[origin] += ratio
                * match of {
                    FloatingCatchment::TwoStep => w,
                    FloatingCatchment::ThreeStep => chosen(origin, w) * w,
                    FloatingCatchment::Modified => w * w,
                    FloatingCatchment::Balanced => share(w, drawn),
                };
        }
    }
    access
}

/// For each origin the sum of its weights over all targets.
fn weight_of_origins<Q: Quantity>(trips: &Trips<Q>, decay: &Decay<Q>) -> Vec<f64> {
    let mut sums = vec![0.0; trips.origins()];
    for (origin, _, time) in trips.iter() {
        sums[origin] += decay.weight(time);
    }
    sums
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Seconds;
    use proptest::prelude::*;

    /// One home of 10 people with 8 beds at half the weight: 2SFCA gives all 8, M2SFCA half of them, since the way costs.
    #[test]
    fn distance_costs_even_without_competition() {
        let trips = Trips::from_pairs(1, 1, [(0, 0, Seconds(450.0))]);
        let decay = Decay::Linear(Seconds(900.0));
        let access = |of| floating_catchment(of, &trips, &[10.0], &[8.0], &decay)[0];
        // R = 8 / (½·10) = 1.6; A = ½·1.6, and ½²·1.6.
        assert_eq!(access(FloatingCatchment::TwoStep), 0.8);
        assert_eq!(access(FloatingCatchment::Modified), 0.4);
    }

    proptest! {
        /// Whatever the city: what facilities have is what people get.
        #[test]
        fn nothing_is_lost(
            people in prop::collection::vec(0.0..1000.0_f64, 1..12),
            supply in prop::collection::vec(0.0..500.0_f64, 1..8),
            times in prop::collection::vec(0.0..1500.0_f64, 96),
            reached in prop::collection::vec(any::<bool>(), 96),
        ) {
            let pairs = (0..people.len()).flat_map(|i| (0..supply.len()).map(move |j| (i, j)));
            let trips: Vec<_> = pairs
                .filter(|(i, j)| reached[i * 8 + j])
                .map(|(i, j)| (i as u32, j as u32, Seconds(times[i * 8 + j])))
                .collect();
            let trips = Trips::from_pairs(people.len(), supply.len(), trips);
            let decays = [
                Decay::Step(Seconds(900.0)),
                Decay::Gaussian(Seconds(900.0)),
                Decay::Exponential(0.002),
                Decay::Bands(vec![(Seconds(300.0), 1.0), (Seconds(600.0), 0.68), (Seconds(900.0), 0.22)]),
            ];
            for decay in decays {
                for of in [FloatingCatchment::TwoStep, FloatingCatchment::ThreeStep] {
                    let access = floating_catchment(of, &trips, &people, &supply, &decay);
                    let got: f64 = access.iter().zip(&people).map(|(a, p)| a * p).sum();
                    let comes = |j: usize| trips.to(j).iter().any(|(i, t)| decay.weight(*t) > 0.0 && people[*i as usize] > 0.0);
                    let had: f64 = supply.iter().enumerate().filter(|(j, _)| comes(*j)).map(|(_, s)| s).sum();
                    prop_assert!((got - had).abs() <= 1e-9 * had.max(1.0), "{got} {had}");
                }
            }
        }
    }
}
