//! Trips: the times, or lengths, between origins and targets, as sparse as they are; and the measures that only add them up.
//!
//! Everything here is plain numbers: any program's travel times will do. `reach::catchment` and `reach::matrix` make them
//! for a city; for homes by the million `reach::weigh` adds up while it searches and keeps no pairs.

use super::Decay;
use crate::geo::{Quantity, Seconds};

/// Times, or lengths, of the trips from origins to targets; pairs without a way are left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trips<Q = Seconds> {
    origins: usize,
    by_target: Vec<Vec<(u32, Q)>>,
}

impl<Q: Quantity> Trips<Q> {
    /// Trips given by target: for each target the origins from which it is reached, with times.
    ///
    /// # Panics
    /// If an origin is not below `origins`.
    pub fn by_target(origins: usize, by_target: Vec<Vec<(u32, Q)>>) -> Self {
        assert!(by_target.iter().flatten().all(|(origin, _)| (*origin as usize) < origins), "an origin is not there");
        Self { origins, by_target }
    }

    /// Trips given one by one: origin, target, time.
    ///
    /// # Panics
    /// If an origin or a target is not there.
    pub fn from_pairs(origins: usize, targets: usize, pairs: impl IntoIterator<Item = (u32, u32, Q)>) -> Self {
        let mut by_target = vec![Vec::new(); targets];
        for (origin, target, time) in pairs {
            by_target[target as usize].push((origin, time));
        }
        Self::by_target(origins, by_target)
    }

    /// Number of origins.
    pub fn origins(&self) -> usize {
        self.origins
    }

    /// Number of targets.
    pub fn targets(&self) -> usize {
        self.by_target.len()
    }

    /// The origins from which a target is reached, with times.
    pub fn to(&self, target: usize) -> &[(u32, Q)] {
        &self.by_target[target]
    }

    /// Every trip: origin, target, time.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, usize, Q)> + '_ {
        let of = |(target, trips): (usize, &'_ [(u32, Q)])| {
            trips.iter().map(move |(origin, time)| (*origin as usize, target, *time)).collect::<Vec<_>>()
        };
        self.by_target.iter().enumerate().flat_map(move |(target, trips)| of((target, trips)))
    }

    /// Gravity-based accessibility (Hansen 1959): A_i = Σ_j S_j · f(t_ij). With [`Decay::Step`] these are the cumulative
    /// opportunities, Σ_j [t_ij ≤ T] · S_j.
    ///
    /// `supply` is one number a target; the result one number an origin, in the unit of supply.
    ///
    /// ```
    /// use lifecircle::geo::Seconds;
    /// use lifecircle::formulas::{Decay, Trips};
    /// // One home, a shop of 100 m² at 5 minutes and one of 400 m² at 10.
    /// let trips = Trips::from_pairs(1, 2, [(0, 0, Seconds(300.0)), (0, 1, Seconds(600.0))]);
    /// assert_eq!(trips.opportunities(&[100.0, 400.0], &Decay::Step(Seconds(600.0))), [500.0]);
    /// // Linear to 15 minutes: 100 · 2/3 + 400 · 1/3 = 200.
    /// assert!((trips.opportunities(&[100.0, 400.0], &Decay::Linear(Seconds(900.0)))[0] - 200.0).abs() < 1e-9);
    /// ```
    ///
    /// # Panics
    /// If there is not one supply for each target.
    pub fn opportunities(&self, supply: &[f64], decay: &Decay<Q>) -> Vec<f64> {
        assert_eq!(supply.len(), self.targets(), "one supply for each target");
        let mut access = vec![0.0; self.origins];
        for (origin, target, time) in self.iter() {
            access[origin] += supply[target] * decay.weight(time);
        }
        access
    }

    /// Proximity: for each origin the mean time to its `k` nearest targets, or to as many as there are; none where there
    /// is none. Source: Bruno et al. (2024), who take 20 and average over categories.
    ///
    /// ```
    /// use lifecircle::geo::Seconds;
    /// use lifecircle::formulas::Trips;
    /// let trips = Trips::from_pairs(1, 3, [(0, 0, Seconds(300.0)), (0, 1, Seconds(60.0)), (0, 2, Seconds(120.0))]);
    /// assert_eq!(trips.proximity(2), [Some(Seconds(90.0))]);
    /// ```
    pub fn proximity(&self, k: usize) -> Vec<Option<Q>> {
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); self.origins];
        for (origin, _, time) in self.iter() {
            times[origin].push(time.number());
        }
        let mean = |mut times: Vec<f64>| {
            times.sort_by(f64::total_cmp);
            times.truncate(k);
            (!times.is_empty()).then(|| Q::of_number(times.iter().sum::<f64>() / times.len() as f64))
        };
        times.into_iter().map(mean).collect()
    }
}
