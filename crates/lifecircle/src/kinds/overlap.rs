//! How many places of a kind there are, where two sources overlap: by how many places both know, as animals are counted that are caught
//! twice. It says how much of a kind the map and the lists together still lack.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::Catalogue;
use crate::city::{City, Facility};

/// Of fewer places that both sources know nothing is concluded.
const FEWEST_IN_BOTH: usize = 5;

/// How far the bounds lie from the estimate, in standard errors: 95 %.
const BOUND: f64 = 1.96;

/// The places of a kind in the map and in the lists.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// Id of the kind.
    pub kind: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Places that the map knows.
    pub on_map: usize,
    /// Places that the lists know.
    pub in_lists: usize,
    /// Places that both know.
    pub in_both: usize,
    /// How many there are, if each source knows a place by chance, whether or not the other does.
    pub estimate: f64,
    /// Between these there are so many, at 95 %; never fewer than are known.
    pub bounds: [f64; 2],
}

impl Overlap {
    /// Places that are known to one source or to both.
    pub fn known(&self) -> usize {
        self.on_map + self.in_lists - self.in_both
    }

    /// The share of all places that the map knows.
    pub fn map_knows(&self) -> f64 {
        (self.on_map as f64 / self.estimate).min(1.0)
    }

    /// Of so many places on the map and in lists, and in both.
    ///
    /// Source: Chapman (1951), *Some properties of the hypergeometric distribution with applications to zoological sample censuses*; variance:
    /// Seber (1970).
    fn of([on_map, in_lists, in_both]: [usize; 3]) -> (f64, [f64; 2]) {
        let [m, l, b] = [on_map, in_lists, in_both].map(|count| count as f64);
        let estimate = (m + 1.0) * (l + 1.0) / (b + 1.0) - 1.0;
        let variance = (m + 1.0) * (l + 1.0) * (m - b) * (l - b) / ((b + 1.0).powi(2) * (b + 2.0));
        let (known, away) = (m + l - b, BOUND * variance.sqrt());
        (estimate.max(known), [(estimate - away).max(known), (estimate + away).max(known)])
    }
}

/// What the map and the lists of a city know of each kind, for kinds of which both know enough places.
pub fn overlaps(city: &City) -> Vec<Overlap> {
    let catalogue = Catalogue::built_in();
    let mut counts = vec![[0_usize; 3]; catalogue.kinds.len()];
    for facility in &city.facilities {
        // Entries of lists that the map does not know have ids of the form LIST:ID.
        let source = usize::from(facility.id.contains(':'));
        catalogue.kinds_of(facility).into_iter().for_each(|kind| counts[kind][source] += 1);
    }
    // An entry that was merged with a place of the map is in both; one merged with another entry is that one again.
    // Several lists may know the same place: it is one place that is in both.
    let places: HashMap<&str, &Facility> = city.facilities.iter().map(|place| (place.id.as_str(), place)).collect();
    let mut in_both = HashSet::new();
    for merge in city.merges.iter().filter(|merge| !merge.kept.contains(':')) {
        let Some(place) = places.get(merge.kept.as_str()) else { continue };
        let still = catalogue.kinds_of(place);
        for kind in merge.kinds.iter().filter_map(|id| catalogue.find(id)).filter(|kind| still.contains(kind)) {
            if in_both.insert((merge.kept.as_str(), kind)) {
                counts[kind][1] += 1;
                counts[kind][2] += 1;
            }
        }
    }
    let of = |(kind, counts): (usize, [usize; 3])| {
        let [on_map, in_lists, in_both] = counts;
        if in_both < FEWEST_IN_BOTH {
            return None;
        }
        let (estimate, bounds) = Overlap::of(counts);
        let kind = &catalogue.kinds[kind];
        let (zh, en) = (kind.zh.clone(), kind.en.clone());
        Some(Overlap { kind: kind.id.clone(), zh, en, on_map, in_lists, in_both, estimate, bounds })
    };
    counts.into_iter().enumerate().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Half of the list is on the map: the map knows half of all.
        let (estimate, bounds) = Overlap::of([50, 100, 50]);
        assert!((estimate - 100.0).abs() < 1e-9 && bounds == [100.0, 100.0]);
        // Chapman's own form: (21·16/7) − 1 = 47; variance 21·16·14·9 / (49·8) = 108.
        let (estimate, bounds) = Overlap::of([20, 15, 6]);
        assert!((estimate - 47.0).abs() < 1e-9);
        assert!((bounds[1] - (47.0 + 1.96 * 108.0_f64.sqrt())).abs() < 1e-9);
        // Never fewer than are known.
        assert_eq!(bounds[0], 29.0);
    }
}
