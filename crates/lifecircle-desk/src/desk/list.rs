//! Looking at requests: lists for those who work on them, one whole, and what others near by have asked.

use std::collections::BTreeMap;

use lifecircle::say;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::sees;
use super::photos::photos;
use super::row::{COLUMNS, find, read};
use super::tally::Part;
use super::{Desk, Rules, Words, append, asked_words, json, moment, of_json, words_of};
use crate::calendar::Moment;
use crate::entry::{Done, Entry, Who};
use crate::learn::Counted;
use crate::refusal::Refusal;
use crate::request::{At, CELLS_A_DEGREE, METRES_A_DEGREE, Request, State};
use crate::rights::{Role, Step};
use crate::store::{Connection, Value, values};

/// Requests of one page.
const MOST_LISTED: usize = 200;

/// How near others' requests are shown before one's own is sent, in metres.
const NEAR: f64 = 300.0;
const MOST_SIMILAR: usize = 5;

/// Places are told roughly, and ways to others' requests to fifty metres.
const CELL: f64 = 1.0 / CELLS_A_DEGREE;
const TOLD_METRES: f64 = 50.0;

/// Entries of a request that are shown.
const MOST_ENTRIES: i64 = 2_000;

/// Which requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Of these states; of any if none is named.
    pub states: Vec<State>,
    /// Only those that a unit has still to answer, or only the others.
    pub open: Option<bool>,
    /// That lie with this unit.
    pub unit: Option<String>,
    /// Open ones with which one's own unit helps, instead of its own.
    pub helping: bool,
    /// Open ones of a unit with which one has taken a step oneself.
    pub mine: bool,
    /// Of this category.
    pub category: Option<String>,
    /// In this community, by its id.
    pub community: Option<String>,
    /// Whose limit has passed.
    pub overdue: bool,
    /// West, south, east, north.
    pub bbox: Option<[f64; 4]>,
    /// Received from then on.
    pub since: Option<Moment>,
    /// Received before.
    pub until: Option<Moment>,
    /// That count as this in the rates; merged ones never do.
    pub counted: Option<Counted>,
    /// That this unit took first, or has: as the rates count by units.
    pub of_unit: Option<String>,
    /// Of these numbers; of any if none is named.
    pub numbers: Vec<i64>,
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Those whose limit passes first, first.
    #[default]
    Due,
    /// The last that came, first.
    Newest,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Page {
    /// The requests.
    pub requests: Vec<Listed>,
    /// What to ask for the next part with; none at the end.
    pub next: Option<String>,
}

/// A request in a list: with the first of its words.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Listed {
    /// The request.
    #[serde(flatten)]
    pub request: Request,
    /// The beginning of what was asked.
    pub words: String,
    /// Where it is about, in words.
    pub place: String,
}

/// A request with all that happened to it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Full {
    /// The request.
    #[serde(flatten)]
    pub request: Request,
    /// What happened, first to last.
    pub entries: Vec<Entry>,
    /// Where it is about, in words.
    pub place: String,
    /// Answers to the category's questions, by their ids.
    pub answers: BTreeMap<String, String>,
    /// The steps that whoever looks can take now.
    pub can: Vec<Step>,
    /// How many can be reached.
    pub contacts: usize,
    /// Its photos that are still there, by their numbers, which are those of their entries.
    pub photos: Vec<i64>,
    /// How long it has lain with each unit, the first first.
    pub shares: Vec<Share>,
}

/// A unit's share of a request's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Share {
    /// The unit.
    pub unit: String,
    /// Minutes that it lay with it, or has lain until now, without those in which the clock stood still.
    pub minutes: i64,
}

/// A request as everybody sees it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PublicRequest {
    /// Its number.
    pub number: i64,
    /// The category's id.
    pub category: String,
    /// How far it has come.
    pub state: State,
    /// When it came.
    pub received: Moment,
    /// How many others have joined.
    pub joined: i64,
    /// Metres from where it was asked for.
    pub metres: f64,
    /// What was asked, if whoever asked lets others read it.
    pub words: Option<String>,
}

impl Desk {
    /// A part of the requests that somebody sees.
    ///
    /// # Errors
    /// If they see none, or `after` was not told by a part before.
    pub fn list(
        &self,
        filter: &Filter,
        (order, after, most): (Order, Option<&str>, usize),
        who: &Who,
    ) -> Result<Page, Refusal> {
        let most = most.clamp(1, MOST_LISTED);
        let (text, values) = query(filter, (order, after, most), who, self.now())?;
        self.store.read(|connection| {
            let found: Vec<Request> = connection.all(&text, &values, |row| Ok(read(row)?.request))?;
            let is_more = found.len() > most;
            let requests: Vec<Listed> = found
                .into_iter()
                .take(most)
                .map(|request| {
                    let asked = asked_words(connection, &self.rules, request.number)?;
                    Ok(Listed { words: beginning(&asked.text), place: asked.place, request })
                })
                .collect::<Result<_, Refusal>>()?;
            let next = requests.last().filter(|_| is_more).map(|last| match order {
                Order::Due => format!("{}-{}", last.request.due.map_or(i64::MAX, |due| due.0), last.request.number),
                Order::Newest => last.request.number.to_string(),
            });
            Ok(Page { requests, next })
        })
    }

