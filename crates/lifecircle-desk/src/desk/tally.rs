//! Tallies: how many requests there are of each category, unit, community and state, day by day, kept up to date with every change, so
//! that nobody counts a million requests to look at rates. A request counts by what stands in its row alone; `lifecircle desk check`
//! counts anew and compares.

use std::collections::BTreeMap;

use super::row::{COLUMNS, Kept, read};
use super::{Desk, Rules};
use crate::calendar::Moment;
use crate::refusal::Refusal;
use crate::request::State;
use crate::store::{Connection, Value, values};

/// What is counted of a group of requests: received, open, judged, answered in time, asked back, solved, rated, satisfied, answered, and
/// the milliseconds until the answer.
pub(crate) const COUNTS: usize = 10;
pub(crate) type Counts = [i64; COUNTS];

/// By what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// By category, and the day on which it came.
    Category,
    /// By the unit that took it first, and the day on which it came.
    Unit,
    /// By community, and the day on which it came.
    Community,
    /// By the day on which it was answered or merged: in `received`.
    Ended,
    /// Open ones by state: in `received`; those whose limit has passed in `open`.
    State,
    /// The same by the unit that has it and its state.
    StateOfUnit,
}

impl Part {
    /// Its word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Unit => "unit",
            Self::Community => "community",
            Self::Ended => "ended",
            Self::State => "state",
            Self::StateOfUnit => "state_of_unit",
        }
    }
}

/// Where a request counts: by what, for whom, on which day.
type Place = (Part, String, i64);

/// All places where a request counts.
pub(super) type Tallied = BTreeMap<Place, Counts>;

/// The columns of counts.
const COLUMNS_OF_COUNTS: &str = "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9";

/// The day of a moment where the offices are, from 1970 on.
pub(crate) fn day(rules: &Rules, moment: Moment) -> i64 {
    (moment.0 + rules.day_offset * 1000).div_euclid(86_400_000)
}

/// Where a request counts as it stands.
pub(super) fn tallied(rules: &Rules, kept: &Kept) -> Tallied {
    let request = &kept.request;
    let mut all = Tallied::new();
    let one = |received, open| {
        let mut counts = [0; COUNTS];
        (counts[0], counts[1]) = (received, open);
        counts
    };
    if request.state.is_open() {
        let late = i64::from(request.escalated && request.due.is_some());
        all.insert((Part::State, request.state.word().to_owned(), 0), one(1, late));
        if let Some(unit) = &request.unit {
            all.insert((Part::StateOfUnit, format!("{unit}/{}", request.state.word()), 0), one(1, late));
        }
    } else {
        let ended = request.replied.or(kept.closed).unwrap_or(request.changed);
        all.insert((Part::Ended, String::new(), day(rules, ended)), one(1, 0));
    }
    if request.state != State::Merged {
        let is_satisfied = request.stars.map(|stars| stars >= 4).or(request.satisfied);
        let took = request.replied.map_or(0, |replied| replied.0 - request.received.0);
        let is = |is: bool| i64::from(is);
        let counts = [
            1,
            is(request.state.is_open()),
            is(request.replied.is_some() || request.escalated),
            is(request.replied.zip(request.due).is_some_and(|(replied, due)| replied <= due)),
            is(request.solved.is_some()),
            is(request.solved == Some(true)),
            is(is_satisfied.is_some()),
            is(is_satisfied == Some(true)),
            is(request.replied.is_some()),
            took,
        ];
        let day = day(rules, request.received);
        let unit = request.first_unit.as_ref().or(request.unit.as_ref()).cloned().unwrap_or_default();
        all.insert((Part::Category, request.category.clone(), day), counts);
        all.insert((Part::Unit, unit, day), counts);
        all.insert((Part::Community, request.community.clone(), day), counts);
    }
    all
}

/// Counts what has changed.
pub(super) fn change(connection: &Connection, before: &Tallied, after: &Tallied) -> Result<(), Refusal> {
    let mut changed = Tallied::new();
    for (sign, all) in [(-1, before), (1, after)] {
        for (place, counts) in all {
            let own = changed.entry(place.clone()).or_insert([0; COUNTS]);
            own.iter_mut().zip(counts).for_each(|(own, count)| *own += sign * count);
        }
    }
    changed.retain(|_, counts| counts.iter().any(|count| *count != 0));
    add(connection, &changed)
}

/// Rows of one statement.
const AT_ONCE: usize = 50;

