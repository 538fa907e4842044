//! The desk: every operation on requests. Each is one piece of work of the database: all of it is kept, or nothing.

mod act;
pub(crate) mod ask;
mod check;
mod list;
mod open_data;
mod photos;
mod published;
mod row;
pub(crate) mod tally;
mod time;
mod track;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use lifecircle::{Error, Result, say};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use act::{Action, OneOfMany};
pub use ask::LONGEST_WORDS;
pub use check::Checked;
pub use list::{Filter, Full, Listed, Order, Page, PublicRequest, Share};
pub use published::{Published, Sought};
pub use track::{OwnData, Tracked, TrackedStep, Written};

use crate::calendar::{Calendar, Moment};
use crate::catalogue::Catalogue;
use crate::entry::{Done, Who, hash, hex, salted_hash};
use crate::refusal::Refusal;
use crate::seal::Seal;
use crate::store::{Connection, Store, values};

/// Tells what time it is.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// One that stands until it is moved.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// What time it is.
    pub fn now(&self) -> Moment {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Set(clock) => Moment(clock.load(Ordering::Relaxed)),
        }
    }
}

/// What a desk works by.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where `desk.key` is kept, which must be kept apart from copies, and `desk.sqlite` if there is no database server. Its last part is what the desk is called
    /// there.
    pub directory: PathBuf,
    /// What it is kept in.
    pub database: Database,
    /// What can be asked for, and who answers.
    pub catalogue: Catalogue,
    /// When offices work.
    pub calendar: Calendar,
    /// What time it is.
    pub clock: Clock,
    /// When what is written counts as kept.
    pub durability: Durability,
}

/// What a desk is kept in.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Database {
    /// SQLite, in the desk's directory.
    #[default]
    Sqlite,
    /// PostgreSQL, in a schema of the desk's own: the server's address, `postgres://user@host/database`.
    Postgres(String),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address may hold a password.
        f.write_str(match self {
            Self::Sqlite => "Sqlite",
            Self::Postgres(_) => "Postgres(…)",
        })
    }
}

/// When what is written counts as kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// When it is on the disk: nothing that was acknowledged is lost when the power is.
    #[default]
    OnDisk,
    /// When the operating system has it: for what can be generated anew.
    Quick,
}

/// A desk. Any number of threads may ask it at once.
#[derive(Debug)]
pub struct Desk {
    store: Store,
    /// What the threads that write read.
    rules: Arc<Rules>,
}

/// What a desk decides by.
#[derive(Debug)]
pub(crate) struct Rules {
    pub catalogue: Catalogue,
    pub calendar: Calendar,
    pub clock: Clock,
    pub seal: Seal,
    /// What entries are hashed with: whoever changes the database cannot make a chain that holds.
    pub chain: [u8; 32],
    /// By how many seconds the days of tallies begin before those of UTC.
    pub day_offset: i64,
}

impl Desk {
    /// Opens a desk; one that is not there is made.
    ///
    /// # Errors
    /// If its files cannot be opened or made, or are damaged.
    pub fn open(settings: Settings) -> Result<Self> {
        let Settings { directory, database, catalogue, calendar, clock, durability } = settings;
        make_directory(&directory)?;
        let key = directory.join("desk.key");
        let store = match &database {
            Database::Sqlite => Store::open(&directory.join("desk.sqlite"), durability)?,
            Database::Postgres(url) => Store::on_server(url, &schema_of(&directory), durability)?,
        };
        if !key.exists() && !store.is_empty().map_err(Refusal::into_error)? {
            return Err(Error::not_found(say!("the key of this desk is missing", "缺少该受理库的密钥"))
                .file(&key)
                .hint(say!(
                    "put it back from where it is kept; without it nobody can be reached",
                    "请放回原密钥；没有它就无法联系诉求人"
                )));
        }
        let seal = Seal::open(&key)?;
        let chain = seal.derive("chain");
        let known = store.read(tally::offset).map_err(Refusal::into_error)?;
        let day_offset = known.unwrap_or_else(|| i64::from(calendar.offset_seconds()));
        let desk = Self { store, rules: Arc::new(Rules { catalogue, calendar, clock, seal, chain, day_offset }) };
        desk.tally_first().map_err(Refusal::into_error)?;
        Ok(desk)
    }

