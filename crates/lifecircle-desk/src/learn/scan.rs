//! Where and when there is more than chance would bring: the space-time permutation scan statistic. It needs nothing but the cases
//! themselves; what is frequent somewhere always, or everywhere at some time, is no cluster.
//!
//! Every circle of places and every span of periods is looked at. A cluster's p-value is the share of permutations (the periods of all
//! cases exchanged at random) in which any circle and span stands out as much. The same seed gives the same answer for any number of threads.
//!
//! Source: Kulldorff et al. 2005, A space-time permutation scan statistic for disease outbreak detection, PLoS Medicine 2(3): e59.

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

/// Cases: each at a place and in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Cases {
    /// Where the places are, in metres on a plane.
    pub places: Vec<[f64; 2]>,
    /// How many periods there are.
    pub periods: usize,
    /// The place and the period of each case.
    pub of: Vec<(usize, usize)>,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// No circle is wider, in metres.
    pub most_metres: f64,
    /// No span is longer, in periods.
    pub most_periods: usize,
    /// How many permutations a p-value is taken from.
    pub permutations: usize,
    /// Clusters that are less likely to be chance than this are told.
    pub p_below: f64,
    /// What permutations are drawn from.
    pub seed: u64,
}

/// Places and periods with more cases than chance would bring.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The place in the middle.
    pub centre: usize,
    /// All places of the circle, from the middle outwards.
    pub places: Vec<usize>,
    /// How far the last is from the middle, in metres.
    pub metres: f64,
    /// The first period and the last.
    pub periods: (usize, usize),
    /// Cases there and then.
    pub cases: u32,
    /// Cases that were to be expected if when did not depend on where.
    pub expected: f64,
    /// How likely it is that chance alone brings a cluster that stands out as much.
    pub p: f64,
}

/// Cases of a cluster at least.
const FEWEST: u32 = 3;

/// A circle: its middle, and how many of the places next to it are in it.
struct Circle {
    centre: usize,
    size: usize,
    total: u32,
}

/// Some periods one after another, the cases of a circle in them, and all cases of them.
struct Span {
    periods: (usize, usize),
    inside: u32,
    of_time: u32,
}

/// What does not change between permutations.
struct Plan<'a> {
    cases: &'a Cases,
    search: &'a Search,
    /// For each place, the places within reach, nearest first.
    near: Vec<Vec<usize>>,
    /// Cases of each period before it.
    before: Vec<u32>,
    /// n · ln n for every number of cases.
    n_ln_n: Vec<f64>,
    /// ln n for every number of cases.
    ln: Vec<f64>,
}

/// Finds clusters, the one that stands out most first; no two share a place at one time.
pub fn clusters(cases: &Cases, search: &Search) -> Vec<Cluster> {
    let total = cases.of.len();
    if total < FEWEST as usize || cases.periods < 2 || cases.places.len() < 2 {
        return Vec::new();
    }
    let plan = Plan::new(cases, search);
    let mut found = plan.candidates();
    let highest = plan.highest_of_all();
    let p = |height: f64| {
        let below = highest.partition_point(|other| *other < height);
        (highest.len() - below + 1) as f64 / (highest.len() + 1) as f64
    };
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| key(&a.1).cmp(&key(&b.1))));
    let mut told: Vec<Cluster> = Vec::new();
    for (height, cluster) in found {
        let p = p(height);
        if p >= search.p_below {
            break;
        }
        if !told.iter().any(|other| overlap(other, &cluster)) {
            told.push(Cluster { p, ..cluster });
        }
    }
    told
}

/// By what clusters that stand out as much are put in order.
fn key(cluster: &Cluster) -> (usize, usize, usize, usize) {
    (cluster.places.len(), cluster.centre, cluster.periods.0, cluster.periods.1)
}

fn overlap(a: &Cluster, b: &Cluster) -> bool {
    let at_one_time = a.periods.0 <= b.periods.1 && b.periods.0 <= a.periods.1;
    at_one_time && a.places.iter().any(|place| b.places.contains(place))
}

impl<'a> Plan<'a> {
    fn new(cases: &'a Cases, search: &'a Search) -> Self {
        let near = (0..cases.places.len())
            .map(|centre| {
                let mut near: Vec<(f64, usize)> = (0..cases.places.len())
                    .map(|place| (metres(cases, centre, place), place))
                    .filter(|(metres, _)| *metres <= search.most_metres)
                    .collect();
                near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                near.into_iter().map(|(_, place)| place).collect()
            })
            .collect();
        let mut before = vec![0; cases.periods + 1];
        for (_, period) in &cases.of {
            before[period + 1] += 1;
        }
        for period in 0..cases.periods {
            before[period + 1] += before[period];
        }
        let ln: Vec<f64> = (0..=cases.of.len()).map(|n| (n.max(1) as f64).ln()).collect();
        let n_ln_n = ln.iter().enumerate().map(|(n, ln)| n as f64 * ln).collect();
        Self { cases, search, near, before, n_ln_n, ln }
    }

