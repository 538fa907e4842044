//! The steps that those who work on requests take, one or many at a time.

use lifecircle::say;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::LONGEST_WORDS;
use super::row::{Kept, save, take};
use super::{Desk, Rules, Words, append, moment};
use crate::calendar::Moment;
use crate::catalogue::Priority;
use crate::entry::{Done, Who};
use crate::refusal::Refusal;
use crate::request::{Request, State};
use crate::rights::{Role, Step};
use crate::store::{Connection, values};

/// Requests of one piece of bulk work.
const MOST_AT_ONCE: usize = 500;

/// Signs of a scenario's name.
const LONGEST_NAME: usize = 120;

/// Units that help with one request.
const MOST_HELPERS: usize = 20;

/// A step with what it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Sends it to a unit.
    Dispatch {
        /// The unit's id.
        unit: String,
        /// Units that help.
        #[serde(default)]
        helpers: Vec<String>,
        /// Why, among those who work on it.
        #[serde(default)]
        words: String,
    },
    /// Takes it.
    Sign {},
    /// Begins.
    Start {},
    /// Says that it is not the unit's business.
    Object {
        /// Why.
        words: String,
    },
    /// Agrees with the objection.
    Uphold {
        /// Why.
        words: String,
    },
    /// Does not agree with it.
    Reject {
        /// Why.
        words: String,
    },
    /// Passes it on.
    PassOn {
        /// The unit's id.
        unit: String,
        /// Why.
        words: String,
    },
    /// Stops the clock.
    Pause {
        /// Why; whoever asked reads it.
        words: String,
    },
    /// Lets the clock go on.
    Resume {},
    /// Answers.
    Reply {
        /// The answer; whoever asked reads it.
        words: String,
    },
    /// Asks back.
    CallBack {
        /// Whether it is solved; none if nobody could be reached.
        solved: Option<bool>,
        /// Whether they are satisfied.
        satisfied: Option<bool>,
        /// What they said.
        #[serde(default)]
        words: String,
    },
    /// Says what whoever asked thinks.
    Rate {
        /// Whether it is solved.
        solved: bool,
        /// 1 to 5.
        stars: i64,
        /// In words.
        #[serde(default)]
        words: String,
    },
    /// Ends it.
    Close {},
    /// Begins again.
    Reopen {
        /// Why.
        words: String,
    },
    /// Makes it one with another.
    Merge {
        /// The other's number.
        into: i64,
    },
    /// Notes something among those who work on it.
    Note {
        /// What.
        words: String,
    },
    /// Tells whoever asked.
    Tell {
        /// What.
        words: String,
    },
    /// Urges.
    Urge {
        /// What else there is to say.
        #[serde(default)]
        words: String,
    },
    /// Says how soon it must be looked at.
    Prioritise {
        /// How soon.
        priority: Priority,
    },
    /// Says that what it asks for stands in a scenario.
    Plan {
        /// The scenario's name.
        scenario: String,
        /// What whoever asked reads of it.
        #[serde(default)]
        words: String,
    },
    /// Says that what it asked for has opened.
    Open {
        /// What whoever asked reads of it.
        #[serde(default)]
        words: String,
    },
}

impl Action {
    /// The step that it takes.
    pub fn step(&self) -> Step {
        match self {
            Self::Dispatch { .. } => Step::Dispatch,
            Self::Sign {} => Step::Sign,
            Self::Start {} => Step::Start,
            Self::Object { .. } => Step::Object,
            Self::Uphold { .. } => Step::Uphold,
            Self::Reject { .. } => Step::Reject,
            Self::PassOn { .. } => Step::PassOn,
            Self::Pause { .. } => Step::Pause,
            Self::Resume {} => Step::Resume,
            Self::Reply { .. } => Step::Reply,
            Self::CallBack { .. } => Step::CallBack,
            Self::Rate { .. } => Step::Rate,
            Self::Close {} => Step::Close,
            Self::Reopen { .. } => Step::Reopen,
            Self::Merge { .. } => Step::Merge,
            Self::Note { .. } => Step::Note,
            Self::Tell { .. } => Step::Tell,
            Self::Urge { .. } => Step::Urge,
            Self::Prioritise { .. } => Step::Prioritise,
            Self::Plan { .. } => Step::Plan,
            Self::Open { .. } => Step::Open,
        }
    }