    /// What can be asked for, and who answers.
    pub fn catalogue(&self) -> &Catalogue {
        &self.rules.catalogue
    }

    /// When offices work.
    pub fn calendar(&self) -> &Calendar {
        &self.rules.calendar
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        self.rules.clock.now()
    }

    /// Writes a copy of the database as it is at one moment, while others go on. The key is not in it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn back_up(&self, to: &Path) -> Result<(), Refusal> {
        if to.exists() {
            return Err(Refusal::Failed(Error::exists(say!("something is there already", "已存在")).file(to)));
        }
        self.store.back_up(to)
    }

    /// Takes over all that is in a copy which [`Desk::back_up`] wrote; there must be nothing yet. The key of that desk must be this one's.
    ///
    /// # Errors
    /// If something is there, the copy cannot be read, or is of another key.
    pub fn restore(&self, from: &Path) -> Result<(), Refusal> {
        if !from.is_file() {
            return Err(Refusal::Failed(Error::not_found(say!("there is no such copy", "没有该备份文件")).file(from)));
        }
        let rules = self.rules();
        self.store.take_over(from, move |connection| {
            if check::is_first_of_chain(connection, &rules)? {
                return tally::count_anew(connection, &rules);
            }
            Err(Refusal::Failed(
                Error::new(say!("this copy was made with another key", "该备份使用的是另一个密钥")).hint(say!(
                    "put the desk.key of that desk into the directory first",
                    "请先把原受理库的 desk.key 放入目录"
                )),
            ))
        })
    }

    /// What the edit of a request is called in a scenario, which everybody may read: it does not tell the request's number.
    pub fn edit_id(&self, number: i64) -> String {
        format!("request-{}", &hex(&self.rules.seal.derive(&format!("edit {number}")))[..12])
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules)
    }
}

/// The schema of a desk, by the name of its directory. PostgreSQL takes names of 63 bytes.
fn schema_of(directory: &Path) -> String {
    let name = directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let schema = format!("desk_{}", name.replace('\0', ""));
    if schema.len() < 64 { schema } else { format!("desk_{}", &hex(&Sha256::digest(name.as_bytes()))[..32]) }
}

/// Makes a directory that only its owner reads.
fn make_directory(directory: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(directory).map_err(|e| Error::io(say!("make the directory", "创建目录"), directory, &e))
}

/// What is written with an entry, beside it.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Words {
    /// In words.
    pub text: String,
    /// Answers to questions, by their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// Where it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// The code of whoever wrote it, as it is kept; none of those who work on it.
    #[serde(skip)]
    pub asker: Option<Vec<u8>>,
}

impl Words {
    /// Words alone.
    pub fn new(text: &str) -> Self {
        Self { text: text.trim().to_owned(), ..Self::default() }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.answers.is_empty() && self.place.is_empty()
    }
}

/// What time it is for the desk: a clock that was set back does not take it with it.
pub(crate) fn moment(connection: &Connection, rules: &Rules) -> Result<Moment, Refusal> {
    Ok(Last::find(connection)?.moment(rules))
}

/// The end of the chain.
pub(crate) struct Last {
    number: i64,
    at: Moment,
    hash: Vec<u8>,
}

impl Last {
    /// As it is kept.
    pub fn find(connection: &Connection) -> Result<Self, Refusal> {
        let text = "SELECT number, at, hash FROM entries ORDER BY number DESC LIMIT 1";
        let last = connection.first(text, values![], |row| {
            Ok(Self { number: row.get(0)?, at: Moment(row.get(1)?), hash: row.get(2)? })
        })?;
        Ok(last.unwrap_or(Self { number: 0, at: Moment(i64::MIN), hash: Vec::new() }))
    }

