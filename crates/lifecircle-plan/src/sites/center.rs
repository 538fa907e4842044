//! The *p*-center of a city: the longest way of its people made shortest. Each length is tried as a covering, between one that is enough and
//! one that is proven not to be.

use lifecircle::error::Result;
use lifecircle::geo::Seconds;
use lifecircle::progress::Progress;

use super::demands::{PARTS_OF_PERSON, PARTS_OF_SECOND};
use super::order::InOrder;
use super::prepared::Prepared;
use super::{LONGEST_WAY, Site, Sites, Solved};
use crate::siting::{Demand, Limit, Link, Problem, Settings, Tried, Watch, cover_all, refuting, shortest, solve};

/// A way that counts as none, in tenths of seconds.
const LONGEST: u32 = (LONGEST_WAY.0 * PARTS_OF_SECOND) as u32;

/// Tries lengths of ways, in tenths of seconds.
struct Search<'a> {
    city: &'a Prepared<'a>,
    limit: Limit,
    /// So many people, in parts, may have a longer way.
    goal: i64,
    /// Whether these are only those whom nobody reaches.
    is_all: bool,
    watch: &'a dyn Watch,
}

pub(super) fn solved(city: &Prepared<'_>, watch: &dyn Watch, progress: &dyn Progress) -> Result<Solved> {
    let whole = &city.whole;
    let weight = |demand: usize| whole.demand(demand).weight;
    let unreachable: i64 = (0..whole.demands()).filter(|&demand| is_out(whole, demand)).map(weight).sum();
    let all: i64 = (0..whole.demands()).map(weight).sum();
    // Whom nothing reaches is aside: the share is of the others.
    let missed = ((1.0 - city.question.share) * (all - unreachable) as f64).floor() as i64;
    let goal = unreachable + missed;
    let limit = city.limit(city.question.most)?;
    let search = Search { city, limit, goal, is_all: goal == unreachable, watch };
    let mut lengths: Vec<u32> = (0..whole.demands())
        .flat_map(|demand| {
            let ceiling = whole.demand(demand).ceiling.filter(|_| weight(demand) > 0);
            whole.row(demand).iter().map(|link| link.cost).chain(ceiling)
        })
        .collect();
    lengths.sort_unstable();
    lengths.dedup();
    // As it is, and with what is required alone.
    let before = search.least_without(&lengths, &[]);
    let alone = search.least_without(&lengths, &city.required);
    let found = shortest(alone, watch, |at| {
        progress.check()?;
        search.try_length(lengths[at], progress)
    })?;
    let (best, high) = found.best.unwrap_or((Vec::new(), alone));
    let length = |at: usize| f64::from(lengths.get(at).copied().unwrap_or(LONGEST)) / PARTS_OF_SECOND;
    let (problem, outcome) = match found.proof {
        Some(proof) => proof,
        // Nothing shorter was tried, or could be.
        None => {
            let problem = search.left(0, progress)?;
            let outcome = refuting(solve(&problem, Settings::any_below(0), watch), 0);
            (problem, outcome)
        }
    };
    let sites = search.sites(&best, lengths.get(high).copied().unwrap_or(LONGEST));
    let sites = Sites {
        people: city.demands.people,
        before: length(before),
        value: length(high),
        bound: length(found.bound),
        bound_at_junctions: None,
        areas: Vec::new(),
        times: None,
        floors_proven: true,
        cost: sites.iter().map(|site| site.cost).sum::<f64>() + 0.0,
        candidates: city.candidates.len(),
        without_street: city.candidates.without_street,
        sites,
    };
    Ok(Solved { sites, problem: problem.into(), outcome })
}

/// Whether nobody reaches a demand, nor could.
fn is_out(whole: &Problem, demand: usize) -> bool {
    whole.demand(demand).ceiling.is_some_and(|way| way >= LONGEST) && whole.row(demand).is_empty()
}

