//! Who goes where: as many people as can be are served by the chosen sites, exactly (augmenting paths: Ford and Fulkerson 1956).

use std::collections::VecDeque;

use super::problem::Covering;

/// People on their ways to the chosen sites. At any time nobody more could be served by the same sites.
#[derive(Debug, Clone)]
pub(super) struct Flow<'a> {
    problem: &'a Covering,
    is_chosen: Vec<bool>,
    chosen: Vec<u32>,
    /// How many go along each link.
    along: Vec<i64>,
    /// How many more each chosen site could serve.
    spare: Vec<i64>,
    /// How many of each demand are not served, each as often as they are not.
    unserved: Vec<i64>,
    /// How many are served in each area.
    in_area: Vec<i64>,
    served: i64,
}

/// How a site or a demand was reached in a search: along which link.
const NOT: usize = usize::MAX;
const START: usize = usize::MAX - 1;

/// What a search from a site with room has reached.
struct Reached {
    site: Vec<usize>,
    demand: Vec<usize>,
    order: Vec<u32>,
}

impl<'a> Flow<'a> {
    /// Of no site.
    pub fn empty(problem: &'a Covering) -> Self {
        let unserved = problem.needs().iter().map(|need| need.weight * i64::from(need.times)).collect();
        let links = problem.sites().checked_sub(1).map_or(0, |last| problem.links(last as u32).end);
        Self {
            problem,
            is_chosen: vec![false; problem.sites()],
            chosen: Vec::new(),
            along: vec![0; links],
            spare: vec![0; problem.sites()],
            unserved,
            in_area: vec![0; problem.conditions().floors.len()],
            served: 0,
        }
    }

    /// Of some sites besides those that stand.
    pub fn of(problem: &'a Covering, chosen: &[u32]) -> Self {
        Self::empty(problem).with(&problem.conditions().standing).with(chosen)
    }

    /// With some more sites.
    pub fn with(mut self, sites: &[u32]) -> Self {
        sites.iter().for_each(|&site| self.add(site));
        self
    }

    /// How many are served in each area.
    pub fn served_in_areas(&self) -> &[i64] {
        &self.in_area
    }

    pub fn is_chosen(&self, site: u32) -> bool {
        self.is_chosen[site as usize]
    }

    /// How many are not served, each as often as they are not.
    pub fn lost(&self) -> i64 {
        self.problem.all() - self.served
    }

    /// How many are missing to the floors of all areas.
    pub fn short(&self) -> i64 {
        let floors = self.problem.conditions().floors.iter().zip(&self.in_area);
        floors.map(|(floor, served)| (floor - served).max(0)).sum()
    }

    /// Whether an area is below its floor.
    pub fn is_short(&self, area: Option<u32>) -> bool {
        area.is_some_and(|area| self.in_area[area as usize] < self.problem.conditions().floors[area as usize])
    }

    /// How many of a demand a new site could serve without anybody else going elsewhere.
    pub fn waits(&self, demand: u32) -> i64 {
        self.unserved[demand as usize].min(self.problem.need(demand).weight)
    }

    /// Opens a site.
    pub fn add(&mut self, site: u32) {
        if std::mem::replace(&mut self.is_chosen[site as usize], true) {
            return;
        }
        self.chosen.push(site);
        self.spare[site as usize] = self.problem.capacity(site);
        self.fill(site);
    }

    /// Closes a site; others take whom they can.
    pub fn drop(&mut self, site: u32) {
        self.is_chosen[site as usize] = false;
        self.chosen.retain(|&other| other != site);
        let (links, problem) = (self.problem.links(site), self.problem);
        let mut left = Vec::new();
        for link in links.clone() {
            let amount = std::mem::take(&mut self.along[link]);
            let demand = problem.served(site)[link - links.start];
            self.moved(demand, -amount);
            left.extend((amount > 0).then_some(demand));
        }
        if problem.is_bounded() {
            for other in self.chosen.clone() {
                self.fill(other);
            }
        } else {
            for (other, link) in left.into_iter().flat_map(|demand| problem.row(demand)) {
                if self.is_chosen(*other) {
                    self.send(*other, *link);
                }
            }
        }
    }

    fn moved(&mut self, demand: u32, amount: i64) {
        self.unserved[demand as usize] -= amount;
        self.served += amount;
        if let Some(area) = self.problem.need(demand).area {
            self.in_area[area as usize] += amount;
        }
    }

