//! Which kinds a facility may be, seen from its tags at a glance: of some hundred rules only a few need be asked.

use std::collections::HashMap;

use super::Kind;
use super::rule::Chance;
use crate::city::Facility;

/// Kinds by what a tag must be, and by what lists call them.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    tags: HashMap<String, OfKey>,
    always: Vec<usize>,
    called: HashMap<String, Vec<usize>>,
}

/// Kinds that a key gives a chance.
#[derive(Debug, Clone, Default)]
struct OfKey {
    any: Vec<usize>,
    values: HashMap<String, Vec<usize>>,
}

impl Index {
    /// Adds a kind.
    pub fn add(&mut self, number: usize, kind: &Kind) {
        for rule in &kind.rules {
            match rule.chance() {
                Chance::Values(key, values) => {
                    let key = self.tags.entry(key.to_owned()).or_default();
                    for value in values {
                        key.values.entry(value.clone()).or_default().push(number);
                    }
                }
                Chance::Key(key) => self.tags.entry(key.to_owned()).or_default().any.push(number),
                Chance::Always => self.always.push(number),
            }
        }
        for name in [&kind.id, &kind.zh, &kind.en] {
            self.called.entry(name.to_lowercase()).or_default().push(number);
        }
    }

    /// Kinds that a list calls so.
    pub fn called(&self, word: &str) -> &[usize] {
        self.called.get(word).map_or(&[], Vec::as_slice)
    }

    /// Kinds one of whose rules may fit, ascending, each once.
    pub fn candidates(&self, facility: &Facility) -> Vec<usize> {
        let mut found = self.always.clone();
        for (key, value) in &facility.tags {
            if let Some(of_key) = self.tags.get(key) {
                found.extend(&of_key.any);
                for value in value.split(';') {
                    found.extend(of_key.values.get(value.trim()).into_iter().flatten());
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
