//! A good plan and a bound on all, brought together: centres that cannot have a unit in any better plan are closed, those that must are
//! opened, and what is left is split at a centre, with a unit and without. The part with the least bound comes first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use lifecircle::error::Result;

use super::bound::{Bound, Fate, Knapsacks};
use super::problem::{Plan, Regions};
use super::search::search;
use crate::siting::{Known, Watch};

/// Steps towards the first bound, and towards each part's.
const FIRST_STEPS: usize = 600;
const STEPS: usize = 80;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The best plan; none if no run found one of connected units.
    pub plan: Option<Plan>,
    /// Whether all its units weigh what was asked.
    pub is_balanced: bool,
    /// No balanced plan costs less.
    pub bound: i64,
    /// Parts that were bounded.
    pub parts: usize,
}

impl Found {
    /// How far the plan is from the bound, as a share of its cost; none without a balanced one.
    pub fn gap(&self) -> Option<f64> {
        let plan = self.plan.as_ref().filter(|_| self.is_balanced)?;
        Some((plan.cost - self.bound).max(0) as f64 / plan.cost.max(1) as f64)
    }
}

/// A part of all plans: what is settled of the centres, and prices to go on from.
struct Part {
    fates: Vec<Fate>,
    prices: Vec<i64>,
}

/// Puts regions together.
///
/// # Errors
/// If it is no problem.
///
/// ```
/// use lifecircle_plan::districting::{Regions, solve};
///
/// # fn main() -> lifecircle::Result<()> {
/// // Four in a row, ten people each; every one may be a centre, and a step costs one for each person.
/// let at = |a: usize, b: usize| 10 * a.abs_diff(b) as i64;
/// let regions = Regions {
///     weights: vec![10; 4],
///     centres: (0..4).collect(),
///     costs: (0..4).map(|a| (0..4).map(|b| at(a, b)).collect()).collect(),
///     neighbours: vec![vec![1], vec![0, 2], vec![1, 3], vec![2]],
///     apart: vec![],
///     count: 2,
///     range: [20, 20],
///     fixed: vec![],
/// };
/// let found = solve(&regions, 0.0, &())?;
/// assert_eq!(found.plan.unwrap().cost, 20);
/// assert_eq!(found.bound, 20);
/// # Ok(())
/// # }
/// ```
pub fn solve(regions: &Regions, gap: f64, watch: &dyn Watch) -> Result<Found> {
    regions.check()?;
    let is_over = || watch.is_over();
    // What is not what was asked is no plan; none should come.
    let plan = search(regions, &is_over).filter(|plan| plan.check(regions) == Ok(plan.cost));
    let is_balanced = plan.as_ref().is_some_and(|plan| plan.is_balanced(regions));
    let mut fates = vec![Fate::Free; regions.centres.len()];
    regions.fixed.iter().for_each(|centre| fates[*centre as usize] = Fate::Open);
    // Without a plan nothing is known of what it could cost; twice the cheapest ways is a goal to climb to.
    let goal = match &plan {
        Some(plan) if is_balanced => plan.cost,
        _ => 2 * cheapest(regions).max(1),
    };
    let knapsacks = Knapsacks::new(regions);
    let start = start(regions, plan.as_ref());
    let near_enough = |bound: i64| (goal - bound) as f64 <= gap * goal as f64;
    let ends = [goal, goal - (gap * goal as f64) as i64];
    let first = knapsacks.bound(start, &fates, ends, FIRST_STEPS, &is_over);
    let mut open = BinaryHeap::new();
    let mut parts: Vec<Part> = Vec::new();
    let mut bound = first.value.min(goal);
    let mut count = 1;
    watch.closing(known(is_balanced.then_some(goal), bound));
    push(&mut open, &mut parts, settled(regions, &fates, first, goal), goal);
    while let Some(Reverse((value, part))) = open.pop() {
        bound = bound.max(value.min(goal));
        watch.closing(known(is_balanced.then_some(goal), bound));
        if near_enough(bound) || is_over() || !is_balanced {
            break;
        }
        let Part { fates, prices } = &parts[part];
        let Some(centre) = to_split(regions, fates, prices, &knapsacks) else {
            // All centres are settled: what is left is who belongs where, which is not split.
            break;
        };
        for fate in [Fate::Open, Fate::Closed] {
            let mut fates = parts[part].fates.clone();
            fates[centre] = fate;
            let found = knapsacks.bound(parts[part].prices.clone(), &fates, ends, STEPS, &is_over);
            count += 1;
            // A part holds no cheaper plan than the whole that it is of.
            let found = Bound { value: found.value.max(value), ..found };
            push(&mut open, &mut parts, settled(regions, &fates, found, goal), goal);
        }
        if open.is_empty() {
            bound = goal;
        }
    }
    Ok(Found { plan, is_balanced, bound, parts: count })
}

