//! The one problem that every model of siting becomes: choose sites under a limit, so that the demands cost least.
//!
//! Each demand is served by the cheapest chosen site, or, where none is cheaper, at its ceiling: what it costs already, or what
//! it costs to be left out. The *p*-median, maximal covering and set covering differ only in costs, ceilings and limit. Knows
//! nothing of cities or files.

use lifecircle::say;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use lifecircle::{Error, Result};

/// The most that all costs together may be, so that sums of scaled costs fit 64 bits.
const LARGEST_TOTAL: i128 = 1 << 60;

/// What one demand is, apart from who can serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// How much a unit of cost weighs, as people.
    pub weight: i64,
    /// The cost of a unit if no chosen site is cheaper; `None` where some site must serve it.
    pub ceiling: Option<u32>,
}

/// A site that can serve a demand, and what a unit costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Link {
    /// What a unit costs.
    pub cost: u32,
    /// The site.
    pub site: u32,
}

/// How much may be chosen: the sizes of the chosen sites add up to at most `most`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The size of each site: 1 where sites are counted, a price where money is.
    pub sizes: Vec<i64>,
    /// The most.
    pub most: i64,
}

/// Choose sites under a limit, so that opening them and serving all demands costs least.
///
/// ```
/// use lifecircle_plan::siting::{Demand, Limit, Link, Problem};
/// // Two demands at 0 and 10, sites at 0, 4 and 10; one may be chosen.
/// let rows = vec![
///     vec![Link { site: 0, cost: 0 }, Link { site: 1, cost: 4 }, Link { site: 2, cost: 10 }],
///     vec![Link { site: 0, cost: 10 }, Link { site: 1, cost: 6 }, Link { site: 2, cost: 0 }],
/// ];
/// let demands = vec![Demand { weight: 3, ceiling: None }, Demand { weight: 1, ceiling: None }];
/// let problem = Problem::new(demands, rows, vec![0; 3], Some(Limit { sizes: vec![1; 3], most: 1 })).unwrap();
/// assert_eq!(problem.value(&[0]), Some(10));
/// assert_eq!(problem.value(&[]), None);
/// ```
#[derive(Debug, Clone)]
pub struct Problem {
    demands: Vec<Demand>,
    starts: Vec<usize>,
    links: Vec<Link>,
    opening: Vec<i64>,
    limit: Option<Limit>,
    /// What it costs whatever is chosen: demands that nobody can serve cheaper.
    fixed: i64,
}

impl Problem {
    /// A problem: who can serve each demand, what each site costs to open, and the limit, if there is one. Links that are not
    /// cheaper than the demand's ceiling are left out.
    ///
    /// # Errors
    /// Weights, sizes or opening costs below zero, sites that are not there, or costs that add up to more than 2⁶⁰.
    pub fn new(demands: Vec<Demand>, rows: Vec<Vec<Link>>, opening: Vec<i64>, limit: Option<Limit>) -> Result<Self> {
        check(&demands, &rows, &opening, limit.as_ref())?;
        let mut problem = Self { demands, starts: vec![0], links: Vec::new(), opening, limit, fixed: 0 };
        for (demand, mut row) in problem.demands.iter().zip(rows) {
            row.retain(|link| demand.weight > 0 && demand.ceiling.is_none_or(|ceiling| link.cost < ceiling));
            row.sort_unstable();
            problem.links.extend(row);
            problem.starts.push(problem.links.len());
        }
        Ok(problem)
    }

    /// How many demands there are.
    pub fn demands(&self) -> usize {
        self.demands.len()
    }

    /// How many sites there are.
    pub fn sites(&self) -> usize {
        self.opening.len()
    }

    /// How many links there are.
    pub fn links(&self) -> usize {
        self.links.len()
    }

    /// A demand.
    pub fn demand(&self, demand: usize) -> Demand {
        self.demands[demand]
    }

    /// Who can serve a demand more cheaply than its ceiling, the cheapest first.
    pub fn row(&self, demand: usize) -> &[Link] {
        &self.links[self.starts[demand]..self.starts[demand + 1]]
    }

    /// What a site costs to open.
    pub fn opening(&self, site: u32) -> i64 {
        self.opening[site as usize]
    }

    /// The limit, if there is one.
    pub fn limit(&self) -> Option<&Limit> {
        self.limit.as_ref()
    }

