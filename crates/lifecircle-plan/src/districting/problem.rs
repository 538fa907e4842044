//! Regions, centres, and what a plan of units costs.

use lifecircle::error::{Error, Result};
use lifecircle::say;
use lifecircle::text::Text;

/// A region and a centre of this cost are never in one unit.
pub const FORBIDDEN: i64 = 1 << 50;

/// No sum of weights or costs is larger.
const MOST: i128 = 1 << 60;

/// What is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regions {
    /// How much each region weighs: its people.
    pub weights: Vec<i64>,
    /// The region that each centre lies in.
    pub centres: Vec<u32>,
    /// For each region, what its way to each centre costs; [`FORBIDDEN`] at least for those that it may not belong to.
    pub costs: Vec<Vec<i64>>,
    /// For each region those beside it, ascending.
    pub neighbours: Vec<Vec<u32>>,
    /// Pairs of regions that may not be in one unit.
    pub apart: Vec<[u32; 2]>,
    /// How many units.
    pub count: usize,
    /// The least and the greatest weight of a unit.
    pub range: [i64; 2],
    /// Centres that have a unit in any case.
    pub fixed: Vec<u32>,
}

impl Regions {
    /// Checks that it is a problem.
    ///
    /// # Errors
    /// If lists do not fit each other, or numbers are too large.
    pub fn check(&self) -> Result<()> {
        let (regions, centres) = (self.weights.len(), self.centres.len());
        let wrong = |problem: Text| {
            Err(Error::new(problem)
                .hint(say!("give each region its row and each centre its column", "每个区域应占一行，每个中心占一列")))
        };
        let is_region = |region: &u32| (*region as usize) < regions;
        if self.costs.len() != regions || self.costs.iter().any(|row| row.len() != centres) {
            return wrong(say!(
                "there is not one cost for each region and centre",
                "每个区域与中心之间应有且仅有一个成本"
            ));
        }
        if !self.centres.iter().all(is_region)
            || !self.neighbours.iter().flatten().all(is_region)
            || self.neighbours.len() != regions
        {
            return wrong(say!("a region is named that is not there", "提到了不存在的区域"));
        }
        if !self.apart.iter().flatten().all(is_region) || self.fixed.iter().any(|centre| *centre as usize >= centres) {
            return wrong(say!("a region or centre is named that is not there", "提到了不存在的区域或中心"));
        }
        let mut homes: Vec<u32> = self.fixed.iter().map(|centre| self.centres[*centre as usize]).collect();
        homes.sort_unstable();
        if homes.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Error::new(say!("two units have their centres in one region", "两个单元的中心在同一区域"))
                .hint(say!("name each once", "每个只写一次")));
        }
        let sum: i128 = self.weights.iter().map(|weight| i128::from(*weight)).sum();
        let dearest: i128 = self
            .costs
            .iter()
            .map(|row| row.iter().copied().filter(|c| *c < FORBIDDEN).max().unwrap_or(0))
            .map(i128::from)
            .sum();
        if self.weights.iter().any(|weight| *weight < 0) || self.costs.iter().flatten().any(|cost| *cost < 0) {
            return wrong(say!("a weight or cost is below zero", "权重或成本小于零"));
        }
        if sum > MOST || dearest > i128::from(FORBIDDEN) {
            return wrong(say!("weights or costs are too large", "权重或成本过大"));
        }
        if self.count == 0 || self.count > centres.min(regions) || self.fixed.len() > self.count {
            return Err(Error::new(say!(
                "{} units cannot be made of {regions} regions",
                "{regions} 个区域无法组成 {0} 个单元",
                self.count
            ))
            .hint(say!("ask for fewer", "请减少数量")));
        }
        Ok(())
    }

    /// Whether a weight is within the range.
    pub fn is_balanced(&self, weight: i64) -> bool {
        (self.range[0]..=self.range[1]).contains(&weight)
    }

    /// What the ways of a unit's regions, ascending, to its cheapest centre cost, and which that is; nothing if it has none, two that must have units of their own, or
    /// regions that must be apart.
    pub fn unit_cost(&self, members: &[u32]) -> Option<(i64, u32)> {
        let is_inside = |region: &u32| members.binary_search(region).is_ok();
        if self.apart.iter().any(|pair| pair.iter().all(is_inside)) {
            return None;
        }
        let inside = |centre: &u32| is_inside(&self.centres[*centre as usize]);
        let fixed: Vec<u32> = self.fixed.iter().copied().filter(inside).collect();
        let cost =
            |centre: u32| members.iter().map(|region| self.costs[*region as usize][centre as usize]).sum::<i64>();
        let best = match fixed.as_slice() {
            [] => (0..self.centres.len() as u32).filter(inside).map(|centre| (cost(centre), centre)).min(),
            [one] => Some((cost(*one), *one)),
            _ => None,
        };
        best.filter(|(cost, _)| *cost < FORBIDDEN)
    }

    /// Whether some regions, ascending, hang together.
    pub fn is_connected(&self, members: &[u32]) -> bool {
        let Some(first) = members.first() else { return false };
        let mut seen = vec![false; members.len()];
        seen[0] = true;
        let (mut open, mut count) = (vec![*first], 1);
        while let Some(region) = open.pop() {
            for other in &self.neighbours[region as usize] {
                if let Ok(place) = members.binary_search(other)
                    && !std::mem::replace(&mut seen[place], true)
                {
                    count += 1;
                    open.push(*other);
                }
            }
        }
        count == members.len()
    }
}