    /// How many open requests that somebody sees are in each state, and how many are overdue.
    ///
    /// # Errors
    /// If they see none.
    pub fn counts(&self, who: &Who) -> Result<(Vec<(State, i64)>, i64), Refusal> {
        let (part, unit) = match unit_of(who)? {
            Some(unit) => (Part::StateOfUnit, unit + "/"),
            None => (Part::State, String::new()),
        };
        let found = self.store.read(|connection| {
            // All that begins with the unit and the stroke: the sign after it is `0`.
            let (least, beyond) = (unit.clone(), unit.replace('/', "0"));
            let of_unit = if unit.is_empty() { "" } else { " AND name >= ?2 AND name < ?3" };
            let text = format!("SELECT name, n0, n1 FROM tallies WHERE part = ?1{of_unit} AND n0 <> 0");
            let values = values![part.word(), least, beyond];
            let values = if unit.is_empty() { &values[..1] } else { &values[..] };
            connection.all(&text, values, |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?)))
        })?;
        let mut counts: Vec<(State, i64)> = State::ALL.into_iter().map(|state| (state, 0)).collect();
        let mut overdue = 0;
        for (name, count, late) in found {
            let state = name.strip_prefix(&unit).unwrap_or_default();
            if let Some(own) = counts.iter_mut().find(|(own, _)| own.word() == state) {
                own.1 = count;
                overdue += late;
            }
        }
        Ok((counts, overdue))
    }

    /// A request, whole.
    ///
    /// # Errors
    /// If there is none, or it is none of theirs.
    pub fn request(&self, number: i64, who: &Who) -> Result<Full, Refusal> {
        self.store.read(|connection| {
            let kept = find(connection, number)?;
            if !sees(who, &kept.request) {
                return Err(Refusal::no_request());
            }
            let leads = who.role != Role::Handler || who.unit == kept.request.unit;
            let late = kept.request.due.is_some_and(|due| due < self.now());
            // Joining is asking, and no step of those who work on it; a clock that has run out does not stand still.
            let can = Step::ALL
                .into_iter()
                .filter(|step| *step != Step::Join && !(late && *step == Step::Pause))
                .filter(|step| *step != Step::Open || kept.request.planned.is_some() && kept.request.opened.is_none())
                .filter(|step| {
                    let helps = matches!(step, Step::Note | Step::Photo);
                    step.take(who.role, kept.request.state).is_ok() && (leads || helps)
                });
            let asked = asked_words(connection, &self.rules, number)?;
            let sees_contacts = leads && who.role.sees_contacts();
            let text = "SELECT count(*) FROM askers WHERE request = ?1 AND contact IS NOT NULL";
            let contacts: i64 = connection.first(text, values![number], |row| row.get(0))?.unwrap_or(0);
            let entries = entries(connection, &self.rules, number)?;
            Ok(Full {
                shares: shares(&entries, self.now()),
                entries,
                photos: photos(connection, number)?,
                place: asked.place,
                answers: asked.answers,
                can: can.collect(),
                contacts: if sees_contacts { usize::try_from(contacts).unwrap_or(0) } else { 0 },
                request: kept.request,
            })
        })
    }

    /// How to reach those who asked for a request. That somebody looked is written down.
    ///
    /// # Errors
    /// If they may not, or there is no such request.
    pub fn contacts(&self, number: i64, who: &Who) -> Result<Vec<String>, Refusal> {
        if !who.role.sees_contacts() {
            return Err(Refusal::NotAllowed(say!("your role may not see contacts", "您的角色无权查看联系方式")));
        }
        let (rules, who) = (self.rules(), who.clone());
        self.store.write(move |connection| {
            let kept = find(connection, number)?;
            let leads = who.role != Role::Handler || who.unit == kept.request.unit;
            if !sees(&who, &kept.request) {
                return Err(Refusal::no_request());
            }
            if !leads {
                return Err(Refusal::NotAllowed(say!(
                    "only the unit that leads sees contacts",
                    "只有主办单位可以查看联系方式"
                )));
            }
            append(
                connection,
                &rules,
                (number, moment(connection, &rules)?),
                &who,
                &Done::ContactRead,
                &Words::default(),
            )?;
            let text = "SELECT contact FROM askers WHERE request = ?1 AND contact IS NOT NULL ORDER BY made LIMIT 1001";
            let sealed: Vec<Vec<u8>> = connection.all(text, values![number], |row| row.get(0))?;
            sealed.iter().map(|sealed| Ok(rules.seal.open_text(number, sealed)?)).collect()
        })
    }

    /// The open requests of a category nearest to a place, which somebody might join instead of asking anew.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn similar(&self, category: &str, at: At) -> Result<Vec<PublicRequest>, Refusal> {
        // Wider by a cell, so that who is found depends on rounded places alone.
        let (north, east) =
            (NEAR / METRES_A_DEGREE + CELL, NEAR / METRES_A_DEGREE / at.lat.to_radians().cos().max(0.01) + CELL);
        self.store.read(|connection| {
            let text = format!(
                "SELECT {COLUMNS} FROM requests WHERE category = ?1 AND is_open = 1 AND lat BETWEEN ?2 AND ?3 \
                 AND lon BETWEEN ?4 AND ?5 LIMIT 1000"
            );
            let of = values![category, at.lat - north, at.lat + north, at.lon - east, at.lon + east];
            let near: Vec<Request> = connection.all(&text, of, |row| Ok(read(row)?.request))?;
            let mut near: Vec<(f64, Request)> = near
                .into_iter()
                .filter_map(|request| {
                    request.at.filter(|own| is_near(*own, at)).map(|own| (own.rounded().metres_to(at), request))
                })
                .collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.number.cmp(&b.1.number)));
            near.truncate(MOST_SIMILAR);
            near.into_iter()
                .map(|(metres, request)| {
                    let words = match request.is_public {
                        true => Some(beginning(&asked_words(connection, &self.rules, request.number)?.text)),
                        false => None,
                    };
                    Ok(PublicRequest {
                        metres: (metres / TOLD_METRES).round().max(1.0) * TOLD_METRES,
                        number: request.number,
                        category: request.category,
                        state: request.state,
                        received: request.received,
                        joined: request.joined,
                        words,
                    })
                })
                .collect()
        })
    }
}

