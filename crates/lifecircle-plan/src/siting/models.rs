//! The classical models as problems: the *p*-median (Hakimi 1964), maximal covering (Church and ReVelle 1974), set covering
//! (Toregas et al. 1971) and the *p*-center. Knows who can serve whom at which cost, not where that comes from.

use lifecircle::Result;

use super::branch::solve;
use super::local_search::{Columns, Search};
use super::problem::{Demand, Limit, Link, Problem};
use super::proof::Proof;
use super::tree::{Outcome, Settings, Watch};

fn counted(sites: usize, most: i64) -> Option<Limit> {
    Some(Limit { sizes: vec![1; sites], most })
}

/// Choose `most` sites so that the weighted cost of all demands is least.
///
/// # Errors
/// As for [`Problem::new`].
pub fn p_median(weights: &[i64], rows: Vec<Vec<Link>>, sites: usize, most: i64) -> Result<Problem> {
    let demands = weights.iter().map(|&weight| Demand { weight, ceiling: None }).collect();
    Problem::new(demands, rows, vec![0; sites], counted(sites, most))
}

/// Choose `most` sites so that the weight of the demands that nobody covers is least; links are who covers, at no cost.
///
/// # Errors
/// As for [`Problem::new`].
pub fn max_cover(weights: &[i64], rows: Vec<Vec<Link>>, sites: usize, most: i64) -> Result<Problem> {
    let demands = weights.iter().map(|&weight| Demand { weight, ceiling: Some(1) }).collect();
    Problem::new(demands, rows, vec![0; sites], counted(sites, most))
}

/// Choose as few sites as cover all demands.
///
/// # Errors
/// As for [`Problem::new`].
pub fn set_cover(rows: Vec<Vec<Link>>, sites: usize) -> Result<Problem> {
    let demands = vec![Demand { weight: 1, ceiling: None }; rows.len()];
    Problem::new(demands, rows, vec![1; sites], None)
}

/// Covers all demands under a limit, or proves that it cannot be done. The outcome's costs are sizes.
///
/// # Errors
/// As for [`Problem::new`].
pub(crate) fn cover_all(rows: Vec<Vec<Link>>, limit: &Limit, watch: &dyn Watch) -> Result<(Problem, Outcome)> {
    let is_hopeless = rows.iter().any(Vec::is_empty);
    let demands = vec![Demand { weight: 1, ceiling: None }; rows.len()];
    let problem = Problem::new(demands, rows, limit.sizes.clone(), None)?;
    // A search that swaps finds what one that only adds and drops does not.
    if let Some(chosen) = (!is_hopeless).then(|| swapped(&problem, limit, watch)).transpose()?.flatten() {
        let value = chosen.iter().map(|&site| limit.sizes[site as usize]).sum();
        let outcome = Outcome { best: Some((chosen, value)), bound: None, proof: Proof::default(), parts: 0 };
        return Ok((problem, outcome));
    }
    let outcome = solve(&problem, Settings::any_below(limit.most + 1), watch);
    Ok((problem, outcome))
}

/// Sites that cover all under a limit, if a search by swapping finds some.
fn swapped(problem: &Problem, limit: &Limit, watch: &dyn Watch) -> Result<Option<Vec<u32>>> {
    let rows = (0..problem.demands()).map(|demand| problem.row(demand).to_vec()).collect();
    let demands = vec![Demand { weight: 1, ceiling: Some(1) }; problem.demands()];
    let served = Problem::new(demands, rows, vec![0; problem.sites()], Some(limit.clone()))?;
    let columns = Columns::of(&served);
    let mut search = Search::new(&served, &columns, &[]);
    search.greedy();
    search.improve(&|| !watch.is_over());
    let chosen = search.chosen();
    Ok((served.value(&chosen) == Some(0)).then_some(chosen))
}

/// What a *p*-center is: the sites, and the place in the list of lengths of the longest way that anybody has.
#[derive(Debug, Clone)]
pub struct Center {
    /// The chosen sites and the place of the longest way; `None` if no choice reaches all.
    pub best: Option<(Vec<u32>, usize)>,
    /// The longest way is at least at this place.
    pub bound: usize,
    /// Why all cannot be covered within the length before `bound`: the covering that cannot be, and its proof; nothing if no shorter length was tried.
    pub proof: Option<(Problem, Outcome)>,
}

/// Chooses `most` sites so that the longest way is shortest: `within` tells who covers whom within the length at a place of a list
/// of `lengths` lengths, the shortest first.
///
/// # Errors
/// As for [`Problem::new`].
pub fn p_center(
    lengths: usize,
    within: &dyn Fn(usize) -> Vec<Vec<Link>>,
    sites: usize,
    most: i64,
    watch: &dyn Watch,
) -> Result<Center> {
    let limit = Limit { sizes: vec![1; sites], most };
    shortest(lengths, watch, |at| Ok(Tried::of(cover_all(within(at), &limit, watch)?, most + 1)))
}

/// What became of a length.
pub(crate) enum Tried {
    /// It is enough with these sites.
    Enough(Vec<u32>),
    /// It is not, as is proven of this problem.
    TooShort(Problem, Outcome),
    Unknown,
}

impl Tried {
    /// By an outcome of which everything below `least` would have been enough.
    pub fn of((problem, outcome): (Problem, Outcome), least: i64) -> Self {
        match outcome.best {
            Some((chosen, _)) => Self::Enough(chosen),
            None if outcome.bound.is_none() => Self::TooShort(problem, refuting(outcome, least)),
            None => Self::Unknown,
        }
    }
}

/// An outcome that found nothing below a cost, as a bound.
pub(crate) fn refuting(outcome: Outcome, least: i64) -> Outcome {
    Outcome { best: None, bound: Some(outcome.bound.unwrap_or(least)), ..outcome }
}

/// Finds the shortest of some lengths that is enough, by halving; that at the end of the list is not tried.
pub(crate) fn shortest(
    lengths: usize,
    watch: &dyn Watch,
    mut try_length: impl FnMut(usize) -> Result<Tried>,
) -> Result<Center> {
    // All lengths before `bound` are too short; that at `high` is enough, if it is not the end.
    let mut center = Center { best: None, bound: 0, proof: None };
    let mut high = lengths;
    while center.bound < high && !watch.is_over() {
        let at = center.bound.midpoint(high);
        match try_length(at)? {
            Tried::Enough(chosen) => {
                center.best = Some((chosen, at));
                high = at;
            }
            Tried::TooShort(problem, outcome) => {
                center.proof = Some((problem, outcome));
                center.bound = at + 1;
            }
            Tried::Unknown => break,
        }
    }
    Ok(center)
}
