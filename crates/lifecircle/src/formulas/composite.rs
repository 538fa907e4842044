//! Composite scores: one number of several indicators, weighted by how much they tell.
//!
//! Entropy weights (Shannon 1948; Hwang & Yoon 1981, as used throughout planning reviews in China): with x_ik the value of
//! indicator k at place i scaled to 0…1, p_ik = x_ik / Σ_i x_ik, e_k = −1/ln n · Σ_i p_ik·ln p_ik, w_k = (1 − e_k) / Σ (1 − e).
//! An indicator that is the same everywhere tells nothing and gets no weight.

/// Entropy weights and the scores they give.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Composite {
    /// A weight for each indicator, together 1.
    pub weights: Vec<f64>,
    /// A score for each place, 0 to 100.
    pub scores: Vec<f64>,
}

/// The entropy-weighted composite of indicators (a row an indicator, a value a place; more is better). Values are scaled
/// between the least and the greatest of each indicator; if no indicator tells anything, all weigh the same.
///
/// ```
/// use lifecircle::formulas::entropy_composite;
/// // The second indicator is the same everywhere: all weight is with the first.
/// let composite = entropy_composite(&[vec![0.0, 0.5, 1.0], vec![0.5, 0.5, 0.5]]);
/// assert_eq!(composite.weights, [1.0, 0.0]);
/// assert_eq!(composite.scores, [0.0, 50.0, 100.0]);
/// ```
///
/// # Panics
/// If indicators have unequally many places.
pub fn entropy_composite(indicators: &[Vec<f64>]) -> Composite {
    let places = indicators.first().map_or(0, Vec::len);
    assert!(indicators.iter().all(|values| values.len() == places), "one value for each place");
    let scaled: Vec<Vec<f64>> = indicators.iter().map(|values| scale(values)).collect();
    let told: Vec<f64> = scaled.iter().map(|values| (1.0 - evenness(values)).max(0.0)).collect();
    let sum: f64 = told.iter().sum();
    let even = 1.0 / indicators.len().max(1) as f64;
    let weights: Vec<f64> = told.iter().map(|told| if sum > 1e-12 { told / sum } else { even }).collect();
    let score = |place: usize| 100.0 * weights.iter().zip(&scaled).map(|(w, values)| w * values[place]).sum::<f64>();
    Composite { scores: (0..places).map(score).collect(), weights }
}

/// Values from 0 (the least) to 1 (the greatest). Where all are the same: 1 if there is any, else 0.
fn scale(values: &[f64]) -> Vec<f64> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let one = |value: &f64| if most > least { (value - least) / (most - least) } else { f64::from(*value > 0.0) };
    values.iter().map(one).collect()
}

/// How evenly a sum is spread over places, 0 to 1: entropy over its greatest value.
fn evenness(values: &[f64]) -> f64 {
    let first = values.first().copied().unwrap_or_default();
    if values.len() < 2 || values.iter().all(|value| *value == first) {
        return 1.0;
    }
    super::shannon(values) / (values.len() as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_by_hand() {
        // Shared by two of three places: e = ln 2 / ln 3. Held by one alone: e = 0.
        let composite = entropy_composite(&[vec![0.0, 1.0, 1.0], vec![0.0, 0.0, 1.0]]);
        let told = 1.0 - 2.0_f64.ln() / 3.0_f64.ln();
        let weights = [told / (told + 1.0), 1.0 / (told + 1.0)];
        for (weight, by_hand) in composite.weights.iter().zip(weights) {
            assert!((weight - by_hand).abs() < 1e-12, "{weight} is not {by_hand}");
        }
        assert!((composite.scores[1] - 100.0 * weights[0]).abs() < 1e-12);
        // Where nothing tells anything all weigh the same.
        assert_eq!(entropy_composite(&[vec![0.5, 0.5], vec![0.2, 0.2]]).weights, [0.5, 0.5]);
    }
}
