//! The fewest facilities that give a share of people a service, and the proof that fewer do not: covering by set (LSCP) where the share is all whom any candidate
//! reaches.

use lifecircle::error::{Error, Result};
use lifecircle::geo::Seconds;
use lifecircle::measure::Measured;
use lifecircle::progress::Progress;
use lifecircle::say;

use super::{Model, Most, Prepared, Question, Solved};
use crate::siting::{Outcome, Settings, Watch, set_cover, solve};

/// Nobody builds more.
const MOST: u32 = 100_000;

/// Chooses as few places as give a share of people the service, besides what is required. The question's own count or budget is not asked.
///
/// The problem and the outcome are those of the most facilities that are proven to be too few: every choice of so many leaves out more people than the goal allows. Where even all
/// candidates do not reach the share, what they reach is the goal. The answer's bound is what all candidates together reach.
///
/// # Errors
/// As [`super::find_sites`]; if the question is not of covering.
pub fn fewest_sites(
    measured: &Measured,
    question: &Question,
    share: f64,
    watch: &dyn Watch,
    progress: &dyn Progress,
) -> Result<(Solved, Fewest)> {
    if question.model != Model::Cover || question.floor.is_some() {
        return Err(Error::new(say!(
            "the fewest facilities are those that cover a share of people",
            "最少设施数是指覆盖一定比例居民所需的最少数量"
        ))
        .hint(say!("leave the model and floors out", "请去掉模型和下限")));
    }
    let city = Prepared::new(measured, question, progress)?;
    let all: Vec<u32> = (0..city.buildable.len() as u32).collect();
    let without_any = city.whole.value(&all).unwrap_or(0);
    let missed = ((1.0 - share) * city.demands.people * city.demands.parts()).floor() as i64;
    // So many may be left out.
    let goal = missed.max(without_any);
    if goal == without_any {
        return all_that_can_be(&city, (missed, without_any), share, watch, progress);
    }
    let required = city.required.len() as u32;
    let mut search = Search { city: &city, goal, watch, best: None, too_few: required, last: None };
    if city.nothing_chosen() > goal {
        search.run(required, progress)?;
    }
    let is_enough = search.best.is_some() || city.nothing_chosen() <= goal;
    let (count, chosen) = search.best.take().unwrap_or((required, Vec::new()));
    // The proof is of the most that are known to be too few.
    let too_few = city.limit(Most::Count(search.too_few.saturating_sub(1).max(required)))?;
    let problem = city.problem(Seconds(0.0), Some(too_few), progress)?;
    if search.last.is_none() && city.nothing_chosen() > goal {
        search.last = Some(solve(&problem, Settings::any_below(goal + 1), watch));
    }
    let proof = search.last.take().map(|outcome| outcome.proof).unwrap_or_default();
    let outcome = Outcome { best: None, bound: Some(goal.saturating_add(1)), proof, parts: 0 };
    let all_people = city.demands.people.max(f64::MIN_POSITIVE);
    let told = Fewest {
        count,
        at_least: search.too_few,
        is_enough,
        needs_none: city.nothing_chosen() <= goal,
        goal: share.min(city.told(without_any) / all_people),
        is_reachable: without_any <= missed,
    };
    let sites =
        city.answer(&Outcome { best: Some((chosen, 0)), bound: Some(without_any), ..outcome.clone() }, None, progress)?;
    Ok((Solved { sites, problem: problem.into(), outcome }, told))
}