    /// Sends as many as wait along a link.
    fn send(&mut self, site: u32, link: usize) {
        let demand = self.demand_of(site, link);
        let room = self.problem.need(demand).weight - self.along[link];
        let amount = self.unserved[demand as usize].min(room).min(self.spare[site as usize]);
        if amount > 0 {
            self.along[link] += amount;
            self.spare[site as usize] -= amount;
            self.moved(demand, amount);
        }
    }

    fn demand_of(&self, site: u32, link: usize) -> u32 {
        self.problem.served(site)[link - self.problem.links(site).start]
    }

    /// Fills a site: with those who wait, then with those whose going there lets others be served elsewhere.
    fn fill(&mut self, site: u32) {
        self.problem.links(site).for_each(|link| self.send(site, link));
        if !self.problem.is_bounded() {
            return;
        }
        while self.spare[site as usize] > 0
            && let Some((path, amount)) = self.path(site)
        {
            for (taken, link, is_taken) in path {
                self.along[link] += if is_taken { amount } else { -amount };
                if let Some(last) = taken {
                    self.moved(last, amount);
                }
            }
            self.spare[site as usize] -= amount;
        }
    }

    /// A way from a site with room to somebody who waits: its links, and how many can go along it.
    #[allow(clippy::type_complexity)]
    fn path(&self, from: u32) -> Option<(Vec<(Option<u32>, usize, bool)>, i64)> {
        let mut found = None;
        let reached = self.search(&[from], |demand| {
            found = Some(demand);
            self.unserved[demand as usize] > 0
        });
        let last = found.filter(|&demand| self.unserved[demand as usize] > 0)?;
        let (mut links, mut demand) = (Vec::new(), last);
        let mut amount = self.unserved[last as usize].min(self.spare[from as usize]);
        loop {
            let link = reached.demand[demand as usize];
            let site = self.site_of(link);
            amount = amount.min(self.problem.need(demand).weight - self.along[link]);
            links.push(((demand == last).then_some(last), link, true));
            let back = reached.site[site as usize];
            if back == START {
                return Some((links, amount));
            }
            amount = amount.min(self.along[back]);
            links.push((None, back, false));
            demand = self.demand_of(site, back);
        }
    }

    fn site_of(&self, link: usize) -> u32 {
        let (mut low, mut high) = (0, self.problem.sites());
        while low + 1 < high {
            let middle = low.midpoint(high);
            if self.problem.links(middle as u32).start <= link { low = middle } else { high = middle }
        }
        low as u32
    }

    /// Whom sites with room could serve if others went elsewhere, until `is_enough`.
    fn search(&self, from: &[u32], mut is_enough: impl FnMut(u32) -> bool) -> Reached {
        let mut reached = Reached {
            site: vec![NOT; self.problem.sites()],
            demand: vec![NOT; self.problem.demands()],
            order: Vec::new(),
        };
        from.iter().for_each(|&site| reached.site[site as usize] = START);
        let mut waiting: VecDeque<u32> = from.iter().copied().collect();
        while let Some(site) = waiting.pop_front() {
            for link in self.problem.links(site) {
                let demand = self.demand_of(site, link);
                if reached.demand[demand as usize] != NOT || self.along[link] >= self.problem.need(demand).weight {
                    continue;
                }
                reached.demand[demand as usize] = link;
                reached.order.push(demand);
                if is_enough(demand) {
                    return reached;
                }
                for &(other, back) in self.problem.row(demand) {
                    if self.along[back] > 0 && reached.site[other as usize] == NOT {
                        reached.site[other as usize] = back;
                        waiting.push_back(other);
                    }
                }
            }
        }
        reached
    }

    /// Which demands are served as far as prices must know to prove that no more can be: all of them whom sites with room reach.
    pub fn is_full(&self) -> Vec<bool> {
        let roomy: Vec<u32> = self.chosen.iter().copied().filter(|&site| self.spare[site as usize] > 0).collect();
        let mut is_full = vec![false; self.problem.demands()];
        self.search(&roomy, |_| false).order.iter().for_each(|&demand| is_full[demand as usize] = true);
        is_full
    }

    /// Areas that are below their floors.
    pub fn short_areas(&self) -> Vec<bool> {
        (0..self.in_area.len() as u32).map(|area| self.is_short(Some(area))).collect()
    }

    /// Demand, site, people.
    pub fn assigned(&self) -> Vec<(u32, u32, i64)> {
        let mut sites = self.chosen.clone();
        sites.sort_unstable();
        let of_site = |site: u32| {
            let links = self.problem.links(site).zip(self.problem.served(site));
            links.map(move |(link, &demand)| (demand, site, self.along[link])).filter(|(.., amount)| *amount > 0)
        };
        sites.into_iter().flat_map(of_site).collect()
    }
}
