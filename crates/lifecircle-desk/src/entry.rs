//! What was done to a request, by whom and when: entries of a chain that only grows. Each entry carries the hash of the one before, so
//! that none can be changed, taken out or put in without it being seen.
//!
//! What people write is not in the entry but beside it, and the entry holds its salted hash: words can be deleted on request and the
//! chain still holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::calendar::{Left, Limit, Moment};
use crate::catalogue::{Priority, Reason};
use crate::rights::Role;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Who {
    /// As what.
    pub role: Role,
    /// The account's number; none of a resident or the desk itself.
    pub person: Option<i64>,
    /// The unit whom a handler answers for.
    pub unit: Option<String>,
}

impl Who {
    /// The desk itself.
    pub const SYSTEM: Self = Self { role: Role::System, person: None, unit: None };

    /// Whoever asked.
    pub const RESIDENT: Self = Self { role: Role::Resident, person: None, unit: None };
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Done {
    /// It was asked.
    Asked {
        /// The category's id.
        category: String,
    },
    /// Somebody else has the same.
    Joined,
    /// A unit was told to answer.
    Dispatched {
        /// The unit.
        unit: String,
        /// Who helps.
        helpers: Vec<String>,
        /// How long it may take.
        limit: Limit,
        /// When that passes.
        due: Moment,
        /// Why the catalogue chose it; none if a person did.
        reason: Option<Reason>,
    },
    /// Nobody was found who answers for it.
    Unplaced {
        /// Why.
        reason: Reason,
    },
    /// The unit took it.
    Signed,
    /// The unit began.
    Started,
    /// The unit said that it is not its business.
    Objected,
    /// The objection was right.
    Upheld,
    /// The objection was not right; the limit goes on.
    Rejected,
    /// The unit passed it on.
    PassedOn {
        /// From whom.
        from: String,
        /// To whom.
        to: String,
        /// Minutes that it lay with the first.
        minutes: i64,
    },
    /// The clock stands still.
    Paused {
        /// What is left of the limit.
        left: Left,
    },
    /// The clock goes on.
    Resumed {
        /// When the limit passes now.
        due: Moment,
    },
    /// The unit answered.
    Replied,
    /// Whoever asked was asked back.
    CalledBack {
        /// Whether it is solved.
        solved: Option<bool>,
        /// Whether they are satisfied.
        satisfied: Option<bool>,
    },
    /// Whoever asked said what they think.
    Rated {
        /// Whether it is solved.
        solved: bool,
        /// 1 to 5.
        stars: i64,
    },
    /// It is done.
    Closed,
    /// It was not done after all.
    Reopened {
        /// When the limit passes now.
        due: Moment,
    },
    /// It is the same as another.
    Merged {
        /// As which.
        into: i64,
    },
    /// A note among those who work on it.
    Noted,
    /// Words for whoever asked.
    Told,
    /// Whoever asked waits too long.
    Urged,
    /// It must be looked at sooner, or later.
    Prioritised {
        /// How soon.
        priority: Priority,
    },
    /// A photo, as it was drawn anew: its number is the entry's.
    PhotoAdded {
        /// Its salted hash: the photo itself can be deleted, and the chain still holds.
        hash: String,
    },
    /// What it asks for is to be built.
    Planned {
        /// The scenario that it stands in.
        scenario: String,
    },
    /// What it asked for has opened.
    Opened,
    /// Most of the limit has passed.
    Warned,
    /// The limit has passed: the supervisors are told.
    Escalated,
    /// Somebody looked how to reach whoever asked.
    ContactRead,
    /// How to reach whoever asked was deleted, and what they wrote.
    Forgotten,
    /// An account's sessions were ended.
    SessionsEnded {
        /// Its number.
        person: i64,
    },
    /// An account's second factor was set or taken away.
    SecondFactor {
        /// Its number.
        person: i64,
        /// Whether it has one now.
        is_set: bool,
    },
    /// An account was made or changed.
    AccountKept {
        /// Its number.
        person: i64,
        /// What they are to the desk now.
        role: Role,
        /// The unit that they answer for now.
        unit: Option<String>,
        /// Whether they can sign in now.
        enabled: bool,
    },
}

/// An entry of the chain.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Entry {
    /// Its number, from 1 on without gaps.
    pub number: i64,
    /// The request; none of what is done to accounts.
    pub request: Option<i64>,
    /// When.
    pub at: Moment,
    /// By whom.
    pub who: Who,
    /// What.
    pub done: Done,
    /// What was written; none if nothing was, or it was deleted.
    pub words: Option<String>,
}

/// The hash of an entry: of the desk's key, of the one before, and of all that it holds. Each part is preceded by its length, so that no two entries are
/// hashed as the same bytes.
pub(crate) fn hash(
    (key, before): (&[u8; 32], &[u8]),
    number: i64,
    request: Option<i64>,
    at: Moment,
    parts: [&str; 3],
) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(key);
    hasher.update(before);
    // Requests count from 1.
    for own in [number, request.unwrap_or(0), at.0] {
        hasher.update(own.to_be_bytes());
    }
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// The salted hash of words or a photo, as it stands in an entry; empty if there are none.
pub(crate) fn salted_hash(salt: &[u8], bytes: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(bytes);
    hex(&hasher.finalize())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
