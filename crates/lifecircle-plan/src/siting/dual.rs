//! Lower bounds by Lagrangian relaxation: each demand has a price, and whoever serves it more cheaply earns the difference.
//!
//! With prices *u* the cost of any choice is at least the sum of the prices plus, for the best sites that the limit allows,
//! what each earns below zero: ρ(site) = opening + Σ min(0, cost − u). Any prices give a valid bound, the best ones give that of
//! the linear relaxation (Cornuéjols, Fisher, Nemhauser 1977; Beasley 1993). Prices are whole numbers, in fractions of a unit of cost,
//! so bounds are exact sums. Knows the problem, not how it is searched.

use rayon::prelude::*;

use super::problem::{Limit, Problem};
use super::volume::{Relaxation, Relaxed};

/// From how many links on sums are taken by several threads; they are exact, so it changes no result.
const MANY_LINKS: usize = 1 << 17;

/// In how many parts a unit of cost is divided, as a power of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale(u32);

impl Scale {
    /// The finest at which all sums of a problem fit 64 bits.
    pub fn of(problem: &Problem) -> Self {
        let dearest: i128 =
            (0..problem.demands()).map(|demand| i128::from(highest_price(problem, demand, Self(0)))).sum();
        let opening: i128 = (0..problem.sites() as u32).map(|site| i128::from(problem.opening(site))).sum();
        let total = (dearest + opening + i128::from(problem.fixed())).max(1);
        let spare = (1_i128 << 62) / total;
        Self(spare.ilog2().min(20))
    }

    /// So many parts, as a power of two.
    pub fn of_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub fn scaled(self, cost: i64) -> i64 {
        cost << self.0
    }

    /// The same of a cost that no choice need have: what does not fit is as large as can be.
    pub fn scaled_at_most(self, cost: i64) -> i64 {
        i64::try_from(i128::from(cost) << self.0).unwrap_or(i64::MAX >> 1).min(i64::MAX >> 1)
    }

    /// The least whole cost that is not below a scaled one.
    pub fn up(self, scaled: i64) -> i64 {
        (scaled >> self.0) + i64::from(scaled & ((1 << self.0) - 1) != 0)
    }

    pub fn bits(self) -> u32 {
        self.0
    }
}

/// The highest price that is of use: what the demand costs at its ceiling. Where some site must serve it, more than the
/// dearest does.
fn highest_price(problem: &Problem, demand: usize, scale: Scale) -> i64 {
    let about = problem.demand(demand);
    let unit = about.ceiling.map_or_else(
        || {
            let row = problem.row(demand);
            let opening = row.iter().map(|link| problem.opening(link.site)).min().unwrap_or(0);
            about.weight * i64::from(row.last().map_or(0, |link| link.cost)) * 2 + opening + about.weight
        },
        |ceiling| about.weight * i64::from(ceiling),
    );
    scale.scaled(unit)
}

/// What the sites earn by these prices, and the sum of the prices. Both are exact.
fn earnings(problem: &Problem, prices: &[i64], scale: Scale) -> (Vec<i64>, i64) {
    let sites = problem.sites();
    let part = |from: usize, to: usize| {
        let (mut earns, mut sum) = (vec![0; sites], 0);
        for (demand, &price) in (from..to).zip(&prices[from..to]) {
            let weight = problem.demand(demand).weight;
            sum += price;
            for link in problem.row(demand) {
                let cost = scale.scaled(weight * i64::from(link.cost));
                if cost >= price {
                    break;
                }
                earns[link.site as usize] += cost - price;
            }
        }
        (earns, sum)
    };
    let demands = problem.demands();
    let (mut earns, sum) = if problem.links() < MANY_LINKS {
        part(0, demands)
    } else {
        let parts = rayon::current_num_threads().max(1) * 2;
        let size = demands.div_ceil(parts).max(1);
        (0..demands.div_ceil(size)).into_par_iter().map(|k| part(k * size, ((k + 1) * size).min(demands))).reduce(
            || (vec![0; sites], 0),
            |(mut a, x), (b, y)| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
                (a, x + y)
            },
        )
    };
    earns.iter_mut().enumerate().for_each(|(site, earned)| *earned += scale.scaled(problem.opening(site as u32)));
    (earns, sum)
}

/// No bound that is of use is lower, and differences of two fit.
pub(crate) const LOWEST: i64 = i64::MIN >> 2;

