//! The search that proves: parts of a problem are bounded, settled as far as the bound settles them, and split in two, site by site.
//!
//! Parts are taken in order of their bounds, a fixed number at a time, side by side; what they find counts from the next time
//! on. So the answer, and the proof, are the same for any number of threads. Each part carries the prices of the one it was
//! split from. Knows no problem: that is a [`Splitting`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::problem::Fate;
use super::proof::{Node, Proof, Step};

/// How many parts are taken at a time.
const AT_A_TIME: usize = 8;

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

    /// What is known by a best cost and a bound.
    pub(super) fn known(&self, value: Option<i64>, bound: i64) -> Known {
        let gap = |value: i64| {
            let counts = self.saved_from.map_or(value, |from| from - value);
            (value - bound).max(0) as f64 / counts.max(1) as f64
        };
        Known { value, bound, gap: value.map(gap) }
    }

    /// What does not cost less is of no interest.
    pub(super) fn wanted(&self) -> i64 {
        self.below.unwrap_or(NONE_KNOWN)
    }
}

/// What is known while it is searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// The best cost, if a choice was found.
    pub value: Option<i64>,
    /// No choice costs less than this.
    pub bound: i64,
    /// How far the choice is from the bound at most: as a share of what it saves, where that is what counts, or of its cost.
    pub gap: Option<f64>,
}

/// Who is told how it goes, and may stop it. Asked often, from many threads.
pub trait Watch: Sync {
    /// What is known by now.
    fn closing(&self, known: Known);

    /// What is known while the first bound still rises.
    fn rising(&self, _: Known) {}

    /// Whether to stop: the best so far stands.
    fn is_over(&self) -> bool {
        false
    }
}

impl Watch for () {
    fn closing(&self, _: Known) {}
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
pub(super) struct Part {
    node: usize,
    pub bound: i64,
    pub depth: u32,
    pub fates: Vec<Fate>,
    /// Those of the whole problem.
    pub prices: Vec<i64>,
}

/// What became of a part.
pub(super) struct Settled {
    pub bound: i64,
    pub steps: Vec<Step>,
    /// Choices that may be better than the best.
    pub better: Vec<Vec<u32>>,
    /// The site to split at, what is settled, and the prices that settled it; nothing if the part is done.
    pub split: Option<(u32, Vec<Fate>, Vec<i64>)>,
}

/// A problem that can be bounded and split.
pub(super) trait Splitting: Sync {
    /// What is settled before anything is asked.
    fn fates(&self) -> Vec<Fate>;

    /// A first choice, without proof.
    fn start(&self) -> Option<(Vec<u32>, i64)>;

    /// Prices to begin with, by a choice that is known.
    fn first_prices(&self, chosen: &[u32]) -> Vec<i64>;

    /// Bounds a part; what does not cost less than `upper` is of no interest.
    fn settle(&self, part: &Part, upper: i64) -> Settled;

    /// What a choice costs; `None` if it is not allowed.
    fn value(&self, chosen: &[u32]) -> Option<i64>;

    /// No choice costs as much as this.
    fn worst(&self) -> i64 {
        NONE_KNOWN
    }

    /// In how many fractions of a unit prices are counted, as a power of two.
    fn scale(&self) -> u32;
}

/// Finds the choice that costs least, and proves it as far as `settings` and `watch` allow.
pub(super) fn search(splitting: &dyn Splitting, settings: Settings, watch: &dyn Watch) -> Outcome {
    Search { splitting, settings, watch }.run()
}

struct Search<'a> {
    splitting: &'a dyn Splitting,
    settings: Settings,
    watch: &'a dyn Watch,
}

/// A cost that no choice has.
pub(super) const NONE_KNOWN: i64 = i64::MAX >> 1;

impl Search<'_> {
    fn run(&self) -> Outcome {
        let mut best = self.splitting.start();
        let mut nodes = vec![Node::default()];
        let mut waiting = Waiting::default();
        let prices =
            self.splitting.first_prices(best.as_ref().map(|(chosen, _)| chosen.as_slice()).unwrap_or_default());
        let all = self.splitting.fates();
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
            let settled: Vec<Settled> = parts.par_iter().map(|part| self.splitting.settle(part, upper)).collect();
            let was_stopped = self.watch.is_over();
            for (part, settled) in parts.into_iter().zip(settled) {
                for chosen in settled.better {
                    if let Some(value) = self.splitting.value(&chosen)
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
            self.watch.closing(self.settings.known(best.as_ref().map(|(_, value)| *value), bound));
        }
        let upper = self.upper(&best);
        let bound = waiting.least().into_iter().chain(stopped_at).min().unwrap_or(upper).min(upper);
        let bound = (best.is_some() || bound < upper).then_some(bound.max(0));
        let parts = nodes.len();
        Outcome { best, bound, proof: Proof { scale: self.splitting.scale(), nodes }, parts }
    }

    /// Only what costs less is of interest.
    fn upper(&self, best: &Option<(Vec<u32>, i64)>) -> i64 {
        let wanted = self.settings.wanted().min(self.splitting.worst());
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
