//! Lists of other hotlines made requests: rows of CSV, XLSX and whatever else the lists of facilities may be. The whole list is looked at
//! before anything of it is taken. It knows no database.

use std::collections::BTreeMap;

use lifecircle::geo::Datum;
use lifecircle::setting::Setting;
use lifecircle::sources::lists;
use lifecircle::sources::records::{Coordinates, GivenColumns, Record, Records, point_of};
use lifecircle::{Error, Result, say};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Moment};
use crate::catalogue::Catalogue;
use crate::desk::ask::check;
use crate::request::{Area, At, Channel, NewRequest};

/// Rows of one list.
const MOST_ROWS: usize = 200_000;

/// Categories that are not known which an error tells.
const MOST_TOLD: usize = 10;

/// What a column of such a list tells, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// What the other hotline calls the request.
    Number,
    /// What it is about.
    Category,
    /// What was asked, in words.
    Words,
    /// Where.
    Place,
    /// How to reach whoever asked.
    Contact,
    /// When it came.
    Received,
}

impl Told {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Number, Self::Category, Self::Words, Self::Place, Self::Contact, Self::Received];

    /// Its word where a column is named for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Category => "category",
            Self::Words => "words",
            Self::Place => "place",
            Self::Contact => "contact",
            Self::Received => "received",
        }
    }

    /// What such columns are called, the likeliest first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Number => &[
                "工单编号",
                "工单号",
                "受理编号",
                "诉求编号",
                "单号",
                "编号",
                "number",
                "service_request_id",
                "unique key",
                "case id",
                "id",
            ],
            Self::Category => &[
                "事项",
                "诉求类型",
                "诉求类别",
                "问题类型",
                "问题分类",
                "工单类型",
                "类别",
                "分类",
                "category",
                "service_code",
                "service_name",
                "complaint type",
                "type",
            ],
            Self::Words => &[
                "诉求内容",
                "工单内容",
                "反映内容",
                "诉求描述",
                "问题描述",
                "内容",
                "描述",
                "words",
                "description",
                "descriptor",
                "details",
            ],
            Self::Place => &[
                "事发地址",
                "诉求地址",
                "反映地址",
                "详细地址",
                "地址",
                "地点",
                "place",
                "address",
                "incident address",
                "address_string",
            ],
            Self::Contact => &["联系方式", "联系电话", "来电号码", "电话", "contact", "phone"],
            Self::Received => &[
                "受理时间",
                "来电时间",
                "诉求时间",
                "登记时间",
                "创建时间",
                "received",
                "requested_datetime",
                "created date",
                "created",
            ],
        }
    }
}

/// How a list is read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Columns that are named: which tells what; an empty name for none.
    pub columns: BTreeMap<Told, String>,
    /// Which of the catalogue's categories the list's own words are; `*` stands for all others.
    pub categories: BTreeMap<String, String>,
    /// In which system its coordinates are.
    pub datum: Datum,
    /// Whose list it is: two hotlines may give one number to different requests.
    pub source: String,
}

/// What a list holds, before it is known whether all of it can be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Looked {
    /// How many rows it has.
    pub rows: usize,
    /// What its columns are called.
    pub columns: Vec<String>,
    /// Which of them tells what.
    pub told: BTreeMap<Told, String>,
    /// The list's own words for categories, the most frequent first.
    pub words: Vec<Word>,
}

/// What a list calls a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Word {
    /// The word.
    pub word: String,
    /// In how many rows it stands.
    pub count: usize,
    /// The category of the catalogue that it is; none if that is not known.
    pub category: Option<String>,
}

/// A list that was read.
#[derive(Debug)]
pub struct Found {
    /// Its requests.
    pub requests: Vec<NewRequest>,
    /// Which column tells what.
    pub columns: Vec<(Told, String)>,
    /// How many rows have a place of their own.
    pub placed: usize,
    /// How many rows tell when they came.
    pub timed: usize,
}

