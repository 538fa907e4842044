//! Of plans that are near enough to the best the one of the shortest borders and the most even units: regions at borders change over as long as that
//! helps, and the plan costs no more than it may.

use super::problem::{Plan, Regions};

/// How much unevenness counts beside borders: the mean square of how far units are off the mean weight, beside the share of all borders between regions that lie between
/// units.
const EVENNESS: f64 = 2.0;

/// A plan of shorter borders and more even units, which is as balanced and costs no more than `most`. `borders` holds for each region those that it touches, and how
/// long the border is.
pub fn smooth(regions: &Regions, borders: &[Vec<(u32, f64)>], plan: &Plan, most: i64) -> Plan {
    let mut shape = Shape::new(regions, borders, plan.clone());
    while let Some(change) = shape.best_change(most) {
        shape.take(change);
    }
    shape.plan
}

struct Shape<'a> {
    regions: &'a Regions,
    borders: &'a [Vec<(u32, f64)>],
    plan: Plan,
    unit_of: Vec<u32>,
    weights: Vec<i64>,
    costs: Vec<i64>,
    /// All borders between regions, and the mean weight of a unit.
    all_borders: f64,
    mean: f64,
}

/// A region that changes over, and the two units after that.
struct Change {
    region: u32,
    units: [usize; 2],
    members: [Vec<u32>; 2],
    /// What each costs, and its centre.
    after: [(i64, u32); 2],
}

impl<'a> Shape<'a> {
    fn new(regions: &'a Regions, borders: &'a [Vec<(u32, f64)>], plan: Plan) -> Self {
        let mut unit_of = vec![0; regions.weights.len()];
        for (unit, members) in (0..).zip(&plan.units) {
            members.iter().for_each(|region| unit_of[*region as usize] = unit);
        }
        let weight = |members: &Vec<u32>| members.iter().map(|region| regions.weights[*region as usize]).sum();
        let weights: Vec<i64> = plan.units.iter().map(weight).collect();
        let cost = |members: &Vec<u32>| regions.unit_cost(members).map_or(i64::MAX >> 8, |(cost, _)| cost);
        let mean = weights.iter().sum::<i64>() as f64 / weights.len().max(1) as f64;
        Self {
            costs: plan.units.iter().map(cost).collect(),
            weights,
            all_borders: borders.iter().flatten().map(|(_, length)| length).sum::<f64>() / 2.0,
            mean: mean.max(1.0),
            regions,
            borders,
            plan,
            unit_of,
        }
    }

    /// The change that makes the plan better by most; of equals the first.
    fn best_change(&self, most: i64) -> Option<Change> {
        let mut best: Option<(f64, Change)> = None;
        for region in 0..self.unit_of.len() as u32 {
            let from = self.unit_of[region as usize];
            let beside = &self.regions.neighbours[region as usize];
            let mut units: Vec<u32> = beside.iter().map(|other| self.unit_of[*other as usize]).collect();
            units.sort_unstable();
            units.dedup();
            for to in units.into_iter().filter(|to| *to != from) {
                let gain = self.gain(region, [from as usize, to as usize]);
                if gain > 1e-9
                    && best.as_ref().is_none_or(|(known, _)| gain > *known)
                    && let Some(change) = self.change(region, [from as usize, to as usize], most)
                {
                    best = Some((gain, change));
                }
            }
        }
        best.map(|(_, change)| change)
    }

    /// By how much the plan gets better if a region changes over.
    fn gain(&self, region: u32, [from, to]: [usize; 2]) -> f64 {
        let border = |unit: usize| {
            let beside = self.borders[region as usize].iter();
            beside
                .filter(|(other, _)| self.unit_of[*other as usize] as usize == unit)
                .map(|(_, length)| length)
                .sum::<f64>()
        };
        let shorter = (border(to) - border(from)) / self.all_borders.max(f64::MIN_POSITIVE);
        let off = |weight: i64| (weight as f64 / self.mean - 1.0).powi(2);
        let weight = self.regions.weights[region as usize];
        let (one, two) = (self.weights[from], self.weights[to]);
        let evener = off(one) + off(two) - off(one - weight) - off(two + weight);
        shorter + EVENNESS * evener / self.weights.len() as f64
    }

    /// The change, if it leaves a plan that is allowed.
    fn change(&self, region: u32, units: [usize; 2], most: i64) -> Option<Change> {
        let [from, to] = units;
        let weight = self.regions.weights[region as usize];
        let fits = self.regions.is_balanced(self.weights[from] - weight)
            && self.regions.is_balanced(self.weights[to] + weight);
        if !fits {
            return None;
        }
        let left: Vec<u32> = self.plan.units[from].iter().copied().filter(|other| *other != region).collect();
        let mut joined = self.plan.units[to].clone();
        joined.insert(joined.partition_point(|other| *other < region), region);
        let members = [left, joined];
        if members[0].is_empty() || !members.iter().all(|members| self.regions.is_connected(members)) {
            return None;
        }
        let [one, two] = members.each_ref().map(|members| self.regions.unit_cost(members));
        let after = [one?, two?];
        let cost = self.plan.cost - self.costs[from] - self.costs[to] + after[0].0 + after[1].0;
        (cost <= most).then_some(Change { region, units, members, after })
    }

    fn take(&mut self, change: Change) {
        let [from, to] = change.units;
        let weight = self.regions.weights[change.region as usize];
        self.unit_of[change.region as usize] = to as u32;
        self.weights[from] -= weight;
        self.weights[to] += weight;
        for ((unit, members), (cost, centre)) in change.units.into_iter().zip(change.members).zip(change.after) {
            self.plan.cost += cost - self.costs[unit];
            self.costs[unit] = cost;
            self.plan.centres[unit] = centre;
            self.plan.units[unit] = members;
        }
    }
}
