//! Who may do what, and what comes of it: the one place that decides. A table of steps by roles, and one of steps by states.

use lifecircle::say;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::request::State;

/// What somebody is to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Whoever asked, or joined; known by the code alone.
    Resident,
    /// Takes requests, sends them, calls back.
    Operator,
    /// Answers for a unit.
    Handler,
    /// Reviews objections, lets the clock stand still.
    Supervisor,
    /// Keeps the accounts; sees no request's contact.
    Administrator,
    /// The desk itself, when time passes.
    System,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Resident, Self::Operator, Self::Handler, Self::Supervisor, Self::Administrator, Self::System];

    /// Its word in files and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Operator => "operator",
            Self::Handler => "handler",
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
            Self::System => "system",
        }
    }

    /// The role of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Whether it is a role of somebody with an account.
    pub fn has_account(self) -> bool {
        !matches!(self, Self::Resident | Self::System)
    }

    /// Whether it sees the requests of the whole desk, not only those of its unit.
    pub fn sees_all(self) -> bool {
        matches!(self, Self::Operator | Self::Supervisor)
    }

    /// Whether it may see how to reach whoever asked; each look is written down.
    pub fn sees_contacts(self) -> bool {
        matches!(self, Self::Operator | Self::Handler | Self::Supervisor)
    }
}

