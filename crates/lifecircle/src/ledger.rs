//! A ledger of what falls short: every service that too few people of a community have, with the day it was first seen, last seen and
//! closed, kept from one check-up to the next (城市体检问题台账).
//!
//! It knows summaries and its own file, and nothing of homes, streets or how anything was measured.

use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::sources::lists;
use crate::sources::records::{Record, Records};
use crate::summary::{CommunitySummary, Summary};
use crate::tables::Table;
use crate::text::Text;

/// The share of people who must have a service, if nothing else is said.
pub const DEFAULT_ENOUGH: f64 = 0.9;

/// The ledger's columns, in their order.
const COLUMNS: [&str; 14] = [
    "standard",
    "walker",
    "community",
    "community_name",
    "circle",
    "service",
    "service_zh",
    "service_en",
    "people_without",
    "having",
    "first_seen",
    "last_seen",
    "closed",
    "reopened",
];

/// A service of which a community falls or fell short.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shortfall {
    /// Id of the standard that asks for it.
    pub standard: String,
    /// Id of who walks.
    pub walker: String,
    /// Id of the community.
    pub community: String,
    /// Its name.
    pub community_name: String,
    /// Id of the circle.
    pub circle: String,
    /// Id of the service.
    pub service: String,
    /// Its Chinese name.
    pub service_zh: String,
    /// Its English name.
    pub service_en: String,
    /// People without it when it was last looked at.
    pub people_without: f64,
    /// The share who had it when it was last looked at.
    pub having: f64,
    /// When it was first seen.
    pub first_seen: NaiveDate,
    /// When it was last seen to fall short.
    pub last_seen: NaiveDate,
    /// When it was first seen to suffice again; none as long as it falls short.
    pub closed: Option<NaiveDate>,
    /// How often it fell short again after it was closed.
    pub reopened: u32,
    /// What people wrote beside it, by [`Ledger::own_columns`].
    #[serde(skip)]
    pub own: Vec<String>,
}

/// The ledger.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ledger {
    /// What falls or fell short, in the order of first seen.
    pub entries: Vec<Shortfall>,
    /// Columns that people added, as 责任单位: they are kept.
    pub own_columns: Vec<String>,
}

/// When a city was looked at, and what is enough.
#[derive(Debug, Clone, Copy)]
pub struct CheckUp {
    /// The day.
    pub date: NaiveDate,
    /// The share of people who must have a service.
    pub enough: f64,
}

/// What a check-up changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LedgerChange {
    /// What falls short for the first time.
    pub new: usize,
    /// What fell short before and still does.
    pub still: usize,
    /// What falls short again.
    pub reopened: usize,
    /// What does so no more.
    pub closed: usize,
    /// Entries of communities or services that the city or the standard no longer has: left as they are.
    pub untouched: usize,
}