/// Looks at a list, to ask which column tells what and which category each of its words is.
///
/// # Errors
/// If it cannot be read, or a column that was named is not there.
pub fn look<'a>(part: impl Into<lists::Part<'a>>, reading: &Reading, catalogue: &Catalogue) -> Result<Looked> {
    let records = open(part.into())?;
    let columns = columns_of(&records, reading)?;
    let mut names: Vec<String> = Vec::with_capacity(records.columns.len());
    for name in records.columns.iter().filter(|name| !name.trim().is_empty()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let words = columns.get(&Told::Category).map(|column| words_of(&records, *column, reading, catalogue));
    Ok(Looked {
        rows: records.rows.len(),
        told: columns.iter().map(|(told, column)| (*told, records.columns[*column].clone())).collect(),
        columns: names,
        words: words.unwrap_or_default(),
    })
}

fn open(part: lists::Part<'_>) -> Result<Records> {
    let records = lists::read(part)?;
    if records.rows.is_empty() || records.rows.len() > MOST_ROWS {
        return Err(
            Error::new(say!("a list has 1 to {MOST_ROWS} rows", "工单表须有 1 至 {MOST_ROWS} 行")).file(part.path)
        );
    }
    Ok(records)
}

/// The columns that are named, or are called as such columns usually are.
fn columns_of(records: &Records, reading: &Reading) -> Result<BTreeMap<Told, usize>> {
    let mut columns = BTreeMap::new();
    for told in Told::ALL {
        let column = match reading.columns.get(&told) {
            Some(name) if name.is_empty() => None,
            Some(name) => Some(records.named_column(name)?),
            None => records.column(told.names()),
        };
        columns.extend(column.map(|column| (told, column)));
    }
    Ok(columns)
}

/// Reads a list: `area_of` tells in which areas a place lies.
///
/// # Errors
/// With the first row that cannot be taken, or all categories that are not known.
pub fn read<'a>(
    part: impl Into<lists::Part<'a>>,
    reading: &Reading,
    (catalogue, calendar): (&Catalogue, &Calendar),
    area_of: impl Fn(At) -> Option<Area>,
) -> Result<Found> {
    let part = part.into();
    let records = open(part)?;
    let columns = columns_of(&records, reading)?;
    for must in [Told::Category, Told::Words] {
        if !columns.contains_key(&must) {
            let columns = Setting::RequestColumns;
            let (word, names) = (must.word(), must.names().iter().take(4).copied().collect::<Vec<_>>().join("、"));
            return Err(Error::new(say!("there is no {word} column", "缺少 {word} 列")).file(part.path).hint(say!(
                "call it {names} or the like, or name it: {columns} {word}=COLUMN; its columns are: {}",
                "可命名为 {names} 等，或用{columns}{word}=列名 指明；现有列：{}",
                records.columns.join(", ")
            )));
        }
    }
    let coordinates = match Coordinates::are_in(&records) {
        true => Some(Coordinates::find(&records, GivenColumns::default(), reading.datum)?),
        false => None,
    };
    let mut unknown = words_of(&records, columns[&Told::Category], reading, catalogue);
    unknown.retain(|one| one.category.is_none());
    if let Some(first) = unknown.first() {
        let categories = Setting::RequestCategories;
        let told: Vec<String> =
            unknown.iter().take(MOST_TOLD).map(|one| format!("{} ({})", one.word, one.count)).collect();
        return Err(Error::new(say!(
            "{} categories are not in the catalogue: {}",
            "有 {} 个类别不在派单目录中：{}",
            unknown.len(),
            told.join(", ")
        ))
        .file(part.path)
        .hint(say!(
            "say what they are: {categories} \"{}=CATEGORY\", or {categories} \"*=other\" for all others",
            "请指明对应事项：{categories}\"{}=事项\"，其余可用{categories}\"*=other\"",
            first.word
        )));
    }
    let mut found = Found {
        requests: Vec::with_capacity(records.rows.len()),
        columns: columns.iter().map(|(told, column)| (*told, records.columns[*column].clone())).collect(),
        placed: 0,
        timed: 0,
    };
    for (row, record) in records.rows.iter().enumerate() {
        let request = request(&records, (row, record), &columns, coordinates.as_ref(), (reading, catalogue, calendar))?;
        if let Err(refusal) = check(&request, catalogue.category(&request.category)) {
            return Err(records.error(record, refusal.text()));
        }
        found.placed += usize::from(request.at.is_some());
        found.timed += usize::from(request.received.is_some());
        found.requests.push(NewRequest { area: request.at.and_then(&area_of), ..request });
    }
    Ok(found)
}