    /// What is written, and whether it must be.
    fn words(&self) -> (&str, bool) {
        match self {
            Self::Object { words }
            | Self::Uphold { words }
            | Self::Reject { words }
            | Self::PassOn { words, .. }
            | Self::Pause { words }
            | Self::Reply { words }
            | Self::Reopen { words }
            | Self::Note { words }
            | Self::Tell { words } => (words, true),
            Self::Dispatch { words, .. }
            | Self::CallBack { words, .. }
            | Self::Rate { words, .. }
            | Self::Plan { words, .. }
            | Self::Open { words }
            | Self::Urge { words } => (words, false),
            Self::Sign {}
            | Self::Start {}
            | Self::Resume {}
            | Self::Close {}
            | Self::Merge { .. }
            | Self::Prioritise { .. } => ("", false),
        }
    }
}

/// The number of one of many requests, and what became of it.
pub type OneOfMany = (i64, Result<Request, Refusal>);

impl Desk {
    /// Takes a step with a request. Whoever takes it may say when the request had last changed as they saw it: if it has changed since,
    /// nothing is done.
    ///
    /// # Errors
    /// If they may not, the request is not at that point, or it cannot be kept.
    pub fn act(&self, number: i64, seen: Option<Moment>, action: Action, who: &Who) -> Result<Request, Refusal> {
        let (rules, who) = (self.rules(), who.clone());
        self.store.write(move |connection| act(connection, &rules, (number, seen), (&action, None), &who))
    }

    /// Takes the same step with many requests; each by itself. Returns what became of each.
    ///
    /// # Errors
    /// If there are too many.
    pub fn act_on_all(&self, numbers: &[i64], action: &Action, who: &Who) -> Result<Vec<OneOfMany>, Refusal> {
        if numbers.len() > MOST_AT_ONCE {
            return Err(Refusal::BadInput(say!(
                "choose at most {MOST_AT_ONCE} requests at once",
                "一次最多选择 {MOST_AT_ONCE} 件"
            )));
        }
        let (rules, numbers, action, who) = (self.rules(), numbers.to_vec(), action.clone(), who.clone());
        self.store.write(move |connection| {
            let one = |number: i64| {
                connection.run("SAVEPOINT one_of_many")?;
                let done = act(connection, &rules, (number, None), (&action, None), &who);
                let end =
                    if done.is_ok() { "RELEASE one_of_many" } else { "ROLLBACK TO one_of_many; RELEASE one_of_many" };
                connection.run(end)?;
                Ok((number, done))
            };
            numbers.into_iter().map(one).collect()
        })
    }
}

/// Whether somebody sees a request at all.
pub(super) fn sees(who: &Who, request: &Request) -> bool {
    let of_unit = |unit: &String| request.unit.as_ref() == Some(unit) || request.helpers.contains(unit);
    match who.role {
        Role::Handler => who.unit.as_ref().is_some_and(of_unit),
        role => role.sees_all() || matches!(role, Role::Resident | Role::System),
    }
}