fn push(open: &mut BinaryHeap<Reverse<(i64, usize)>>, parts: &mut Vec<Part>, part: (Part, i64), goal: i64) {
    if part.1 < goal {
        open.push(Reverse((part.1, parts.len())));
        parts.push(part.0);
    }
}

/// What follows for each centre from a bound: if the other fate cost as much as the goal, its fate is settled.
fn settled(regions: &Regions, fates: &[Fate], bound: Bound, goal: i64) -> (Part, i64) {
    let mut fates = fates.to_vec();
    if bound.value < goal {
        let mut order: Vec<usize> = (0..fates.len()).filter(|centre| bound.worth[*centre].is_some()).collect();
        order.sort_by_key(|centre| (fates[*centre] != Fate::Open, bound.worth[*centre], *centre));
        let worth = |centre: usize| bound.worth[centre].unwrap_or(0);
        let at_prices = bound.prices.iter().sum::<i64>()
            + order.iter().take(regions.count).map(|centre| worth(*centre)).sum::<i64>();
        let (last, next) = (order.get(regions.count - 1).copied(), order.get(regions.count).copied());
        for (place, centre) in order.iter().copied().enumerate() {
            if fates[centre] != Fate::Free {
                continue;
            }
            if place < regions.count {
                // Without it the next one comes in.
                let without = next.map_or(i64::MAX, |next| at_prices - worth(centre) + worth(next));
                if without >= goal {
                    fates[centre] = Fate::Open;
                }
            } else if let Some(last) = last {
                // With it the last one that is free goes out.
                let with = if fates[last] == Fate::Open
                    && place >= regions.count
                    && order[..regions.count].iter().all(|c| fates[*c] == Fate::Open)
                {
                    i64::MAX
                } else {
                    at_prices - worth(last) + worth(centre)
                };
                if with >= goal {
                    fates[centre] = Fate::Closed;
                }
            }
        }
        for (centre, fate) in fates.iter_mut().enumerate() {
            if bound.worth[centre].is_none() && *fate == Fate::Free {
                *fate = Fate::Closed;
            }
        }
    }
    (Part { fates, prices: bound.prices }, bound.value)
}

/// The free centre that is nearest to changing its fate.
fn to_split(regions: &Regions, fates: &[Fate], prices: &[i64], knapsacks: &Knapsacks<'_>) -> Option<usize> {
    let free: Vec<usize> = (0..fates.len()).filter(|centre| fates[*centre] == Fate::Free).collect();
    let settled = fates.iter().filter(|fate| **fate == Fate::Open).count();
    if free.is_empty() || settled >= regions.count {
        return None;
    }
    // The cheapest free one: most likely it has a unit, and without it the bound climbs most.
    free.into_iter().min_by_key(|centre| (knapsacks.worth(*centre, prices).unwrap_or(i64::MAX), *centre))
}

/// What is known by the cost of a plan, if there is one, and a bound.
fn known(value: Option<i64>, bound: i64) -> Known {
    let gap = |value: i64| (value - bound) as f64 / value.max(1) as f64;
    Known { value, bound, gap: value.map(gap) }
}

/// What all ways cost if every region had the cheapest centre but its own.
fn cheapest(regions: &Regions) -> i64 {
    regions.costs.iter().map(|row| row.iter().copied().filter(|cost| *cost > 0).min().unwrap_or(0)).sum()
}

/// Prices to begin with: somewhat more than regions pay in a plan.
fn start(regions: &Regions, plan: Option<&Plan>) -> Vec<i64> {
    let Some(plan) = plan else {
        return vec![2 * cheapest(regions) / regions.weights.len().max(1) as i64; regions.weights.len()];
    };
    let mut prices = vec![0; regions.weights.len()];
    let all: i64 = regions.weights.iter().sum::<i64>().max(1);
    for (members, centre) in plan.units.iter().zip(&plan.centres) {
        for region in members {
            let own = regions.costs[*region as usize][*centre as usize];
            let share =
                (i128::from(plan.cost) * i128::from(regions.weights[*region as usize]) / i128::from(all)) as i64;
            prices[*region as usize] = own + share / 4;
        }
    }
    prices
}
