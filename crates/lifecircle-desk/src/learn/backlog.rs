//! How many requests wait from week to week, and how many may come in the next weeks.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::calendar::Moment;
use crate::desk::Desk;
use crate::desk::tally::{Part, sums};
use crate::refusal::Refusal;
use crate::store::values;

const DAY: i64 = 24 * 3600 * 1000;
const WEEK: i64 = 7 * DAY;

/// Weeks that are told, and those that are forecast.
const MOST_WEEKS: usize = 160;
const AHEAD: usize = 4;

/// A year, in weeks.
const YEAR: usize = 52;

/// Forecasts are tried on so many weeks that have passed, and none is made of fewer weeks than these.
const TRIED: usize = 12;
const FEWEST: usize = 16;

/// Requests from week to week; weeks end with today.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Backlog {
    /// Weeks, the earliest first.
    pub weeks: Vec<Week>,
    /// What may come; none if too little has come yet.
    pub forecast: Option<Forecast>,
}

/// A week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Week {
    /// When it begins.
    pub from: Moment,
    /// Requests that came.
    pub received: i64,
    /// Requests that were answered, or merged.
    pub ended: i64,
    /// Requests that waited for an answer at its end.
    pub waiting: i64,
}

/// What may come.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Forecast {
    /// By what it is told.
    pub method: Method,
    /// How far the same method was off in the weeks before, in the mean, as a share of what it told. It was chosen by the same weeks.
    pub mean_error: f64,
    /// The next weeks.
    pub weeks: Vec<Expected>,
}

/// By what is forecast: whichever was off less in the weeks before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The mean of the last four weeks.
    LastWeeks,
    /// The same weeks a year ago, by how much more or less came in the last eight weeks than in those of a year ago.
    LastYear,
}

/// A week that is to come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Expected {
    /// When it begins.
    pub from: Moment,
    /// Requests that are expected.
    pub requests: f64,
    /// In four weeks of five at least so many.
    pub low: f64,
    /// And at most so many.
    pub high: f64,
}

impl Desk {
    /// Tells of the last weeks, and of the next.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn backlog(&self) -> Result<Backlog, Refusal> {
        // Weeks end with today.
        let today = self.day_of(self.now());
        let start = today + 1 - (MOST_WEEKS * 7) as i64;
        let (received, ended, before) = self.store().read(|connection| {
            let by_day = |part| -> Result<BTreeMap<i64, i64>, Refusal> {
                let days = sums(connection, part, (i64::MIN, i64::MAX), true)?;
                Ok(days.into_iter().map(|(_, day, counts)| (day, counts[0])).collect())
            };
            // What was merged came too.
            let text = "SELECT received FROM requests WHERE state = 'merged'";
            let mut received = by_day(Part::Category)?;
            connection.each(text, values![], |row| {
                *received.entry(self.day_of(Moment(row.get(0)?))).or_default() += 1;
                Ok(())
            })?;
            let ended = by_day(Part::Ended)?;
            let before = |days: &BTreeMap<i64, i64>| days.range(..start).map(|(_, count)| count).sum::<i64>();
            let waiting = before(&received) - before(&ended);
            Ok((received, ended, waiting))
        })?;
        let offset = i64::from(self.calendar().offset_seconds()) * 1000;
        let begins = |day: i64| Moment(day * DAY - offset);
        let of_week =
            |days: &BTreeMap<i64, i64>, first: i64| days.range(first..first + 7).map(|(_, count)| count).sum::<i64>();
        let first = received.keys().next().copied().unwrap_or(today + 1);
        let mut waiting = before;
        let mut weeks = Vec::new();
        for day in (start..=today).step_by(7) {
            let (received, ended) = (of_week(&received, day), of_week(&ended, day));
            waiting += received - ended;
            // Weeks before anything came tell nothing.
            if day + 7 > first {
                weeks.push(Week { from: begins(day), received, ended, waiting });
            }
        }
        // Whole weeks alone, the last of which ended yesterday.
        let whole = (1..MOST_WEEKS as i64).rev().map(|week| today - 7 * week).filter(|day| *day >= first);
        let whole: Vec<f64> = whole.map(|day| of_week(&received, day) as f64).collect();
        Ok(Backlog { weeks, forecast: forecast(&whole, begins(today)) })
    }
}

