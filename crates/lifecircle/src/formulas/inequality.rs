//! Equity: how evenly access is spread over people.
//!
//! Every function takes one value (access) and one weight (people) a place. Places without people do not count.
//!
//! | measure | formula | source |
//! |---|---|---|
//! | Gini | 1 − Σ_k (F_k − F_{k−1})·(L_k + L_{k−1}), along the Lorenz curve | Gini 1912; Lorenz 1905 |
//! | Palma ratio | mean of the highest tenth of people over mean of the lowest four tenths | Palma 2011 |
//! | Theil T | Σ s_i·(x_i/μ)·ln(x_i/μ), s_i = share of people | Theil 1967 |
//! | Theil L | Σ s_i·ln(μ/x_i) | Theil 1967 |
//! | concentration | as Gini, along people ordered by another value (income, age); corrected: 4μ/(max − min) times that | Kakwani et al. 1997; Erreygers 2009 |

/// A point of a Lorenz or concentration curve.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct CurvePoint {
    /// Share of people, from 0 to 1.
    pub people: f64,
    /// Their share of access, from 0 to 1.
    pub access: f64,
}

/// The curve of shares along people in the order of `rank`, from (0, 0) to (1, 1). Places of one rank make one point, so
/// that the order of equals has no bearing. Empty if there are no people or there is no access.
///
/// The Lorenz curve is the one with `rank` = `access`.
///
/// # Panics
/// If the three are not equally many.
pub fn curve(access: &[f64], people: &[f64], rank: &[f64]) -> Vec<CurvePoint> {
    assert!(access.len() == people.len() && access.len() == rank.len(), "one of each a place");
    let mut order: Vec<usize> = (0..access.len()).filter(|i| people[*i] > 0.0).collect();
    order.sort_by(|a, b| rank[*a].total_cmp(&rank[*b]));
    let all: f64 = order.iter().map(|i| people[*i]).sum();
    let sum: f64 = order.iter().map(|i| people[*i] * access[*i]).sum();
    if all <= 0.0 || sum <= 0.0 {
        return Vec::new();
    }
    let mut points = vec![CurvePoint { people: 0.0, access: 0.0 }];
    let (mut people_so_far, mut access_so_far) = (0.0, 0.0);
    for group in order.chunk_by(|a, b| rank[*a] == rank[*b]) {
        people_so_far += group.iter().map(|i| people[*i]).sum::<f64>();
        access_so_far += group.iter().map(|i| people[*i] * access[*i]).sum::<f64>();
        points.push(CurvePoint { people: people_so_far / all, access: access_so_far / sum });
    }
    points
}

/// Twice the area between the even line and a curve.
fn twice_the_area(curve: &[CurvePoint]) -> Option<f64> {
    let under: f64 = curve.windows(2).map(|p| (p[1].people - p[0].people) * (p[1].access + p[0].access)).sum();
    (!curve.is_empty()).then_some(1.0 - under)
}

/// The Gini index, 0 (all have the same) to 1; none if there are no people or there is no access.
///
/// ```
/// // Half of the people have all: 0.5.
/// assert_eq!(lifecircle::formulas::gini(&[0.0, 2.0], &[10.0, 10.0]), Some(0.5));
/// ```
pub fn gini(access: &[f64], people: &[f64]) -> Option<f64> {
    twice_the_area(&curve(access, people, access))
}

/// Which concentration index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concentration {
    /// The standard index, −1 (all access is with the lowest ranks) to 1.
    Standard,
    /// Erreygers' corrected index for access that is bounded by its least and its greatest value.
    Corrected,
}

/// The concentration index of access along another value, as income or the share of older people; none if there are no
/// people or there is no access.
pub fn concentration(of: Concentration, access: &[f64], people: &[f64], rank: &[f64]) -> Option<f64> {
    let index = twice_the_area(&curve(access, people, rank))?;
    if of == Concentration::Standard {
        return Some(index);
    }
    let there = || access.iter().zip(people).filter(|(_, p)| **p > 0.0);
    let all: f64 = there().map(|(_, p)| p).sum();
    let mean = there().map(|(a, p)| a * p).sum::<f64>() / all;
    let least = there().map(|(a, _)| *a).fold(f64::INFINITY, f64::min);
    let most = there().map(|(a, _)| *a).fold(f64::NEG_INFINITY, f64::max);
    (most > least).then(|| 4.0 * mean / (most - least) * index)
}

/// The Palma ratio: mean access of the tenth of people of the highest rank over that of the four tenths of the lowest;
/// none if there are no people or the lowest have nothing. Where a tenth ends within a place (or among places of one rank),
/// the place's people are split. Rank by income where it is known; by access itself otherwise.
///
/// ```
/// // The best-served tenth of these 40 are 4 of the 10 at the second place; the worst-served 16 are at the first.
/// let ratio = lifecircle::formulas::palma(&[1.0, 3.0], &[30.0, 10.0], &[1.0, 3.0]).unwrap();
/// assert!((ratio - 3.0).abs() < 1e-12);
/// ```
pub fn palma(access: &[f64], people: &[f64], rank: &[f64]) -> Option<f64> {
    let curve = curve(access, people, rank);
    // The share of access that belongs to the lowest share of people.
    let of_lowest = |share: f64| {
        let after = curve.windows(2).find(|pair| pair[1].people >= share - 1e-12)?;
        let width = after[1].people - after[0].people;
        let part = if width > 0.0 { (share - after[0].people) / width } else { 1.0 };
        Some(after[0].access + part * (after[1].access - after[0].access))
    };
    let (poor, rich) = (of_lowest(0.4)? / 0.4, (1.0 - of_lowest(0.9)?) / 0.1);
    (poor > 0.0).then_some(rich / poor)
}

