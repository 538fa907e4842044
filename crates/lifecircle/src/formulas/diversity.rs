//! Diversity: how mixed the kinds of facilities within reach are.
//!
//! With p_k = share of kind k among the facilities within reach: Shannon's H = −Σ p_k·ln p_k (Shannon 1948), and Hill's
//! numbers (Hill 1973), the effective number of kinds: ⁰D = how many kinds, ¹D = exp H, ²D = 1/Σ p_k² (the inverse of
//! Simpson's index).

/// Shannon's entropy of counts by kind, in nats; 0 where there is nothing.
///
/// ```
/// // Two kinds, half each: ln 2.
/// assert!((lifecircle::formulas::shannon(&[3.0, 3.0]) - 2.0_f64.ln()).abs() < 1e-12);
/// ```
pub fn shannon(counts: &[f64]) -> f64 {
    let total: f64 = counts.iter().sum();
    let term = |count: &f64| {
        let share = count / total;
        if share > 0.0 { -share * share.ln() } else { 0.0 }
    };
    if total > 0.0 { counts.iter().map(term).sum() } else { 0.0 }
}

/// Hill's number of an order `q` of 0 or more: the effective number of kinds; 0 where there is nothing.
///
/// ```
/// use lifecircle::formulas::hill;
/// let counts = [8.0, 1.0, 1.0];
/// assert_eq!(hill(&counts, 0.0), 3.0);
/// // 1 / (0.64 + 0.01 + 0.01)
/// assert!((hill(&counts, 2.0) - 1.0 / 0.66).abs() < 1e-12);
/// ```
pub fn hill(counts: &[f64], q: f64) -> f64 {
    let total: f64 = counts.iter().sum();
    if total <= 0.0 {
        return 0.0;
    }
    if (q - 1.0).abs() < 1e-9 {
        return shannon(counts).exp();
    }
    let sum: f64 = counts.iter().filter(|count| **count > 0.0).map(|count| (count / total).powf(q)).sum();
    sum.powf(1.0 / (1.0 - q))
}
