//! The best choice, with proof: bounds by prices settle most sites, and what is left is split in two, site by site.
//!
//! Parts are taken in order of their bounds, a fixed number at a time, side by side; what they find counts from the next time
//! on. So the answer, and the proof, are the same for any number of threads. Each part carries the prices of the one it was
//! split from. Knows no model.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::dominance;
use super::dual::{self, Effort, Relaxed, Scale};
use super::local_search::{self, Columns, Search};
use super::problem::{Fate, Problem, Reduced};
use super::proof::{Node, Proof, Step};

/// How bounds and answers are found.
pub const METHOD: &str = "Lagrangian bounds, dominance, branch and bound, swap search";

/// How many parts are taken at a time.
const AT_A_TIME: usize = 8;

/// How hard prices climb for the whole problem, and for a part of it.
const WHOLE: Effort = Effort { steps: 1500, patience: 16 };
const PART: Effort = Effort { steps: 120, patience: 10 };

/// What to stop at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// A choice is good enough if it is at most this far from the bound, as a share of its cost, or of what it saves: 0 asks for
    /// proof that none is better.
    pub gap: f64,
    /// From which cost it saves; its cost itself counts if none.
    pub saved_from: Option<i64>,
    /// Any choice that costs less than this is good enough, and others are not looked for.
    pub below: Option<i64>,
}

impl Settings {
    /// Looks for any choice that costs less than this, or proves that there is none.
    pub fn any_below(cost: i64) -> Self {
        Self { below: Some(cost), ..Self::default() }
    }
}

/// Who is told how it goes, and may stop it. Asked often, from many threads.
pub trait Watch: Sync {
    /// The best cost known, if there is one, and the bound.
    fn closing(&self, value: Option<i64>, bound: i64);

    /// Whether to stop: the best so far stands.
    fn is_over(&self) -> bool {
        false
    }
}

impl Watch for () {
    fn closing(&self, _: Option<i64>, _: i64) {}
}

/// The best choice that was found, and what is proven of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The chosen sites, by number, and what they cost; `None` if no choice was found that serves all who must be.
    pub best: Option<(Vec<u32>, i64)>,
    /// No choice costs less than this; `None` if there is none at all, or none below what was asked for.
    pub bound: Option<i64>,
    /// Why.
    pub proof: Proof,
    /// In how many parts the problem was split.
    pub parts: usize,
}

impl Outcome {
    /// Whether nothing better exists.
    pub fn is_proven(&self) -> bool {
        match (&self.best, self.bound) {
            (Some((_, value)), Some(bound)) => bound >= *value,
            (None, bound) => bound.is_none(),
            (Some(_), None) => false,
        }
    }
}

/// A part of the problem that waits.
struct Part {
    node: usize,
    bound: i64,
    depth: u32,
    fates: Vec<Fate>,
    /// By demand of the whole problem.
    prices: Vec<i64>,
}

/// What became of a part.
struct Settled {
    bound: i64,
    steps: Vec<Step>,
    better: Vec<Vec<u32>>,
    split: Option<(u32, Vec<Fate>, Vec<i64>)>,
}

/// Chooses sites so that the cost is least, and proves it as far as `settings` and `watch` allow.
///
/// ```
/// use lifecircle_plan::siting::{Link, Settings, p_median, solve};
/// // Three demands in a row, one unit apart; one of them is chosen.
/// let row = |at: u32| (0..3).map(|site| Link { cost: at.abs_diff(site), site }).collect();
/// let problem = p_median(&[1, 1, 1], (0..3).map(row).collect(), 3, 1).unwrap();
/// let outcome = solve(&problem, Settings::default(), &());
/// assert_eq!((outcome.best, outcome.bound), (Some((vec![1], 2)), Some(2)));
/// ```
pub fn solve(problem: &Problem, settings: Settings, watch: &dyn Watch) -> Outcome {
    let search = Solver { problem, scale: Scale::of(problem), settings, watch };
    search.run()
}

struct Solver<'a> {
    problem: &'a Problem,
    scale: Scale,
    settings: Settings,
    watch: &'a dyn Watch,
}

/// A cost that no choice has.
const NONE_KNOWN: i64 = i64::MAX >> 1;

