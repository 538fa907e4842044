//! Bounds by prices, sites that they settle, and how a part is split; the search over parts is [`crate::siting::tree`]'s.
//!
//! With prices *u* of being served once, *m* of a person who is missing to a floor, and *t* of a unit of the limit, any choice loses at least
//! all people − Σ times·weight·*u* + Σ floor·*m* − *t*·most − Σ over sites of what they earn: each as much as 1 + *m* − *u* from each of its people, the best
//! first, up to its capacity, less *t* times its size, and nothing if that is below zero. What stands, and what is chosen, earns whatever it is.

use rayon::prelude::*;

use super::flow::Flow;
use super::problem::Covering;
use super::search::Search;
use crate::siting::branch::{PART, WHOLE, chosen_of};
use crate::siting::dual::{LOWEST, Scale, bound_at, choose};
use crate::siting::problem::{Fate, Limit};
use crate::siting::proof::Step;
use crate::siting::tree::{NONE_KNOWN, Outcome, Part, Settings, Settled, Splitting, Watch, search};
use crate::siting::volume::{Climb, Effort, Relaxation, Relaxed, climb};

/// A person who is missing to a floor is worth at most so many who are not.
const HIGHEST_FLOOR_PRICE: i64 = 64;

/// Chooses sites so that least is lost, and proves it as far as `settings` and `watch` allow. The choice is told without what stands.
pub fn cover(problem: &Covering, settings: Settings, watch: &dyn Watch) -> Outcome {
    // So that all people at the highest price fit 64 bits.
    let bits = 55_u32.saturating_sub(problem.all().max(1).ilog2() + 1).min(24);
    search(&Solver { problem, scale: Scale::of_bits(bits), settings, watch }, settings, watch)
}

struct Solver<'a> {
    problem: &'a Covering,
    scale: Scale,
    settings: Settings,
    watch: &'a dyn Watch,
}

/// What is left of a problem when some sites are chosen and others are ruled out.
struct Left<'a> {
    problem: &'a Covering,
    scale: Scale,
    chosen: Vec<u32>,
    open: Vec<u32>,
    limit: Limit,
}

impl<'a> Left<'a> {
    /// `None` if what is chosen is more than the limit allows.
    fn of(problem: &'a Covering, scale: Scale, fates: &[Fate]) -> Option<Self> {
        let chosen = chosen_of(fates);
        let size = |site: u32| problem.limit().sizes[site as usize];
        let most = problem.limit().most - chosen.iter().map(|&site| size(site)).sum::<i64>();
        let is_open = |site: &u32| {
            fates[*site as usize] == Fate::Open && size(*site) <= most && !problem.served(*site).is_empty()
        };
        let open: Vec<u32> = (0..problem.sites() as u32).filter(is_open).collect();
        let sizes = open.iter().map(|&site| size(site)).collect();
        (most >= 0).then_some(Self { problem, scale, chosen, open, limit: Limit { sizes, most } })
    }

    fn unit(&self) -> i64 {
        self.scale.scaled(1)
    }

    /// What serving somebody of a demand once is worth, beyond its price.
    fn worth(&self, demand: u32, prices: &[i64]) -> i64 {
        let floor = self.problem.need(demand).area.map_or(0, |area| prices[self.problem.demands() + area as usize]);
        (self.unit() + floor - prices[demand as usize]).max(0)
    }

    /// Whom a site serves at these prices: those who are worth most first.
    fn takes(&self, site: u32, prices: &[i64], mut take: impl FnMut(u32, i64, i64)) {
        let worth = self.problem.served(site).iter().map(|&demand| (self.worth(demand, prices), demand));
        let capacity = self.problem.capacity(site);
        if capacity == i64::MAX {
            worth.filter(|(worth, _)| *worth > 0).for_each(|(worth, demand)| {
                take(demand, self.problem.need(demand).weight, worth);
            });
            return;
        }
        let mut best: Vec<(i64, u32)> = worth.filter(|(worth, _)| *worth > 0).collect();
        best.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut room = capacity;
        for (worth, demand) in best {
            let amount = self.problem.need(demand).weight.min(room);
            if amount == 0 {
                break;
            }
            room -= amount;
            take(demand, amount, worth);
        }
    }

