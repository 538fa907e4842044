//! Asking, and joining what others have asked.

use lifecircle::geo::{LonLat, is_on_globe};
use lifecircle::say;
use lifecircle::text::Text;

use super::list::is_near;
use super::row::{self, COLUMNS, Kept, rank, read, save};
use super::{Desk, Last, Rules, Words, append, append_to, json, kept_code, moment};
use crate::calendar::Moment;
use crate::catalogue::{AnswerKind, Category};
use crate::entry::{Done, Who};
use crate::list::not_after;
use crate::refusal::Refusal;
use crate::request::{Asked, At, Channel, NewRequest, State};
use crate::rights::{Role, Step};
use crate::store::{Connection, values};

/// How long what people write may be, in signs.
pub const LONGEST_WORDS: usize = 5_000;
const LONGEST_PLACE: usize = 200;
const LONGEST_CONTACT: usize = 200;
const LONGEST_ANSWER: usize = 500;

/// Requests of a list that are taken together.
const AT_ONCE: usize = 200;

/// Residents that may join one request.
const MOST_JOINED: i64 = 1_000;

/// What tells one sending from another is at least so long, so that nobody guesses somebody else's.
const SHORTEST_KEY: usize = 16;
const LONGEST_KEY: usize = 100;

/// The signs of a code: none that is taken for another. Source: Crockford's Base32.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LENGTH: usize = 12;

impl Desk {
    /// Takes a request, sends it to whoever answers for it, and returns what it is called when it is on the disk. The same sending
    /// (by its key) is taken once, however often it comes.
    ///
    /// # Errors
    /// If it is not right, or cannot be kept.
    pub fn ask(&self, new: NewRequest, who: &Who) -> Result<Asked, Refusal> {
        check(&new, self.rules.catalogue.category(&new.category))?;
        let (rules, who) = (self.rules(), who.clone());
        let code = code_for(&rules, &new);
        self.store.write(move |connection| take(connection, &rules, &new, &who, code))
    }

    /// The number of the last request; 0 if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn last_number(&self) -> Result<i64, Refusal> {
        let text = "SELECT number FROM requests ORDER BY number DESC LIMIT 1";
        Ok(self.store.read(|connection| connection.first(text, values![], |row| row.get(0)))?.unwrap_or(0))
    }

    /// Takes many requests, each by itself, in their order; returns their numbers. Nobody is told their codes.
    ///
    /// # Errors
    /// If they cannot be kept; what was taken before stays, and is not taken twice if it has a key.
    pub fn ask_all(&self, all: &[NewRequest], who: &Who) -> Result<Vec<i64>, Refusal> {
        for new in all {
            check(new, self.rules.catalogue.category(&new.category))?;
        }
        let mut asked = Vec::with_capacity(all.len());
        for part in all.chunks(AT_ONCE) {
            let (rules, part, who) = (self.rules(), part.to_vec(), who.clone());
            asked.extend(self.store.write(move |connection| {
                let one = |new: &NewRequest| Ok(take(connection, &rules, new, &who, code_for(&rules, new))?.number);
                part.iter().map(one).collect::<Result<Vec<i64>, Refusal>>()
            })?);
        }
        Ok(asked)
    }

    /// Joins a request that somebody else has asked near by; returns a code of one's own.
    ///
    /// # Errors
    /// If it is not open any more, not near, joined by too many, or cannot be kept.
    pub fn join(&self, number: i64, at: At, contact: &str) -> Result<Asked, Refusal> {
        short("contact", contact, LONGEST_CONTACT)?;
        let (rules, contact) = (self.rules(), contact.to_owned());
        self.store.write(move |connection| {
            let mut kept = row::take(connection, &rules, number)?;
            // Whoever counts numbers finds no requests: only what is shown near by can be joined.
            if kept.request.at.is_none_or(|own| !is_near(own, at)) {
                return Err(Refusal::no_request());
            }
            if kept.request.joined >= MOST_JOINED {
                return Err(Refusal::TooMany(say!(
                    "very many have joined this request already",
                    "一起反映的人数已达上限"
                )));
            }
            kept.request.state = Step::Join.take(Role::Resident, kept.request.state)?;
            let code = random_code();
            let (_, now) = append(
                connection,
                &rules,
                (number, moment(connection, &rules)?),
                &Who::RESIDENT,
                &Done::Joined,
                &Words::default(),
            )?;
            kept.request.joined += 1;
            save(connection, &rules, &mut kept)?;
            add_asker(connection, &rules, (number, now), &code, &contact, false)?;
            Ok(Asked { number, code })
        })
    }
}

