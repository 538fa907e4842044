//! What requests teach: rates and times by unit, category, community and month, each with its definition and the requests that it counts.

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
        let is = |condition: &str| format!("count(CASE WHEN {condition} THEN 1 END)");
        // A request that was reopened has another limit than at first; what is judged is the last.
        let counted = [
            "count(*)".to_owned(),
            is("is_open = 1"),
            is("replied IS NOT NULL OR due < ?3"),
            is("replied <= due"),
            is("solved IS NOT NULL"),
            is("solved = 1"),
            is("stars IS NOT NULL OR satisfied IS NOT NULL"),
            is("CASE WHEN stars IS NULL THEN satisfied = 1 ELSE stars >= 4 END"),
            is("replied IS NOT NULL"),
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
        let mut found: Vec<Counted> = Vec::new();
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
                    None => found.push(Counted { group, counts }),
                }
                Ok(())
            })
        })?;
        Ok(found.into_iter().map(Measured::from).collect())
    }
}

/// What the database counts of a group.
struct Counted {
    group: String,
    counts: [i64; 10],
}

impl From<Counted> for Measured {
    fn from(Counted { group, counts }: Counted) -> Self {
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
