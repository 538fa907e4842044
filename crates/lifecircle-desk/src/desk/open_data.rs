//! Requests as a table that everybody may have: what everybody may read of them, without anything that names a person.

use geo_types::{Geometry, MultiPoint, Point};
use lifecircle::tables::{Format, Table};

use super::{Desk, Published, Sought};
use crate::calendar::Moment;
use crate::refusal::Refusal;

/// Requests of one table: the last of them.
const MOST: usize = 1_000_000;

/// Requests that are read at once.
const PART: usize = 1_000;

impl Desk {
    /// A table of the requests that came within a time, the last first: places rounded to a hundred metres, words only where whoever
    /// asked lets everybody read them. Places are columns, or, in formats that have them, geometries.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn open_data(&self, (since, until): (Moment, Moment), format: Format) -> Result<Table, Refusal> {
        let mut all: Vec<Published> = Vec::new();
        let mut before = None;
        // By numbers, not by pages: what comes meanwhile moves nothing.
        while all.len() < MOST {
            let sought =
                Sought { since: Some(since), until: Some(until), before, page: (1, PART), ..Sought::default() };
            let part = self.published(&sought)?;
            let is_last = part.len() < PART;
            before = part.last().map(|one| one.request.number);
            all.extend(part);
            if is_last {
                break;
            }
        }
        let time = |moment: Option<Moment>| moment.map(|moment| self.calendar().rfc3339(moment));
        let requests = || all.iter().map(|one| &one.request);
        let name = |id: &str, zh: bool| {
            let name = self.catalogue().category(id).map(|category| &category.name);
            name.map(|name| if zh { name.zh.clone() } else { name.en.clone() }).unwrap_or_default()
        };
        let unit = |id: &Option<String>| {
            let unit = id.as_ref().and_then(|id| self.catalogue().unit(id));
            unit.map(|unit| if unit.name.zh.is_empty() { unit.name.en.clone() } else { unit.name.zh.clone() })
        };
        let table = Table::new()
            .ids("number", requests().map(|one| one.number))
            .text("category", requests().map(|one| &one.category))
            .text("category_zh", requests().map(|one| name(&one.category, true)))
            .text("category_en", requests().map(|one| name(&one.category, false)))
            .text("state", requests().map(|one| one.state.word()))
            .text("channel", requests().map(|one| one.channel.word()))
            .text("district", requests().map(|one| &one.district))
            .text("community", requests().map(|one| &one.community))
            .maybe_text("unit", requests().map(|one| unit(&one.unit)))
            .maybe_text("received", requests().map(|one| time(Some(one.received))))
            .maybe_text("due", requests().map(|one| time(one.due)))
            .maybe_text("replied", requests().map(|one| time(one.replied)))
            .ids("joined", requests().map(|one| one.joined))
            .ids("reopened", requests().map(|one| one.reopened))
            .maybe_text("solved", requests().map(|one| one.solved.map(|solved| if solved { "yes" } else { "no" })))
            .maybe_integers("stars", requests().map(|one| one.stars.and_then(|stars| i32::try_from(stars).ok())))
            .maybe_text("words", all.iter().map(|one| one.words.as_ref().map(|words| harmless(words, format))));
        if !matches!(format, Format::Csv | Format::Xlsx) {
            // What has no place is there all the same; then all are of the kind that can be empty.
            let is_all = requests().all(|one| one.at.is_some());
            let geometry = |one: &crate::request::Request| match one.at.map(|at| Point::new(at.lon, at.lat)) {
                Some(point) if is_all => Geometry::from(point),
                point => Geometry::from(MultiPoint::new(point.into_iter().collect())),
            };
            return Ok(table.geometry(requests().map(geometry).collect::<Vec<_>>()));
        }
        let degrees = |of: fn(&crate::request::At) -> f64| requests().map(move |one| one.at.as_ref().map(of));
        Ok(table.maybe_numbers("lon", degrees(|at| at.lon)).maybe_numbers("lat", degrees(|at| at.lat)))
    }
}

/// Words as a spreadsheet may open them: in CSV, what begins like a formula is put in quotes, or the spreadsheet would compute it.
/// Source: OWASP, CSV injection.
fn harmless(words: &str, format: Format) -> String {
    let is_formula = words.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']);
    if format == Format::Csv && is_formula { format!("'{words}") } else { words.to_owned() }
}