/// A code that nobody can guess: sixty bits.
fn random_code() -> String {
    let mut bytes = [0; 32];
    rand::Rng::fill_bytes(&mut rand::rng(), &mut bytes);
    code_of(&bytes)
}

/// The code of a request: the same for the same sending, whose key only its sender knows. What a list holds is no secret, and nobody is told
/// its codes.
fn code_for(rules: &Rules, new: &NewRequest) -> String {
    match new.channel {
        Channel::List => random_code(),
        _ if new.key.is_empty() => random_code(),
        channel => code_of(&rules.seal.derive(&format!("code of {} {}", channel.word(), new.key))),
    }
}

fn code_of(bytes: &[u8; 32]) -> String {
    let signs = bytes[..CODE_LENGTH].iter().map(|byte| char::from(SIGNS[usize::from(*byte) % SIGNS.len()]));
    let mut code = String::new();
    for (place, sign) in signs.enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        code.push(sign);
    }
    code
}

fn short(what: &str, text: &str, longest: usize) -> Result<(), Refusal> {
    if text.chars().count() <= longest {
        return Ok(());
    }
    Err(Refusal::BadInput(say!(
        "`{what}` is longer than {longest} characters; please shorten it",
        "`{what}` 超过 {longest} 字，请缩短"
    )))
}

/// Whether a request can be taken.
pub(crate) fn check(new: &NewRequest, category: Option<&Category>) -> Result<(), Refusal> {
    let bad = |text| Err(Refusal::BadInput(text));
    let Some(category) = category else {
        return bad(say!("please choose a category", "请选择事项"));
    };
    short("words", &new.words, LONGEST_WORDS)?;
    short("place", &new.place, LONGEST_PLACE)?;
    short("contact", &new.contact, LONGEST_CONTACT)?;
    if new.words.trim().is_empty() {
        return bad(say!("say in a few words what it is about", "请用几句话说明情况"));
    }
    if new.at.is_none() && new.place.trim().is_empty() {
        return bad(say!("say where it is: a point on the map or an address", "请说明地点：在地图上点选或填写地址"));
    }
    if new.at.is_some_and(|at| !is_on_globe(LonLat { x: at.lon, y: at.lat })) {
        return bad(say!("the place is not on the globe", "坐标超出范围"));
    }
    if !new.key.is_empty() && !(SHORTEST_KEY..=LONGEST_KEY).contains(&new.key.len()) {
        return bad(say!(
            "`key` must have {SHORTEST_KEY} to {LONGEST_KEY} bytes, drawn at random",
            "`key` 须为 {SHORTEST_KEY} 至 {LONGEST_KEY} 字节的随机文本"
        ));
    }
    for (id, answer) in &new.answers {
        let Some(question) = category.questions.iter().find(|question| &question.id == id) else {
            return bad(say!("`{}` has no question `{id}`", "`{}` 没有问题 `{id}`", category.id));
        };
        short(id, answer, LONGEST_ANSWER)?;
        let fits = match question.kind {
            _ if answer.is_empty() => true,
            AnswerKind::Text => true,
            AnswerKind::Number => answer.parse::<f64>().is_ok_and(f64::is_finite),
            AnswerKind::Choice => question.choices.iter().any(|choice| &choice.id == answer),
            AnswerKind::YesNo => answer == "yes" || answer == "no",
        };
        if !fits {
            return bad(say!("the answer to `{id}` is not valid", "`{id}` 填写有误"));
        }
    }
    // Another hotline asked other questions.
    if new.channel == Channel::List {
        return Ok(());
    }
    let is_answered = |id: &str| new.answers.get(id).is_some_and(|answer| !answer.trim().is_empty());
    match category.questions.iter().find(|question| question.required && !is_answered(&question.id)) {
        Some(question) => {
            let Text { en, zh } = question.text.text();
            bad(Text { en: format!("please answer: {en}"), zh: format!("请回答：{zh}") })
        }
        None => Ok(()),
    }
}

