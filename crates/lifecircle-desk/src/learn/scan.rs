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
    // The highest of each permutation, whichever circle it is in.
    let mut highest: Vec<f64> =
        (0..search.permutations).into_par_iter().map(|number| plan.highest(number as u64)).collect();
    highest.sort_by(f64::total_cmp);
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

    /// Looks at every circle and span of these periods of the cases.
    fn look(&self, periods: &[usize], mut see: impl FnMut(&Circle, (usize, usize), u32, f64)) {
        let spans = self.cases.periods;
        let all = self.cases.of.len() as u32;
        let mut counts = vec![0_u32; self.cases.places.len() * spans];
        for ((place, _), period) in self.cases.of.iter().zip(periods) {
            counts[place * spans + period] += 1;
        }
        // Cases within the circle before each period.
        let mut within = vec![0_u32; spans + 1];
        for (centre, near) in self.near.iter().enumerate() {
            within.fill(0);
            for (index, place) in near.iter().enumerate() {
                let mut sum = 0;
                for period in 0..spans {
                    sum += counts[place * spans + period];
                    within[period + 1] += sum;
                }
                let circle = Circle { centre, size: index + 1, total: within[spans] };
                // A circle of more than half of the cases is its own surroundings.
                if circle.total * 2 > all {
                    break;
                }
                for first in 0..spans {
                    for last in first..spans.min(first + self.search.most_periods) {
                        let inside = within[last + 1] - within[first];
                        let of_time = self.before[last + 1] - self.before[first];
                        // More than was to be expected, told without a division.
                        let more = u64::from(inside) * u64::from(all) > u64::from(circle.total) * u64::from(of_time);
                        if inside >= FEWEST && more && of_time * 2 <= all {
                            let expected = f64::from(circle.total) * f64::from(of_time) / f64::from(all);
                            see(&circle, (first, last), inside, self.height(inside, (circle.total, of_time), expected));
                        }
                    }
                }
            }
        }
    }

    /// How far a number of cases stands out: the logarithm of the ratio of likelihoods.
    fn height(&self, inside: u32, (of_place, of_time): (u32, u32), expected: f64) -> f64 {
        let (inside, all) = (inside as usize, self.cases.of.len());
        let ln_expected = self.ln[of_place as usize] + self.ln[of_time as usize] - self.ln[all];
        let outside = all - inside;
        self.n_ln_n[inside] - inside as f64 * ln_expected + self.n_ln_n[outside]
            - outside as f64 * (all as f64 - expected).ln()
    }

    /// The best span of each circle, as the cases are.
    fn candidates(&self) -> Vec<(f64, Cluster)> {
        let periods: Vec<usize> = self.cases.of.iter().map(|(_, period)| *period).collect();
        let mut found: Vec<(f64, Cluster)> = Vec::new();
        self.look(&periods, |circle, span, cases, height| {
            let cluster = || Cluster {
                centre: circle.centre,
                places: self.near[circle.centre][..circle.size].to_vec(),
                metres: metres(self.cases, circle.centre, self.near[circle.centre][circle.size - 1]),
                periods: span,
                cases,
                expected: f64::from(circle.total) * f64::from(self.before[span.1 + 1] - self.before[span.0])
                    / self.cases.of.len() as f64,
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

    /// How far the one that stands out most does in a permutation.
    fn highest(&self, number: u64) -> f64 {
        let mut random = ChaCha8Rng::seed_from_u64(self.search.seed.wrapping_add(number));
        let mut periods: Vec<usize> = self.cases.of.iter().map(|(_, period)| *period).collect();
        periods.shuffle(&mut random);
        let mut highest = 0.0_f64;
        self.look(&periods, |_, _, _, height| highest = highest.max(height));
        highest
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
            plan.look(&own, |_, _, _, height| highest = highest.max(height));
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
