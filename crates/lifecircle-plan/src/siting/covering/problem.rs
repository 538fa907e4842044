//! The problem: who wants to be served how often, by which sites, under which conditions.

use lifecircle::say;
use std::collections::HashMap;

use lifecircle::{Error, Result};

use super::flow::Flow;
use crate::siting::problem::Limit;

/// The most that all people together may be, each as often as they want to be served.
const LARGEST_TOTAL: i128 = 1 << 44;

/// Who wants to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// How many they are.
    pub weight: i64,
    /// By how many sites.
    pub times: u32,
    /// The area that they are in, if areas have floors.
    pub area: Option<u32>,
}

/// What a choice must keep to, besides its limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// How many people each site serves at most; `None` for as many as there are. All are unbounded if this is empty.
    pub capacities: Vec<Option<i64>>,
    /// How many people of each area must be served at least, each as often as they are served.
    pub floors: Vec<i64>,
    /// Sites that stand already, in any order.
    pub standing: Vec<u32>,
}

/// Choose sites under a limit, so that as few people as can be are not served.
///
/// ```
/// use lifecircle_plan::siting::{Conditions, Covering, Limit, Need, Settings, cover};
/// // Two demands of 10 and one site that reaches both and serves 15.
/// let need = Need { weight: 10, times: 1, area: None };
/// let conditions = Conditions { capacities: vec![Some(15)], ..Conditions::default() };
/// let limit = Limit { sizes: vec![1], most: 1 };
/// let problem = Covering::new(vec![need; 2], vec![vec![0, 1]], limit, conditions).unwrap();
/// let outcome = cover(&problem, Settings::default(), &());
/// assert_eq!((outcome.best, outcome.bound), (Some((vec![0], 5)), Some(5)));
/// ```
#[derive(Debug, Clone)]
pub struct Covering {
    needs: Vec<Need>,
    /// By site, the demands that it serves, in order.
    starts: Vec<usize>,
    served: Vec<u32>,
    /// By demand, the sites that serve it and where their links stand.
    rows: Vec<Vec<(u32, usize)>>,
    limit: Limit,
    conditions: Conditions,
    /// People whom no site serves.
    lost: i64,
}

impl Covering {
    /// A problem: who wants what, whom each site serves, how much may be chosen, and what else a choice must keep to. People who are served by the same sites become one demand.
    ///
    /// # Errors
    /// Numbers below zero, lists of different lengths, sites, demands or areas that are not there, more than 2⁴⁴ people, or floors beside capacities.
    pub fn new(needs: Vec<Need>, sites: Vec<Vec<u32>>, limit: Limit, conditions: Conditions) -> Result<Self> {
        check(&needs, &sites, &limit, &conditions)?;
        let mut by_demand = vec![Vec::new(); needs.len()];
        for (site, served) in (0..).zip(&sites) {
            served.iter().for_each(|&demand| by_demand[demand as usize].push(site));
        }
        let mut conditions = conditions;
        conditions.standing.sort_unstable();
        conditions.standing.dedup();
        let mut lost = 0;
        let mut alike: HashMap<(Vec<u32>, u32, Option<u32>), usize> = HashMap::new();
        let mut kept: Vec<Need> = Vec::new();
        let mut of_kept: Vec<Vec<u32>> = Vec::new();
        for (need, mut row) in needs.into_iter().zip(by_demand) {
            row.dedup();
            // Nobody is served more often than there are sites.
            let times = need.times.min(row.len() as u32);
            lost += need.weight * i64::from(need.times - times);
            if times == 0 || need.weight == 0 {
                continue;
            }
            let first = *alike.entry((row, times, need.area)).or_insert_with_key(|(row, ..)| {
                kept.push(Need { weight: 0, times, area: need.area });
                of_kept.push(row.clone());
                kept.len() - 1
            });
            kept[first].weight += need.weight;
        }
        let mut columns = vec![Vec::new(); sites.len()];
        for (demand, row) in (0..).zip(&of_kept) {
            row.iter().for_each(|&site| columns[site as usize].push(demand));
        }
        let mut problem =
            Self { needs: kept, starts: vec![0], served: Vec::new(), rows: Vec::new(), limit, conditions, lost };
        problem.rows = vec![Vec::new(); problem.needs.len()];
        for (site, served) in (0..).zip(columns) {
            for demand in served {
                problem.rows[demand as usize].push((site, problem.served.len()));
                problem.served.push(demand);
            }
            problem.starts.push(problem.served.len());
        }
        Ok(problem)
    }

    /// How many demands there are.
    pub fn demands(&self) -> usize {
        self.needs.len()
    }

    /// How many sites there are.
    pub fn sites(&self) -> usize {
        self.starts.len() - 1
    }

    /// A demand.
    pub fn need(&self, demand: u32) -> Need {
        self.needs[demand as usize]
    }

    /// All demands.
    pub(crate) fn needs(&self) -> &[Need] {
        &self.needs
    }

    /// Whom a site serves.
    pub fn served(&self, site: u32) -> &[u32] {
        &self.served[self.links(site)]
    }

    /// Where the links of a site stand among all.
    pub(super) fn links(&self, site: u32) -> std::ops::Range<usize> {
        self.starts[site as usize]..self.starts[site as usize + 1]
    }

    /// Who serves a demand, and where those links stand.
    pub(super) fn row(&self, demand: u32) -> &[(u32, usize)] {
        &self.rows[demand as usize]
    }

