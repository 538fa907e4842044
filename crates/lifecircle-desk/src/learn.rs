//! What requests teach: rates and times by unit, category, community and month, each with its definition and the requests that it counts.

use rusqlite::params;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Moment;
use crate::desk::Desk;
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
        let offset = self.calendar().offset_seconds();
        let group = match by {
            By::Category => "category".to_owned(),
            By::Unit => "coalesce(first_unit, unit, '')".to_owned(),
            By::Community => "community".to_owned(),
            By::Month => format!("strftime('%Y-%m', received / 1000 + {offset}, 'unixepoch')"),
        };
        // A request that was reopened has another limit than at first; what is judged is the last.
        let text = format!(
            "SELECT {group} AS part, count(*), sum(is_open), \
             sum(replied IS NOT NULL OR ifnull(due < ?3, 0)), \
             sum(replied IS NOT NULL AND ifnull(replied <= due, 0)), \
             sum(solved IS NOT NULL), ifnull(sum(solved), 0), sum(stars IS NOT NULL OR satisfied IS NOT NULL), ifnull(sum(ifnull(stars >= 4, satisfied)), 0), \
             avg(CASE WHEN replied IS NOT NULL THEN (replied - received) / 3600000.0 END) \
             FROM requests WHERE received >= ?1 AND received < ?2 AND state <> 'merged' GROUP BY part ORDER BY part"
        );
        self.store().read(|connection| {
            let mut statement = connection.prepare_cached(&text)?;
            let rows = statement.query_map(params![since.0, until.0, now], |row| {
                Ok(Measured {
                    group: row.get(0)?,
                    received: row.get(1)?,
                    open: row.get(2)?,
                    judged: row.get(3)?,
                    in_time: row.get(4)?,
                    asked_back: row.get(5)?,
                    solved: row.get(6)?,
                    rated: row.get(7)?,
                    satisfied: row.get(8)?,
                    mean_hours: row.get(9)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
