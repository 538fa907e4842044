//! What whoever asked sees and does, by their code alone.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use lifecircle::say;

use super::act::{Action, act};
use super::list::entries;
use super::photos::{of_staff, photos_of_asker};
use super::row::find;
use super::{Desk, Rules, Words, asked_words, kept_code, moment, words_of};
use crate::calendar::Moment;
use crate::entry::{Done, Who};
use crate::refusal::Refusal;
use crate::request::{At, State};
use crate::rights::{Role, Step};
use crate::store::{Connection, values};

/// One code urges no more often than this.
const BETWEEN_URGING_MINUTES: i64 = 24 * 60;

/// A request as whoever asked it sees it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Tracked {
    /// Its number.
    pub number: i64,
    /// The category's id.
    pub category: String,
    /// Where it is about, in words; empty for whoever joined a request that is not public.
    pub place: String,
    /// How far it has come.
    pub state: State,
    /// The unit that answers; none as long as nobody does.
    pub unit: Option<String>,
    /// When it came.
    pub received: Moment,
    /// By when it should be answered; none while the clock stands still.
    pub due: Option<Moment>,
    /// How many others have joined.
    pub joined: i64,
    /// Whether whoever asked says that it is solved.
    pub solved: Option<bool>,
    /// What they think of the answer, 1 to 5.
    pub stars: Option<i64>,
    /// What has happened, first to last.
    pub steps: Vec<TrackedStep>,
    /// What they can do now.
    pub can: Vec<Step>,
    /// The photos that they see, by their numbers.
    pub photos: Vec<i64>,
    /// Whether what they asked for stands in a plan.
    pub planned: bool,
    /// When it was told that it has opened.
    pub opened: Option<Moment>,
}

/// Something that has happened to a request, as whoever asked sees it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TrackedStep {
    /// When.
    pub at: Moment,
    /// What.
    pub what: String,
    /// The unit that it went to, if it went to one.
    pub unit: Option<String>,
    /// What was written for them.
    pub words: Option<String>,
    /// The photo that it brought, if it is still there.
    pub photo: Option<i64>,
}

/// All that the desk holds of whoever has a code.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct OwnData {
    /// Their request, as they see it.
    pub request: Tracked,
    /// Where it is about, if they asked it.
    pub at: Option<At>,
    /// How to reach them; none if they left nothing, or it was deleted.
    pub contact: Option<String>,
    /// What they wrote, first to last.
    pub written: Vec<Written>,
    /// The photos that they sent and that are still there, by their numbers.
    pub photos: Vec<i64>,
}

/// Something that somebody wrote.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Written {
    /// When.
    pub at: Moment,
    /// The words.
    pub words: String,
    /// Answers to the category's questions, by their ids.
    pub answers: BTreeMap<String, String>,
    /// Where it is about, in words.
    pub place: String,
}

impl Desk {
    /// All that is held of whoever has a code, to be taken away.
    ///
    /// # Errors
    /// If there is none of this code.
    pub fn own_data(&self, code: &str) -> Result<OwnData, Refusal> {
        self.store.read(|connection| own_data(connection, &self.rules, code))
    }

    /// A request by the code of whoever asked or joined.
    ///
    /// # Errors
    /// If there is none of this code.
    pub fn track(&self, code: &str) -> Result<Tracked, Refusal> {
        self.store.read(|connection| tracked(connection, &self.rules, code))
    }

    /// Takes a step as whoever asked: to say what they think of it, to urge, to ask again.
    ///
    /// # Errors
    /// If there is no request of this code, or the step cannot be taken.
    pub fn act_as_resident(&self, code: &str, action: Action) -> Result<Tracked, Refusal> {
        let (rules, code) = (self.rules(), code.to_owned());
        self.store.write(move |connection| {
            let Asker { request, is_first, urged } = asker(connection, &rules, &code)?;
            if action.step() == Step::Urge {
                let now = moment(connection, &rules)?;
                if now.minutes_since(urged) < BETWEEN_URGING_MINUTES {
                    return Err(Refusal::TooMany(say!(
                        "you can send one reminder every 24 hours",
                        "24 小时内只能催办一次，请稍后再试"
                    )));
                }
                connection.execute(
                    "UPDATE askers SET urged = ?2 WHERE code = ?1",
                    values![kept_code(&rules, &code), now.0],
                )?;
            }
            if !is_first && action.step() != Step::Urge {
                return Err(Refusal::NotAllowed(say!(
                    "only whoever asked first may do this",
                    "只有最初提出诉求的人可以进行此操作"
                )));
            }
            act(connection, &rules, (request, None), (&action, Some(kept_code(&rules, &code))), &Who::RESIDENT)?;
            tracked(connection, &rules, &code)
        })
    }
}

pub(super) struct Asker {
    pub request: i64,
    pub is_first: bool,
    urged: Moment,
}