    /// What it costs whatever is chosen.
    pub fn fixed(&self) -> i64 {
        self.fixed
    }

    /// Whether the limit allows these sites.
    pub fn allows(&self, chosen: &[u32]) -> bool {
        self.limit
            .as_ref()
            .is_none_or(|limit| chosen.iter().map(|&site| limit.sizes[site as usize]).sum::<i64>() <= limit.most)
    }

    /// What it costs to open these sites and serve all demands; `None` if a demand is not served that must be.
    pub fn value(&self, chosen: &[u32]) -> Option<i64> {
        let mut is_open = vec![false; self.sites()];
        chosen.iter().for_each(|&site| is_open[site as usize] = true);
        let opening: i64 = chosen.iter().map(|&site| self.opening(site)).sum();
        (0..self.demands()).try_fold(self.fixed + opening, |sum, demand| {
            let Demand { weight, ceiling } = self.demands[demand];
            let nearest = self.row(demand).iter().find(|link| is_open[link.site as usize]).map(|link| link.cost);
            // A demand without weight costs nothing, and has no links.
            if weight == 0 { Some(sum) } else { Some(sum + weight * i64::from(nearest.or(ceiling)?)) }
        })
    }

    /// The problem that is left when some sites are chosen and others are ruled out, and the demands and sites of it that
    /// remain, by their numbers here; `None` if nothing satisfies it any more. Sites that serve nobody are left out, and demands
    /// that are served alike become one, under the first one's number.
    pub(crate) fn reduced(&self, state: &[Fate]) -> Option<Reduced> {
        let mut sites = vec![u32::MAX; self.sites()];
        let mut kept = Reduced { problem: self.empty(), demands: Vec::new(), merged: Vec::new(), sites: Vec::new() };
        let mut alike = Alike::default();
        let part = &mut kept.problem;
        let chosen = (0..self.sites() as u32).filter(|&site| state[site as usize] == Fate::Chosen);
        for site in chosen {
            part.fixed += self.opening(site);
            if let Some(limit) = &mut part.limit {
                limit.most -= self.limit.as_ref().map_or(0, |limit| limit.sizes[site as usize]);
            }
        }
        if part.limit.as_ref().is_some_and(|limit| limit.most < 0) {
            return None;
        }
        for demand in 0..self.demands() {
            let Demand { weight, ceiling } = self.demands[demand];
            let row = self.row(demand);
            let served = row.iter().find(|link| state[link.site as usize] == Fate::Chosen).map(|link| link.cost);
            let ceiling = served.or(ceiling);
            let before = part.links.len();
            for link in row.iter().filter(|link| ceiling.is_none_or(|ceiling| link.cost < ceiling)) {
                if state[link.site as usize] == Fate::Open && self.fits(part, link.site) {
                    part.links.push(*link);
                }
            }
            if let Some(first) = alike.find(part, before, ceiling) {
                part.links.truncate(before);
                part.demands[first].weight += weight;
                kept.merged.push((demand as u32, kept.demands[first]));
            } else if part.links.len() > before {
                part.demands.push(Demand { weight, ceiling });
                part.starts.push(part.links.len());
                kept.demands.push(demand as u32);
            } else if weight > 0 {
                part.fixed += weight * i64::from(ceiling?);
            }
        }
        for link in &mut part.links {
            let site = link.site as usize;
            if sites[site] == u32::MAX {
                sites[site] = 0;
                kept.sites.push(site as u32);
            }
        }
        // By their numbers, so that the order of sites does not depend on the order of demands.
        kept.sites.sort_unstable();
        kept.sites.iter().enumerate().for_each(|(new, &old)| sites[old as usize] = new as u32);
        part.links.iter_mut().for_each(|link| link.site = sites[link.site as usize]);
        part.opening = kept.sites.iter().map(|&site| self.opening(site)).collect();
        if let (Some(part), Some(whole)) = (&mut part.limit, &self.limit) {
            part.sizes = kept.sites.iter().map(|&site| whole.sizes[site as usize]).collect();
        }
        Some(kept)
    }

    fn empty(&self) -> Self {
        let limit = self.limit.as_ref().map(|limit| Limit { sizes: Vec::new(), most: limit.most });
        Self { demands: Vec::new(), starts: vec![0], links: Vec::new(), opening: Vec::new(), limit, fixed: self.fixed }
    }