fn take(connection: &Connection, rules: &Rules, new: &NewRequest, who: &Who, code: String) -> Result<Asked, Refusal> {
    let key = if new.key.is_empty() {
        None
    } else {
        Some(rules.seal.derive(&format!("key {} {}", new.channel.word(), new.key)).to_vec())
    };
    let words = Words {
        text: new.words.trim().to_owned(),
        answers: new.answers.clone(),
        place: new.place.trim().to_owned(),
        asker: Some(kept_code(rules, &code)),
    };
    let content = rules.seal.derive(&format!("asked {} {:?} {} {}", new.category, new.at, new.contact, json(&words)?));
    if let Some(key) = &key {
        let text = "SELECT number, asked_with FROM requests WHERE asked_as = ?1";
        let known =
            connection.first(text, values![key], |row| Ok((row.get::<i64>(0)?, row.get::<Option<Vec<u8>>>(1)?)))?;
        if let Some((number, with)) = known {
            // What was changed between two sendings is not dropped unseen; another hotline goes on with its own.
            if new.channel != Channel::List && with.as_deref() != Some(content.as_slice()) {
                return Err(Refusal::Conflict(say!(
                    "this has arrived already, as No. {number} with the code {code}; what you changed since can be sent as a new request",
                    "已收到，编号 {number}，查询码 {code}；之后修改的内容请另行提交"
                )));
            }
            return Ok(Asked { number, code });
        }
    }
    let category = rules.catalogue.category(&new.category).ok_or_else(Refusal::no_request)?;
    let dispatch = rules.catalogue.dispatch(category, new.area.as_ref(), &new.words);
    let mut last = Last::find(connection)?;
    let now = last.moment(rules);
    let received = not_after(new.received, now);
    // It counts nowhere yet.
    let mut kept =
        insert(connection, new, received, (rank(dispatch.priority), &json(&dispatch.limit)?), (key, content))?;
    let number = kept.request.number;
    let asked = Done::Asked { category: new.category.clone() };
    let (_, at) = append_to((connection, &mut last), rules, (number, now), who, &asked, &words)?;
    add_asker(connection, rules, (number, at), &code, &new.contact, true)?;

    let due = rules.calendar.end(not_after(new.received, at), dispatch.limit);
    let done = match &dispatch.lead {
        Some(unit) => Done::Dispatched {
            unit: unit.clone(),
            helpers: dispatch.helpers.clone(),
            limit: dispatch.limit,
            due,
            reason: Some(dispatch.reason),
        },
        None => Done::Unplaced { reason: dispatch.reason },
    };
    let (_, at) = append_to((connection, &mut last), rules, (number, at), &Who::SYSTEM, &done, &Words::default())?;
    kept.request.state = if dispatch.lead.is_some() { State::Dispatched } else { State::Received };
    kept.request.unit = dispatch.lead;
    kept.request.helpers = dispatch.helpers;
    kept.start_clock(at, due);
    (kept.request.changed, kept.with_unit) = (at, at);
    save(connection, rules, &mut kept)?;
    Ok(Asked { number, code })
}

/// Writes a new request, as nobody answers for it yet.
fn insert(
    connection: &Connection,
    new: &NewRequest,
    now: Moment,
    (priority, limit): (i64, &str),
    (key, content): (Option<Vec<u8>>, [u8; 32]),
) -> Result<Kept, Refusal> {
    let area = new.area.as_ref();
    let name = |of: fn(&crate::request::Area) -> &crate::catalogue::Name| {
        area.map(|area| if of(area).zh.is_empty() { &of(area).en } else { &of(area).zh }).cloned().unwrap_or_default()
    };
    let text = format!(
        "INSERT INTO requests(category, lon, lat, community, subdistrict, district, state, is_open, priority, \
         channel, helpers, received, limits, with_unit, changed, is_public, asked_as, asked_with, grid, has_contacts) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'received', 1, ?7, ?8, '[]', ?9, ?10, ?9, ?9, ?11, ?12, ?13, ?14, ?15) RETURNING {COLUMNS}"
    );
    let kept = connection.first(
        &text,
        values![
            &new.category,
            new.at.map(|at| at.lon),
            new.at.map(|at| at.lat),
            area.map(|area| area.id.as_str()).unwrap_or_default(),
            name(|area| &area.subdistrict),
            name(|area| &area.district),
            priority,
            new.channel.word(),
            now.0,
            limit,
            new.is_public,
            key,
            content.as_slice(),
            name(|area| &area.grid),
            !new.contact.trim().is_empty(),
        ],
        read,
    )?;
    kept.ok_or_else(Refusal::no_request)
}

pub(super) fn add_asker(
    connection: &Connection,
    rules: &Rules,
    (request, at): (i64, Moment),
    code: &str,
    contact: &str,
    is_first: bool,
) -> Result<(), Refusal> {
    let contact = contact.trim();
    let sealed = if contact.is_empty() { None } else { Some(rules.seal.seal(request, contact)?) };
    if sealed.is_some() && !is_first {
        // One that was reopened long after it was closed has contacts to be deleted again.
        connection.execute("UPDATE requests SET has_contacts = 1 WHERE number = ?1", values![request])?;
    }
    connection.execute(
        "INSERT INTO askers(code, request, asked, contact, is_first, made) VALUES (?1, ?2, ?2, ?3, ?4, ?5)",
        values![kept_code(rules, code), request, sealed, is_first, at.0],
    )?;
    Ok(())
}