fn add(connection: &Connection, changed: &Tallied) -> Result<(), Refusal> {
    let all: Vec<(&Place, &Counts)> = changed.iter().collect();
    for part in all.chunks(AT_ONCE) {
        let row = format!("({})", vec!["?"; 3 + COUNTS].join(", "));
        let sums: Vec<String> = (0..COUNTS).map(|n| format!("n{n} = tallies.n{n} + excluded.n{n}")).collect();
        let text = format!(
            "INSERT INTO tallies(part, name, day, {COLUMNS_OF_COUNTS}) VALUES {} ON CONFLICT(part, name, day) DO UPDATE SET {}",
            vec![row; part.len()].join(", "),
            sums.join(", ")
        );
        let mut values: Vec<Value> = Vec::with_capacity(part.len() * (3 + COUNTS));
        for ((part, name, day), counts) in part {
            values.extend([Value::from(part.word()), Value::from(name), Value::from(*day)]);
            values.extend(counts.iter().map(|count| Value::from(*count)));
        }
        connection.execute(&text, &values)?;
    }
    Ok(())
}

/// The sums of each name of a part, by name and then by day if they are asked for day by day.
pub(crate) fn sums(
    connection: &Connection,
    part: Part,
    (since, until): (i64, i64),
    by_day: bool,
) -> Result<Vec<(String, i64, Counts)>, Refusal> {
    let columns: Vec<String> = (0..COUNTS).map(|n| format!("CAST(sum(n{n}) AS BIGINT)")).collect();
    let (first, group) = if by_day { ("'', day", "day") } else { ("name, 0", "name") };
    let text = format!(
        "SELECT {first}, {} FROM tallies WHERE part = ?1 AND day >= ?2 AND day < ?3 GROUP BY {group} ORDER BY {group}",
        columns.join(", ")
    );
    let found = connection.all(&text, values![part.word(), since, until], |row| {
        let mut counts = [0; COUNTS];
        for (column, count) in counts.iter_mut().enumerate() {
            *count = row.get(column + 2)?;
        }
        // PostgreSQL takes a bare 0 for a shorter number.
        Ok((row.get(0)?, row.get(1)?, counts))
    })?;
    Ok(found.into_iter().filter(|(_, _, counts)| counts.iter().any(|count| *count != 0)).collect())
}

/// All tallies, counted anew.
fn counted_anew(connection: &Connection, rules: &Rules) -> Result<Tallied, Refusal> {
    let mut all = Tallied::new();
    connection.each(&format!("SELECT {COLUMNS} FROM requests"), values![], |row| {
        for (place, counts) in tallied(rules, &read(row)?) {
            let own = all.entry(place).or_insert([0; COUNTS]);
            own.iter_mut().zip(counts).for_each(|(own, count)| *own += count);
        }
        Ok(())
    })?;
    Ok(all)
}

/// Whether the tallies are those of the requests.
pub(super) fn fit(connection: &Connection, rules: &Rules) -> Result<bool, Refusal> {
    let mut kept = Tallied::new();
    let text = format!("SELECT part, name, day, {COLUMNS_OF_COUNTS} FROM tallies");
    let parts = [Part::Category, Part::Unit, Part::Community, Part::Ended, Part::State, Part::StateOfUnit];
    let mut strange = false;
    connection.each(&text, values![], |row| {
        let word: String = row.get(0)?;
        let mut counts = [0; COUNTS];
        for (column, count) in counts.iter_mut().enumerate() {
            *count = row.get(column + 3)?;
        }
        match parts.into_iter().find(|part| part.word() == word) {
            Some(part) if counts.iter().any(|count| *count != 0) => {
                kept.insert((part, row.get(1)?, row.get(2)?), counts);
            }
            Some(_) => {}
            None => strange = true,
        }
        Ok(())
    })?;
    Ok(!strange && kept == counted_anew(connection, rules)?)
}

impl Desk {
    /// Counts where that was never done: in a new desk, and in one of an earlier version.
    pub(super) fn tally_first(&self) -> Result<(), Refusal> {
        let rules = self.rules();
        self.store.write(move |connection| match offset(connection)? {
            Some(_) => Ok(()),
            None => count_anew(connection, &rules),
        })
    }
}

/// By how many seconds the days of the tallies begin before those of UTC: that of the calendar with which they were first counted, whoever
/// opens the desk with another. None if they were never counted.
pub(super) fn offset(connection: &Connection) -> Result<Option<i64>, Refusal> {
    connection.first("SELECT seconds FROM tallied", values![], |row| row.get(0))
}

/// Counts all requests anew.
pub(super) fn count_anew(connection: &Connection, rules: &Rules) -> Result<(), Refusal> {
    connection.run("DELETE FROM tallies; DELETE FROM tallied")?;
    add(connection, &counted_anew(connection, rules)?)?;
    connection.execute("INSERT INTO tallied(seconds) VALUES (?)", values![rules.day_offset])?;
    Ok(())
}
