//! What a user knows better: which kinds some facilities are, whatever their tags and names say. A table of ids and kinds, as
//! `lifecircle facilities CITY --kind KIND -o FILE` writes it and a person corrects it; kept with the city.

use std::collections::HashMap;
use std::path::PathBuf;

use super::note;
use crate::city::{Facility, Note};
use crate::error::{Error, Result};
use crate::kinds::{CORRECTED, Catalogue};
use crate::sources::lists::{self, Part};

/// What stands in the column of kinds where a place is of none.
const NONE: &str = "none";

/// Corrections of kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrections {
    /// The file that they come from.
    pub file: PathBuf,
    /// By id of the facility, ids of its kinds, apart by semicolons; empty for a place of none.
    kinds: Vec<(String, String)>,
}

/// What became of corrections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrected {
    /// How many facilities are of other kinds now.
    pub changed: usize,
    /// Ids of facilities that are not there.
    pub missing: Vec<String>,
}

/// Reads corrections: columns `id` and `kinds` (ids of kinds, apart by semicolons, or `none`); others are not looked at, and rows without
/// kinds change nothing.
///
/// # Errors
/// If the file cannot be read, a column is missing, or there is no such kind.
pub fn read_corrections<'a>(part: impl Into<Part<'a>>) -> Result<Corrections> {
    let records = lists::read(part)?;
    let (id, told) = (records.named_column("id")?, records.named_column("kinds")?);
    let catalogue = Catalogue::built_in();
    let mut kinds = Vec::with_capacity(records.rows.len());
    for row in &records.rows {
        let Some((id, text)) = records.text(row, Some(id)).zip(records.text(row, Some(told))) else { continue };
        let ids: Vec<&str> = text.split([';', '；', ',', '，']).map(str::trim).filter(|id| !id.is_empty()).collect();
        let unknown = ids.iter().find(|id| **id != NONE && catalogue.find(id).is_none());
        if let Some(unknown) = unknown {
            return Err(records.error(row, say!("there is no kind `{unknown}`", "没有类别 `{unknown}`")).hint(say!(
                "see `lifecircle standards kinds`, or write `none`",
                "见 `lifecircle standards kinds`，或写 `none`"
            )));
        }
        if ids.len() > 1 && ids.contains(&NONE) {
            return Err(records
                .error(row, say!("it is both of some kind and of `none`", "它既属于某类别，又属于 `none`"))
                .hint(say!("write one of them", "请写其中之一")));
        }
        let ids = if ids == [NONE] { Vec::new() } else { ids };
        kinds.push((id.to_owned(), ids.join(";")));
    }
    Ok(Corrections { file: records.file, kinds })
}

impl Corrections {
    /// Corrects facilities. What a row says that is so already stays as it came about.
    pub fn apply(&self, facilities: &mut [Facility]) -> Corrected {
        let index: HashMap<String, usize> =
            facilities.iter().enumerate().map(|(number, facility)| (facility.id.clone(), number)).collect();
        let catalogue = Catalogue::built_in();
        let mut corrected = Corrected::default();
        for (id, kinds) in &self.kinds {
            let Some(number) = index.get(id) else {
                corrected.missing.push(id.clone());
                continue;
            };
            let facility = &mut facilities[*number];
            let mut wanted: Vec<usize> = kinds.split(';').filter_map(|id| catalogue.find(id)).collect();
            wanted.sort_unstable();
            wanted.dedup();
            if catalogue.kinds_of(facility) != wanted {
                facility.tags.retain(|(key, _)| key != CORRECTED);
                facility.tags.push((CORRECTED.to_owned(), kinds.clone()));
                corrected.changed += 1;
            }
        }
        corrected
    }
}

impl Corrected {
    /// Tells the user which rows are of nothing.
    pub(super) fn note(&self) -> Option<Note> {
        let (count, first) = (self.missing.len(), self.missing.first()?);
        Some(note(
            format!(
                "{count} corrections name facilities that are not there ({first} …); give the ids of places that are, or leave these rows out."
            ),
            format!("更正表中有 {count} 条所指的设施不存在（{first} 等）；请改用现有编号或删去这些行。"),
        ))
    }

    /// The error for ids that are not there, where somebody names them to a city that is.
    ///
    /// # Errors
    /// If there are such.
    pub fn all_found(self, corrections: &Corrections) -> Result<Self> {
        let Some(first) = self.missing.first() else { return Ok(self) };
        let more =
            if self.missing.len() > 1 { format!(" and {} others", self.missing.len() - 1) } else { String::new() };
        Err(Error::not_found(say!("there is no facility {first:?}{more}", "没有设施 {first:?}{more}"))
            .file(&corrections.file)
            .hint(say!(
                "take the ids from `lifecircle facilities CITY --kind KIND -o FILE`",
                "编号可由 `lifecircle facilities CITY --kind KIND -o FILE` 得到"
            )))
    }
}
