//! Voices: how many asked for what, community by community, to be laid beside what was measured to be lacking there. It knows no measures: it
//! tells kinds of facilities, which whoever measures knows.

use std::collections::BTreeMap;

use lifecircle::say;
use schemars::JsonSchema;
use serde::Serialize;

use crate::calendar::Moment;
use crate::desk::{Desk, asked_words};
use crate::refusal::Refusal;
use crate::store::values;

/// Requests whose words are looked at.
const MOST_READ: usize = 50_000;

/// How many in a community asked for something of some kinds of facilities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Voices {
    /// The community's id; empty if not known.
    pub community: String,
    /// Kinds of facilities that they ask for.
    pub kinds: Vec<String>,
    /// Requests, and those who joined them.
    pub voices: i64,
}

impl Desk {
    /// Counts those who asked within a time for something that facilities are there for.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn voices(&self, (since, until): (Moment, Moment)) -> Result<Vec<Voices>, Refusal> {
        let catalogue = self.catalogue();
        let mut counted: BTreeMap<(String, Vec<String>), i64> = BTreeMap::new();
        let times = values![since.0, until.0];
        self.store().read(|connection| {
            let text = "SELECT category, community, CAST(count(*) + sum(joined) AS BIGINT) FROM requests \
                 WHERE received >= ?1 AND received < ?2 AND state <> 'merged' GROUP BY category, community";
            let mut to_read: Vec<String> = Vec::new();
            connection.each(text, times, |row| {
                let Some(category) = catalogue.category(&row.get::<String>(0)?) else { return Ok(()) };
                if category.asks_to_build {
                    to_read.push(category.id.clone());
                } else if !category.kinds.is_empty() {
                    *counted.entry((row.get(1)?, category.kinds.clone())).or_default() += row.get::<i64>(2)?;
                }
                Ok(())
            })?;
            to_read.sort();
            to_read.dedup();
            for category in to_read {
                let text = format!(
                    "SELECT number, community, joined FROM requests WHERE category = ?3 AND received >= ?1 AND received < ?2 \
                     AND state <> 'merged' ORDER BY number DESC LIMIT {}",
                    MOST_READ + 1
                );
                let found: Vec<(i64, String, i64)> = connection.all(&text, values![since.0, until.0, &category], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
                if found.len() > MOST_READ {
                    return Err(Refusal::BadInput(say!(
                        "there are more than {MOST_READ} wishes; choose a shorter time",
                        "增设诉求超过 {MOST_READ} 件；请缩短时段"
                    )));
                }
                for (number, community, joined) in found {
                    let words = asked_words(connection, &self.rules(), number)?;
                    let told = words.answers.values().fold(words.text, |told, answer| told + "\n" + answer);
                    let kinds = catalogue.wished(&told);
                    if !kinds.is_empty() {
                        *counted.entry((community, kinds)).or_default() += 1 + joined;
                    }
                }
            }
            Ok(())
        })?;
        let voices = counted.into_iter().map(|((community, kinds), voices)| Voices { community, kinds, voices });
        Ok(voices.collect())
    }
}
