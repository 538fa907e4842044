//! What each of some sites adds to those before it.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::siting::Problem;

/// What each demand costs while sites are built one after another.
pub(super) struct InOrder<'a> {
    problem: &'a Problem,
    /// By site: the demands that it serves, and at what cost of a unit.
    served: HashMap<u32, Vec<(usize, u32)>>,
    now: Vec<u32>,
}

impl<'a> InOrder<'a> {
    pub fn new(problem: &'a Problem, sites: &[u32]) -> Self {
        let mut served: HashMap<u32, Vec<(usize, u32)>> = sites.iter().map(|&site| (site, Vec::new())).collect();
        for demand in 0..problem.demands() {
            for link in problem.row(demand) {
                if let Some(all) = served.get_mut(&link.site) {
                    all.push((demand, link.cost));
                }
            }
        }
        let now = (0..problem.demands()).map(|demand| problem.demand(demand).ceiling.unwrap_or(0)).collect();
        Self { problem, served, now }
    }

    /// The sites of some groups in the order of what they add, those of the first group first.
    pub fn of(mut self, groups: &[&[u32]]) -> Vec<(u32, i64)> {
        let mut order = Vec::new();
        for group in groups {
            let mut left = group.to_vec();
            while let Some((gain, Reverse(site))) = left.iter().map(|&site| (self.gain(site), Reverse(site))).max() {
                self.build(site);
                order.push((site, gain));
                left.retain(|&other| other != site);
            }
        }
        order
    }

    fn gain(&self, site: u32) -> i64 {
        let all = self.served.get(&site).into_iter().flatten();
        let less = |(demand, cost): &(usize, u32)| {
            self.problem.demand(*demand).weight * i64::from(self.now[*demand].saturating_sub(*cost))
        };
        all.map(less).sum()
    }

    fn build(&mut self, site: u32) {
        for (demand, cost) in self.served.get(&site).into_iter().flatten() {
            self.now[*demand] = self.now[*demand].min(*cost);
        }
    }
}