    fn earns(&self, site: u32, prices: &[i64]) -> i64 {
        let mut earned = 0;
        self.takes(site, prices, |_, amount, worth| earned += amount * worth);
        earned
    }

    /// The part of the bound that no open site changes.
    fn sum(&self, prices: &[i64]) -> i64 {
        let (prices, floors) = prices.split_at(self.problem.demands());
        let needs = self.problem.needs().iter().zip(prices);
        let served: i128 =
            needs.map(|(need, &u)| i128::from(need.weight * i64::from(need.times)) * i128::from(u)).sum();
        let floors = self.problem.conditions().floors.iter().zip(floors);
        let floors: i128 = floors.map(|(&floor, &price)| i128::from(floor) * i128::from(price)).sum();
        i64::try_from(i128::from(self.scale.scaled(self.problem.all())) - served + floors).unwrap_or(LOWEST)
    }

    /// The same with what the chosen sites earn.
    fn whole_sum(&self, prices: &[i64]) -> i64 {
        // Sites that serve the same people each count them.
        let chosen: i128 = self.chosen.par_iter().map(|&site| i128::from(self.earns(site, prices))).sum();
        i64::try_from(i128::from(self.sum(prices)) - chosen).unwrap_or(LOWEST)
    }
}

impl Relaxation for Left<'_> {
    fn sites(&self) -> usize {
        self.open.len()
    }

    fn highest(&self) -> Vec<i64> {
        let floors = self.problem.conditions().floors.len();
        let floor = self.unit() * HIGHEST_FLOOR_PRICE;
        let of = |area: Option<u32>| self.unit() + if area.is_some() { floor } else { 0 };
        self.problem.needs().iter().map(|need| of(need.area)).chain(std::iter::repeat_n(floor, floors)).collect()
    }

    fn steps(&self) -> Vec<f64> {
        let needs = self.problem.needs();
        let mut areas = vec![0.0; self.problem.conditions().floors.len()];
        for need in needs {
            if let Some(area) = need.area {
                areas[area as usize] += need.weight as f64 * f64::from(need.times);
            }
        }
        let steps = needs.iter().map(|need| need.weight as f64).chain(areas);
        steps.map(|people| 1.0 / people.max(1.0)).collect()
    }

    fn relax(&self, prices: &[i64]) -> Relaxed {
        let earns = self.open.par_iter().map(|&site| -self.earns(site, prices)).collect();
        choose(earns, self.whole_sum(prices), Some(&self.limit))
    }

    fn subgradient(&self, prices: &[i64], relaxed: &Relaxed, gradient: &mut [f64]) {
        let demands = self.problem.demands();
        let mut served = vec![0_i64; demands];
        let chosen = relaxed.chosen.iter().map(|&site| self.open[site as usize]);
        for site in self.chosen.iter().copied().chain(chosen) {
            self.takes(site, prices, |demand, amount, _| served[demand as usize] += amount);
        }
        gradient[demands..]
            .iter_mut()
            .zip(&self.problem.conditions().floors)
            .for_each(|(area, &floor)| *area = floor as f64);
        for (demand, need) in self.problem.needs().iter().enumerate() {
            gradient[demand] = (served[demand] - need.weight * i64::from(need.times)) as f64;
            if let Some(area) = need.area {
                gradient[demands + area as usize] -= served[demand] as f64;
            }
        }
    }
}