/// The bound by prices of demands and of a unit of the limit: what any choice costs at least.
pub(crate) fn bound_at(earns: &[i64], sum: i64, limit: Option<&Limit>, limit_price: i64) -> i64 {
    let most = limit.map_or(0, |limit| i128::from(limit.most));
    let size = |site: usize| limit.map_or(0, |limit| i128::from(limit.sizes[site]));
    let price = i128::from(limit_price);
    let below: i128 =
        earns.iter().enumerate().map(|(site, &earned)| (i128::from(earned) + price * size(site)).min(0)).sum();
    // What is below all costs is no news: it may be cut off.
    i64::try_from(i128::from(sum) - price * most + below).unwrap_or(LOWEST).max(LOWEST)
}

/// Solves the relaxation at these prices.
fn relax(problem: &Problem, prices: &[i64], scale: Scale) -> Relaxed {
    let (earns, sum) = earnings(problem, prices, scale);
    choose(earns, sum + scale.scaled(problem.fixed()), problem.limit())
}

/// The sites that are chosen by what they earn (below zero if it is something), and the bound, which is `sum` without any of them.
pub(crate) fn choose(earns: Vec<i64>, sum: i64, limit: Option<&Limit>) -> Relaxed {
    let mut chosen: Vec<u32> = (0..earns.len() as u32).filter(|&site| earns[site as usize] < 0).collect();
    let Some(limit) = limit else {
        let bound = bound_at(&earns, sum, None, 0);
        return Relaxed { bound, earns, limit_prices: vec![0], chosen };
    };
    let size = |site: u32| i128::from(limit.sizes[site as usize].max(0));
    // The most earned for a unit of the limit comes first; what takes nothing of it comes before all.
    chosen.sort_unstable_by(|&a, &b| {
        let (earned_a, earned_b) = (i128::from(earns[a as usize]), i128::from(earns[b as usize]));
        (earned_a * size(b).max(1)).cmp(&(earned_b * size(a).max(1))).then(a.cmp(&b))
    });
    let mut left = i128::from(limit.most);
    let fitting = chosen.iter().take_while(|&&site| {
        left -= size(site);
        left >= 0
    });
    let fitting = fitting.count();
    let price = |at: Option<&u32>| at.map_or(0, |&site| (-i128::from(earns[site as usize]) / size(site).max(1)) as i64);
    let first_out = chosen.get(fitting);
    let limit_prices = match first_out {
        None => vec![0],
        Some(_) => {
            let (low, high) = (price(first_out), price(fitting.checked_sub(1).and_then(|last| chosen.get(last))));
            if low == high || fitting == 0 { vec![low] } else { vec![low, high] }
        }
    };
    chosen.truncate(fitting);
    let bound = limit_prices.iter().map(|&price| bound_at(&earns, sum, Some(limit), price)).max().unwrap_or(i64::MIN);
    Relaxed { bound, earns, limit_prices, chosen }
}

/// A problem and the fractions that its prices are counted in.
pub(crate) struct Priced<'a> {
    pub problem: &'a Problem,
    pub scale: Scale,
}

impl Relaxation for Priced<'_> {
    fn sites(&self) -> usize {
        self.problem.sites()
    }

    fn highest(&self) -> Vec<i64> {
        (0..self.problem.demands()).map(|demand| highest_price(self.problem, demand, self.scale)).collect()
    }

    fn steps(&self) -> Vec<f64> {
        (0..self.problem.demands()).map(|demand| self.problem.demand(demand).weight as f64).collect()
    }

    fn relax(&self, prices: &[i64]) -> Relaxed {
        relax(self.problem, prices, self.scale)
    }

    fn subgradient(&self, prices: &[i64], relaxed: &Relaxed, gradient: &mut [f64]) {
        let mut is_chosen = vec![false; self.problem.sites()];
        relaxed.chosen.iter().for_each(|&site| is_chosen[site as usize] = true);
        subgradient(self.problem, prices, &is_chosen, self.scale, gradient);
    }
}

/// 1 − how many chosen sites serve a demand below its price.
fn subgradient(problem: &Problem, prices: &[i64], is_chosen: &[bool], scale: Scale, gradient: &mut [f64]) {
    let one = |demand: usize, gradient: &mut f64| {
        let (price, weight) = (prices[demand], problem.demand(demand).weight);
        let below = problem.row(demand).iter().take_while(|link| scale.scaled(weight * i64::from(link.cost)) < price);
        *gradient = 1.0 - below.filter(|link| is_chosen[link.site as usize]).count() as f64;
    };
    if problem.links() < MANY_LINKS {
        gradient.iter_mut().enumerate().for_each(|(demand, gradient)| one(demand, gradient));
    } else {
        gradient.par_iter_mut().enumerate().for_each(|(demand, gradient)| one(demand, gradient));
    }
}
