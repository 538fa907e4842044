//! Whether the chain holds: no entry changed, taken out or put in, no words exchanged, and each request where its entries have led it.

use std::collections::BTreeMap;

use lifecircle::say;
use lifecircle::text::Text;

use super::act::state_after;
use super::tally::fit;
use super::{Desk, Rules, of_json};
use crate::calendar::Moment;
use crate::entry::{Done, hash, salted_hash};
use crate::refusal::Refusal;
use crate::request::State;
use crate::store::{Connection, values};

/// Faults that are told; more are counted.
const MOST_TOLD: usize = 20;

/// What was looked at, and what was wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// Entries of the chain.
    pub entries: i64,
    /// Requests.
    pub requests: usize,
    /// What was wrong: the first of it.
    pub faults: Vec<Text>,
    /// How much was wrong.
    pub wrong: usize,
}

impl Checked {
    fn fault(&mut self, text: Text) {
        self.wrong += 1;
        if self.faults.len() < MOST_TOLD {
            self.faults.push(text);
        }
    }
}

/// Whether the first entry was written with this key, if there is one.
pub(super) fn is_first_of_chain(connection: &Connection, rules: &Rules) -> Result<bool, Refusal> {
    let text = "SELECT request, at, who, done, words, hash FROM entries WHERE number = 1";
    let found = connection.first(text, values![], |row| {
        let [who, done, words]: [String; 3] = [row.get(2)?, row.get(3)?, row.get(4)?];
        let own = hash((&rules.chain, &[]), 1, row.get(0)?, Moment(row.get(1)?), [&who, &done, &words]);
        Ok(own.as_slice() == row.get::<Vec<u8>>(5)?)
    })?;
    Ok(found.unwrap_or(true))
}

impl Desk {
    /// Looks at every entry.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn check(&self) -> Result<Checked, Refusal> {
        self.store.read(|connection| {
            let mut checked = Checked::default();
            let mut states: BTreeMap<i64, State> = BTreeMap::new();
            let mut before: Vec<u8> = Vec::new();
            let mut last = Moment(i64::MIN);
            let text = "SELECT entries.number, entries.request, entries.at, entries.who, entries.done, entries.words, entries.hash, words.sealed, \
                 words.salt FROM entries LEFT JOIN words ON words.entry = entries.number ORDER BY entries.number";
            connection.each(text, values![], |row| {
                checked.entries += 1;
                let (number, request, at) = (row.get::<i64>(0)?, row.get::<Option<i64>>(1)?, Moment(row.get(2)?));
                let [who, done, words]: [String; 3] = [row.get(3)?, row.get(4)?, row.get(5)?];
                let own: Vec<u8> = row.get(6)?;
                if number != checked.entries {
                    checked.fault(say!("entry {number}: entries before it are missing", "记录 {number}：之前有记录缺失"));
                    checked.entries = number;
                }
                if hash((&self.rules.chain, &before), number, request, at, [&who, &done, &words]).as_slice() != own {
                    checked.fault(say!("entry {number} was changed", "记录 {number} 被改动"));
                }
                if at < last {
                    checked.fault(say!("entry {number} is earlier than the one before", "记录 {number} 早于前一条"));
                }
                if let Some(sealed) = row.get::<Option<Vec<u8>>>(7)? {
                    let (salt, text): (Vec<u8>, _) = (row.get(8)?, self.rules.seal.open_text(number, &sealed));
                    if !text.is_ok_and(|text| salted_hash(&salt, text.as_bytes()) == words) {
                        checked.fault(say!("the words of entry {number} were changed", "记录 {number} 的文字被改动"));
                    }
                }
                match (request, of_json::<Done>(&done)) {
                    (None, Ok(_)) => {}
                    (Some(request), Ok(done)) => {
                        let before = states.get(&request).copied().unwrap_or(State::Received);
                        states.insert(request, state_after(&done, before));
                    }
                    (_, Err(_)) => checked.fault(say!("entry {number} cannot be read", "记录 {number} 无法读取")),
                }
                (before, last) = (own, at);
                Ok(())
            })?;
            if !fit(connection, &self.rules)? {
                checked.fault(say!("the tallies are not those of the requests", "统计数与诉求不符"));
            }
            let text = "SELECT photos.entry, entries.done, photos.salt, photos.sealed FROM photos \
                 JOIN entries ON entries.number = photos.entry ORDER BY photos.entry";
            connection.each(text, values![], |row| {
                let (number, done, salt) = (row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<Vec<u8>>(2)?);
                let photo = self.rules.seal.open_bytes(number, &row.get::<Vec<u8>>(3)?);
                let hash = photo.map(|photo| salted_hash(&salt, &photo)).unwrap_or_default();
                if of_json::<Done>(&done).ok() != Some(Done::PhotoAdded { hash }) {
                    checked.fault(say!("the photo of entry {number} was changed", "记录 {number} 的照片被改动"));
                }
                Ok(())
            })?;
            connection.each("SELECT number, state FROM requests ORDER BY number", values![], |row| {
                checked.requests += 1;
                let (number, state): (i64, String) = (row.get(0)?, row.get(1)?);
                if states.get(&number).map(|state| state.word()) != Some(state.as_str()) {
                    checked.fault(say!(
                        "request {number} is not in the state that its entries led to",
                        "诉求 {number} 的状态与记录不符"
                    ));
                }
                Ok(())
            })?;
            Ok(checked)
        })
    }
}