impl Ledger {
    /// Reads a ledger; an empty one where there is no file.
    ///
    /// # Errors
    /// If the file is no ledger, or a row of it cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let records = lists::read(path)?;
        let columns = COLUMNS.map(|name| records.column(&[name]));
        if let Some(missing) = COLUMNS.iter().zip(&columns).find_map(|(name, column)| column.is_none().then_some(name))
        {
            return Err(Error::new(say!(
                "this is no ledger: it has no column `{missing}`",
                "这不是台账：缺少列 `{missing}`"
            ))
            .file(path)
            .hint(say!(
                "name the file that `lifecircle ledger` wrote, or a new one",
                "请给出 `lifecircle ledger` 写出的文件，或一个新文件名"
            )));
        }
        if !records.sheets_left.is_empty() {
            return Err(Error::new(say!(
                "it has other sheets, which would be lost: {}",
                "其中还有其他工作表，写出时会丢失：{}",
                records.sheets_left.join(", ")
            ))
            .file(path)
            .hint(say!("keep the ledger in a workbook of its own", "请将台账放在单独的工作簿中")));
        }
        let added: Vec<usize> = (0..records.columns.len()).filter(|column| !columns.contains(&Some(*column))).collect();
        let own = |row: &Record| added.iter().map(|column| row.cells.get(*column).to_owned()).collect();
        let read = |row: &Record| Ok(Shortfall { own: own(row), ..entry(&records, &columns, row)? });
        let entries = records.rows.iter().map(read).collect::<Result<_>>()?;
        Ok(Self { entries, own_columns: added.iter().map(|column| records.columns[*column].clone()).collect() })
    }

    /// Takes over what a check-up found: what falls short is opened or stays open, what no longer does is closed.
    ///
    /// # Errors
    /// If the ledger was written on a later day.
    pub fn check(&mut self, summary: &Summary, check: CheckUp) -> Result<LedgerChange> {
        let standard = summary.standard.split(' ').next().unwrap_or_default();
        let is_of_it = |entry: &Shortfall| entry.standard == standard && entry.walker == summary.walker;
        let same = self.entries.iter().filter(|entry| is_of_it(entry));
        let latest = same.flat_map(|entry| [Some(entry.last_seen), entry.closed]).flatten().max();
        if let Some(latest) = latest.filter(|latest| *latest > check.date) {
            return Err(Error::new(say!(
                "the ledger was last written on {latest}, after {}",
                "台账上次写于 {latest}，晚于 {}",
                check.date
            ))
            .hint(say!("give the day of this check-up, or another ledger", "请给出本次体检的日期，或另一个台账")));
        }
        let mut found = found(summary, standard, check);
        let mut change = LedgerChange::default();
        for entry in self.entries.iter_mut().filter(|entry| is_of_it(entry)) {
            match found.remove(&(entry.community.clone(), entry.service.clone())) {
                Some(now) => change.count(entry.take(now, check)),
                None => change.untouched += 1,
            }
        }
        let mut new: Vec<Shortfall> = found.into_values().filter(|now| now.having < check.enough).collect();
        new.sort_by(|a, b| b.people_without.total_cmp(&a.people_without).then_with(|| a.key().cmp(&b.key())));
        change.new += new.len();
        self.entries.extend(new);
        Ok(change)
    }

    /// How many fall short now.
    pub fn open(&self) -> usize {
        self.entries.iter().filter(|entry| entry.closed.is_none()).count()
    }

    /// The ledger as a table.
    pub fn table(&self) -> Table {
        let all = || self.entries.iter();
        let day = |date: NaiveDate| date.to_string();
        let table = Table::new()
            .text(COLUMNS[0], all().map(|entry| &entry.standard))
            .text(COLUMNS[1], all().map(|entry| &entry.walker))
            .text(COLUMNS[2], all().map(|entry| &entry.community))
            .text(COLUMNS[3], all().map(|entry| &entry.community_name))
            .text(COLUMNS[4], all().map(|entry| &entry.circle))
            .text(COLUMNS[5], all().map(|entry| &entry.service))
            .text(COLUMNS[6], all().map(|entry| &entry.service_zh))
            .text(COLUMNS[7], all().map(|entry| &entry.service_en))
            .numbers(COLUMNS[8], all().map(|entry| entry.people_without))
            .numbers(COLUMNS[9], all().map(|entry| entry.having))
            .text(COLUMNS[10], all().map(|entry| day(entry.first_seen)))
            .text(COLUMNS[11], all().map(|entry| day(entry.last_seen)))
            .maybe_text(COLUMNS[12], all().map(|entry| entry.closed.map(day)))
            .integers(COLUMNS[13], all().map(|entry| i32::try_from(entry.reopened).unwrap_or(i32::MAX)));
        // What people wrote beside new entries is nothing yet.
        self.own_columns.iter().enumerate().fold(table, |table, (column, name)| {
            table.maybe_text(name, all().map(|entry| entry.own.get(column).filter(|text| !text.is_empty())))
        })
    }
}

impl LedgerChange {
    fn count(&mut self, became: Became) {
        match became {
            Became::Still => self.still += 1,
            Became::New => self.new += 1,
            Became::Reopened => self.reopened += 1,
            Became::Closed => self.closed += 1,
            Became::Unchanged => {}
        }
    }
}

/// What an entry became by a check-up.
enum Became {
    New,
    Still,
    Reopened,
    Closed,
    Unchanged,
}

impl Shortfall {
    fn key(&self) -> (String, String) {
        (self.community.clone(), self.service.clone())
    }