impl Solver<'_> {
    fn run(&self) -> Outcome {
        let mut best = self.start();
        let mut nodes = vec![Node::default()];
        let mut waiting = Waiting::default();
        let prices = self.first_prices(best.as_ref().map(|(chosen, _)| chosen.as_slice()).unwrap_or_default());
        let all = vec![Fate::Open; self.problem.sites()];
        waiting.push(Part { node: 0, bound: i64::MIN, depth: 0, fates: all, prices });
        // The least bound of what was stopped in its middle.
        let mut stopped_at = None::<i64>;
        while !self.watch.is_over() {
            let upper = self.upper(&best);
            let parts = waiting.take(AT_A_TIME);
            if parts.is_empty() || self.is_enough(&best, parts[0].bound) {
                waiting.put_back(parts);
                break;
            }
            let settled: Vec<Settled> = parts.par_iter().map(|part| self.settle(part, upper)).collect();
            let was_stopped = self.watch.is_over();
            for (part, settled) in parts.into_iter().zip(settled) {
                for chosen in settled.better {
                    if let Some(value) = self.problem.value(&chosen).filter(|_| self.problem.allows(&chosen))
                        && value < self.upper(&best)
                    {
                        best = Some((chosen, value));
                    }
                }
                nodes[part.node].steps = settled.steps;
                match settled.split {
                    Some((site, fates, prices)) => {
                        for (with, fate) in [(true, Fate::Chosen), (false, Fate::RuledOut)] {
                            let mut fates = fates.clone();
                            fates[site as usize] = fate;
                            nodes.push(Node::default());
                            let node = nodes.len() - 1;
                            nodes[part.node].split(site, with, node);
                            waiting.push(Part {
                                node,
                                bound: settled.bound,
                                depth: part.depth + 1,
                                fates,
                                prices: prices.clone(),
                            });
                        }
                    }
                    // Stopped in its middle: its bound stands, its proof is that far.
                    None if was_stopped && settled.bound < upper => {
                        stopped_at = Some(stopped_at.map_or(settled.bound, |least: i64| least.min(settled.bound)));
                    }
                    None => {}
                }
            }
            let upper = self.upper(&best);
            let bound = waiting.least().into_iter().chain(stopped_at).min().unwrap_or(upper).min(upper);
            self.watch.closing(best.as_ref().map(|(_, value)| *value), bound);
        }
        let upper = self.upper(&best);
        let bound = waiting.least().into_iter().chain(stopped_at).min().unwrap_or(upper).min(upper);
        let bound = (best.is_some() || bound < upper).then_some(bound.max(0));
        let parts = nodes.len();
        Outcome { best, bound, proof: Proof { scale: self.scale.bits(), nodes }, parts }
    }

    /// Only what costs less is of interest.
    fn upper(&self, best: &Option<(Vec<u32>, i64)>) -> i64 {
        let wanted = self.settings.below.unwrap_or(NONE_KNOWN);
        best.as_ref().map_or(wanted, |(_, value)| wanted.min(*value))
    }

    fn is_enough(&self, best: &Option<(Vec<u32>, i64)>, bound: i64) -> bool {
        bound >= self.upper(best)
            || best.as_ref().is_some_and(|(_, value)| {
                self.settings.below.is_some() || {
                    let counts = self.settings.saved_from.map_or(*value, |from| from - value);
                    bound >= 0 && (*value - bound) as f64 <= self.settings.gap * counts as f64
                }
            })
    }

    /// A first choice, without proof.
    fn start(&self) -> Option<(Vec<u32>, i64)> {
        let reduced = self.reduce(&mut vec![Fate::Open; self.problem.sites()], &mut Vec::new())?;
        let chosen = local_search::good_choice(&reduced.problem, &|| !self.watch.is_over());
        let chosen: Vec<u32> = chosen.iter().map(|&site| reduced.sites[site as usize]).collect();
        self.problem.value(&chosen).map(|value| (chosen, value)).filter(|(_, value)| *value < self.upper(&None))
    }

    /// Prices half way between the cheapest and the next of a good choice.
    fn first_prices(&self, chosen: &[u32]) -> Vec<i64> {
        let mut is_open = vec![false; self.problem.sites()];
        chosen.iter().for_each(|&site| is_open[site as usize] = true);
        let one = |demand: usize| {
            let about = self.problem.demand(demand);
            let mut costs =
                self.problem.row(demand).iter().filter(|link| is_open[link.site as usize]).map(|link| link.cost);
            let first = costs.next().or(about.ceiling).unwrap_or(0);
            let second = costs.next().or(about.ceiling).unwrap_or(first);
            self.scale.scaled(about.weight * (i64::from(first) + i64::from(second))) / 2
        };
        (0..self.problem.demands()).map(one).collect()
    }

    /// Bounds a part, settles the sites of it that the bound settles, and splits what is left.
    fn settle(&self, part: &Part, upper: i64) -> Settled {
        let mut settled = Settled { bound: part.bound, steps: Vec::new(), better: Vec::new(), split: None };
        let mut fates = part.fates.clone();
        let mut prices = part.prices.clone();
        let mut upper = upper;
        let mut is_first = true;
        loop {
            let mut dominated = Vec::new();
            let Some(reduced) = self.reduce(&mut fates, &mut dominated) else {
                settled.bound = NONE_KNOWN;
                // What is dominated may have made it so.
                settled.steps.push(Step { dominated, ..Step::default() });
                return settled;
            };
            if reduced.sites.is_empty() {
                settled.better.push(chosen_of(&fates));
                settled.bound = settled.bound.max(reduced.problem.fixed());
                settled.steps.push(Step { dominated, ..Step::default() });
                return settled;
            }
            let effort = if part.depth == 0 && is_first { WHOLE } else { PART };
            // Demands that became one have one price.
            reduced.merged.iter().for_each(|&(demand, into)| {
                prices[into as usize] += std::mem::take(&mut prices[demand as usize]);
            });
            let climb = self.climb(&reduced, &fates, &prices, effort, &mut upper, &mut settled);
            reduced.demands.iter().zip(&climb.prices).for_each(|(&demand, &price)| prices[demand as usize] = price);
            let bound = self.scale.up(climb.relaxed.bound).max(reduced.problem.fixed());
            settled.bound = settled.bound.max(bound);
            settled.steps.push(Step::new(dominated, &reduced, &climb.prices, &climb.relaxed.limit_prices));
            if settled.bound >= upper || self.watch.is_over() {
                return settled;
            }
            let fixed = self.settle_sites(&reduced, &climb.relaxed, &climb.prices, upper, &mut fates);
            is_first = false;
            // A bound that settles much is worth another climb.
            if fixed * 10 < reduced.sites.len()
                && let Some(site) = self.split_at(&reduced, &climb.often, &fates)
            {
                settled.split = Some((site, fates, prices));
                return settled;
            }
        }
    }

    /// What is left of the problem, without what need not be looked at.
    fn reduce(&self, fates: &mut [Fate], dominated: &mut Vec<(u32, u32)>) -> Option<Reduced> {
        loop {
            let mut reduced = self.problem.reduced(fates)?;
            let columns = Columns::of(&reduced.problem);
            let needless = dominance::dominated(&reduced.problem, &columns);
            if needless.is_empty() {
                reduced.leave_out(&dominance::implied(&reduced.problem, &columns));
                return Some(reduced);
            }
            for (site, by) in needless {
                let (site, by) = (reduced.sites[site as usize], reduced.sites[by as usize]);
                fates[site as usize] = Fate::RuledOut;
                dominated.push((site, by));
            }
        }
    }

    fn climb(
        &self,
        reduced: &Reduced,
        fates: &[Fate],
        prices: &[i64],
        effort: Effort,
        upper: &mut i64,
        settled: &mut Settled,
    ) -> dual::Climb {
        let start = reduced.demands.iter().map(|&demand| prices[demand as usize]).collect();
        let goal = self.scale.scaled_at_most(upper.saturating_sub(1)) + 1;
        let columns = std::cell::OnceCell::new();
        let mut last = None::<Vec<u32>>;
        let already = chosen_of(fates);
        let mut tried = 0;
        dual::climb(&reduced.problem, start, self.scale, goal, effort, |relaxed, is_news| {
            if self.watch.is_over() {
                return None;
            }
            if is_news && last.as_ref() != Some(&relaxed.chosen) {
                last = Some(relaxed.chosen.clone());
                let value = reduced.problem.value(&relaxed.chosen);
                let is_close = value.is_none_or(|value| value < *upper + *upper / 4 + 1);
                let mut found = (relaxed.chosen.clone(), value);
                if is_close && tried < effort.steps / 20 {
                    tried += 1;
                    let columns = columns.get_or_init(|| Columns::of(&reduced.problem));
                    let mut search = Search::new(&reduced.problem, columns, &relaxed.chosen);
                    search.greedy();
                    search.improve(&|| !self.watch.is_over());
                    found = (search.chosen(), reduced.problem.value(&search.chosen()));
                }
                if let Some(value) = found.1.filter(|&value| value < *upper) {
                    *upper = value;
                    let chosen = found.0.iter().map(|&site| reduced.sites[site as usize]);
                    settled.better.push(chosen.chain(already.iter().copied()).collect());
                }
            }
            Some(self.scale.scaled_at_most((*upper).min(self.above(relaxed))))
        })
    }

    /// What prices may climb towards when no choice is known.
    fn above(&self, relaxed: &Relaxed) -> i64 {
        let bound = self.scale.up(relaxed.bound).max(1);
        bound + bound / 10 + 10
    }

    /// Settles each site whose other fate would cost at least `upper`; how many.
    fn settle_sites(
        &self,
        reduced: &Reduced,
        relaxed: &Relaxed,
        prices: &[i64],
        upper: i64,
        fates: &mut [Fate],
    ) -> usize {
        let sum = prices.iter().sum::<i64>() + self.scale.scaled(reduced.problem.fixed());
        let limit = reduced.problem.limit();
        let most = i128::from(self.scale.scaled_at_most(upper - 1));
        let mut settled = 0;
        for &price in &relaxed.limit_prices {
            let bound = i128::from(dual::bound_at(&relaxed.earns, sum, limit, price));
            for (site, &earned) in relaxed.earns.iter().enumerate() {
                let size = limit.map_or(0, |limit| i128::from(limit.sizes[site]));
                let makes = i128::from(earned) + size * i128::from(price);
                let old = &mut fates[reduced.sites[site] as usize];
                if *old == Fate::Open && bound + makes.abs() > most {
                    *old = if makes >= 0 { Fate::RuledOut } else { Fate::Chosen };
                    settled += 1;
                }
            }
        }
        settled
    }

    /// The site to split at: the one whose fate is least clear, and matters to most.
    fn split_at(&self, reduced: &Reduced, often: &[f64], fates: &[Fate]) -> Option<u32> {
        let open = (0..reduced.sites.len()).filter(|&site| fates[reduced.sites[site] as usize] == Fate::Open);
        let mut weights = vec![0_i64; reduced.sites.len()];
        for demand in 0..reduced.problem.demands() {
            let weight = reduced.problem.demand(demand).weight;
            reduced.problem.row(demand).iter().for_each(|link| weights[link.site as usize] += weight);
        }
        let matters = |site: usize| often[site] * (1.0 - often[site]) * (weights[site] as f64).sqrt();
        open.max_by(|&a, &b| matters(a).total_cmp(&matters(b)).then(b.cmp(&a))).map(|site| reduced.sites[site])
    }
}

fn chosen_of(fates: &[Fate]) -> Vec<u32> {
    (0..fates.len() as u32).filter(|&site| fates[site as usize] == Fate::Chosen).collect()
}

/// The parts that wait, the least bound first, of equals the deepest.
#[derive(Default)]
struct Waiting {
    order: BinaryHeap<Reverse<(i64, Reverse<u32>, usize)>>,
    parts: Vec<Option<Part>>,
}

impl Waiting {
    fn push(&mut self, part: Part) {
        self.order.push(Reverse((part.bound, Reverse(part.depth), self.parts.len())));
        self.parts.push(Some(part));
    }

    fn take(&mut self, most: usize) -> Vec<Part> {
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some(Reverse((.., at))) = self.order.pop()
        {
            taken.extend(self.parts[at].take());
        }
        taken
    }

    fn put_back(&mut self, parts: Vec<Part>) {
        parts.into_iter().for_each(|part| self.push(part));
    }

    fn least(&self) -> Option<i64> {
        self.order.peek().map(|Reverse((bound, ..))| *bound)
    }
}