    /// Looks at every circle and span of these periods of the cases that has more cases than were to be expected; with a floor, only at those
    /// that may stand out more than it.
    fn look(&self, periods: &[usize], floor: Option<&Floor>, mut see: impl FnMut(&Circle, &Span)) {
        let spans = self.cases.periods;
        let all = self.cases.of.len() as u32;
        // Of each place, cases before each period.
        let mut before = vec![0_u32; self.cases.places.len() * (spans + 1)];
        for ((place, _), period) in self.cases.of.iter().zip(periods) {
            before[place * (spans + 1) + period + 1] += 1;
        }
        for own in before.chunks_exact_mut(spans + 1) {
            for period in 0..spans {
                own[period + 1] += own[period];
            }
        }
        let mut within = vec![0_u32; spans + 1];
        for (centre, near) in self.near.iter().enumerate() {
            within.fill(0);
            for (index, place) in near.iter().enumerate() {
                let own = &before[place * (spans + 1)..(place + 1) * (spans + 1)];
                within.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
                let circle = Circle { centre, size: index + 1, total: within[spans] };
                // A circle of more than half of the cases is its own surroundings.
                if circle.total * 2 > all {
                    break;
                }
                if circle.total < FEWEST || floor.is_some_and(|floor| !floor.may_rise(&circle, &within)) {
                    continue;
                }
                for first in 0..spans {
                    for last in first..spans.min(first + self.search.most_periods) {
                        let inside = within[last + 1] - within[first];
                        if inside < FEWEST {
                            continue;
                        }
                        let of_time = self.before[last + 1] - self.before[first];
                        // More than was to be expected, told without a division.
                        let more = u64::from(inside) * u64::from(all) > u64::from(circle.total) * u64::from(of_time);
                        if more && of_time * 2 <= all {
                            see(&circle, &Span { periods: (first, last), inside, of_time });
                        }
                    }
                }
            }
        }
    }

    /// Cases that are to be expected there and then.
    fn expected(&self, circle: &Circle, span: &Span) -> f64 {
        f64::from(circle.total) * f64::from(span.of_time) / self.cases.of.len() as f64
    }

    /// How far a number of cases stands out: the logarithm of the ratio of likelihoods. None if that is not more than `floor`, which is mostly
    /// known without a logarithm.
    fn height(&self, circle: &Circle, span: &Span, floor: f64) -> Option<f64> {
        let (inside, all) = (span.inside as usize, self.cases.of.len());
        let expected = self.expected(circle, span);
        let ln_expected = self.ln[circle.total as usize] + self.ln[span.of_time as usize] - self.ln[all];
        let own = self.n_ln_n[inside] - inside as f64 * ln_expected;
        let (outside, others) = ((all - inside) as f64, all as f64 - expected);
        // ln(1 - x) is no more than -x.
        if own - (inside as f64 - expected) * outside / others <= floor {
            return None;
        }
        let height = own + self.n_ln_n[all - inside] - outside * others.ln();
        (height > floor).then_some(height)
    }

    /// The best span of each circle, as the cases are.
    fn candidates(&self) -> Vec<(f64, Cluster)> {
        let periods: Vec<usize> = self.cases.of.iter().map(|(_, period)| *period).collect();
        let mut found: Vec<(f64, Cluster)> = Vec::new();
        self.look(&periods, None, |circle, span| {
            let Some(height) = self.height(circle, span, 0.0) else { return };
            let cluster = || Cluster {
                centre: circle.centre,
                places: self.near[circle.centre][..circle.size].to_vec(),
                metres: metres(self.cases, circle.centre, self.near[circle.centre][circle.size - 1]),
                periods: span.periods,
                cases: span.inside,
                expected: self.expected(circle, span),
                p: 1.0,
            };
            match found.last_mut().filter(|(_, last)| last.centre == circle.centre && last.places.len() == circle.size)
            {
                Some(last) if last.0 < height => *last = (height, cluster()),
                Some(_) => {}
                None => found.push((height, cluster())),
            }
        });
        found
    }

