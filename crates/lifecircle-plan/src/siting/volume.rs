//! Prices that climb: the volume algorithm (Barahona and Anbil 2000), from the best prices in the direction of an average of the
//! subgradients. Knows what a relaxation answers, not what of.

/// What can be bounded by prices.
pub(crate) trait Relaxation {
    /// How many sites there are.
    fn sites(&self) -> usize;

    /// The highest price of each kind that is of use, scaled.
    fn highest(&self) -> Vec<i64>;

    /// How far each price moves for its part of the subgradient, beside others.
    fn steps(&self) -> Vec<f64>;

    /// The bound by these prices.
    fn relax(&self, prices: &[i64]) -> Relaxed;

    /// In which direction the bound rises.
    fn subgradient(&self, prices: &[i64], relaxed: &Relaxed, gradient: &mut [f64]);
}

/// What prices say: the bound, and how much dearer or cheaper each site makes it.
#[derive(Debug, Clone)]
pub(crate) struct Relaxed {
    /// The bound, scaled.
    pub bound: i64,
    /// What each site earns, scaled: opening + Σ min(0, cost − price).
    pub earns: Vec<i64>,
    /// Prices of a unit of the limit that give (about) this bound: the least and the greatest.
    pub limit_prices: Vec<i64>,
    /// The sites that the relaxation chooses.
    pub chosen: Vec<u32>,
}

/// How hard to climb.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// At most so many steps.
    pub steps: usize,
    /// Steps without news before the steps become shorter.
    pub patience: usize,
    /// Whether it is the whole problem, not a part.
    pub is_whole: bool,
}

/// The best prices that were found, what they say, and how often each site was chosen on the way.
#[derive(Debug)]
pub(crate) struct Climb {
    pub prices: Vec<i64>,
    pub relaxed: Relaxed,
    /// For each site how often the relaxation chose it, between 0 and 1, the latest steps counting most.
    pub often: Vec<f64>,
}

/// Improves prices until the bound reaches `goal` (scaled), or the effort is spent; `seen` is shown the choices on the way and answers
/// with the scaled cost that is aimed at, or `None` to stop.
pub(crate) fn climb(
    relaxation: &impl Relaxation,
    start: Vec<i64>,
    goal: i64,
    effort: Effort,
    mut seen: impl FnMut(&Relaxed, bool) -> Option<i64>,
) -> Climb {
    let highest = relaxation.highest();
    let demands = highest.len();
    let mut prices = start;
    prices.iter_mut().zip(&highest).for_each(|(price, &highest)| *price = (*price).clamp(0, highest));
    let mut known = prices.clone();
    let mut best: Option<Relaxed> = None;
    let mut often = vec![0.0; relaxation.sites()];
    let mut average = vec![0.0; demands];
    let mut gradient = vec![0.0; demands];
    let weights = relaxation.steps();
    let (mut stride, mut waited, mut most_share) = (1.0_f64, 0, 0.5_f64);
    for step in 0..effort.steps.max(1) {
        let relaxed = relaxation.relax(&prices);
        let is_news = best.as_ref().is_none_or(|best| relaxed.bound > best.bound);
        let Some(aim) = seen(&relaxed, is_news) else { break };
        relaxation.subgradient(&prices, &relaxed, &mut gradient);
        let share = if step == 0 { 1.0 } else { shorter(&average, &gradient, &weights, most_share) };
        let mut along = 0.0;
        for demand in 0..demands {
            along += gradient[demand] * average[demand] * weights[demand];
            average[demand] += share * (gradient[demand] - average[demand]);
        }
        often.iter_mut().for_each(|often| *often *= 1.0 - share);
        relaxed.chosen.iter().for_each(|&site| often[site as usize] += share);
        let bound = relaxed.bound;
        if is_news {
            let gained = best.as_ref().map_or(i64::MAX, |best| bound - best.bound);
            known.copy_from_slice(&prices);
            best = Some(relaxed);
            waited = if gained > (aim - bound).max(0) / 400 { 0 } else { waited + 1 };
            if along > 0.0 {
                stride = (stride * 1.1).min(2.0);
            }
        } else {
            waited += 1;
        }
        let reached = best.as_ref().map_or(bound, |best| best.bound);
        if reached >= goal {
            break;
        }
        if waited >= effort.patience {
            stride *= 0.66;
            most_share = (most_share * 0.8).max(0.01);
            waited = 0;
            if stride < 0.02 {
                break;
            }
        }
        let norm: f64 = (0..demands).map(|demand| average[demand] * average[demand] * weights[demand]).sum();
        if norm < 1e-12 {
            break;
        }
        let wanted = (aim.max(goal) - reached) as f64 * stride / norm;
        for demand in 0..demands {
            let moved = known[demand] as f64 + wanted * average[demand] * weights[demand];
            prices[demand] = (moved.round() as i64).clamp(0, highest[demand]);
        }
    }
    // The first step always sets it, unless it was stopped before.
    let relaxed = best.unwrap_or_else(|| relaxation.relax(&known));
    Climb { prices: known, relaxed, often }
}

/// How much of a new subgradient makes the average shortest.
fn shorter(average: &[f64], gradient: &[f64], weights: &[f64], most: f64) -> f64 {
    let (mut square, mut across) = (0.0, 0.0);
    for ((a, g), w) in average.iter().zip(gradient).zip(weights) {
        square += (g - a) * (g - a) * w;
        across += a * (a - g) * w;
    }
    if square > 0.0 { (across / square).clamp(most / 10.0, most) } else { most }
}