pub(super) fn act(
    connection: &Connection,
    rules: &Rules,
    (number, seen): (i64, Option<Moment>),
    (action, asker): (&Action, Option<Vec<u8>>),
    who: &Who,
) -> Result<Request, Refusal> {
    let mut kept = take(connection, rules, number)?;
    if !sees(who, &kept.request) {
        return Err(Refusal::no_request());
    }
    let step = action.step();
    let leads = who.unit.is_some() && who.unit == kept.request.unit;
    if who.role == Role::Handler && step != Step::Note && !leads {
        return Err(Refusal::NotAllowed(say!(
            "only the unit that leads may do this; leave a note instead",
            "只有主办单位可以操作；可改为添加备注"
        )));
    }
    let before = kept.request.state;
    let next = step.take(who.role, before)?;
    if seen.is_some_and(|seen| seen != kept.request.changed) {
        return Err(Refusal::Conflict(say!(
            "somebody has changed this request since you opened it; look at it again",
            "您打开后已有人处理；请核对后再操作"
        )));
    }
    let (words, must) = action.words();
    if must && words.trim().is_empty() {
        return Err(Refusal::BadInput(say!("please add a note", "请填写说明")));
    }
    if words.chars().count() > LONGEST_WORDS {
        return Err(Refusal::BadInput(say!(
            "this text is longer than {LONGEST_WORDS} characters; please shorten it",
            "内容超过 {LONGEST_WORDS} 字，请缩短"
        )));
    }
    let now = moment(connection, rules)?;
    let done = change(connection, rules, &mut kept, action, (who, now))?;
    // Whom nobody could reach is called again.
    let is_reached = !matches!(done, Done::CalledBack { solved: None, satisfied: None });
    if is_reached {
        kept.request.state = next;
    }
    let (_, at) = append(connection, rules, (number, now), who, &done, &Words { asker, ..Words::new(words) })?;
    // That residents wait or say what they think does not get in the way of those who work on it.
    if who.role != Role::Resident || next != before {
        kept.request.changed = at;
    }
    kept.closed = match (kept.request.state, kept.closed) {
        (State::Closed | State::Merged, None) => Some(at),
        (State::Closed | State::Merged, since) => since,
        _ => None,
    };
    save(connection, rules, &mut kept)?;
    Ok(kept.request)
}