    /// How far the one that stands out most does in each permutation, ascending. Where that is less than half of the permutations reach it
    /// is not told exactly: what stands out so little is no cluster.
    fn highest_of_all(&self) -> Vec<f64> {
        let all = self.search.permutations as u64;
        let some = |from: u64, to: u64, floor: Option<&Floor>| -> Vec<f64> {
            let mut highest: Vec<f64> =
                (from.min(all)..to.min(all)).into_par_iter().map(|number| self.highest(number, floor)).collect();
            highest.sort_by(f64::total_cmp);
            highest
        };
        // A few tell below what no other need be known, and some more tell that better.
        let mut highest = some(0, 9, None);
        let Some(least) = highest.first().copied() else { return highest };
        highest.extend(some(9, 99, Some(&Floor::new(self, least))));
        highest.sort_by(f64::total_cmp);
        let middle = highest[highest.len() / 2];
        highest.extend(some(99, all, Some(&Floor::new(self, middle))));
        highest.sort_by(f64::total_cmp);
        highest
    }

    /// How far the one that stands out most does in a permutation; the floor if none stands out more.
    fn highest(&self, number: u64, floor: Option<&Floor>) -> f64 {
        let mut random = ChaCha8Rng::seed_from_u64(self.search.seed.wrapping_add(number));
        let mut periods: Vec<usize> = self.cases.of.iter().map(|(_, period)| *period).collect();
        periods.shuffle(&mut random);
        let mut highest = floor.map_or(0.0, |floor| floor.height);
        self.look(&periods, floor, |circle, span| highest = self.height(circle, span, highest).unwrap_or(highest));
        highest
    }
}

/// How many cases a circle must have in a span so that it may stand out more than some height: mostly it has not, which is told without
/// looking at every span.
struct Floor {
    height: f64,
    longest: usize,
    /// For every number of a circle's cases, and every length of a span.
    fewest: Vec<u32>,
}

impl Floor {
    fn new(plan: &Plan<'_>, height: f64) -> Self {
        let (spans, all) = (plan.cases.periods, plan.cases.of.len());
        let longest = plan.search.most_periods.min(spans).max(1);
        // The fewest cases of all that any span of a length has: with them a circle stands out most.
        let least: Vec<u32> = (1..=longest)
            .map(|length| {
                (0..=spans - length).map(|first| plan.before[first + length] - plan.before[first]).min().unwrap_or(0)
            })
            .collect();
        let fewest = (0..=all / 2).flat_map(|total| {
            let least = &least;
            least.iter().map(move |of_time| {
                let circle = Circle { centre: 0, size: 1, total: total as u32 };
                let rises = |inside: u32| {
                    let span = Span { periods: (0, 0), inside, of_time: (*of_time).max(1) };
                    f64::from(inside) > plan.expected(&circle, &span) && plan.height(&circle, &span, height).is_some()
                };
                // More cases stand out more.
                let (mut low, mut high) = (FEWEST, total as u32 + 1);
                while low < high {
                    let middle = low.midpoint(high);
                    if rises(middle) { high = middle } else { low = middle + 1 }
                }
                low
            })
        });
        Self { height, longest, fewest: fewest.collect() }
    }

    /// Whether any span of a circle has so many cases.
    fn may_rise(&self, circle: &Circle, within: &[u32]) -> bool {
        let fewest = &self.fewest[circle.total as usize * self.longest..(circle.total as usize + 1) * self.longest];
        fewest.iter().enumerate().any(|(length, fewest)| {
            let ends = within.get(length + 1..).unwrap_or_default();
            let most = ends.iter().zip(within).map(|(end, start)| end - start).max();
            most.is_some_and(|most| most >= *fewest)
        })
    }
}