    /// Takes over how it is now.
    fn take(&mut self, now: Self, check: CheckUp) -> Became {
        let falls_short = now.having < check.enough;
        let was_closed = self.closed.is_some();
        (self.people_without, self.having) = (now.people_without, now.having);
        (self.community_name, self.circle) = (now.community_name, now.circle);
        (self.service_zh, self.service_en) = (now.service_zh, now.service_en);
        match (falls_short, was_closed) {
            (true, true) => {
                self.reopened += 1;
                (self.last_seen, self.closed) = (check.date, None);
                Became::Reopened
            }
            (true, false) => {
                self.last_seen = check.date;
                // The same day once more changes nothing.
                if self.first_seen == check.date { Became::New } else { Became::Still }
            }
            (false, true) => Became::Unchanged,
            (false, false) => {
                self.closed = Some(check.date);
                Became::Closed
            }
        }
    }
}

/// Every service of every community as it is now. What lies beyond the data could be had: only who surely lacks it is without.
fn found(summary: &Summary, standard: &str, check: CheckUp) -> HashMap<(String, String), Shortfall> {
    let mut found = HashMap::new();
    for community in &summary.communities {
        for (circle, told) in &summary.circles {
            for (service, named) in &told.services {
                let (having, people_without) = having(community, service);
                let entry = Shortfall {
                    standard: standard.to_owned(),
                    walker: summary.walker.clone(),
                    community: community.id.clone(),
                    community_name: community.name.show(false).to_owned(),
                    circle: circle.clone(),
                    service: service.clone(),
                    service_zh: named.zh.clone(),
                    service_en: named.en.clone(),
                    people_without,
                    having,
                    first_seen: check.date,
                    last_seen: check.date,
                    closed: None,
                    reopened: 0,
                    own: Vec::new(),
                };
                found.insert(entry.key(), entry);
            }
        }
    }
    found
}

/// The share of a community's people who have a service, and how many do not.
fn having(community: &CommunitySummary, service: &str) -> (f64, f64) {
    let Some(gap) = community.area.gaps.iter().find(|gap| gap.service == service) else { return (1.0, 0.0) };
    let share =
        community.area.services.iter().find(|(id, _)| id == service).map_or(1.0, |(_, share)| share.of(gap.people));
    let without = gap.surely_without();
    // Of as many people as the share was taken of.
    let all = if share < 1.0 { gap.people_without / (1.0 - share) } else { 0.0 };
    if all > 0.0 { (1.0 - without / all, without) } else { (1.0, without) }
}

fn entry(records: &Records, columns: &[Option<usize>; 14], row: &Record) -> Result<Shortfall> {
    let text = |column: usize| records.text(row, columns[column]).unwrap_or_default().to_owned();
    let wrong = |column: usize, wanted: Text| {
        records
            .error(
                row,
                Text {
                    en: format!("`{}` is {:?}, not {}", COLUMNS[column], text(column), wanted.en),
                    zh: format!("`{}` 是 {:?}，不是{}", COLUMNS[column], text(column), wanted.zh),
                },
            )
            .hint(say!(
                "correct the cell, or take the ledger as it was written",
                "请更正该单元格，或使用原先写出的台账"
            ))
    };
    // A table program writes days in its own way.
    let day = |column: usize| {
        let told = text(column).replace(['/', '.'], "-");
        let only_day = told.split([' ', 'T']).next().unwrap_or_default().to_owned();
        NaiveDate::parse_from_str(&only_day, "%Y-%m-%d")
            .map_err(|_| wrong(column, say!("a day, as 2026-11-26", "日期，如 2026-11-26")))
    };
    let number = |column: usize| text(column).parse::<f64>().map_err(|_| wrong(column, say!("a number", "数字")));
    Ok(Shortfall {
        standard: text(0),
        walker: text(1),
        community: text(2),
        community_name: text(3),
        circle: text(4),
        service: text(5),
        service_zh: text(6),
        service_en: text(7),
        people_without: number(8)?,
        having: number(9)?,
        first_seen: day(10)?,
        last_seen: day(11)?,
        closed: if text(12).is_empty() { None } else { Some(day(12)?) },
        reopened: text(13).parse().map_err(|_| wrong(13, say!("a whole number", "整数")))?,
        own: Vec::new(),
    })
}
