//! How cheap no plan can be. Every region has a price for being in a unit; a centre takes the regions that pay best, as many as its unit may
//! weigh: a knapsack. The prices, and the units of the centres that take most, are less than any plan costs. That units hang together and
//! who must be apart is not asked, so no plan is ruled out.
//!
//! Prices are whole numbers and sums are exact, so a bound is a bound.
//!
//! Source: Geoffrion (1974); Held, Wolfe & Crowder (1974), *Validation of subgradient optimization*, for the steps.

use rayon::prelude::*;

use super::problem::{FORBIDDEN, Regions};

/// Weights are counted in so many steps of the greatest that a unit may have.
const STEPS: i64 = 2_000;

/// Above so many pairs of region and centre a knapsack may cut regions in two, which is quicker and bounds less.
const MOST_WHOLE: usize = 40_000;

/// Which centres have a unit: some do, some do not, the others may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Free,
    Open,
    Closed,
}

/// A bound, and what it rests on.
#[derive(Debug, Clone)]
pub struct Bound {
    /// No plan costs less.
    pub value: i64,
    /// The prices.
    pub prices: Vec<i64>,
    /// What each centre's best unit is worth at these prices; none for those that can have no unit.
    pub worth: Vec<Option<i64>>,
}

/// The knapsacks of a problem.
pub struct Knapsacks<'a> {
    regions: &'a Regions,
    /// Regions that a centre may have, without its own: region and scaled weight.
    takes: Vec<Vec<u32>>,
    is_whole: bool,
    grain: i64,
    /// By how many grains the sum of rounded weights may be off.
    slack: i64,
}

impl<'a> Knapsacks<'a> {
    pub fn new(regions: &'a Regions) -> Self {
        let count = regions.weights.len();
        let takes = |centre: usize| {
            let own = regions.centres[centre];
            let may = |region: &u32| *region != own && regions.costs[*region as usize][centre] < FORBIDDEN;
            (0..count as u32).filter(may).collect()
        };
        let grain = (regions.range[1] / STEPS).max(1);
        // No more regions than the lightest that fit.
        let mut light = regions.weights.clone();
        light.sort_unstable();
        let mut sum = 0_i64;
        let most = light
            .iter()
            .take_while(|weight| {
                sum += **weight;
                sum <= regions.range[1]
            })
            .count() as i64;
        Self {
            regions,
            takes: (0..regions.centres.len()).map(takes).collect(),
            is_whole: count * regions.centres.len() <= MOST_WHOLE,
            grain,
            slack: if grain > 1 { most / 2 + 1 } else { 0 },
        }
    }

    /// What all centres are worth at some prices, and the bound that follows.
    fn at(&self, prices: Vec<i64>, fates: &[Fate]) -> (Bound, Vec<u32>) {
        let worth: Vec<Option<i64>> = (0..fates.len())
            .into_par_iter()
            .map(|centre| (fates[centre] != Fate::Closed).then(|| self.worth(centre, &prices))?)
            .collect();
        let mut order: Vec<u32> = (0..fates.len() as u32).filter(|centre| worth[*centre as usize].is_some()).collect();
        order.sort_by_key(|centre| {
            let centre = *centre as usize;
            (fates[centre] != Fate::Open, worth[centre], centre)
        });
        order.truncate(self.regions.count);
        let is_possible = order.len() == self.regions.count
            && fates.iter().zip(&worth).all(|(fate, worth)| *fate != Fate::Open || worth.is_some());
        let value = match is_possible {
            true => prices.iter().sum::<i64>() + order.iter().filter_map(|centre| worth[*centre as usize]).sum::<i64>(),
            false => i64::MAX,
        };
        (Bound { value, prices, worth }, order)
    }

    /// The least that a centre's unit costs less what its regions pay; none if it cannot weigh enough.
    pub fn worth(&self, centre: usize, prices: &[i64]) -> Option<i64> {
        match self.is_whole {
            true => self.whole(centre, prices, None),
            false => self.broken(centre, prices, &mut Vec::new()),
        }
    }

    fn reduced(&self, region: u32, centre: usize, prices: &[i64]) -> i64 {
        self.regions.costs[region as usize][centre] - prices[region as usize]
    }

    /// Regions whole, weights rounded: over the sums of rounded weights. `taken` is told which regions are in the best.
    fn whole(&self, centre: usize, prices: &[i64], taken: Option<&mut Vec<u32>>) -> Option<i64> {
        let own = self.regions.centres[centre];
        let grains = |region: u32| (self.regions.weights[region as usize] + self.grain / 2) / self.grain;
        let [least, most] = self.regions.range;
        let (low, high) = (least / self.grain - self.slack, (most + self.grain - 1) / self.grain + self.slack);
        let first = grains(own);
        if first > high {
            return None;
        }
        let states = (high - first + 1) as usize;
        const NEVER: i64 = i64::MAX / 4;
        let mut sums = vec![NEVER; states];
        sums[0] = self.reduced(own, centre, prices);
        let mut choices: Vec<(u32, usize, Vec<bool>)> = Vec::new();
        let mut reach = 0_usize;
        for region in &self.takes[centre] {
            let weight = grains(*region) as usize;
            let worth = self.reduced(*region, centre, prices);
            // What weighs nothing is taken if it pays.
            if weight == 0 {
                let pays = worth < 0;
                if pays {
                    sums.iter_mut().for_each(|sum| *sum = (*sum + worth).min(NEVER));
                }
                if taken.is_some() {
                    choices.push((*region, 0, vec![pays; states]));
                }
                continue;
            }
            if weight >= states {
                continue;
            }
            reach = (reach + weight).min(states - 1);
            if taken.is_some() {
                let mut chosen = vec![false; states];
                for sum in (weight..=reach).rev() {
                    let with = sums[sum - weight] + worth;
                    if sums[sum - weight] < NEVER && with < sums[sum] {
                        sums[sum] = with;
                        chosen[sum] = true;
                    }
                }
                choices.push((*region, weight, chosen));
            } else {
                // From the end, so that each is taken once; sums that cannot be stay far above all others.
                let (below, above) = (0..=reach - weight, weight..=reach);
                let before: Vec<i64> = sums[below].to_vec();
                for (sum, without) in sums[above].iter_mut().zip(before) {
                    *sum = (*sum).min(without.saturating_add(worth));
                }
            }
        }
        let from = (low - first).max(0) as usize;
        let (best, at) = sums.iter().enumerate().skip(from).map(|(at, sum)| (*sum, at)).min()?;
        // A sum that cannot be may have been lowered a little; it is still far above all that can.
        if best >= NEVER / 2 {
            return None;
        }
        if let Some(taken) = taken {
            let mut at = at;
            taken.push(own);
            for (region, weight, chosen) in choices.iter().rev() {
                if chosen[at] {
                    taken.push(*region);
                    at -= weight;
                }
            }
        }
        Some(best)
    }