    /// How many people a site serves at most.
    pub fn capacity(&self, site: u32) -> i64 {
        self.conditions.capacities.get(site as usize).copied().flatten().unwrap_or(i64::MAX)
    }

    /// Whether any site is bounded.
    pub(super) fn is_bounded(&self) -> bool {
        self.conditions.capacities.iter().any(Option::is_some)
    }

    /// How much may be chosen.
    pub fn limit(&self) -> &Limit {
        &self.limit
    }

    /// What else a choice keeps to.
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// People whom no site serves, as often as none does.
    pub fn lost(&self) -> i64 {
        self.lost
    }

    /// All people, each as often as they want to be served.
    pub fn all(&self) -> i64 {
        self.lost + self.needs.iter().map(|need| need.weight * i64::from(need.times)).sum::<i64>()
    }

    /// What a choice loses, standing sites included; `None` if the limit does not allow it or an area stays below its floor.
    pub fn value(&self, chosen: &[u32]) -> Option<i64> {
        let size: i64 = chosen.iter().map(|&site| self.limit.sizes[site as usize]).sum();
        let flow = Flow::of(self, chosen);
        (size <= self.limit.most && flow.short() == 0).then(|| flow.lost())
    }

    /// The same with other floors.
    ///
    /// # Errors
    /// As for [`Covering::new`].
    pub fn with_floors(&self, floors: Vec<i64>) -> Result<Self> {
        let same = floors.len() == self.conditions.floors.len();
        if !same || floors.iter().any(|&floor| floor < 0 || i128::from(floor) > LARGEST_TOTAL) {
            return Err(Error::new(say!(
                "a floor is below zero, or of an area that is not there",
                "下限小于零，或属于不存在的区域"
            )));
        }
        let mut other = self.clone();
        other.conditions.floors = floors;
        Ok(other)
    }

    /// What these sites lose, whatever stands and the limit allows.
    pub fn lost_by(&self, sites: &[u32]) -> i64 {
        Flow::empty(self).with(sites).lost()
    }

    /// How many of each area these sites serve.
    pub fn served_in_areas(&self, sites: &[u32]) -> Vec<i64> {
        Flow::empty(self).with(sites).served_in_areas().to_vec()
    }

    /// Some sites after others, and how many more each serves: those of the first group first, in each the one that adds most.
    pub fn in_order(&self, before: &[u32], groups: &[&[u32]]) -> Vec<(u32, i64)> {
        let mut flow = Flow::empty(self).with(before);
        let mut order = Vec::new();
        for group in groups {
            let mut left = group.to_vec();
            while !left.is_empty() {
                let gain = |site: u32| self.served(site).iter().map(|&demand| flow.waits(demand)).sum::<i64>();
                let gains = left.iter().map(|&site| (gain(site).min(self.capacity(site)), std::cmp::Reverse(site)));
                let Some((_, std::cmp::Reverse(site))) = gains.max() else { break };
                let lost = flow.lost();
                flow.add(site);
                order.push((site, lost - flow.lost()));
                left.retain(|&other| other != site);
            }
        }
        order
    }

    /// Who goes where if these sites are chosen, standing ones included: demand, site, people.
    pub fn assigned(&self, chosen: &[u32]) -> Vec<(u32, u32, i64)> {
        Flow::of(self, chosen).assigned()
    }
}

fn check(needs: &[Need], sites: &[Vec<u32>], limit: &Limit, conditions: &Conditions) -> Result<()> {
    let Conditions { capacities, floors, standing } = conditions;
    if limit.sizes.len() != sites.len() || !(capacities.is_empty() || capacities.len() == sites.len()) {
        return Err(Error::new(say!(
            "sites, sizes and capacities are not of one length",
            "候选点、规模与容量的数目不一致"
        )));
    }
    if sites.iter().flatten().any(|&demand| demand as usize >= needs.len())
        || standing.iter().any(|&site| site as usize >= sites.len())
        || needs.iter().filter_map(|need| need.area).any(|area| area as usize >= floors.len())
    {
        return Err(Error::new(say!(
            "a demand, a site or an area is named that is not there",
            "提到了不存在的需求点、候选点或区域"
        )));
    }
    if standing.iter().any(|&site| limit.sizes[site as usize] != 0) {
        return Err(Error::new(say!("a site that stands takes no part of the limit", "已建的点不占限额")));
    }
    let numbers = limit.sizes.iter().chain(floors).chain(capacities.iter().flatten());
    if limit.most < 0 || numbers.chain(needs.iter().map(|need| &need.weight)).any(|&number| number < 0) {
        return Err(Error::new(say!(
            "a weight, a size, a capacity or a floor is below zero",
            "权重、规模、容量或下限小于零"
        )));
    }
    if !floors.is_empty() && !capacities.is_empty() {
        return Err(Error::new(say!("floors and capacities cannot be asked for together", "下限与容量不能同时要求")));
    }
    let total: i128 = needs.iter().map(|need| i128::from(need.weight) * i128::from(need.times)).sum();
    let sizes: i128 = limit.sizes.iter().map(|&size| i128::from(size)).sum();
    if total > LARGEST_TOTAL || sizes > 1 << 60 || floors.iter().any(|&floor| i128::from(floor) > LARGEST_TOTAL) {
        return Err(Error::new(say!(
            "people add up to more than 2^44, or sizes to more than 2^60",
            "人数之和超过 2^44，或规模之和超过 2^60"
        ))
        .hint(say!("give them in larger units", "请改用更大的单位")));
    }
    Ok(())
}