/// The category of the catalogue that a list's own word is.
fn category_of<'a>(word: &str, reading: &'a Reading, catalogue: &'a Catalogue) -> Option<&'a str> {
    let word = word.trim();
    let named = reading.categories.get(word).map(String::as_str);
    let own = || {
        let is = |name: &str| !name.is_empty() && name.eq_ignore_ascii_case(word);
        let category = catalogue.categories.iter().find(|one| is(&one.id) || is(&one.name.zh) || is(&one.name.en));
        category.map(|category| category.id.as_str())
    };
    let others = || reading.categories.get("*").map(String::as_str);
    named.or_else(own).or_else(others).filter(|id| catalogue.category(id).is_some())
}

/// The list's own words for categories, the most frequent first.
fn words_of(records: &Records, column: usize, reading: &Reading, catalogue: &Catalogue) -> Vec<Word> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &records.rows {
        *counts.entry(record.cells.get(column).trim()).or_default() += 1;
    }
    let word = |(word, count): (&str, usize)| Word {
        word: word.to_owned(),
        count,
        category: category_of(word, reading, catalogue).map(str::to_owned),
    };
    let mut words: Vec<Word> = counts.into_iter().map(word).collect();
    words.sort_by(|a, b| b.count.cmp(&a.count).then(a.word.cmp(&b.word)));
    words
}

fn request(
    records: &Records,
    (row, record): (usize, &Record),
    columns: &BTreeMap<Told, usize>,
    coordinates: Option<&Coordinates>,
    (reading, catalogue, calendar): (&Reading, &Catalogue, &Calendar),
) -> Result<NewRequest> {
    let text = |told: Told| columns.get(&told).map(|column| record.cells.get(*column).trim()).unwrap_or_default();
    // A row may have no place of its own.
    let at = match coordinates.filter(|coordinates| coordinates.are_told(records, row)) {
        Some(coordinates) => point_of(&coordinates.of(records, row)?).map(|at| At { lon: at.x, lat: at.y }),
        None => None,
    };
    let problem = |text| records.error(record, text);
    if text(Told::Words).is_empty() {
        return Err(problem(say!("it says nothing in words", "缺少诉求内容"))
            .hint(say!("write what was asked, or remove the line", "请补充内容或删除该行")));
    }
    if at.is_none() && text(Told::Place).is_empty() {
        return Err(problem(say!("it says nowhere where it is about", "缺少地点"))
            .hint(say!("write an address or coordinates, or remove the line", "请补充地址或坐标，或删除该行")));
    }
    let received = match text(Told::Received) {
        "" => None,
        told => Some(calendar.moment_of(told).ok_or_else(|| {
            problem(say!("{told:?} is not a time", "无法识别时间 {told:?}"))
                .hint(say!("write it as 2026-11-27 08:30", "请写成 2026-11-27 08:30"))
        })?),
    };
    // The same row is the same request, however often the list is given: by its number, or else by all that it says.
    let name = match text(Told::Number) {
        "" => record.cells.iter().map(|(_, cell)| cell).collect::<Vec<_>>().join("\u{1f}"),
        number => number.to_owned(),
    };
    Ok(NewRequest {
        category: category_of(text(Told::Category), reading, catalogue).unwrap_or_default().to_owned(),
        at,
        place: text(Told::Place).to_owned(),
        area: None,
        words: text(Told::Words).to_owned(),
        answers: BTreeMap::new(),
        contact: text(Told::Contact).to_owned(),
        is_public: false,
        channel: Channel::List,
        key: key_of(&format!("{}\u{1f}{name}", reading.source)),
        received,
    })
}

/// What a row is known by, short.
fn key_of(name: &str) -> String {
    use sha2::Digest as _;
    format!("list-{}", crate::entry::hex(&sha2::Sha256::digest(name.as_bytes())[..20]))
}

/// When a list's request came, if that is not in the future.
pub(crate) fn not_after(received: Option<Moment>, now: Moment) -> Moment {
    received.map_or(now, |received| received.min(now))
}