impl Search<'_> {
    /// The place of the least length within which enough people have a facility if these are built; the end of the list if none is.
    fn least_without(&self, lengths: &[u32], built: &[u32]) -> usize {
        let whole = &self.city.whole;
        let mut is_built = vec![false; whole.sites()];
        built.iter().for_each(|&site| is_built[site as usize] = true);
        let mut ways: Vec<(u32, i64)> = (0..whole.demands())
            .map(|demand| {
                let Demand { weight, ceiling } = whole.demand(demand);
                let nearest = whole.row(demand).iter().find(|link| is_built[link.site as usize]).map(|link| link.cost);
                (nearest.or(ceiling).unwrap_or(0), weight)
            })
            .collect();
        ways.sort_unstable_by(|a, b| b.cmp(a));
        let mut beyond = 0;
        for (way, weight) in ways {
            beyond += weight;
            if beyond > self.goal {
                return lengths.partition_point(|&length| length < way);
            }
        }
        0
    }

    /// Who has a way longer than a length, and who could serve them; what is required stands.
    fn left(&self, length: u32, progress: &dyn Progress) -> Result<Problem> {
        let left = self.city.problem(Seconds(0.0), Some(self.limit.clone()), progress)?;
        let (mut demands, mut rows) = (Vec::new(), Vec::new());
        for demand in 0..left.demands() {
            let Demand { weight, ceiling } = left.demand(demand);
            demands.push(Demand { weight, ceiling: Some(u32::from(ceiling.is_some_and(|way| way > length))) });
            let near = left.row(demand).iter().filter(|link| link.cost <= length);
            rows.push(near.map(|link| Link { cost: 0, site: link.site }).collect());
        }
        Problem::new(demands, rows, vec![0; left.sites()], Some(self.limit.clone()))
    }

    /// A choice that brings enough people within a length, or the proof that there is none.
    fn try_length(&self, length: u32, progress: &dyn Progress) -> Result<Tried> {
        let left = self.left(length, progress)?;
        if !self.is_all {
            let outcome = solve(&left, Settings::any_below(self.goal + 1), self.watch);
            return Ok(Tried::of((left, outcome), self.goal + 1));
        }
        // All who can be reached must be: a covering by set, whose bounds are better.
        let wants = |demand: &usize| left.demand(*demand).ceiling == Some(1) && left.demand(*demand).weight > 0;
        let is_reachable = |demand: &usize| !is_out(&self.city.whole, *demand);
        let must: Vec<usize> = (0..left.demands()).filter(wants).filter(is_reachable).collect();
        let rows: Vec<Vec<Link>> = must.into_iter().map(|demand| left.row(demand).to_vec()).collect();
        Ok(Tried::of(cover_all(rows, &self.limit, self.watch)?, self.limit.most + 1))
    }

    /// The sites, and how many people each brings within a length.
    fn sites(&self, chosen: &[u32], length: u32) -> Vec<Site> {
        let whole = &self.city.whole;
        let demand = |demand: usize| {
            let Demand { weight, ceiling } = whole.demand(demand);
            Demand { weight, ceiling: Some(u32::from(ceiling.is_some_and(|way| way > length))) }
        };
        let row = |demand: usize| {
            let near = whole.row(demand).iter().filter(|link| link.cost <= length);
            near.map(|link| Link { cost: 0, site: link.site }).collect()
        };
        let numbers = 0..whole.demands();
        let within = Problem::new(
            numbers.clone().map(demand).collect(),
            numbers.map(row).collect(),
            vec![0; whole.sites()],
            None,
        );
        let Ok(within) = within else { return Vec::new() };
        let all = [self.city.required.as_slice(), chosen].concat();
        InOrder::new(&within, &all)
            .of(&[&self.city.required, chosen])
            .into_iter()
            .map(|(site, gain)| self.city.site(site, self.city.required.contains(&site), gain as f64 / PARTS_OF_PERSON))
            .collect()
    }
}