/// The fewest that reach all who can be reached: covering by set, whose bounds are better than those of covering most.
fn all_that_can_be(
    city: &Prepared<'_>,
    (missed, without_any): (i64, i64),
    share: f64,
    watch: &dyn Watch,
    progress: &dyn Progress,
) -> Result<(Solved, Fewest)> {
    let required = city.required.len() as u32;
    let left = city.problem(Seconds(0.0), Some(city.limit(Most::Count(MOST))?), progress)?;
    let wants = |demand: &usize| left.demand(*demand).ceiling == Some(1) && !left.row(*demand).is_empty();
    let rows = (0..left.demands()).filter(wants).map(|demand| left.row(demand).to_vec()).collect();
    let problem = set_cover(rows, left.sites())?;
    let outcome = solve(&problem, Settings::default(), watch);
    let more = |cost: Option<i64>| cost.map_or(0, |cost| cost.clamp(0, i64::from(MOST)) as u32);
    let best = outcome.best.as_ref().map(|(chosen, _)| chosen.clone());
    let told = Fewest {
        count: required + more(outcome.best.as_ref().map(|(_, cost)| *cost)),
        at_least: required + more(outcome.bound),
        is_enough: best.is_some(),
        needs_none: city.nothing_chosen() <= without_any,
        goal: share.min(city.told(without_any) / city.demands.people.max(f64::MIN_POSITIVE)),
        is_reachable: without_any <= missed,
    };
    let all = Outcome { best: best.map(|chosen| (chosen, 0)), bound: Some(without_any), ..outcome.clone() };
    let sites = city.answer(&all, None, progress)?;
    Ok((Solved { sites, problem: problem.into(), outcome }, told))
}

/// How few facilities are enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fewest {
    /// So many are enough, required ones included; of no meaning where nothing was found that is enough.
    pub count: u32,
    /// Fewer than this are not.
    pub at_least: u32,
    /// Whether a choice was found that is enough: without time, there may be none.
    pub is_enough: bool,
    /// Whether what stands, and what is required, is enough already.
    pub needs_none: bool,
    /// The share of people that was reached for: what was asked, or all that the candidates reach.
    pub goal: f64,
    /// Whether the candidates reach the share that was asked for.
    pub is_reachable: bool,
}

impl Fewest {
    /// Whether it is proven that fewer are not enough.
    pub fn is_proven(&self) -> bool {
        self.is_enough && (self.needs_none || self.at_least >= self.count)
    }
}

struct Search<'a> {
    city: &'a Prepared<'a>,
    goal: i64,
    watch: &'a dyn Watch,
    /// The fewest that are known to be enough, and which.
    best: Option<(u32, Vec<u32>)>,
    /// Fewer than these are not enough.
    too_few: u32,
    /// Why one fewer than `too_few` is not enough.
    last: Option<Outcome>,
}

impl Search<'_> {
    fn run(&mut self, required: u32, progress: &dyn Progress) -> Result<()> {
        // Doubled until enough, then halved between.
        self.too_few = required + 1;
        let mut tried = required + 1;
        while self.best.is_none() && !self.watch.is_over() && tried < MOST {
            self.try_count(tried, progress)?;
            tried = tried.saturating_mul(2);
        }
        while let Some((enough, _)) = self.best.as_ref().filter(|(enough, _)| *enough > self.too_few) {
            if self.watch.is_over() {
                break;
            }
            let before = (*enough, self.too_few);
            self.try_count(self.too_few + (enough - self.too_few) / 2, progress)?;
            if self.best.as_ref().is_some_and(|(enough, _)| (*enough, self.too_few) == before) {
                break;
            }
        }
        Ok(())
    }

    /// Finds whether so many are enough.
    fn try_count(&mut self, count: u32, progress: &dyn Progress) -> Result<()> {
        let limit = self.city.limit(Most::Count(count))?;
        let problem = self.city.problem(Seconds(0.0), Some(limit), progress)?;
        let outcome = solve(&problem, Settings::any_below(self.goal + 1), self.watch);
        match &outcome.best {
            Some((chosen, value)) if *value <= self.goal => {
                let used = chosen.len() as u32 + self.city.required.len() as u32;
                self.best = Some((used.min(count), chosen.clone()));
            }
            // Nothing below the goal exists, if the bound says so.
            _ if outcome.bound.is_none_or(|bound| bound > self.goal) && !self.watch.is_over() => {
                self.too_few = count + 1;
                self.last = Some(outcome);
            }
            _ => {}
        }
        Ok(())
    }
}