/// Regions put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The regions of each unit, ascending.
    pub units: Vec<Vec<u32>>,
    /// The centre of each unit.
    pub centres: Vec<u32>,
    /// What all ways to the centres cost.
    pub cost: i64,
}

impl Plan {
    /// Looks whether it is what was asked: every region in one unit, connected, its centre in it, nobody together who must be apart.
    /// Returns what it costs, or what is wrong.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn check(&self, regions: &Regions) -> std::result::Result<i64, String> {
        let mut unit_of = vec![usize::MAX; regions.weights.len()];
        for (unit, members) in self.units.iter().enumerate() {
            for region in members {
                if std::mem::replace(&mut unit_of[*region as usize], unit) != usize::MAX {
                    return Err(format!("region {region} is in two units"));
                }
            }
            if !regions.is_connected(members) {
                return Err(format!("unit {unit} is in pieces"));
            }
            let home = regions.centres[self.centres[unit] as usize];
            if members.binary_search(&home).is_err() {
                return Err(format!("the centre of unit {unit} is in another"));
            }
        }
        if unit_of.contains(&usize::MAX) {
            return Err("a region is in no unit".to_owned());
        }
        if regions.apart.iter().any(|[a, b]| unit_of[*a as usize] == unit_of[*b as usize]) {
            return Err("two regions are together that must be apart".to_owned());
        }
        if self.units.len() != regions.count {
            return Err("there are too few units or too many".to_owned());
        }
        let cost = |(members, centre): (&Vec<u32>, &u32)| {
            members.iter().map(|region| regions.costs[*region as usize][*centre as usize]).sum::<i64>()
        };
        Ok(self.units.iter().zip(&self.centres).map(cost).sum())
    }

    /// Whether every unit's weight is within the range.
    pub fn is_balanced(&self, regions: &Regions) -> bool {
        self.units
            .iter()
            .all(|members| regions.is_balanced(members.iter().map(|region| regions.weights[*region as usize]).sum()))
    }
}

/// For each region the part that it hangs together with, numbered in the order of their first regions.
pub fn parts(neighbours: &[Vec<u32>]) -> Vec<u32> {
    let mut part_of = vec![u32::MAX; neighbours.len()];
    let mut parts = 0;
    for start in 0..part_of.len() {
        if part_of[start] != u32::MAX {
            continue;
        }
        let mut open = vec![start];
        part_of[start] = parts;
        while let Some(region) = open.pop() {
            for other in &neighbours[region] {
                if part_of[*other as usize] == u32::MAX {
                    part_of[*other as usize] = parts;
                    open.push(*other as usize);
                }
            }
        }
        parts += 1;
    }
    part_of
}