    fn fits(&self, part: &Self, site: u32) -> bool {
        match (&part.limit, &self.limit) {
            (Some(left), Some(whole)) => whole.sizes[site as usize] <= left.most,
            _ => true,
        }
    }
}

/// What is settled of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing.
    Open,
    /// It is chosen.
    Chosen,
    /// It is not.
    RuledOut,
}

/// A problem that is left of another, and what its demands and sites are called there.
#[derive(Debug)]
pub(crate) struct Reduced {
    pub problem: Problem,
    pub demands: Vec<u32>,
    /// Demands that became one with others, and with which.
    pub merged: Vec<(u32, u32)>,
    pub sites: Vec<u32>,
}

impl Reduced {
    /// Leaves out demands, which need no price.
    pub fn leave_out(&mut self, is_out: &[bool]) {
        if !is_out.contains(&true) {
            return;
        }
        let empty = self.problem.empty();
        let old = std::mem::replace(&mut self.problem, empty);
        let part = &mut self.problem;
        (part.opening, part.limit, part.fixed) = (old.opening.clone(), old.limit.clone(), old.fixed);
        for demand in (0..old.demands()).filter(|&demand| !is_out[demand]) {
            part.demands.push(old.demands[demand]);
            part.links.extend_from_slice(old.row(demand));
            part.starts.push(part.links.len());
        }
        let mut is_out = is_out.iter();
        self.demands.retain(|_| is_out.next() == Some(&false));
    }
}

/// Finds demands that are served by the same sites at the same costs.
#[derive(Default)]
struct Alike {
    by_row: HashMap<u64, Vec<usize>>,
}

impl Alike {
    /// The demand of `part` whose row is that of the links from `before` on; the row is remembered if there is none yet.
    fn find(&mut self, part: &Problem, before: usize, ceiling: Option<u32>) -> Option<usize> {
        let row = &part.links[before..];
        if row.is_empty() {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (row, ceiling).hash(&mut hasher);
        let known = self.by_row.entry(hasher.finish()).or_default();
        let found =
            known.iter().copied().find(|&demand| part.row(demand) == row && part.demands[demand].ceiling == ceiling);
        if found.is_none() {
            known.push(part.demands.len());
        }
        found
    }
}

fn check(demands: &[Demand], rows: &[Vec<Link>], opening: &[i64], limit: Option<&Limit>) -> Result<()> {
    if demands.len() != rows.len() || limit.is_some_and(|limit| limit.sizes.len() != opening.len()) {
        return Err(Error::new(say!(
            "demands, links, sites and sizes are not of one length",
            "需求、连接、候选点与规模的数目不一致"
        )));
    }
    if rows.iter().flatten().any(|link| link.site as usize >= opening.len()) {
        return Err(Error::new(say!("a demand is served by a site that is not there", "需求由不存在的候选点服务")));
    }
    let sizes = limit.map(|limit| limit.sizes.as_slice()).unwrap_or_default();
    if demands.iter().any(|demand| demand.weight < 0) || opening.iter().chain(sizes).any(|&cost| cost < 0) {
        return Err(Error::new(say!("a weight, a cost or a size is below zero", "权重、成本或规模小于零")));
    }
    // Whoever must be served and is not counts as dearer than anything: twice the dearest way, and the dearest site.
    let dearest =
        rows.iter().flatten().map(|link| link.cost).chain(demands.iter().filter_map(|demand| demand.ceiling)).max();
    let unit = 2 * i128::from(dearest.unwrap_or(0)) + 1;
    let weights: i128 = demands.iter().map(|demand| i128::from(demand.weight)).sum();
    let must = demands.iter().filter(|demand| demand.ceiling.is_none()).count() as i128;
    let dearest_opening = i128::from(opening.iter().copied().max().unwrap_or(0));
    let total = weights * unit + must * dearest_opening + opening.iter().map(|&cost| i128::from(cost)).sum::<i128>();
    let sizes: i128 = sizes.iter().map(|&size| i128::from(size)).sum();
    if total > LARGEST_TOTAL || sizes > LARGEST_TOTAL {
        return Err(Error::new(say!("the costs or sizes add up to more than 2^60", "成本或规模之和超过 2^60"))
            .hint(say!("give them in larger units", "请改用更大的单位")));
    }
    Ok(())
}
