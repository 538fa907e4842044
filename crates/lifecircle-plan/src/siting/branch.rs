//! The best choice, with proof: bounds by prices settle most sites, and what is left is split in two, site by site. Knows no model.

use super::dominance;
use super::dual::{self, Priced, Scale};
use super::local_search::{self, Columns, Search};
use super::problem::{Fate, Problem, Reduced};
use super::proof::Step;
use super::tree::{NONE_KNOWN, Outcome, Part, Settings, Settled, Splitting, Watch, search};
use super::volume::{Climb, Effort, Relaxed, climb};

/// How bounds and answers are found.
pub const METHOD: &str = "Lagrangian bounds, dominance, branch and bound, swap search";

/// How hard prices climb for the whole problem, and for a part of it.
pub(super) const WHOLE: Effort = Effort { steps: 1500, patience: 16, is_whole: true };
pub(super) const PART: Effort = Effort { steps: 120, patience: 10, is_whole: false };

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
    search(&Solver { problem, scale: Scale::of(problem), settings, watch }, settings, watch)
}

struct Solver<'a> {
    problem: &'a Problem,
    scale: Scale,
    settings: Settings,
    watch: &'a dyn Watch,
}

impl Splitting for Solver<'_> {
    fn fates(&self) -> Vec<Fate> {
        vec![Fate::Open; self.problem.sites()]
    }

    fn value(&self, chosen: &[u32]) -> Option<i64> {
        self.problem.value(chosen).filter(|_| self.problem.allows(chosen))
    }

    fn scale(&self) -> u32 {
        self.scale.bits()
    }

    fn start(&self) -> Option<(Vec<u32>, i64)> {
        let reduced = self.reduce(&mut vec![Fate::Open; self.problem.sites()], &mut Vec::new())?;
        let chosen = local_search::good_choice(&reduced.problem, &|| !self.watch.is_over());
        let chosen: Vec<u32> = chosen.iter().map(|&site| reduced.sites[site as usize]).collect();
        self.problem.value(&chosen).map(|value| (chosen, value)).filter(|(_, value)| *value < self.settings.wanted())
    }

    /// Half way between the cheapest and the next of a good choice.
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
}

impl Solver<'_> {
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
    ) -> Climb {
        let start = reduced.demands.iter().map(|&demand| prices[demand as usize]).collect();
        let goal = self.scale.scaled_at_most(upper.saturating_sub(1)) + 1;
        let columns = std::cell::OnceCell::new();
        let mut last = None::<Vec<u32>>;
        let already = chosen_of(fates);
        let mut tried = 0;
        climb(&Priced { problem: &reduced.problem, scale: self.scale }, start, goal, effort, |relaxed, is_news| {
            if self.watch.is_over() {
                return None;
            }
            if is_news && effort.is_whole {
                let value = Some(*upper).filter(|value| *value < self.settings.wanted());
                self.watch.rising(self.settings.known(value, self.scale.up(relaxed.bound)));
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

/// The sites that are chosen.
pub(super) fn chosen_of(fates: &[Fate]) -> Vec<u32> {
    (0..fates.len() as u32).filter(|&site| fates[site as usize] == Fate::Chosen).collect()
}
