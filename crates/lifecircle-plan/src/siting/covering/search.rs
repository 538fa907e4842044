//! Good choices quickly: greedy, then each site exchanged for the best other as long as it helps. No proof comes from here.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::flow::Flow;
use super::problem::Covering;

/// How much more people count in areas that are below their floors.
const SHORT_COUNTS: i64 = 16;

/// How good a choice is, the least best: what is missing to the floors, then what is lost.
type Cost = (i64, i64);

/// A choice that is improved.
pub(super) struct Search<'a> {
    problem: &'a Covering,
    flow: Flow<'a>,
    chosen: Vec<u32>,
    left: i64,
}

impl<'a> Search<'a> {
    pub fn new(problem: &'a Covering, chosen: &[u32]) -> Self {
        let taken: i64 = chosen.iter().map(|&site| problem.limit().sizes[site as usize]).sum();
        Self { problem, flow: Flow::of(problem, chosen), chosen: chosen.to_vec(), left: problem.limit().most - taken }
    }

    /// The choice, by number, and what it costs; nothing if an area is below its floor.
    pub fn found(&self) -> Option<(Vec<u32>, i64)> {
        let mut chosen = self.chosen.clone();
        chosen.sort_unstable();
        (self.flow.short() == 0 && self.left >= 0).then(|| (chosen, self.flow.lost()))
    }

    fn cost(&self) -> Cost {
        (self.flow.short(), self.flow.lost())
    }

    fn size(&self, site: u32) -> i64 {
        self.problem.limit().sizes[site as usize]
    }

    fn add(&mut self, site: u32) {
        self.flow.add(site);
        self.chosen.push(site);
        self.left -= self.size(site);
    }

    fn drop(&mut self, site: u32) {
        self.flow.drop(site);
        self.chosen.retain(|&other| other != site);
        self.left += self.size(site);
    }

    /// Adds the site that serves most for its size, until nothing more fits or serves, or it no longer `goes_on`; one that was just taken away comes last.
    pub fn greedy(&mut self, without: Option<u32>, goes_on: &dyn Fn() -> bool) {
        while goes_on()
            && let Some(site) = self.best(without).or_else(|| self.best(None))
        {
            self.add(site);
        }
    }

    fn best(&self, without: Option<u32>) -> Option<u32> {
        let fits = |site: &u32| !self.flow.is_chosen(*site) && self.size(*site) <= self.left && Some(*site) != without;
        let all = (0..self.problem.sites() as u32).into_par_iter().filter(fits);
        let gains = all.map(|site| (self.gain(site), site)).filter(|(gain, _)| *gain > 0);
        let best = gains.reduce_with(|a, b| {
            let per = |gain: i64, other: u32| i128::from(gain) * i128::from(self.size(other).max(1));
            let (of_a, of_b) = (per(a.0, b.1), per(b.0, a.1));
            if (of_a, Reverse(a.1)) > (of_b, Reverse(b.1)) { a } else { b }
        });
        best.map(|(_, site)| site)
    }

    /// Whom a site would serve of those who wait.
    fn gain(&self, site: u32) -> i64 {
        let (mut plain, mut more) = (0_i64, 0_i64);
        for &demand in self.problem.served(site) {
            let waits = self.flow.waits(demand);
            plain += waits;
            more += if self.flow.is_short(self.problem.need(demand).area) { waits * SHORT_COUNTS } else { 0 };
        }
        plain.min(self.problem.capacity(site)) + more
    }

    /// Exchanges sites as long as it helps and `goes_on`.
    pub fn improve(&mut self, goes_on: &dyn Fn() -> bool) {
        let mut since = 0;
        let mut at = 0;
        while since < self.chosen.len() && goes_on() {
            // Those that were added last come last.
            at %= self.chosen.len();
            let (site, before) = (self.chosen[at], self.cost());
            let earlier = (self.flow.clone(), self.chosen.clone(), self.left);
            self.drop(site);
            self.greedy(Some(site), goes_on);
            if self.cost() < before {
                since = 0;
            } else {
                (self.flow, self.chosen, self.left) = earlier;
                at += 1;
                since += 1;
            }
        }
    }
}