/// What a step changes beside the state; returns what is written down.
fn change(
    connection: &Connection,
    rules: &Rules,
    kept: &mut Kept,
    action: &Action,
    (who, now): (&Who, Moment),
) -> Result<Done, Refusal> {
    let request = &mut kept.request;
    Ok(match action {
        Action::Dispatch { unit, helpers, .. } => {
            may_go_to(rules, request, unit)?;
            if helpers.len() > MOST_HELPERS {
                return Err(Refusal::BadInput(say!(
                    "at most {MOST_HELPERS} units help",
                    "协办单位不超过 {MOST_HELPERS} 个"
                )));
            }
            for helper in helpers {
                may_go_to(rules, request, helper)?;
            }
            let due = request.due.unwrap_or_else(|| rules.calendar.end(request.received, request.limit));
            (request.unit, request.helpers, request.due) = (Some(unit.clone()), helpers.clone(), Some(due));
            kept.with_unit = now;
            Done::Dispatched { unit: unit.clone(), helpers: helpers.clone(), limit: request.limit, due, reason: None }
        }
        Action::Sign {} => {
            // Whoever takes it first leads, whoever it is passed on to.
            if request.first_unit.is_none() {
                request.first_unit.clone_from(&request.unit);
            }
            Done::Signed
        }
        Action::Start {} => Done::Started,
        Action::Object { .. } => {
            kept.objected_by = who.person;
            Done::Objected
        }
        Action::Uphold { .. } => {
            reviewed_by_another(kept.objected_by, who)?;
            // It never was the business of a unit whose objection is right.
            if request.first_unit == request.unit {
                request.first_unit = None;
            }
            (request.unit, kept.objected_by) = (None, None);
            Done::Upheld
        }
        Action::Reject { .. } => {
            reviewed_by_another(kept.objected_by, who)?;
            kept.objected_by = None;
            Done::Rejected
        }
        Action::PassOn { unit, .. } => {
            may_go_to(rules, request, unit)?;
            let from = request.unit.replace(unit.clone()).unwrap_or_default();
            if &from == unit {
                return Err(Refusal::BadInput(say!("this unit has it already", "该诉求已在本单位")));
            }
            // The first to take it stays answerable: it sees how it goes on.
            if !request.helpers.contains(&from) {
                request.helpers.push(from.clone());
            }
            request.helpers.retain(|helper| helper != unit);
            let minutes = now.minutes_since(kept.with_unit);
            kept.with_unit = now;
            Done::PassedOn { from, to: unit.clone(), minutes }
        }
        Action::Pause { .. } => {
            let due = request.due.unwrap_or(now);
            if due < now {
                return Err(Refusal::Conflict(say!(
                    "its limit has passed: the clock does not stand still any more",
                    "已超过时限，不能挂起"
                )));
            }
            let left = rules.calendar.left(now, due, request.limit);
            (kept.left, request.due, kept.warn_at) = (Some(left), None, None);
            Done::Paused { left }
        }
        Action::Resume {} => {
            let due = kept.left.map_or(now, |left| rules.calendar.after(now, left));
            kept.left = None;
            kept.start_clock(now, due);
            Done::Resumed { due }
        }
        Action::Reply { .. } => {
            request.replied = Some(now);
            Done::Replied
        }
        Action::CallBack { solved, satisfied, .. } => {
            // What whoever asked has said themselves stays.
            request.solved = request.solved.or(*solved);
            request.satisfied = satisfied.or(request.satisfied);
            Done::CalledBack { solved: *solved, satisfied: *satisfied }
        }
        Action::Rate { solved, stars, .. } => {
            if !(1..=5).contains(stars) {
                return Err(Refusal::BadInput(say!("`stars` must be 1 to 5", "`stars` 须为 1 至 5")));
            }
            if request.stars.is_some() {
                return Err(Refusal::Conflict(say!("it was rated already", "已经评价过")));
            }
            (request.solved, request.stars) = (Some(*solved), Some(*stars));
            Done::Rated { solved: *solved, stars: *stars }
        }
        Action::Close {} => Done::Closed,
        Action::Reopen { .. } => {
            let due = rules.calendar.end(now, request.limit);
            request.replied = None;
            (request.solved, request.stars, request.satisfied, request.escalated) = (None, None, None, false);
            request.reopened += 1;
            kept.with_unit = now;
            kept.start_clock(now, due);
            Done::Reopened { due }
        }
        Action::Merge { into } => {
            merge(connection, rules, request, *into, (who, now))?;
            request.merged_into = Some(*into);
            Done::Merged { into: *into }
        }
        Action::Note { .. } => Done::Noted,
        Action::Tell { .. } => Done::Told,
        Action::Urge { .. } => {
            request.urged += 1;
            Done::Urged
        }
        Action::Plan { scenario, .. } => {
            if scenario.trim().is_empty() || scenario.chars().count() > LONGEST_NAME {
                return Err(Refusal::BadInput(say!("name the scenario", "请填写方案名称")));
            }
            request.planned = Some(scenario.clone());
            Done::Planned { scenario: scenario.clone() }
        }
        Action::Open { .. } => {
            if request.planned.is_none() {
                return Err(Refusal::Conflict(say!("it stands in no plan yet", "尚未纳入方案")));
            }
            if request.opened.is_some() {
                return Err(Refusal::Conflict(say!(
                    "the resident has already been told that it opened",
                    "已告知过建成开放，无需重复"
                )));
            }
            request.opened = Some(now);
            Done::Opened
        }
        Action::Prioritise { priority } => {
            request.priority = *priority;
            Done::Prioritised { priority: *priority }
        }
    })
}

fn known<'a>(rules: &'a Rules, unit: &str) -> Result<&'a crate::catalogue::Unit, Refusal> {
    let found = rules.catalogue.unit(unit);
    found.ok_or_else(|| Refusal::BadInput(say!("there is no unit `{unit}`", "没有单位 `{unit}`")))
}

