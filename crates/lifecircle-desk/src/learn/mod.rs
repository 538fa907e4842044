//! What requests teach: rates and times by unit, category, community and month, each with its definition and the requests that it counts;
//! how many wait and may come, what comes again, where there is more than chance would bring, and what is asked for where.

mod backlog;
mod hot_spots;
mod repeats;

pub mod scan;
mod voices;

pub use backlog::{Backlog, Expected, Forecast, Method, Week};
pub use hot_spots::{HotSpot, HotSpots};
pub use repeats::{RepeatGroup, Repeats};
pub use voices::Voices;

use chrono::DateTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Moment;
use crate::desk::Desk;
use crate::desk::tally::{self, Counts, Part, sums};
use crate::refusal::Refusal;

/// By what requests are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By the category.
    Category,
    /// By the unit that took it first, which leads whoever it is passed on to.
    Unit,
    /// By the community.
    Community,
    /// By the month in which it came.
    Month,
}

/// What of requests is counted: each number of [`Measured`] is that of the requests that a list of the same shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// That came.
    Received,
    /// That a unit has still to answer.
    Open,
    /// Whose limit has passed or that were answered.
    Judged,
    /// Answered within the limit.
    InTime,
    /// Not answered within the limit, which has passed.
    Late,
    /// Where whoever asked says whether it is solved.
    AskedBack,
    /// Solved, as they say.
    Solved,
    /// Where whoever asked says what they think.
    Rated,
    /// Where they are satisfied.
    Satisfied,
    /// Answered.
    Replied,
}

impl Counted {
    /// As a condition on a request. That a limit has passed is what the desk has told (`escalated`), so that what counts does not change by
    /// itself.
    pub(crate) fn condition(self) -> &'static str {
        match self {
            Self::Received => "1 = 1",
            Self::Open => "is_open = 1",
            Self::Judged => "(replied IS NOT NULL OR escalated = 1)",
            Self::InTime => "replied <= due",
            Self::Late => "(replied > due OR replied IS NOT NULL AND due IS NULL OR replied IS NULL AND escalated = 1)",
            Self::AskedBack => "solved IS NOT NULL",
            Self::Solved => "solved = 1",
            Self::Rated => "(stars IS NOT NULL OR satisfied IS NOT NULL)",
            Self::Satisfied => "CASE WHEN stars IS NULL THEN satisfied = 1 ELSE stars >= 4 END",
            Self::Replied => "replied IS NOT NULL",
        }
    }

    /// The index that holds those of a unit which are few.
    pub(crate) fn index(self) -> Option<&'static str> {
        match self {
            Self::Late => Some("requests_late"),
            Self::AskedBack | Self::Solved => Some("requests_asked_back"),
            Self::Rated => Some("requests_rated"),
            Self::Received | Self::Open | Self::Judged | Self::InTime | Self::Satisfied | Self::Replied => None,
        }
    }
}

/// What is counted of a group of requests. Shares are of these counts; none is told where nothing is counted.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Measured {
    /// The category, unit, community or month (`2026-11`); empty where it is not known.
    pub group: String,
    /// Requests that came; those that were merged count where they went.
    pub received: i64,
    /// Of them, those that a unit has still to answer.
    pub open: i64,
    /// Whose limit has passed or that were answered: of these the response rate is taken.
    pub judged: i64,
    /// Of these, those answered within their limit.
    pub in_time: i64,
    /// Where whoever asked says whether it is solved.
    pub asked_back: i64,
    /// Of these, those that are solved.
    pub solved: i64,
    /// Where whoever asked says what they think, themselves or when called back.
    pub rated: i64,
    /// Of these, those with four or five stars, or who said that they are satisfied.
    pub satisfied: i64,
    /// Those that were answered.
    pub replied: i64,
    /// Mean hours from coming to being answered; none if none was answered.
    pub mean_hours: Option<f64>,
}

impl Desk {
    /// Counts the requests that came within a time; days are counted whole.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn measures(&self, by: By, (since, until): (Moment, Moment)) -> Result<Vec<Measured>, Refusal> {
        let part = match by {
            By::Category | By::Month => Part::Category,
            By::Unit => Part::Unit,
            By::Community => Part::Community,
        };
        let days = (self.day_of(since), self.day_of(Moment(until.0.saturating_sub(1))).saturating_add(1));
        let found = self.store().read(|connection| sums(connection, part, days, by == By::Month))?;
        let mut groups: Vec<Group> = Vec::new();
        for (name, day, counts) in found {
            let name = if by == By::Month { month(day).unwrap_or_default() } else { name };
            match groups.last_mut().filter(|last| last.group == name) {
                Some(last) => last.counts.iter_mut().zip(counts).for_each(|(own, more)| *own += more),
                None => groups.push(Group { group: name, counts }),
            }
        }
        Ok(groups.into_iter().map(Measured::from).collect())
    }

    /// The day of a moment, from 1970 on.
    fn day_of(&self, moment: Moment) -> i64 {
        // Far enough from the ends that nothing overflows.
        tally::day(&self.rules(), Moment(moment.0.clamp(-(1 << 60), 1 << 60)))
    }
}

/// What is counted of a group.
struct Group {
    group: String,
    counts: Counts,
}

impl From<Group> for Measured {
    fn from(Group { group, counts }: Group) -> Self {
        let [received, open, judged, in_time, asked_back, solved, rated, satisfied, replied, milliseconds] = counts;
        let mean_hours = (replied > 0).then(|| milliseconds as f64 / replied as f64 / 3_600_000.0);
        Self { group, received, open, judged, in_time, asked_back, solved, rated, satisfied, replied, mean_hours }
    }
}

/// The month of a day that is counted from 1970 on.
fn month(day: i64) -> Option<String> {
    let seconds = day.checked_mul(86_400)?;
    Some(DateTime::from_timestamp_secs(seconds)?.format("%Y-%m").to_string())
}
