//! Lower bounds by Lagrangian relaxation: each demand has a price, and whoever serves it more cheaply earns the difference.
//!
//! With prices *u* the cost of any choice is at least the sum of the prices plus, for the best sites that the limit allows,
//! what each earns below zero: ρ(site) = opening + Σ min(0, cost − u). Any prices give a valid bound, the best ones give that of
//! the linear relaxation (Cornuéjols, Fisher, Nemhauser 1977; Beasley 1993). Prices are whole numbers, in fractions of a unit of cost,
//! so bounds are exact sums. Prices climb by the volume algorithm (Barahona and Anbil 2000). Knows the problem, not how it is searched.

use rayon::prelude::*;

use super::problem::{Limit, Problem};

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

/// What prices say: the bound, and how much dearer or cheaper each site makes it.
#[derive(Debug, Clone)]
pub(crate) struct Relaxed {
    /// The bound, scaled.
    pub bound: i64,
    /// What each site earns, scaled: opening + Σ min(0, cost − price).
    pub earns: Vec<i64>,
    /// Prices of a unit of the limit that give (about) this bound: the least and the greatest.
    pub limit_prices: Vec<i64>,
    /// The sites that the relaxation chooses.
    pub chosen: Vec<u32>,
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

/// The bound by prices of demands and of a unit of the limit: what any choice costs at least.
pub(crate) fn bound_at(earns: &[i64], sum: i64, limit: Option<&Limit>, limit_price: i64) -> i64 {
    let most = limit.map_or(0, |limit| i128::from(limit.most));
    let size = |site: usize| limit.map_or(0, |limit| i128::from(limit.sizes[site]));
    let price = i128::from(limit_price);
    let below: i128 =
        earns.iter().enumerate().map(|(site, &earned)| (i128::from(earned) + price * size(site)).min(0)).sum();
    // What is below all costs is no news: it may be cut off.
    i64::try_from(i128::from(sum) - price * most + below).unwrap_or(i64::MIN)
}

/// Solves the relaxation at these prices.
pub(crate) fn relax(problem: &Problem, prices: &[i64], scale: Scale) -> Relaxed {
    let (earns, sum) = earnings(problem, prices, scale);
    let sum = sum + scale.scaled(problem.fixed());
    let mut chosen: Vec<u32> = (0..problem.sites() as u32).filter(|&site| earns[site as usize] < 0).collect();
    let Some(limit) = problem.limit() else {
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

/// How hard to climb.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// At most so many steps.
    pub steps: usize,
    /// Steps without news before the steps become shorter.
    pub patience: usize,
}

/// The best prices that were found, what they say, and how often each site was chosen on the way.
#[derive(Debug)]
pub(crate) struct Climb {
    pub prices: Vec<i64>,
    pub relaxed: Relaxed,
    /// For each site how often the relaxation chose it, between 0 and 1, the latest steps counting most.
    pub often: Vec<f64>,
}

/// Improves prices until the bound reaches `goal` (scaled), or the effort is spent; `seen` is shown the choices on the way and answers
/// with the scaled cost that is aimed at, or `None` to stop.
///
/// This is the volume algorithm: from the best prices in the direction of an average of the subgradients.
pub(crate) fn climb(
    problem: &Problem,
    start: Vec<i64>,
    scale: Scale,
    goal: i64,
    effort: Effort,
    mut seen: impl FnMut(&Relaxed, bool) -> Option<i64>,
) -> Climb {
    let demands = problem.demands();
    let highest: Vec<i64> = (0..demands).map(|demand| highest_price(problem, demand, scale)).collect();
    let mut prices = start;
    prices.iter_mut().zip(&highest).for_each(|(price, &highest)| *price = (*price).clamp(0, highest));
    let mut known = prices.clone();
    let mut best: Option<Relaxed> = None;
    let mut often = vec![0.0; problem.sites()];
    let mut average = vec![0.0; demands];
    let mut gradient = vec![0.0; demands];
    let mut is_chosen = vec![false; problem.sites()];
    let weights: Vec<f64> = (0..demands).map(|demand| problem.demand(demand).weight as f64).collect();
    let (mut stride, mut waited, mut most_share) = (1.0_f64, 0, 0.5_f64);
    for step in 0..effort.steps.max(1) {
        let relaxed = relax(problem, &prices, scale);
        let is_news = best.as_ref().is_none_or(|best| relaxed.bound > best.bound);
        let Some(aim) = seen(&relaxed, is_news) else { break };
        relaxed.chosen.iter().for_each(|&site| is_chosen[site as usize] = true);
        subgradient(problem, &prices, &is_chosen, scale, &mut gradient);
        relaxed.chosen.iter().for_each(|&site| is_chosen[site as usize] = false);
        let share = if step == 0 { 1.0 } else { shorter(&average, &gradient, &weights, most_share) };
        let mut along = 0.0;
        for demand in 0..demands {
            along += gradient[demand] * average[demand] * weights[demand];
            average[demand] += share * (gradient[demand] - average[demand]);
        }
        often.iter_mut().for_each(|often| *often *= 1.0 - share);
        relaxed.chosen.iter().for_each(|&site| often[site as usize] += share);
        let bound = relaxed.bound;
        if is_news {
            let gained = best.as_ref().map_or(i64::MAX, |best| bound - best.bound);
            known.copy_from_slice(&prices);
            best = Some(relaxed);
            waited = if gained > (aim - bound).max(0) / 400 { 0 } else { waited + 1 };
            if along > 0.0 {
                stride = (stride * 1.1).min(2.0);
            }
        } else {
            waited += 1;
        }
        let reached = best.as_ref().map_or(bound, |best| best.bound);
        if reached >= goal {
            break;
        }
        if waited >= effort.patience {
            stride *= 0.66;
            most_share = (most_share * 0.8).max(0.01);
            waited = 0;
            if stride < 0.02 {
                break;
            }
        }
        let norm: f64 = (0..demands).map(|demand| average[demand] * average[demand] * weights[demand]).sum();
        if norm < 1e-12 {
            break;
        }
        let wanted = (aim.max(goal) - reached) as f64 * stride / norm;
        for demand in 0..demands {
            let moved = known[demand] as f64 + wanted * average[demand] * weights[demand];
            prices[demand] = (moved.round() as i64).clamp(0, highest[demand]);
        }
    }
    // The first step always sets it, unless it was stopped before.
    let relaxed = best.unwrap_or_else(|| relax(problem, &known, scale));
    Climb { prices: known, relaxed, often }
}

/// How much of a new subgradient makes the average shortest.
fn shorter(average: &[f64], gradient: &[f64], weights: &[f64], most: f64) -> f64 {
    let (mut square, mut across) = (0.0, 0.0);
    for ((a, g), w) in average.iter().zip(gradient).zip(weights) {
        square += (g - a) * (g - a) * w;
        across += a * (a - g) * w;
    }
    if square > 0.0 { (across / square).clamp(most / 10.0, most) } else { most }
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