pub(super) fn asker(connection: &Connection, rules: &Rules, code: &str) -> Result<Asker, Refusal> {
    connection
        .first("SELECT request, is_first, urged FROM askers WHERE code = ?1", values![kept_code(rules, code)], |row| {
            Ok(Asker { request: row.get(0)?, is_first: row.get(1)?, urged: Moment(row.get(2)?) })
        })?
        .ok_or_else(|| {
            Refusal::NotFound(say!(
                "no request has this code; enter the 12 characters, not the request's number",
                "没有找到对应的诉求；请输入 12 位查询码（不是编号）"
            ))
        })
}

fn own_data(connection: &Connection, rules: &Rules, code: &str) -> Result<OwnData, Refusal> {
    let Asker { request, is_first, .. } = asker(connection, rules, code)?;
    let kept = kept_code(rules, code);
    let text = "SELECT asked, contact FROM askers WHERE code = ?1";
    let (asked, sealed) = connection
        .first(text, values![&kept], |row| Ok((row.get::<i64>(0)?, row.get::<Option<Vec<u8>>>(1)?)))?
        .ok_or_else(Refusal::no_request)?;
    let contact = sealed.map(|sealed| rules.seal.open_text(request, &sealed)).transpose()?;
    let text = "SELECT words.entry, entries.at, words.sealed FROM words JOIN entries ON entries.number = words.entry \
         WHERE words.asker = ?1 ORDER BY words.entry";
    let all: Vec<(i64, i64, Vec<u8>)> =
        connection.all(text, values![&kept], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let written = all.into_iter().map(|(entry, at, sealed)| {
        let Words { text, answers, place, .. } = words_of(rules, entry, Some(sealed))?.unwrap_or_default();
        Ok(Written { at: Moment(at), words: text, answers, place })
    });
    Ok(OwnData {
        // Whoever asked what was merged since asked the request that they asked.
        at: find(connection, asked)?.request.at.filter(|_| is_first || asked != request),
        contact,
        written: written.collect::<Result<_, Refusal>>()?,
        photos: photos_of_asker(connection, &kept)?,
        request: tracked(connection, rules, code)?,
    })
}

pub(super) fn tracked(connection: &Connection, rules: &Rules, code: &str) -> Result<Tracked, Refusal> {
    let Asker { request, is_first, .. } = asker(connection, rules, code)?;
    let request = find(connection, request)?.request;
    // What is answered to one may tell of them: those who joined read it only where everybody may read what was asked.
    let sees_words = is_first || request.is_public;
    let place = if sees_words { asked_words(connection, rules, request.number)?.place } else { String::new() };
    // Photos of those who work on it, where they may read what is written to whoever asked; of residents' photos, their own.
    let own_photos = photos_of_asker(connection, &kept_code(rules, code))?;
    let mut photos = own_photos.clone();
    if sees_words {
        photos.extend(of_staff(connection, request.number)?);
        photos.sort_unstable();
    }
    let shown = entries(connection, rules, request.number)?.into_iter().filter_map(|entry| {
        let (what, unit, has_words) = match &entry.done {
            Done::Asked { .. } => ("asked", None, sees_words),
            Done::Dispatched { unit, .. } => ("dispatched", Some(unit.clone()), false),
            Done::PassedOn { to, .. } => ("dispatched", Some(to.clone()), false),
            Done::Signed => ("signed", None, false),
            Done::Started => ("started", None, false),
            Done::Paused { .. } => ("paused", None, sees_words),
            Done::Resumed { .. } => ("resumed", None, false),
            Done::Replied => ("replied", None, sees_words),
            Done::Told => ("told", None, sees_words),
            Done::CalledBack { .. } => ("called_back", None, false),
            Done::Closed => ("closed", None, false),
            Done::Reopened { .. } => ("reopened", None, entry.who.role == Role::Resident && is_first),
            Done::Urged => ("urged", None, false),
            Done::PhotoAdded { .. } if own_photos.contains(&entry.number) => ("photo_added", None, false),
            Done::PhotoAdded { .. } if photos.contains(&entry.number) => ("photo_of_unit", None, false),
            Done::Planned { .. } => ("planned", None, true),
            Done::Opened => ("opened", None, true),
            _ => return None,
        };
        let words = entry.words.filter(|_| has_words);
        let photo = photos.contains(&entry.number).then_some(entry.number);
        Some(TrackedStep { at: entry.at, what: what.to_owned(), unit, words, photo })
    });
    let steps = shown.collect();
    let can = [Step::Rate, Step::Urge, Step::Reopen, Step::Photo];
    let may = |step: &Step| match step {
        Step::Urge | Step::Photo => true,
        Step::Rate => is_first && request.stars.is_none(),
        _ => is_first,
    };
    let can = can.into_iter().filter(|step| may(step) && step.take(Role::Resident, request.state).is_ok()).collect();
    Ok(Tracked {
        number: request.number,
        category: request.category,
        place,
        state: request.state,
        unit: request.unit,
        received: request.received,
        due: request.due,
        joined: request.joined,
        solved: request.solved,
        stars: request.stars,
        steps,
        can,
        photos,
        planned: request.planned.is_some(),
        opened: request.opened,
    })
}