    /// Regions that may be cut in two: the best paying for their weight first. Source: Dantzig (1957), *Discrete-variable extremum problems*.
    fn broken(&self, centre: usize, prices: &[i64], taken: &mut Vec<u32>) -> Option<i64> {
        let own = self.regions.centres[centre];
        let weight = |region: u32| self.regions.weights[region as usize];
        let [least, most] = self.regions.range;
        let (mut sum, mut worth) = (weight(own), self.reduced(own, centre, prices));
        if sum > most {
            return None;
        }
        taken.push(own);
        let mut items: Vec<(i64, i64, u32)> = Vec::new();
        for region in &self.takes[centre] {
            let (reduced, weight) = (self.reduced(*region, centre, prices), weight(*region));
            // What weighs nothing is taken if it pays; it has no place among those that are ordered by weight.
            if weight > 0 {
                items.push((reduced, weight, *region));
            } else if reduced < 0 {
                worth += reduced;
                taken.push(*region);
            }
        }
        // By what they pay for a unit of weight: a/w < b/v is a·v < b·w.
        items.sort_by(|a, b| {
            (i128::from(a.0) * i128::from(b.1)).cmp(&(i128::from(b.0) * i128::from(a.1))).then(a.2.cmp(&b.2))
        });
        for (reduced, weight, region) in items {
            let is_asked = reduced < 0 || sum < least;
            if !is_asked {
                break;
            }
            // Up to the most while it pays, and only up to the least when it costs.
            let room = if reduced < 0 { most - sum } else { least - sum };
            if weight <= room {
                (sum, worth) = (sum + weight, worth + reduced);
                taken.push(region);
            } else {
                // A part, rounded down so that it stays a bound.
                worth += (i128::from(reduced) * i128::from(room)).div_euclid(i128::from(weight)) as i64;
                sum += room;
                break;
            }
        }
        (sum >= least).then_some(worth)
    }

    /// How often each region is taken by the centres that were chosen.
    fn taken(&self, chosen: &[u32], prices: &[i64]) -> Vec<i64> {
        let of = |centre: &u32| {
            let mut taken = Vec::new();
            match self.is_whole {
                true => self.whole(*centre as usize, prices, Some(&mut taken)),
                false => self.broken(*centre as usize, prices, &mut taken),
            };
            taken
        };
        let all: Vec<Vec<u32>> = chosen.par_iter().map(of).collect();
        let mut times = vec![0; prices.len()];
        all.iter().flatten().for_each(|region| times[*region as usize] += 1);
        times
    }

    /// The best bound that some steps find from some prices on, climbing to `goal`; `enough` ends it.
    pub fn bound(
        &self,
        start: Vec<i64>,
        fates: &[Fate],
        [goal, enough]: [i64; 2],
        steps: usize,
        is_over: &dyn Fn() -> bool,
    ) -> Bound {
        let (mut best, mut chosen) = self.at(start, fates);
        let (mut prices, mut theta, mut stale) = (best.prices.clone(), 1.0_f64, 0);
        let mut heading = vec![0.0; prices.len()];
        let mut last = best.value;
        for _ in 0..steps {
            if best.value >= enough || theta < 1e-4 || is_over() || last == i64::MAX {
                break;
            }
            let times = self.taken(&chosen, &prices);
            for (heading, times) in heading.iter_mut().zip(&times) {
                *heading = 0.6 * *heading + 0.4 * (1 - times) as f64;
            }
            let square: f64 = heading.iter().map(|part| part * part).sum();
            if square < 1e-9 {
                break;
            }
            let step = theta * ((goal - last) as f64 * 1.02 + 1.0) / square;
            for (price, heading) in prices.iter_mut().zip(&heading) {
                *price = (*price + (step * heading).round() as i64).clamp(-FORBIDDEN, FORBIDDEN);
            }
            let (found, order) = self.at(prices.clone(), fates);
            last = found.value;
            chosen = order;
            if found.value > best.value {
                best = found;
                stale = 0;
            } else {
                stale += 1;
                if stale >= 12 {
                    (theta, stale) = (theta * 0.6, 0);
                    prices = best.prices.clone();
                    let (again, order) = self.at(prices.clone(), fates);
                    (last, chosen) = (again.value, order);
                    heading.fill(0.0);
                }
            }
        }
        best
    }
}