/// The Palma ratio with given cut-offs: mean access at places of a rank above the second over that at places of a rank up
/// to the first. The R package `accessibility` (Pereira & Herszenhut 2023) takes the 40 % and 90 % quantiles of a whole
/// region for them ([`quantile`]). None if either is nobody, or the lowest have nothing.
pub fn palma_between(access: &[f64], people: &[f64], rank: &[f64], cutoffs: [f64; 2]) -> Option<f64> {
    let mean = |wanted: &dyn Fn(f64) -> bool| {
        let part = || (0..access.len()).filter(|i| wanted(rank[*i]));
        let of: f64 = part().map(|i| people[i]).sum();
        (of > 0.0).then(|| part().map(|i| people[i] * access[i]).sum::<f64>() / of)
    };
    let (poor, rich) = (mean(&|rank| rank <= cutoffs[0])?, mean(&|rank| rank > cutoffs[1])?);
    (poor > 0.0).then_some(rich / poor)
}

/// A quantile of values that each stand for so many people, as if every person were listed: type 7 of Hyndman & Fan
/// (1996), the usual one. None if there are no people. Values that are not numbers do not count.
///
/// ```
/// // Five people with 1, 1, 5, 5, 5: the median is the third's, the quarter the second's.
/// let quantile = |share| lifecircle::formulas::quantile(&[5.0, 1.0], &[3.0, 2.0], share);
/// assert_eq!([0.25, 0.375, 0.5].map(quantile), [Some(1.0), Some(3.0), Some(5.0)]);
/// ```
pub fn quantile(values: &[f64], people: &[f64], share: f64) -> Option<f64> {
    let mut order: Vec<usize> = (0..values.len()).filter(|i| people[*i] > 0.0 && values[*i].is_finite()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let all: f64 = order.iter().map(|i| people[*i]).sum();
    let place = 1.0 + (all - 1.0) * share;
    let person = |number: f64| {
        let mut so_far = 0.0;
        let there = order.iter().find(|i| {
            so_far += people[**i];
            so_far >= number
        });
        there.or(order.last()).map(|i| values[*i])
    };
    let (low, high) = (person(place.floor())?, person(place.floor() + 1.0)?);
    Some(low + (high - low) * place.fract())
}

/// Theil's T in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, schemars::JsonSchema)]
pub struct Theil {
    /// Inequality between the groups' means.
    pub between: f64,
    /// Inequality inside the groups.
    pub within: f64,
    /// Their sum.
    pub total: f64,
}

/// Theil's T of places in groups (communities, income classes); none if there are no people or there is no access.
///
/// # Panics
/// If the three are not equally many.
pub fn theil_t(access: &[f64], people: &[f64], groups: &[u32]) -> Option<Theil> {
    assert!(access.len() == people.len() && access.len() == groups.len(), "one of each a place");
    let all: f64 = people.iter().sum();
    let mean = access.iter().zip(people).map(|(a, p)| a * p).sum::<f64>() / all;
    if !(all > 0.0 && mean > 0.0) {
        return None;
    }
    // x·ln x, which is 0 at 0.
    let term = |ratio: f64| if ratio > 0.0 { ratio * ratio.ln() } else { 0.0 };
    let total: f64 = access.iter().zip(people).map(|(a, p)| p / all * term(a / mean)).sum();
    let mut sums: std::collections::BTreeMap<u32, (f64, f64)> = std::collections::BTreeMap::new();
    for ((group, a), p) in groups.iter().zip(access).zip(people) {
        let sum = sums.entry(*group).or_default();
        *sum = (sum.0 + p, sum.1 + a * p);
    }
    let between: f64 = sums.values().filter(|(p, _)| *p > 0.0).map(|(p, sum)| p / all * term(sum / p / mean)).sum();
    Some(Theil { between, within: total - between, total })
}

/// Theil's L (mean logarithmic deviation); none if there are no people or somebody has nothing, which makes it infinite.
///
/// ```
/// // Means 1 and 3 of equal numbers: ½·ln(2/1) + ½·ln(2/3).
/// let l = lifecircle::formulas::theil_l(&[1.0, 3.0], &[5.0, 5.0]).unwrap();
/// assert!((l - 0.5 * (2.0_f64.ln() + (2.0_f64 / 3.0).ln())).abs() < 1e-12);
/// ```
pub fn theil_l(access: &[f64], people: &[f64]) -> Option<f64> {
    let all: f64 = people.iter().sum();
    let mean = access.iter().zip(people).map(|(a, p)| a * p).sum::<f64>() / all;
    let everybody_has = access.iter().zip(people).all(|(a, p)| *p <= 0.0 || *a > 0.0);
    let term = |(a, p): (&f64, &f64)| if *p > 0.0 { p / all * (mean / a).ln() } else { 0.0 };
    (all > 0.0 && mean > 0.0 && everybody_has).then(|| access.iter().zip(people).map(term).sum())
}