/// What may come after so many weeks.
fn forecast(weeks: &[f64], end: Moment) -> Option<Forecast> {
    if weeks.len() < FEWEST {
        return None;
    }
    let tried = [Method::LastWeeks, Method::LastYear].into_iter().filter_map(|method| {
        let errors = errors(method, weeks)?;
        let all: Vec<f64> = errors.iter().flatten().map(|error| error.abs()).collect();
        Some((all.iter().sum::<f64>() / all.len() as f64, method, errors))
    });
    let (mean_error, method, errors) = tried.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let weeks = errors.into_iter().enumerate().filter_map(|(ahead, mut errors)| {
        errors.sort_by(f64::total_cmp);
        // Four of five errors of weeks that lay as far ahead are between these.
        let at = |share: f64| errors[((errors.len() - 1) as f64 * share).round() as usize];
        let requests = expected(method, weeks, ahead)?;
        let [low, high] = [at(0.1), at(0.9)].map(|error| (requests * (1.0 + error)).max(0.0));
        let from = Moment(end.0 + ahead as i64 * WEEK);
        Some(Expected { from, requests, low: low.min(requests), high: high.max(requests) })
    });
    Some(Forecast { method, mean_error, weeks: weeks.collect() })
}

/// How far a method would have been off in weeks that have passed, by how far ahead they lay: what came, less what it tells, as a share of
/// that.
fn errors(method: Method, weeks: &[f64]) -> Option<Vec<Vec<f64>>> {
    let start = weeks.len().checked_sub(TRIED)?;
    let of = |ahead: usize| {
        let ends = start..weeks.len() - ahead;
        let error = |end: usize| {
            let told = expected(method, &weeks[..end], ahead)?;
            Some((weeks[end + ahead] - told) / told.max(1.0))
        };
        ends.map(error).collect::<Option<Vec<f64>>>()
    };
    (0..AHEAD).map(of).collect()
}

/// What a method tells of a week after these.
fn expected(method: Method, weeks: &[f64], ahead: usize) -> Option<f64> {
    let mean = |weeks: &[f64]| weeks.iter().sum::<f64>() / weeks.len() as f64;
    let last = |many: usize, before: usize| {
        let end = weeks.len().checked_sub(before)?;
        weeks.get(end.checked_sub(many)?..end).map(mean)
    };
    match method {
        Method::LastWeeks => last(4, 0),
        Method::LastYear => {
            let then = *weeks.get((weeks.len() + ahead).checked_sub(YEAR)?)?;
            let ratio = last(8, 0)? / last(8, YEAR)?.max(1.0);
            Some(then * ratio)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_evenly_goes_on_evenly() {
        let weeks: Vec<f64> = (0..30).map(|week| 100.0 + if week % 2 == 0 { 5.0 } else { -5.0 }).collect();
        let told = forecast(&weeks, Moment(0)).unwrap();
        assert_eq!(told.method, Method::LastWeeks);
        assert_eq!(told.weeks.len(), AHEAD);
        assert!(
            told.weeks
                .iter()
                .all(|week| (week.requests - 100.0).abs() < 1e-9 && week.low >= 94.0 && week.high <= 106.0)
        );
        assert!((told.mean_error - 0.05).abs() < 1e-9);
        assert_eq!(told.weeks[1].from, Moment(WEEK));
    }

    #[test]
    fn seasons_come_again() {
        let season = |week: usize| 100.0 + 60.0 * (week as f64 / YEAR as f64 * std::f64::consts::TAU).sin();
        // A tenth more than a year ago.
        let weeks: Vec<f64> = (0..96).map(|week| season(week) * if week >= YEAR { 1.1 } else { 1.0 }).collect();
        let told = forecast(&weeks, Moment(0)).unwrap();
        assert_eq!(told.method, Method::LastYear);
        for (ahead, week) in told.weeks.iter().enumerate() {
            assert!((week.requests / (season(96 + ahead) * 1.1) - 1.0).abs() < 0.02, "{week:?}");
            assert!(week.low <= week.requests && week.requests <= week.high);
        }
    }

    #[test]
    fn little_tells_nothing() {
        assert_eq!(forecast(&[3.0; FEWEST - 1], Moment(0)), None);
        assert!(forecast(&[0.0; 20], Moment(0)).is_some_and(|told| told.weeks.iter().all(|week| week.requests == 0.0)));
    }
}