impl Splitting for Solver<'_> {
    fn fates(&self) -> Vec<Fate> {
        let mut fates = vec![Fate::Open; self.problem.sites()];
        self.problem.conditions().standing.iter().for_each(|&site| fates[site as usize] = Fate::Chosen);
        fates
    }

    fn value(&self, chosen: &[u32]) -> Option<i64> {
        self.problem.value(chosen)
    }

    fn worst(&self) -> i64 {
        self.problem.all() + 1
    }

    fn scale(&self) -> u32 {
        self.scale.bits()
    }

    fn start(&self) -> Option<(Vec<u32>, i64)> {
        let mut search = Search::new(self.problem, &[]);
        search.greedy(None, &|| !self.watch.is_over());
        search.improve(&|| !self.watch.is_over());
        search.found().filter(|(_, value)| *value < self.settings.wanted())
    }

    /// As a good choice has it: who is served has a price, who is not has none.
    fn first_prices(&self, chosen: &[u32]) -> Vec<i64> {
        let is_full = Flow::of(self.problem, chosen).is_full();
        let half = self.scale.scaled(1) / 2;
        let floors = std::iter::repeat_n(0, self.problem.conditions().floors.len());
        is_full.iter().map(|&is_full| if is_full { half } else { 0 }).chain(floors).collect()
    }

    fn settle(&self, part: &Part, upper: i64) -> Settled {
        let mut settled = Settled { bound: part.bound, steps: Vec::new(), better: Vec::new(), split: None };
        let (mut fates, mut prices, mut upper) = (part.fates.clone(), part.prices.clone(), upper);
        let mut is_first = true;
        if part.depth == 0 {
            settled.steps.extend(self.leave_out_dominated(&mut fates));
        }
        loop {
            let Some(left) = Left::of(self.problem, self.scale, &fates) else {
                settled.bound = NONE_KNOWN;
                return settled;
            };
            if left.open.is_empty() {
                self.only_one(&left, &mut settled);
                return settled;
            }
            let effort = if part.depth == 0 && is_first { WHOLE } else { PART };
            let climb = self.climb(&left, prices, effort, &mut upper, &mut settled);
            prices = climb.prices;
            settled.bound = settled.bound.max(self.scale.up(climb.relaxed.bound));
            settled.steps.push(step(&prices, self.problem, climb.relaxed.limit_prices.clone()));
            if settled.bound >= upper || self.watch.is_over() {
                return settled;
            }
            let fixed = self.settle_sites(&left, &climb.relaxed, &prices, upper, &mut fates);
            is_first = false;
            if fixed * 10 < left.open.len()
                && let Some(site) = split_at(&left, &climb.often, &fates)
            {
                settled.split = Some((site, fates, prices));
                return settled;
            }
        }
    }
}

