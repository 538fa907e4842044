//! The fewest facilities that give a share of people a service, and the proof that fewer do not: covering by set (LSCP) where the share is all whom any candidate
//! reaches.

use lifecircle::error::{Error, Result};
use lifecircle::geo::Seconds;
use lifecircle::measure::Measured;
use lifecircle::progress::Progress;

use super::{Model, Most, Prepared, Question, Solved};
use crate::siting::{Outcome, Settings, Watch, solve};

/// Nobody builds more.
const MOST: u32 = 100_000;

/// Chooses as few places as give a share of people the service, besides what is required. The question's own count or budget is not asked.
///
/// What is proven is that one fewer does not: the outcome's bound is the number of facilities that no choice goes below, and the problem is that of one fewer. Where even all
/// candidates do not reach so many, the share that they reach is the goal, and the answer's value tells it.
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
    if question.model != Model::Cover {
        return Err(
            Error::new("the fewest facilities are those that cover a share of people").hint("choose the model lscp")
        );
    }
    let city = Prepared::new(measured, question, progress)?;
    let all: Vec<u32> = (0..city.buildable.len() as u32).collect();
    let without_any = city.whole.value(&all).unwrap_or(0);
    let missed = ((1.0 - share) * city.demands.people * city.demands.parts()).floor() as i64;
    // So many may be left out.
    let goal = missed.max(without_any);
    let required = city.required.len() as u32;
    let mut search = Search { city: &city, goal, watch, best: None, too_few: required, last: None };
    if city.nothing_chosen() > goal {
        search.run(required, progress)?;
    }
    let fewest = search.best.as_ref().map_or(required, |(count, _)| *count);
    let chosen = search.best.as_ref().map(|(_, chosen)| chosen.clone()).unwrap_or_default();
    let cost = city.whole.value(&[city.required.as_slice(), &chosen].concat()).unwrap_or(0);
    let reached = search.best.is_some() || city.nothing_chosen() <= goal;
    let told = Fewest { count: fewest, at_least: search.too_few, reached, reachable: city.told(without_any) };
    let problem =
        city.problem(Seconds(0.0), Some(city.limit(Most::Count(fewest.saturating_sub(1).max(required)))?), progress)?;
    let proof = search.last.map(|outcome| outcome.proof).unwrap_or_default();
    let outcome = Outcome { best: Some((chosen, cost)), bound: Some(cost), proof, parts: 0 };
    Ok((Solved { sites: city.answer(&outcome, None), problem, outcome }, told))
}

/// How few facilities are enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fewest {
    /// So many are enough, required ones included.
    pub count: u32,
    /// Fewer than this are not.
    pub at_least: u32,
    /// Whether the goal was reached: without time, not even one choice may have been found.
    pub reached: bool,
    /// How many people all candidates together give the service.
    pub reachable: f64,
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