/// A step that a request can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Somebody else has the same request.
    Join,
    /// A unit is told to answer (派单).
    Dispatch,
    /// The unit takes it (签收).
    Sign,
    /// The unit begins (开始办理).
    Start,
    /// The unit says that it is not its business (退单).
    Object,
    /// The objection is right; another unit is looked for.
    Uphold,
    /// The objection is not right; the unit stays.
    Reject,
    /// The unit passes it on to another and keeps its share of the clock (转派).
    PassOn,
    /// The clock stands still.
    Pause,
    /// The clock goes on.
    Resume,
    /// The unit answers (答复).
    Reply,
    /// Whoever asked is asked back (回访).
    CallBack,
    /// Whoever asked says what they think of it (评价).
    Rate,
    /// It is done (办结).
    Close,
    /// It was not done after all (重办).
    Reopen,
    /// It is the same as another (合并).
    Merge,
    /// A note among those who work on it.
    Note,
    /// Words that whoever asked reads.
    Tell,
    /// Whoever asked waits too long (催办).
    Urge,
    /// It must be looked at sooner, or later.
    Prioritise,
    /// A photo of it, or of what was done.
    Photo,
    /// What it asks for is to be built: it stands in a scenario (列入计划).
    Plan,
    /// What it asked for has opened (已建成).
    Open,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::Join,
        Self::Dispatch,
        Self::Sign,
        Self::Start,
        Self::Object,
        Self::Uphold,
        Self::Reject,
        Self::PassOn,
        Self::Pause,
        Self::Resume,
        Self::Reply,
        Self::CallBack,
        Self::Rate,
        Self::Close,
        Self::Reopen,
        Self::Merge,
        Self::Note,
        Self::Tell,
        Self::Urge,
        Self::Prioritise,
        Self::Photo,
        Self::Plan,
        Self::Open,
    ];

    /// Whether a role may take it at all. Least rights: each has what its work needs.
    pub fn is_of(self, role: Role) -> bool {
        use Role::{Handler, Operator, Resident, Supervisor, System};
        match self {
            Self::Join => matches!(role, Resident | Operator),
            Self::Dispatch => matches!(role, Operator | Supervisor | System),
            Self::Sign | Self::Start | Self::Object | Self::PassOn | Self::Reply => role == Handler,
            Self::Uphold | Self::Reject => role == Supervisor,
            Self::Pause | Self::Resume => role == Supervisor,
            Self::CallBack | Self::Merge | Self::Tell | Self::Prioritise => matches!(role, Operator | Supervisor),
            Self::Rate => role == Resident,
            Self::Close => matches!(role, Operator | Supervisor | System),
            Self::Reopen => matches!(role, Resident | Operator | Supervisor),
            Self::Note => matches!(role, Operator | Handler | Supervisor),
            Self::Urge => matches!(role, Resident | Operator | Supervisor),
            Self::Photo => matches!(role, Resident | Operator | Handler | Supervisor),
            Self::Plan | Self::Open => matches!(role, Operator | Supervisor),
        }
    }

    /// The state that a request of a state comes to by it; none if it cannot be taken there.
    pub fn from(self, state: State) -> Option<State> {
        use State::{CalledBack, Closed, Dispatched, InHand, Merged, Objected, Paused, Received, Replied, Signed};
        match (self, state) {
            (Self::Note, state) => Some(state),
            (Self::Dispatch, Received | Dispatched) => Some(Dispatched),
            (Self::Sign, Dispatched) => Some(Signed),
            (Self::Start, Signed) => Some(InHand),
            (Self::Object, Dispatched | Signed) => Some(Objected),
            (Self::Uphold, Objected) => Some(Received),
            (Self::Reject, Objected) => Some(Dispatched),
            (Self::PassOn, Signed | InHand) => Some(Dispatched),
            (Self::Pause, Signed | InHand) => Some(Paused),
            (Self::Resume, Paused) => Some(InHand),
            (Self::Reply, Signed | InHand) => Some(Replied),
            (Self::CallBack, Replied) => Some(CalledBack),
            (Self::Rate, Replied | CalledBack | Closed) => Some(state),
            (Self::Close, Replied | CalledBack) => Some(Closed),
            (Self::Reopen, Replied | CalledBack | Closed) => Some(Dispatched),
            (Self::Merge, open) if open.is_open() => Some(Merged),
            (Self::Photo, state) if !matches!(state, Closed | Merged) => Some(state),
            (Self::Plan | Self::Open, state) if state != Merged => Some(state),
            (Self::Join | Self::Tell | Self::Urge | Self::Prioritise, open) if open.is_open() => Some(open),
            _ => None,
        }
    }

    /// The state that comes of a step that a role takes.
    ///
    /// # Errors
    /// If the role may not, or the request is not at a point where it can be.
    pub fn take(self, role: Role, state: State) -> Result<State, Refusal> {
        if !self.is_of(role) {
            return Err(Refusal::NotAllowed(say!("your role may not do this", "您的角色无权进行此操作")));
        }
        self.from(state).ok_or_else(|| {
            Refusal::Conflict(say!(
                "this cannot be done at this stage; somebody may have changed the request, look at it again",
                "当前状态不能进行此操作，可能已有人处理；请重新打开后再试"
            ))
        })
    }

    /// Its word in files and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Dispatch => "dispatch",
            Self::Sign => "sign",
            Self::Start => "start",
            Self::Object => "object",
            Self::Uphold => "uphold",
            Self::Reject => "reject",
            Self::PassOn => "pass_on",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Reply => "reply",
            Self::CallBack => "call_back",
            Self::Rate => "rate",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Merge => "merge",
            Self::Note => "note",
            Self::Tell => "tell",
            Self::Urge => "urge",
            Self::Prioritise => "prioritise",
            Self::Photo => "photo",
            Self::Plan => "plan",
            Self::Open => "open",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table, by hand: a change of rights must be made here too.
    #[test]
    fn rights_are_these_and_no_others() {
        // Resident, operator, handler, supervisor, administrator, system; then the states in their order.
        let table = "
            join       RO....  RDSHPO....
            dispatch   .O.S.Y  RD........
            sign       ..H...  .D........
            start      ..H...  ..S.......
            object     ..H...  .DS.......
            uphold     ...S..  .....O....
            reject     ...S..  .....O....
            pass_on    ..H...  ..SH......
            pause      ...S..  ..SH......
            resume     ...S..  ....P.....
            reply      ..H...  ..SH......
            call_back  .O.S..  ......R...
            rate       R.....  ......RCD.
            close      .O.S.Y  ......RC..
            reopen     RO.S..  ......RCD.
            merge      .O.S..  RDSHPO....
            note       .OHS..  RDSHPORCDM
            tell       .O.S..  RDSHPO....
            urge       RO.S..  RDSHPO....
            prioritise .O.S..  RDSHPO....
            photo      ROHS..  RDSHPORC..
            plan       .O.S..  RDSHPORCD.
            open       .O.S..  RDSHPORCD.";
        let rows: Vec<Vec<&str>> = table
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(rows.len(), Step::ALL.len());
        for (step, row) in Step::ALL.into_iter().zip(rows) {
            assert_eq!(step.word(), row[0]);
            for (role, cell) in Role::ALL.into_iter().zip(row[1].chars()) {
                assert_eq!(step.is_of(role), cell != '.', "{} by {}", step.word(), role.word());
            }
            for (state, cell) in State::ALL.into_iter().zip(row[2].chars()) {
                assert_eq!(step.from(state).is_some(), cell != '.', "{} from {}", step.word(), state.word());
                for role in Role::ALL {
                    let may = step.is_of(role) && cell != '.';
                    assert_eq!(step.take(role, state).is_ok(), may);
                }
            }
        }
    }

    #[test]
    fn every_open_request_can_be_answered_and_every_answer_closed() {
        let mut reached = vec![State::Received];
        let mut next = 0;
        while let Some(state) = reached.get(next).copied() {
            next += 1;
            for step in Step::ALL {
                if let Some(to) = step.from(state).filter(|to| !reached.contains(to)) {
                    reached.push(to);
                }
            }
        }
        assert_eq!(reached.len(), State::ALL.len(), "no state that nothing leads to");
        for state in State::ALL.into_iter().filter(|state| state.is_open()) {
            assert!(Step::ALL.iter().any(|step| step.from(state).is_some_and(|to| to != state)), "{}", state.word());
        }
    }
}
