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
use crate::refusal::Refusal;
use crate::store::values;

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
    /// As a condition on a request; `now` stands for the present moment.
    pub(crate) fn condition(self, now: &str) -> String {
        match self {
            Self::Open => "is_open = 1".to_owned(),
            Self::Judged => format!("(replied IS NOT NULL OR due < {now})"),
            Self::InTime => "replied <= due".to_owned(),
            Self::Late => format!("(replied > due OR replied IS NULL AND due < {now})"),
            Self::AskedBack => "solved IS NOT NULL".to_owned(),
            Self::Solved => "solved = 1".to_owned(),
            Self::Rated => "(stars IS NOT NULL OR satisfied IS NOT NULL)".to_owned(),
            Self::Satisfied => "CASE WHEN stars IS NULL THEN satisfied = 1 ELSE stars >= 4 END".to_owned(),
            Self::Replied => "replied IS NOT NULL".to_owned(),
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
    /// Mean hours from coming to being answered; none if none was answered.
    pub mean_hours: Option<f64>,
}

impl Desk {
    /// Counts the requests that came within a time.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn measures(&self, by: By, (since, until): (Moment, Moment)) -> Result<Vec<Measured>, Refusal> {
        let now = self.now().0;
        let group = match by {
            By::Category => "category",
            By::Unit => "coalesce(first_unit, unit, '')",
            By::Community => "community",
            // By days, which make months: no database tells the same of dates.
            By::Month => "CAST((received + ?4) / 86400000 AS TEXT)",
        };
        let is = |what: Counted| format!("count(CASE WHEN {} THEN 1 END)", what.condition("?3"));
        // A request that was reopened has another limit than at first; what is judged is the last.
        let counted = [
            "count(*)".to_owned(),
            is(Counted::Open),
            is(Counted::Judged),
            is(Counted::InTime),
            is(Counted::AskedBack),
            is(Counted::Solved),
            is(Counted::Rated),
            is(Counted::Satisfied),
            is(Counted::Replied),
            "CAST(coalesce(sum(replied - received), 0) AS BIGINT)".to_owned(),
        ];
        let text = format!(
            "SELECT {group} AS part, {} FROM requests WHERE received >= ?1 AND received < ?2 AND state <> 'merged' GROUP BY part ORDER BY part",
            counted.join(", ")
        );
        let mut values = values![since.0, until.0, now].to_vec();
        if by == By::Month {
            values.push((i64::from(self.calendar().offset_seconds()) * 1000).into());
        }
        let mut found: Vec<Group> = Vec::new();
        self.store().read(|connection| {
            connection.each(&text, &values, |row| {
                let group: String = row.get(0)?;
                let group = if by == By::Month { month(&group).unwrap_or(group) } else { group };
                let mut counts = [0; 10];
                for (column, count) in counts.iter_mut().enumerate() {
                    *count = row.get(column + 1)?;
                }
                match found.last_mut().filter(|last| last.group == group) {
                    Some(last) => last.counts.iter_mut().zip(counts).for_each(|(own, more)| *own += more),
                    None => found.push(Group { group, counts }),
                }
                Ok(())
            })
        })?;
        Ok(found.into_iter().map(Measured::from).collect())
    }
}

/// What the database counts of a group.
struct Group {
    group: String,
    counts: [i64; 10],
}

impl From<Group> for Measured {
    fn from(Group { group, counts }: Group) -> Self {
        let [received, open, judged, in_time, asked_back, solved, rated, satisfied, replied, milliseconds] = counts;
        let mean_hours = (replied > 0).then(|| milliseconds as f64 / replied as f64 / 3_600_000.0);
        Self { group, received, open, judged, in_time, asked_back, solved, rated, satisfied, mean_hours }
    }
}

/// The month of a day that is counted from 1970 on.
fn month(day: &str) -> Option<String> {
    let seconds = day.parse::<i64>().ok()?.checked_mul(86_400)?;
    Some(DateTime::from_timestamp_secs(seconds)?.format("%Y-%m").to_string())
}