    /// What time it is for the desk.
    pub fn moment(&self, rules: &Rules) -> Moment {
        rules.clock.now().max(self.at)
    }
}

/// Adds an entry to the chain; it is never earlier than the last. Returns its number and when it was.
pub(crate) fn append(
    connection: &Connection,
    rules: &Rules,
    (request, now): (impl Into<Option<i64>>, Moment),
    who: &Who,
    done: &Done,
    words: &Words,
) -> Result<(i64, Moment), Refusal> {
    append_to((connection, &mut Last::find(connection)?), rules, (request, now), who, done, words)
}

/// The same where the end of the chain is known already, and moves on.
pub(crate) fn append_to(
    (connection, last): (&Connection, &mut Last),
    rules: &Rules,
    (request, now): (impl Into<Option<i64>>, Moment),
    who: &Who,
    done: &Done,
    words: &Words,
) -> Result<(i64, Moment), Refusal> {
    let request = request.into();
    let (number, at) = (last.number + 1, now.max(last.at));
    let (who, done) = (json(who)?, json(done)?);
    let mut salt = [0_u8; 16];
    rand::Rng::fill_bytes(&mut rand::rng(), &mut salt);
    let written = if words.is_empty() { None } else { Some(json(words)?) };
    let hashed = written.as_ref().map(|written| salted_hash(&salt, written.as_bytes())).unwrap_or_default();
    let own = hash((&rules.chain, &last.hash), number, request, at, [&who, &done, &hashed]);
    connection.execute(
        "INSERT INTO entries(number, request, at, who, done, words, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        values![number, request, at.0, who, done, hashed, own.as_slice()],
    )?;
    if let Some(written) = written {
        connection.execute(
            "INSERT INTO words(entry, asker, sealed, salt) VALUES (?1, ?2, ?3, ?4)",
            values![number, words.asker.as_ref(), rules.seal.seal(number, &written)?, salt.as_slice()],
        )?;
    }
    *last = Last { number, at, hash: own.to_vec() };
    Ok((number, at))
}

/// The words of an entry, if it has any and they were not deleted.
pub(crate) fn words_of(rules: &Rules, entry: i64, sealed: Option<Vec<u8>>) -> Result<Option<Words>, Refusal> {
    sealed.map(|sealed| of_json(&rules.seal.open_text(entry, &sealed)?)).transpose()
}

/// What was asked: the words of a request's first entry. When they were deleted, nothing that was written later stands for them.
pub(crate) fn asked_words(connection: &Connection, rules: &Rules, request: i64) -> Result<Words, Refusal> {
    let text = "SELECT words.entry, words.sealed FROM words WHERE words.entry = (SELECT min(number) FROM entries WHERE request = ?1)";
    let found = connection.first(text, values![request], |row| Ok((row.get::<i64>(0)?, row.get::<Vec<u8>>(1)?)))?;
    match found {
        Some((entry, sealed)) => Ok(words_of(rules, entry, Some(sealed))?.unwrap_or_default()),
        None => Ok(Words::default()),
    }
}

/// What is kept as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|e| damaged(&e))
}

/// What was kept as JSON.
pub(crate) fn of_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|e| damaged(&e))
}

fn damaged(error: &serde_json::Error) -> Refusal {
    Refusal::Failed(
        Error::damaged(say!(
            "the desk's database holds what is not its own ({error})",
            "受理库中有无法识别的内容（{error}）"
        ))
        .hint(say!("restore a backup", "请恢复备份")),
    )
}

/// A code as it is kept: whoever reads the database cannot use it, nor find it by trying.
pub(crate) fn kept_code(rules: &Rules, code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    rules.seal.derive(&format!("code {}", plain.to_ascii_uppercase())).to_vec()
}
