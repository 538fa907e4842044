//! A request as it stands in the database.

use super::tally::{self, Tallied, tallied};
use super::{Rules, json, of_json};
use crate::calendar::{Left, Moment};
use crate::catalogue::Priority;
use crate::refusal::Refusal;
use crate::request::{At, Channel, Request, State};
use crate::store::{Connection, Row, values};

/// The columns of a request, in the order of [`read`].
pub(super) const COLUMNS: &str = "number, category, lon, lat, community, district, state, priority, channel, unit, \
    first_unit, helpers, received, limits, due, changed, replied, joined, reopened, urged, merged_into, solved, stars, is_public, \
    escalated, left_over, with_unit, objected_by, satisfied, closed, warn_at, grid, planned, opened";

/// A request, and what only the desk knows of it.
#[derive(Debug)]
pub(super) struct Kept {
    pub request: Request,
    /// What is left of its limit while the clock stands still.
    pub left: Option<Left>,
    /// Since when it lies with its unit.
    pub with_unit: Moment,
    /// Who said that it is not their business.
    pub objected_by: Option<i64>,
    /// When it was closed.
    pub closed: Option<Moment>,
    /// When most of its limit has passed; none if that was told already.
    pub warn_at: Option<Moment>,
    /// Where it counts as it is kept.
    pub counted: Tallied,
}

impl Kept {
    /// Lets a limit begin, or go on: it is warned of when four fifths of it have passed.
    pub fn start_clock(&mut self, from: Moment, due: Moment) {
        self.request.due = Some(due);
        self.warn_at = Some(Moment(due.0 - (due.0 - from.0) / 5));
    }
}

/// A request of a row.
pub(super) fn read(row: &Row<'_>) -> Result<Kept, Refusal> {
    let at = row.get::<Option<f64>>(2)?.zip(row.get::<Option<f64>>(3)?).map(|(lon, lat)| At { lon, lat });
    let moment = |column: usize| row.get::<Option<i64>>(column).map(|at| at.map(Moment));
    let request = Request {
        number: row.get(0)?,
        category: row.get(1)?,
        at,
        community: row.get(4)?,
        district: row.get(5)?,
        state: State::of(&row.get::<String>(6)?).ok_or_else(strange)?,
        priority: priority(row.get(7)?),
        channel: Channel::of(&row.get::<String>(8)?).ok_or_else(strange)?,
        unit: row.get(9)?,
        first_unit: row.get(10)?,
        helpers: of_json(&row.get::<String>(11)?)?,
        received: Moment(row.get(12)?),
        limit: of_json(&row.get::<String>(13)?)?,
        due: moment(14)?,
        changed: Moment(row.get(15)?),
        replied: moment(16)?,
        joined: row.get(17)?,
        reopened: row.get(18)?,
        urged: row.get(19)?,
        merged_into: row.get(20)?,
        solved: row.get(21)?,
        stars: row.get(22)?,
        satisfied: row.get(28)?,
        is_public: row.get(23)?,
        escalated: row.get(24)?,
        grid: row.get(31)?,
        planned: row.get(32)?,
        opened: moment(33)?,
    };
    Ok(Kept {
        request,
        left: row.get::<Option<String>>(25)?.map(|text| of_json(&text)).transpose()?,
        with_unit: Moment(row.get(26)?),
        objected_by: row.get(27)?,
        closed: moment(29)?,
        warn_at: moment(30)?,
        counted: Tallied::new(),
    })
}

/// Of a word that is none of this program's.
fn strange() -> Refusal {
    use lifecircle::{Error, say};
    Refusal::Failed(Error::damaged(say!(
        "the desk's database holds a word that is not its own",
        "受理库中有无法识别的内容"
    )))
}

/// A priority as it is kept: the sooner the more.
pub(super) fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Normal => 0,
        Priority::High => 1,
        Priority::Urgent => 2,
    }
}

fn priority(rank: i64) -> Priority {
    match rank {
        0 => Priority::Normal,
        1 => Priority::High,
        _ => Priority::Urgent,
    }
}

/// A request by its number, to be changed.
pub(super) fn take(connection: &Connection, rules: &Rules, number: i64) -> Result<Kept, Refusal> {
    let mut kept = find(connection, number)?;
    kept.counted = tallied(rules, &kept);
    Ok(kept)
}

/// A request by its number.
pub(super) fn find(connection: &Connection, number: i64) -> Result<Kept, Refusal> {
    let text = format!("SELECT {COLUMNS} FROM requests WHERE number = ?1");
    connection.first(&text, values![number], read)?.ok_or_else(Refusal::no_request)
}

/// Keeps what has changed of a request that was taken to be changed.
pub(super) fn save(connection: &Connection, rules: &Rules, kept: &mut Kept) -> Result<(), Refusal> {
    let now = tallied(rules, kept);
    tally::change(connection, &kept.counted, &now)?;
    kept.counted = now;
    let Kept { request, left, with_unit, objected_by, closed, warn_at, .. } = kept;
    let left = left.as_ref().map(json).transpose()?;
    let text = "UPDATE requests SET state = ?2, is_open = ?3, priority = ?4, unit = ?5, first_unit = ?6, helpers = ?7, limits = ?8, \
        due = ?9, by_due = coalesce(?9, 9223372036854775807), left_over = ?10, with_unit = ?11, changed = ?12, replied = ?13, closed = ?14, joined = ?15, reopened = ?16, \
        urged = ?17, merged_into = ?18, objected_by = ?19, solved = ?20, stars = ?21, escalated = ?22, satisfied = ?23, warn_at = ?24, planned = ?25, opened = ?26 WHERE number = ?1";
    let values = values![
        request.number,
        request.state.word(),
        request.state.is_open(),
        rank(request.priority),
        request.unit.as_ref(),
        request.first_unit.as_ref(),
        json(&request.helpers)?,
        json(&request.limit)?,
        request.due.map(|due| due.0),
        left,
        with_unit.0,
        request.changed.0,
        request.replied.map(|at| at.0),
        closed.map(|at| at.0),
        request.joined,
        request.reopened,
        request.urged,
        request.merged_into,
        *objected_by,
        request.solved,
        request.stars,
        request.escalated,
        request.satisfied,
        warn_at.map(|at| at.0),
        request.planned.as_ref(),
        request.opened.map(|at| at.0),
    ];
    connection.execute(text, values)?;
    Ok(())
}