/// Refuses to hand departments' work down to communities and stations.
fn may_go_to(rules: &Rules, request: &Request, unit: &str) -> Result<(), Refusal> {
    let unit = known(rules, unit)?;
    let is_departments = rules.catalogue.category(&request.category).is_some_and(|category| category.department_work);
    if is_departments && unit.kind.is_below_departments() {
        return Err(Refusal::NotAllowed(say!(
            "this is a department's responsibility and cannot be handed down to a community or station",
            "该事项属于部门职责，不得下派给社区或驿站"
        )));
    }
    Ok(())
}

fn reviewed_by_another(objected_by: Option<i64>, who: &Who) -> Result<(), Refusal> {
    if objected_by.is_some() && objected_by == who.person {
        return Err(Refusal::NotAllowed(say!("nobody reviews their own objection", "不能审核自己提出的退单")));
    }
    Ok(())
}

/// Lets those who asked go on with another request.
fn merge(
    connection: &Connection,
    rules: &Rules,
    request: &Request,
    into: i64,
    (who, now): (&Who, Moment),
) -> Result<(), Refusal> {
    let mut other = take(connection, rules, into)?;
    if other.request.number == request.number || !sees(who, &other.request) {
        return Err(Refusal::BadInput(say!("it cannot be merged with this request", "不能与该诉求合并")));
    }
    other.request.state = Step::Join.from(other.request.state).ok_or_else(|| {
        Refusal::Conflict(say!("the request that it should go into is not open any more", "目标诉求已不在办理中"))
    })?;
    let text = "SELECT code, contact FROM askers WHERE request = ?1";
    let askers: Vec<(Vec<u8>, Option<Vec<u8>>)> =
        connection.all(text, values![request.number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (code, sealed) in &askers {
        // A contact is sealed for its request.
        let contact = match sealed {
            Some(sealed) => Some(rules.seal.seal(into, &rules.seal.open_text(request.number, sealed)?)?),
            None => None,
        };
        connection.execute(
            "UPDATE askers SET request = ?2, contact = ?3, is_first = 0 WHERE code = ?1",
            values![code, into, contact],
        )?;
    }
    let photos =
        connection.execute("UPDATE photos SET request = ?2 WHERE request = ?1", values![request.number, into])?;
    if photos > 0 || askers.iter().any(|(_, sealed)| sealed.is_some()) {
        connection.execute("UPDATE requests SET has_contacts = 1 WHERE number = ?1", values![into])?;
    }
    connection.execute("UPDATE requests SET has_contacts = 0 WHERE number = ?1", values![request.number])?;
    other.request.joined += askers.len() as i64;
    append(connection, rules, (into, now), who, &Done::Joined, &Words::default())?;
    save(connection, rules, &mut other)
}

/// The state after an entry, of a request that had another before; for whoever checks the chain.
pub(super) fn state_after(done: &Done, before: State) -> State {
    match done {
        Done::Asked { .. } | Done::Unplaced { .. } | Done::Upheld => State::Received,
        Done::Dispatched { .. } | Done::Rejected | Done::PassedOn { .. } | Done::Reopened { .. } => State::Dispatched,
        Done::Signed => State::Signed,
        Done::Started | Done::Resumed { .. } => State::InHand,
        Done::Objected => State::Objected,
        Done::Paused { .. } => State::Paused,
        Done::Replied => State::Replied,
        Done::CalledBack { solved: None, satisfied: None } => before,
        Done::CalledBack { .. } => State::CalledBack,
        Done::Closed => State::Closed,
        Done::Merged { .. } => State::Merged,
        Done::Joined
        | Done::Rated { .. }
        | Done::Noted
        | Done::Told
        | Done::Urged
        | Done::Prioritised { .. }
        | Done::PhotoAdded { .. }
        | Done::Planned { .. }
        | Done::Opened
        | Done::SessionsEnded { .. }
        | Done::SecondFactor { .. }
        | Done::Warned
        | Done::Escalated
        | Done::ContactRead
        | Done::Forgotten
        | Done::AccountKept { .. } => before,
    }
}
