//! What need not be looked at: sites that another one makes needless, and demands that are served whenever others are.
//!
//! A site is dominated by another that serves all whom it serves at no higher cost, takes no more of the limit and costs no more
//! to open: whoever chooses the first may as well choose the second. Where demands must be served and cost nothing then, one
//! whose sites are all those of another and more is served whenever that one is.

use super::local_search::Columns;
use super::problem::Problem;

/// Sites that are dominated, each with one that remains or is dominated later in the list.
pub(crate) fn dominated(problem: &Problem, columns: &Columns) -> Vec<(u32, u32)> {
    let mut is_out = vec![false; problem.sites()];
    let mut found = Vec::new();
    for site in 0..problem.sites() as u32 {
        let served = columns.of_site(site);
        let Some(&(rarest, _)) = served.iter().min_by_key(|(demand, _)| problem.row(*demand as usize).len()) else {
            continue;
        };
        let others = problem.row(rarest as usize).iter().map(|link| link.site);
        let by = others.filter(|&other| other != site && !is_out[other as usize]).find(|&other| {
            let theirs = columns.of_site(other);
            theirs.len() >= served.len() && is_no_dearer(problem, other, site) && serves_all(theirs, served)
        });
        if let Some(by) = by {
            is_out[site as usize] = true;
            found.push((site, by));
        }
    }
    found
}

fn is_no_dearer(problem: &Problem, site: u32, than: u32) -> bool {
    let size = |site: u32| problem.limit().map_or(0, |limit| limit.sizes[site as usize]);
    problem.opening(site) <= problem.opening(than) && size(site) <= size(than)
}

/// Whether one list of demands has all of another, at no higher cost. Both are in the order of demands.
fn serves_all(theirs: &[(u32, u32)], served: &[(u32, u32)]) -> bool {
    let mut theirs = theirs.iter();
    served.iter().all(|&(demand, cost)| {
        theirs.by_ref().find(|(other, _)| *other >= demand).is_some_and(|&(other, at)| other == demand && at <= cost)
    })
}

/// Demands that are served whenever another one is, where all must be served at no cost.
pub(crate) fn implied(problem: &Problem, columns: &Columns) -> Vec<bool> {
    let mut is_implied = vec![false; problem.demands()];
    let is_plain = |demand: usize| {
        problem.demand(demand).ceiling.is_none() && problem.row(demand).iter().all(|link| link.cost == 0)
    };
    for demand in (0..problem.demands()).filter(|&demand| is_plain(demand)) {
        let row = problem.row(demand);
        let Some(rarest) = row.iter().min_by_key(|link| columns.of_site(link.site).len()) else { continue };
        for &(other, _) in columns.of_site(rarest.site) {
            let other = other as usize;
            if other != demand && !is_implied[other] && !is_implied[demand] && is_plain(other) {
                let theirs = problem.row(other);
                is_implied[other] =
                    theirs.len() > row.len() && has_all(theirs.iter().map(|l| l.site), row.iter().map(|l| l.site));
            }
        }
    }
    is_implied
}

/// Whether one list of sites has all of another. Both are in the order of sites.
fn has_all(mut theirs: impl Iterator<Item = u32>, row: impl Iterator<Item = u32>) -> bool {
    row.into_iter().all(|site| theirs.by_ref().find(|&other| other >= site) == Some(site))
}
