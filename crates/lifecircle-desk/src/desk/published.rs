//! What everybody may read of requests: what, about where, how far it is. No words that whoever asked keeps to themselves, no contact, and
//! no place more exactly than a street corner, since a request may be about somebody's own home.

use lifecircle::say;

use super::row::{COLUMNS, read};
use super::{Desk, asked_words};
use crate::calendar::Moment;
use crate::refusal::Refusal;
use crate::request::{At, Request};
use crate::store::Value;

/// Requests of a page.
const MOST: usize = 1_000;

/// Pages that can be asked for.
const MOST_PAGES: usize = 10_000;

/// Which requests.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Of these numbers; of any if none is named.
    pub numbers: Vec<i64>,
    /// Of these categories; of any if none is named.
    pub categories: Vec<String>,
    /// Only those that a unit has still to answer, or only the others.
    pub open: Option<bool>,
    /// Received from then on.
    pub since: Option<Moment>,
    /// Received before.
    pub until: Option<Moment>,
    /// Of lower numbers.
    pub before: Option<i64>,
    /// The page, from 1 on, and how many it has.
    pub page: (usize, usize),
}

/// A request as everybody may read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The request, its place rounded.
    pub request: Request,
    /// What was asked, if whoever asked lets others read it.
    pub words: Option<String>,
}

impl Desk {
    /// The requests that are sought, the last first.
    ///
    /// # Errors
    /// If too many are sought at once, or they cannot be read.
    pub fn published(&self, sought: &Sought) -> Result<Vec<Published>, Refusal> {
        let (page, size) = (sought.page.0.clamp(1, MOST_PAGES), sought.page.1.clamp(1, MOST));
        if sought.numbers.len().max(sought.categories.len()) > MOST {
            return Err(Refusal::BadInput(say!("ask for at most {MOST} at once", "一次最多查询 {MOST} 个")));
        }
        let mut text = format!("SELECT {COLUMNS} FROM requests WHERE state <> 'merged'");
        let mut values: Vec<Value> = Vec::new();
        let mut among = |column: &str, of: Vec<Value>| {
            if !of.is_empty() {
                text += &format!(" AND {column} IN ({})", vec!["?"; of.len()].join(","));
                values.extend(of);
            }
        };
        among("number", sought.numbers.iter().copied().map(Value::from).collect());
        among("category", sought.categories.iter().cloned().map(Value::from).collect());
        among("is_open", sought.open.into_iter().map(Value::from).collect());
        for (condition, moment) in [(" AND received >= ?", sought.since), (" AND received < ?", sought.until)] {
            if let Some(moment) = moment {
                text += condition;
                values.push(moment.0.into());
            }
        }
        if let Some(before) = sought.before {
            text += " AND number < ?";
            values.push(before.into());
        }
        text += " ORDER BY number DESC LIMIT ? OFFSET ?";
        values.extend([Value::from(size as i64), Value::from(((page - 1) * size) as i64)]);
        self.store.read(|connection| {
            let found: Vec<Request> = connection.all(&text, &values, |row| Ok(read(row)?.request))?;
            found
                .into_iter()
                .map(|mut request| {
                    let words = match request.is_public {
                        true => Some(asked_words(connection, &self.rules, request.number)?.text),
                        false => None,
                    };
                    request.at = request.at.map(At::rounded);
                    Ok(Published { request, words })
                })
                .collect()
        })
    }
}