/// How long a request lay with each unit: from when it was sent there to when it went on, was answered or merged.
fn shares(entries: &[Entry], now: Moment) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    let mut unit: Option<String> = None;
    let mut since: Option<Moment> = None;
    for (entry, is_last) in entries.iter().map(|entry| (entry, false)).chain(entries.last().map(|last| (last, true))) {
        let at = if is_last { now } else { entry.at };
        // What has passed since the entry before lies with whoever had it.
        if let (Some(unit), Some(start)) = (&unit, since) {
            let minutes = at.minutes_since(start);
            match shares.iter_mut().find(|share| &share.unit == unit) {
                Some(share) => share.minutes += minutes,
                None => shares.push(Share { unit: unit.clone(), minutes }),
            }
        }
        if is_last {
            break;
        }
        let runs = since.is_some();
        since = match &entry.done {
            Done::Dispatched { unit: to, .. } | Done::PassedOn { to, .. } => {
                unit = Some(to.clone());
                Some(entry.at)
            }
            Done::Reopened { .. } | Done::Resumed { .. } | Done::Rejected => Some(entry.at),
            Done::Paused { .. } | Done::Replied | Done::Closed | Done::Merged { .. } | Done::Upheld => None,
            _ if runs => Some(entry.at),
            _ => None,
        };
    }
    shares
}

/// Signs of what was asked that lists show.
const FIRST_WORDS: usize = 120;

fn beginning(text: &str) -> String {
    text.chars().take(FIRST_WORDS).collect()
}

/// Whether a request lies near a place; told by its rounded place alone.
pub(super) fn is_near(own: At, at: At) -> bool {
    own.rounded().metres_to(at) <= NEAR
}

/// The unit whose requests somebody sees; none if they see all.
fn unit_of(who: &Who) -> Result<Option<String>, Refusal> {
    match who.role {
        Role::Handler => Ok(Some(who.unit.clone().unwrap_or_default())),
        role if role.sees_all() => Ok(None),
        _ => Err(Refusal::NotAllowed(say!("your role may not see requests", "您的角色无权查看诉求"))),
    }
}

