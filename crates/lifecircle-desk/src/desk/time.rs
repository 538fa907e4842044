//! What time itself does: warnings before a limit passes, escalation after, closing what was answered, forgetting how to reach people.

use rusqlite::params;

use super::row::{find, save};
use super::{Desk, Words, append, moment};
use crate::calendar::Moment;
use crate::entry::{Done, Who};
use crate::refusal::Refusal;
use crate::request::State;

/// What was answered is closed so many minutes later, unless it is asked again.
const CLOSED_AFTER_MINUTES: i64 = 7 * 24 * 60;

/// How to reach people is forgotten so many minutes after their request was closed.
const FORGOTTEN_AFTER_MINUTES: i64 = 180 * 24 * 60;

/// Requests of one piece of work, so that nobody waits long behind it.
const AT_ONCE: i64 = 200;

impl Desk {
    /// Does what is due now; returns how many requests it touched. Call it every minute or so, until it returns nothing.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn tick(&self) -> Result<usize, Refusal> {
        let rules = self.rules();
        self.store.write(move |connection| {
            let now = moment(connection, &rules)?;
            let mut touched = 0;
            let mut of = |text: &str, before: Moment, done: &Done| -> Result<(), Refusal> {
                let mut statement = connection.prepare_cached(text)?;
                let found: Vec<i64> =
                    statement.query_map(params![before.0, AT_ONCE], |row| row.get(0))?.collect::<Result<_, _>>()?;
                touched += found.len();
                for number in found {
                    let mut kept = find(connection, number)?;
                    match done {
                        Done::Warned => {
                            connection
                                .prepare_cached("UPDATE requests SET warned = 1 WHERE number = ?1")?
                                .execute([number])?;
                        }
                        Done::Escalated => kept.request.escalated = true,
                        Done::Closed => kept.request.state = State::Closed,
                        _ => {
                            connection
                                .prepare_cached("UPDATE askers SET contact = NULL WHERE request = ?1")?
                                .execute([number])?;
                        }
                    }
                    kept.request.changed = append(connection, (number, now), &Who::SYSTEM, done, Words::default())?;
                    save(connection, &kept)?;
                }
                Ok(())
            };
            of(
                "SELECT number FROM requests WHERE is_open = 1 AND warned = 0 AND due IS NOT NULL AND (due - ?1) * 5 < due - received LIMIT ?2",
                now,
                &Done::Warned,
            )?;
            of(
                "SELECT number FROM requests WHERE is_open = 1 AND escalated = 0 AND due < ?1 LIMIT ?2",
                now,
                &Done::Escalated,
            )?;
            of(
                "SELECT number FROM requests WHERE state IN ('replied', 'called_back') AND replied < ?1 LIMIT ?2",
                now.plus_minutes(-CLOSED_AFTER_MINUTES),
                &Done::Closed,
            )?;
            of(
                "SELECT number FROM requests WHERE state = 'closed' AND closed < ?1 AND EXISTS(SELECT 1 FROM askers WHERE request = number AND contact IS NOT NULL) LIMIT ?2",
                now.plus_minutes(-FORGOTTEN_AFTER_MINUTES),
                &Done::Forgotten,
            )?;
            Ok(touched)
        })
    }

    /// Deletes what a person wrote and how to reach them, on their wish; what happened and when stays. The chain still holds.
    ///
    /// # Errors
    /// If no request has this code.
    pub fn forget(&self, code: &str) -> Result<(), Refusal> {
        let number = self.track(code)?.number;
        let (rules, code) = (self.rules(), super::hash_of_code(code));
        self.store.write(move |connection| {
            let is_first: bool =
                connection.query_row("SELECT is_first FROM askers WHERE code = ?1", [&code], |row| row.get(0))?;
            connection.execute("UPDATE askers SET contact = NULL WHERE code = ?1", [&code])?;
            if is_first {
                let own = "SELECT min(entry) FROM words WHERE request = ?1";
                connection.execute(&format!("DELETE FROM words WHERE entry = ({own})"), [number])?;
                connection.execute("UPDATE requests SET place = '' WHERE number = ?1", [number])?;
            }
            append(connection, (number, moment(connection, &rules)?), &Who::RESIDENT, &Done::Forgotten, Words::default())?;
            Ok(())
        })
    }
}
