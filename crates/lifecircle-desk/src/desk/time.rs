//! What time itself does: warnings before a limit passes, escalation after, closing what was answered, forgetting how to reach people.

use super::row::{save, take};
use super::{Desk, Words, append, kept_code, moment};
use crate::calendar::Moment;
use crate::entry::{Done, Who};
use crate::refusal::Refusal;
use crate::request::State;
use crate::store::{Connection, values};

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
                let found: Vec<i64> = connection.all(text, values![before.0, AT_ONCE], |row| row.get(0))?;
                touched += found.len();
                for number in found {
                    let mut kept = take(connection, &rules, number)?;
                    match done {
                        Done::Warned => kept.warn_at = None,
                        Done::Escalated => kept.request.escalated = true,
                        Done::Closed => (kept.request.state, kept.closed) = (State::Closed, Some(now)),
                        _ => forget_contacts(connection, number)?,
                    }
                    append(connection, &rules, (number, now), &Who::SYSTEM, done, &Words::default())?;
                    save(connection, &rules, &mut kept)?;
                }
                Ok(())
            };
            of(
                "SELECT number FROM requests INDEXED BY requests_to_warn WHERE is_open = 1 AND warn_at IS NOT NULL AND warn_at < ?1 LIMIT ?2",
                now,
                &Done::Warned,
            )?;
            of(
                "SELECT number FROM requests INDEXED BY requests_to_escalate WHERE is_open = 1 AND escalated = 0 AND due < ?1 LIMIT ?2",
                now,
                &Done::Escalated,
            )?;
            of(
                "SELECT number FROM requests INDEXED BY requests_to_close WHERE state IN ('replied', 'called_back') AND replied < ?1 LIMIT ?2",
                now.plus_minutes(-CLOSED_AFTER_MINUTES),
                &Done::Closed,
            )?;
            of(
                "SELECT number FROM requests INDEXED BY requests_to_forget WHERE state = 'closed' AND has_contacts = 1 AND closed < ?1 LIMIT ?2",
                now.plus_minutes(-FORGOTTEN_AFTER_MINUTES),
                &Done::Forgotten,
            )?;
            Ok(touched)
        })
    }

    /// Deletes what a person wrote and how to reach them, on their wish, and where it was about; what happened and when stays. The chain
    /// still holds.
    ///
    /// # Errors
    /// If no request has this code.
    pub fn forget(&self, code: &str) -> Result<(), Refusal> {
        let (rules, plain) = (self.rules(), code.to_owned());
        self.store.write(move |connection| {
            let code = kept_code(&rules, &plain);
            let text = "SELECT request, asked, is_first FROM askers WHERE code = ?1";
            let found = connection.first(text, values![&code], |row| {
                Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<bool>(2)?))
            })?;
            let Some((request, asked, is_first)) = found else {
                return Err(Refusal::no_request());
            };
            let contacts = connection.execute("UPDATE askers SET contact = NULL WHERE code = ?1 AND contact IS NOT NULL", values![&code])?;
            let words = connection.execute("DELETE FROM words WHERE asker = ?1", values![&code])?
                + connection.execute("DELETE FROM photos WHERE asker = ?1", values![&code])?;
            // Whoever asked first, and was merged since, asked the request that they asked.
            if is_first || asked != request {
                connection.execute(
                    "UPDATE requests SET lon = NULL, lat = NULL, is_public = 0, asked_as = NULL, asked_with = NULL WHERE number = ?1",
                    values![asked],
                )?;
            }
            if contacts + words > 0 {
                let now = moment(connection, &rules)?;
                append(connection, &rules, (request, now), &Who::RESIDENT, &Done::Forgotten, &Words::default())?;
            }
            Ok(())
        })
    }
}

/// How to reach people, and photos, on which they may be seen.
fn forget_contacts(connection: &Connection, number: i64) -> Result<(), Refusal> {
    connection.execute("DELETE FROM photos WHERE request = ?1", values![number])?;
    connection.execute("UPDATE askers SET contact = NULL WHERE request = ?1", values![number])?;
    connection.execute("UPDATE requests SET has_contacts = 0 WHERE number = ?1", values![number])?;
    Ok(())
}