/// The text of a query, and its values.
fn query(
    filter: &Filter,
    (order, after, most): (Order, Option<&str>, usize),
    who: &Who,
    now: Moment,
) -> Result<(String, Vec<Value>), Refusal> {
    // Few of a unit's many requests are late or were rated.
    let index = match (&filter.of_unit, filter.counted) {
        (Some(_), Some(counted)) => counted.index().map(|index| format!(" INDEXED BY {index}")).unwrap_or_default(),
        _ => String::new(),
    };
    let mut text = format!("SELECT {COLUMNS} FROM requests{index} WHERE 1 = 1");
    let mut values: Vec<Value> = Vec::new();
    let mut and = |condition: &str, given: Vec<Value>| {
        text += " AND ";
        text += condition;
        values.extend(given);
    };
    if filter.numbers.len() > MOST_LISTED {
        return Err(Refusal::BadInput(say!("ask for at most {MOST_LISTED} at once", "一次最多查询 {MOST_LISTED} 个")));
    }
    let own = unit_of(who)?;
    let unit = match (&own, &filter.unit) {
        // By no index: one of some requests alone would not do.
        (Some(own), Some(other)) if own != other => {
            return Ok((format!("SELECT {COLUMNS} FROM requests WHERE 1 = 0"), values));
        }
        (own, asked) => own.clone().or_else(|| asked.clone()),
    };
    match unit {
        Some(unit) if filter.helping => {
            // Helpers are a list in JSON.
            and("helpers <> replace(helpers, ?, '')", vec![json(&unit)?.into()]);
        }
        Some(unit) => and("unit = ?", vec![unit.into()]),
        // Of a whole city's open requests, looking at each takes too long.
        None if filter.helping || filter.mine => {
            return Err(Refusal::BadInput(say!("say of which `unit`", "请用 `unit` 指明单位")));
        }
        None => {}
    }
    if let Some(open) = filter.open.or((filter.overdue || filter.helping || filter.mine).then_some(true)) {
        and("is_open = ?", vec![open.into()]);
    }
    if filter.mine {
        let step = "EXISTS (SELECT 1 FROM entries WHERE entries.request = requests.number AND entries.who = ?)";
        and(step, vec![json(who)?.into()]);
    }
    if !filter.states.is_empty() {
        let marks = vec!["?"; filter.states.len()].join(",");
        and(&format!("state IN ({marks})"), filter.states.iter().map(|state| state.word().to_owned().into()).collect());
    }
    if let Some(category) = &filter.category {
        and("category = ?", vec![category.clone().into()]);
    }
    if let Some(community) = &filter.community {
        and("community = ?", vec![community.clone().into()]);
    }
    if filter.overdue {
        // A clock that stands still is never late.
        and("by_due < ?", vec![now.0.into()]);
    }
    if let Some([west, south, east, north]) = filter.bbox {
        and("lat BETWEEN ? AND ? AND lon BETWEEN ? AND ?", [south, north, west, east].map(Value::from).to_vec());
    }
    if let Some(since) = filter.since {
        and("received >= ?", vec![since.0.into()]);
    }
    if let Some(until) = filter.until {
        and("received < ?", vec![until.0.into()]);
    }
    if filter.counted.is_some() || filter.of_unit.is_some() {
        and("state <> 'merged'", vec![]);
    }
    if let Some(counted) = filter.counted {
        and(counted.condition(), vec![]);
    }
    if let Some(unit) = &filter.of_unit {
        and("coalesce(first_unit, unit, '') = ?", vec![unit.clone().into()]);
    }
    if !filter.numbers.is_empty() {
        let marks = vec!["?"; filter.numbers.len()].join(",");
        and(&format!("number IN ({marks})"), filter.numbers.iter().map(|number| Value::from(*number)).collect());
    }
    let wrong = || Refusal::BadInput(say!("`after` must be what the part before told", "`after` 须为上一页返回的值"));
    match (order, after) {
        (_, None) => {}
        (Order::Due, Some(after)) => {
            let (due, number) = after.split_once('-').ok_or_else(wrong)?;
            let [due, number] = [due, number].map(str::parse::<i64>);
            let (due, number) = (due.map_err(|_| wrong())?, number.map_err(|_| wrong())?);
            and("(by_due, number) > (?, ?)", vec![due.into(), number.into()]);
        }
        (Order::Newest, Some(after)) => {
            and("number < ?", vec![after.parse::<i64>().map_err(|_| wrong())?.into()]);
        }
    }
    text += match order {
        Order::Due => " ORDER BY by_due, number LIMIT ?",
        Order::Newest => " ORDER BY number DESC LIMIT ?",
    };
    values.push(Value::from(most as i64 + 1));
    Ok((text, values))
}

/// What happened to a request, first to last.
pub(super) fn entries(connection: &Connection, rules: &Rules, request: i64) -> Result<Vec<Entry>, Refusal> {
    let text = "SELECT entries.number, entries.at, entries.who, entries.done, words.sealed FROM entries \
         LEFT JOIN words ON words.entry = entries.number WHERE entries.request = ?1 ORDER BY entries.number LIMIT ?2";
    connection.all(text, values![request, MOST_ENTRIES], |row| {
        let (number, at, who, done) = (row.get(0)?, row.get(1)?, row.get::<String>(2)?, row.get::<String>(3)?);
        let words = words_of(rules, number, row.get(4)?)?.map(|words| words.text).filter(|text| !text.is_empty());
        Ok(Entry { number, request: Some(request), at: Moment(at), who: of_json(&who)?, done: of_json(&done)?, words })
    })
}