fn metres(cases: &Cases, a: usize, b: usize) -> f64 {
    let [a, b] = [cases.places[a], cases.places[b]];
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SEARCH: Search = Search { most_metres: 1_500.0, most_periods: 6, permutations: 199, p_below: 0.05, seed: 1 };

    /// Cases that come evenly, drawn by a small generator of its own.
    fn even(places: usize, periods: usize, cases: usize, seed: u64) -> Cases {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut draw = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
        Cases {
            places: (0..places).map(|place| [(place % 7) as f64 * 500.0, (place / 7) as f64 * 500.0]).collect(),
            periods,
            of: (0..cases).map(|_| (draw(places), draw(periods))).collect(),
        }
    }

    /// The same by the book: each circle and span counted anew, the likelihoods written out.
    fn by_the_book(cases: &Cases, search: &Search, periods: &[usize]) -> f64 {
        let all = cases.of.len() as f64;
        let mut highest = 0.0_f64;
        for centre in 0..cases.places.len() {
            for edge in 0..cases.places.len() {
                let radius = metres(cases, centre, edge);
                if radius > search.most_metres {
                    continue;
                }
                // Of places that are equally far, those of lower numbers come in first.
                let inside = |place: usize| {
                    let far = metres(cases, centre, place);
                    far < radius || far == radius && place <= edge
                };
                let of_place = cases.of.iter().filter(|(place, _)| inside(*place)).count() as f64;
                for first in 0..cases.periods {
                    for last in first..cases.periods.min(first + search.most_periods) {
                        let then = |period: usize| (first..=last).contains(&period);
                        let of_time = periods.iter().filter(|period| then(**period)).count() as f64;
                        let both = cases
                            .of
                            .iter()
                            .zip(periods)
                            .filter(|((place, _), period)| inside(*place) && then(**period));
                        let c = both.count() as f64;
                        let mu = of_place * of_time / all;
                        if c > mu && c >= f64::from(FEWEST) && of_place * 2.0 <= all && of_time * 2.0 <= all {
                            let rest = if c < all { (all - c) * ((all - c) / (all - mu)).ln() } else { 0.0 };
                            highest = highest.max(c * (c / mu).ln() + rest);
                        }
                    }
                }
            }
        }
        highest
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_highest_is_that_of_the_book(places in 2_usize..12, periods in 2_usize..9, cases in 5_usize..60, seed in 0_u64..1000) {
            let cases = even(places, periods, cases, seed);
            let plan = Plan::new(&cases, &SEARCH);
            let own: Vec<usize> = cases.of.iter().map(|(_, period)| *period).collect();
            let mut highest = 0.0_f64;
            plan.look(&own, None, |circle, span| highest = plan.height(circle, span, highest).unwrap_or(highest));
            prop_assert!((highest - by_the_book(&cases, &SEARCH, &own)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_cluster_is_found_where_and_when_it_is() {
        let mut cases = even(35, 26, 600, 7);
        // Place 17 and its neighbours, four weeks.
        for extra in 0..36 {
            cases.of.push(([17, 16, 18, 10, 24, 17][extra % 6], 12 + extra % 4));
        }
        let found = clusters(&cases, &SEARCH);
        let first = &found[0];
        assert_eq!(first.p, 1.0 / 200.0);
        assert!(first.places.contains(&17) && first.metres <= 1_000.0, "{first:?}");
        assert!(first.periods.0.abs_diff(12) <= 1 && first.periods.1.abs_diff(15) <= 1, "{first:?}");
        assert!(f64::from(first.cases) > 1.5 * first.expected);
        assert_eq!(found, clusters(&cases, &SEARCH), "the same again");
        // What is always frequent somewhere, or everywhere at one time, is none.
        let mut busy = even(35, 26, 600, 7);
        busy.of.extend((0..200).map(|number| (17, number % 26)));
        busy.of.extend((0..200).map(|number| (number % 35, 12)));
        assert!(clusters(&busy, &SEARCH).is_empty());
    }

    #[test]
    fn what_is_skipped_changes_no_p_value() {
        for seed in 0..6 {
            let mut cases = even(20, 13, 240, seed);
            cases.of.extend((0..8 + 2 * seed as usize).map(|extra| ([3, 4][extra % 2], 5 + extra % 2)));
            let search = Search { p_below: 0.3, ..SEARCH };
            let plan = Plan::new(&cases, &search);
            let mut plain: Vec<f64> =
                (0..search.permutations as u64).map(|number| plan.highest(number, None)).collect();
            plain.sort_by(f64::total_cmp);
            let quick = plan.highest_of_all();
            let middle = plain[plain.len() * 6 / 10];
            let above = |all: &[f64]| all.iter().copied().filter(|height| *height > middle).collect::<Vec<_>>();
            assert_eq!(above(&quick), above(&plain), "{seed}");
            for cluster in clusters(&cases, &search) {
                let span = Span {
                    periods: cluster.periods,
                    inside: cluster.cases,
                    of_time: plan.before[cluster.periods.1 + 1] - plan.before[cluster.periods.0],
                };
                let total = cases.of.iter().filter(|(place, _)| cluster.places.contains(place)).count() as u32;
                let circle = Circle { centre: cluster.centre, size: cluster.places.len(), total };
                let height = plan.height(&circle, &span, 0.0).unwrap();
                let reached = plain.iter().filter(|other| **other >= height).count();
                assert_eq!(cluster.p, (reached + 1) as f64 / (plain.len() + 1) as f64, "{seed}");
            }
        }
    }

    #[test]
    fn chance_is_rarely_taken_for_more() {
        let search = Search { permutations: 99, ..SEARCH };
        let alarms = (0..60).filter(|seed| !clusters(&even(16, 12, 120, *seed), &search).is_empty()).count();
        // Three are expected; ten or more come once in a thousand times.
        assert!(alarms < 10, "{alarms} of 60");
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let none = Cases { places: vec![], periods: 0, of: vec![] };
        assert!(clusters(&none, &SEARCH).is_empty());
        let one_place = Cases { places: vec![[0.0, 0.0]], periods: 4, of: vec![(0, 1); 9] };
        assert!(clusters(&one_place, &SEARCH).is_empty());
    }
}