impl Solver<'_> {
    /// Rules out sites that another one makes needless: it serves all whom they serve, and takes no more of the limit. Where people want two sites, or
    /// sites are bounded, whoever chooses the one may want the other besides.
    fn leave_out_dominated(&self, fates: &mut [Fate]) -> Option<Step> {
        let is_plain = !self.problem.is_bounded() && self.problem.needs().iter().all(|need| need.times == 1);
        if !is_plain {
            return None;
        }
        let mut dominated = Vec::new();
        for site in 0..self.problem.sites() as u32 {
            let served = self.problem.served(site);
            let Some(&rarest) = served.iter().min_by_key(|&&demand| self.problem.row(demand).len()) else { continue };
            if fates[site as usize] != Fate::Open {
                continue;
            }
            let size = |site: u32| self.problem.limit().sizes[site as usize];
            let by = self.problem.row(rarest).iter().map(|(other, _)| *other).find(|&other| {
                other != site
                    && fates[other as usize] == Fate::Open
                    && size(other) <= size(site)
                    && has_all(self.problem.served(other), served)
            });
            if let Some(by) = by {
                fates[site as usize] = Fate::RuledOut;
                dominated.push((site, by));
            }
        }
        Some(Step { dominated, ..Step::default() }).filter(|step| !step.dominated.is_empty())
    }

    /// A part of which only one choice is left: what it loses, and the prices that prove it.
    fn only_one(&self, left: &Left<'_>, settled: &mut Settled) {
        let mine: Vec<u32> = self.without_standing(&left.chosen);
        let flow = Flow::of(self.problem, &mine);
        let unit = self.scale.scaled(1);
        // Prices that make an area's floor dearer than everything, if it is not reached.
        let dear = if flow.short() > 0 { self.scale.scaled(self.problem.all() + 1) } else { 0 };
        let floors: Vec<i64> = flow.short_areas().iter().map(|&is_short| if is_short { dear } else { 0 }).collect();
        let of_area = |area: Option<u32>| area.map_or(0, |area| floors[area as usize]);
        let full = flow.is_full().into_iter().zip(self.problem.needs());
        let prices = full.map(|(is_full, need)| if is_full { unit + of_area(need.area) } else { 0 });
        let prices: Vec<i64> = prices.chain(floors.iter().copied()).collect();
        settled.steps.push(step(&prices, self.problem, vec![0]));
        settled.bound = if dear > 0 { NONE_KNOWN } else { settled.bound.max(flow.lost()) };
        settled.better.extend((dear == 0).then_some(mine));
    }

    fn without_standing(&self, chosen: &[u32]) -> Vec<u32> {
        let standing = &self.problem.conditions().standing;
        chosen.iter().copied().filter(|site| standing.binary_search(site).is_err()).collect()
    }

    fn climb(
        &self,
        left: &Left<'_>,
        prices: Vec<i64>,
        effort: Effort,
        upper: &mut i64,
        settled: &mut Settled,
    ) -> Climb {
        let goal = self.scale.scaled_at_most(upper.saturating_sub(1)).saturating_add(1);
        let already = self.without_standing(&left.chosen);
        let (mut last, mut tried) = (None::<Vec<u32>>, 0);
        climb(left, prices, goal, effort, |relaxed, is_news| {
            if self.watch.is_over() {
                return None;
            }
            if is_news && effort.is_whole {
                let value = Some(*upper).filter(|value| *value < self.settings.wanted().min(self.worst()));
                self.watch.rising(self.settings.known(value, self.scale.up(relaxed.bound)));
            }
            if is_news && tried < effort.steps / 20 && last.as_ref() != Some(&relaxed.chosen) {
                last = Some(relaxed.chosen.clone());
                tried += 1;
                let chosen: Vec<u32> = relaxed
                    .chosen
                    .iter()
                    .map(|&site| left.open[site as usize])
                    .chain(already.iter().copied())
                    .collect();
                let mut search = Search::new(self.problem, &chosen);
                search.greedy(None, &|| !self.watch.is_over());
                if let Some((chosen, value)) = search.found().filter(|(_, value)| *value < *upper) {
                    *upper = value;
                    settled.better.push(chosen);
                }
            }
            // Where no choice is known, a little above the bound is aimed at.
            let bound = self.scale.up(relaxed.bound).max(1);
            Some(self.scale.scaled_at_most((*upper).min(bound + bound / 10 + 10)))
        })
    }

    /// Settles each site whose other fate would lose at least `upper`; how many.
    fn settle_sites(
        &self,
        left: &Left<'_>,
        relaxed: &Relaxed,
        prices: &[i64],
        upper: i64,
        fates: &mut [Fate],
    ) -> usize {
        let (sum, most) = (left.whole_sum(prices), i128::from(self.scale.scaled_at_most(upper - 1)));
        let mut settled = 0;
        for &price in &relaxed.limit_prices {
            let bound = i128::from(bound_at(&relaxed.earns, sum, Some(&left.limit), price));
            for ((&site, &earned), &size) in left.open.iter().zip(&relaxed.earns).zip(&left.limit.sizes) {
                let makes = i128::from(earned) + i128::from(size) * i128::from(price);
                let old = &mut fates[site as usize];
                if *old == Fate::Open && bound + makes.abs() > most {
                    *old = if makes >= 0 { Fate::RuledOut } else { Fate::Chosen };
                    settled += 1;
                }
            }
        }
        settled
    }
}

/// Whether one list of demands has all of another. Both are in order.
fn has_all(theirs: &[u32], served: &[u32]) -> bool {
    let mut theirs = theirs.iter();
    theirs.len() >= served.len()
        && served.iter().all(|demand| theirs.by_ref().find(|other| *other >= demand) == Some(demand))
}

fn step(prices: &[i64], problem: &Covering, limit_prices: Vec<i64>) -> Step {
    let (prices, floors) = prices.split_at(problem.demands());
    let prices = (0..).zip(prices.iter().copied()).filter(|(_, price)| *price != 0).collect();
    Step { dominated: Vec::new(), prices, floor_prices: floors.to_vec(), limit_prices }
}

/// The site to split at: the one whose fate is least clear, and matters to most.
fn split_at(left: &Left<'_>, often: &[f64], fates: &[Fate]) -> Option<u32> {
    let people =
        |site: u32| left.problem.served(site).iter().map(|&demand| left.problem.need(demand).weight).sum::<i64>();
    let matters = |at: usize| often[at] * (1.0 - often[at]) * (people(left.open[at]) as f64).sqrt();
    let open = (0..left.open.len()).filter(|&at| fates[left.open[at] as usize] == Fate::Open);
    let best = open.map(|at| (matters(at), at)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    best.map(|(_, at)| left.open[at])
}
