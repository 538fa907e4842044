//! A catalogue as a workbook (XLSX), for those who would rather fill in tables: a sheet each for categories, questions, units, rules, urgent
//! words, wishes and templates. It only translates; what a catalogue must be is looked at by `read`.

use std::path::Path;

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use lifecircle::text::Text;
use lifecircle::{Error, Result, say};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{
    AnswerKind, Catalogue, Category, Choice, Lead, Name, Priority, Question, Rule, Template, Unit, UnitKind, Urgent,
    Wish,
};
use crate::calendar::Limit;
use crate::request::At;

/// Bytes of a workbook, and rows of a sheet.
const LARGEST: u64 = 50 << 20;
const MOST_ROWS: usize = 20_000;

/// Names of sheets and columns: the one in the file that is written, and its English one.
type Names = (&'static str, &'static str);

const ABOUT: Names = ("目录", "about");
const CATEGORIES: Names = ("事项", "categories");
const QUESTIONS: Names = ("问题", "questions");
const URGENT: Names = ("紧急词", "urgent");
const WISHES: Names = ("增设设施用词", "wishes");
const TEMPLATES: Names = ("答复模板", "templates");
const UNITS: Names = ("单位", "units");
const RULES: Names = ("派单规则", "rules");

const ID: Names = ("编号", "id");
const ZH: Names = ("名称", "name_zh");
const EN: Names = ("英文名称", "name_en");
const HINT_ZH: Names = ("说明", "hint_zh");
const HINT_EN: Names = ("英文说明", "hint_en");
const LIMIT: Names = ("时限", "limit");
const PRIORITY: Names = ("优先级", "priority");
const DEPARTMENT: Names = ("部门职责", "department_work");
const TO_BUILD: Names = ("增设设施", "asks_to_build");
const KINDS: Names = ("设施类别", "kinds");
const CATEGORY: Names = ("事项编号", "category");
const KIND: Names = ("类型", "kind");
const REQUIRED: Names = ("必填", "required");
const CHOICES: Names = ("选项", "choices");
const WORDS: Names = ("用词", "words");
const EXCEPT: Names = ("除外", "except");
const AREA: Names = ("区域", "area");
const LON: Names = ("经度", "lon");
const LAT: Names = ("纬度", "lat");
const LEAD: Names = ("主办", "lead");
const HELPERS: Names = ("协办", "helpers");
const INTERIM: Names = ("非最终答复", "interim");
const SOURCE: Names = ("来源", "source");

/// What stands before the kind of an office that answers for the place, so that it is no unit's id.
const OF_PLACE: char = '@';

/// A workbook that is read.
type Book = Xlsx<std::io::BufReader<std::fs::File>>;

/// A row of a sheet: its columns' names, and its cells.
struct Row<'a> {
    sheet: &'a str,
    number: usize,
    heads: &'a [String],
    cells: &'a [Data],
}

impl Row<'_> {
    fn text(&self, (zh, en): Names) -> String {
        let column = self.heads.iter().position(|head| head == zh || head.eq_ignore_ascii_case(en));
        match column.and_then(|column| self.cells.get(column)) {
            None | Some(Data::Empty) => String::new(),
            // A whole number is written without a point.
            Some(Data::Float(number)) => number.to_string(),
            Some(cell) => cell.to_string().trim().to_owned(),
        }
    }

    fn name(&self) -> Name {
        Name { zh: self.text(ZH), en: self.text(EN) }
    }

    fn list(&self, names: Names) -> Vec<String> {
        let text = self.text(names);
        let parts = text.split([',', '，', '、', '\n']).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn truth(&self, names: Names) -> Result<bool> {
        match self.text(names).to_lowercase().as_str() {
            "" | "否" | "no" | "0" | "false" => Ok(false),
            "是" | "yes" | "1" | "true" | "√" => Ok(true),
            other => Err(self.wrong(names, other, "是 / 否")),
        }
    }

    fn number(&self, names: Names) -> Result<Option<f64>> {
        match self.text(names).as_str() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.wrong(names, text, "106.8")),
        }
    }

    fn limit(&self) -> Result<Option<Limit>> {
        let text = self.text(LIMIT).to_lowercase();
        if text.is_empty() {
            return Ok(None);
        }
        let digits = text.len() - text.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let limit = number.parse().ok().and_then(|number| {
            Some(match unit.trim().trim_start_matches('个') {
                "小时" | "h" | "hour" | "hours" => Limit::Hours(number),
                "工作小时" | "working hour" | "working hours" => Limit::WorkingHours(number),
                "工作日" | "working day" | "working days" => Limit::WorkingDays(number),
                _ => return None,
            })
        });
        limit.map(Some).ok_or_else(|| self.wrong(LIMIT, &text, "24 小时 / 7 个工作日 / 24 hours / 7 working days"))
    }

    /// A word of an enumeration, as TOML has it.
    fn word<T: serde::de::DeserializeOwned>(&self, names: Names, known: &str) -> Result<T> {
        let text = self.text(names);
        serde_json::from_value(text.clone().into()).map_err(|_| self.wrong(names, &text, known))
    }

    fn priority(&self) -> Result<Option<Priority>> {
        if self.text(PRIORITY).is_empty() { Ok(None) } else { self.word(PRIORITY, "normal / high / urgent").map(Some) }
    }

    fn lead(&self, names: Names, text: &str) -> Result<Lead> {
        match text.strip_prefix(OF_PLACE) {
            Some(kind) => {
                let kind = serde_json::from_value(kind.into());
                kind.map(Lead::OfPlace)
                    .map_err(|_| self.wrong(names, text, "@district / @subdistrict / @community / @station"))
            }
            None => Ok(Lead::Unit(text.to_owned())),
        }
    }

    fn wrong(&self, (zh, en): Names, text: &str, known: &str) -> Error {
        Error::new(say!("`{en}` is {text:?}; write it as {known}", "`{zh}` 为 {text:?}；请写成 {known}")).place(say!(
            "sheet {}, row {}",
            "工作表“{}”第 {} 行",
            self.sheet,
            self.number
        ))
    }
}

impl Catalogue {
    /// Reads a catalogue from a workbook, and checks it.
    ///
    /// # Errors
    /// With the sheet and row of the first mistake.
    pub fn read_workbook(path: &Path) -> Result<Self> {
        let of_file = |e: &dyn std::fmt::Display| Error::new(Text::same(e.to_string())).file(path);
        let about = std::fs::metadata(path).map_err(|e| Error::io(say!("read", "读取"), path, &e))?;
        if about.len() > LARGEST {
            return Err(of_file(&"larger than 50 MB / 超过 50 MB"));
        }
        let mut book: Book = open_workbook(path).map_err(|e: calamine::XlsxError| of_file(&e))?;
        Self::of_book(&mut book).map_err(|e| e.file(path))
    }

    fn of_book(book: &mut Book) -> Result<Self> {
        let mut catalogue = Self {
            name: Name::default(),
            source: String::new(),
            urgent: Urgent { words: Vec::new(), except: Vec::new(), limit: Limit::Hours(2) },
            categories: rows(book, CATEGORIES, true, category)?,
            units: rows(book, UNITS, true, unit)?,
            rules: rows(book, RULES, true, rule)?,
            wishes: rows(book, WISHES, false, |row| Ok(Wish { kinds: row.list(KINDS), words: row.list(WORDS) }))?,
            templates: rows(book, TEMPLATES, false, |row| {
                let text = Name { zh: row.text(HINT_ZH), en: row.text(HINT_EN) };
                Ok(Template { name: row.name(), text, categories: row.list(CATEGORY), interim: row.truth(INTERIM)? })
            })?,
        };
        for (name, source) in rows(book, ABOUT, false, |row| Ok((row.name(), row.text(SOURCE))))? {
            (catalogue.name, catalogue.source) = (name, source);
        }
        for (word, except, limit) in
            rows(book, URGENT, false, |row| Ok((row.text(WORDS), row.text(EXCEPT), row.limit()?)))?
        {
            catalogue.urgent.words.extend(Some(word).filter(|word| !word.is_empty()));
            catalogue.urgent.except.extend(Some(except).filter(|except| !except.is_empty()));
            catalogue.urgent.limit = limit.unwrap_or(catalogue.urgent.limit);
        }
        for (id, question, place) in rows(book, QUESTIONS, false, question)? {
            let category = catalogue.categories.iter_mut().find(|category| category.id == id);
            let no_category = || Error::new(say!("there is no category `{id}`", "没有事项 `{id}`")).place(place);
            category.ok_or_else(no_category)?.questions.push(question);
        }
        catalogue.check()?;
        Ok(catalogue)
    }

    /// Writes a catalogue as a workbook.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_workbook(&self, path: &Path) -> Result<()> {
        let written = || -> std::result::Result<(), XlsxError> {
            let mut book = Workbook::new();
            let about = vec![vec![self.name.zh.clone(), self.name.en.clone(), self.source.clone()]];
            sheet(&mut book, ABOUT, &[ZH, EN, SOURCE], about)?;
            let heads = [ID, ZH, EN, HINT_ZH, HINT_EN, LIMIT, PRIORITY, DEPARTMENT, TO_BUILD, KINDS];
            sheet(&mut book, CATEGORIES, &heads, self.categories.iter().map(row_of_category).collect())?;
            let questions = self.categories.iter().flat_map(|category| {
                category.questions.iter().map(move |question| row_of_question(&category.id, question))
            });
            sheet(&mut book, QUESTIONS, &[CATEGORY, ID, ZH, EN, KIND, REQUIRED, CHOICES], questions.collect())?;
            let heads = [ID, ZH, EN, KIND, AREA, LON, LAT];
            sheet(&mut book, UNITS, &heads, self.units.iter().map(row_of_unit).collect())?;
            let heads = [CATEGORY, AREA, LEAD, HELPERS, LIMIT, PRIORITY];
            sheet(&mut book, RULES, &heads, self.rules.iter().map(row_of_rule).collect())?;
            let many = self.urgent.words.len().max(self.urgent.except.len()).max(1);
            let cell = |all: &[String], at: usize| all.get(at).cloned().unwrap_or_default();
            let urgent = (0..many).map(|at| {
                let limit = if at == 0 { told_limit(self.urgent.limit) } else { String::new() };
                vec![cell(&self.urgent.words, at), cell(&self.urgent.except, at), limit]
            });
            sheet(&mut book, URGENT, &[WORDS, EXCEPT, LIMIT], urgent.collect())?;
            let wishes = self.wishes.iter().map(|wish| vec![wish.kinds.join(", "), wish.words.join(", ")]);
            sheet(&mut book, WISHES, &[KINDS, WORDS], wishes.collect())?;
            let templates = self.templates.iter().map(|one| {
                vec![
                    one.name.zh.clone(),
                    one.name.en.clone(),
                    one.text.zh.clone(),
                    one.text.en.clone(),
                    one.categories.join(", "),
                    told_truth(one.interim),
                ]
            });
            sheet(&mut book, TEMPLATES, &[ZH, EN, HINT_ZH, HINT_EN, CATEGORY, INTERIM], templates.collect())?;
            book.save(path)
        };
        written().map_err(|e| Error::new(say!("cannot write ({e})", "无法写入（{e}）")).file(path))
    }
}

/// The rows of a sheet, each read; none if the sheet is not there and need not be.
fn rows<T>(book: &mut Book, (zh, en): Names, must: bool, read: impl Fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
    let name = book.sheet_names().into_iter().find(|name| name == zh || name.eq_ignore_ascii_case(en));
    let Some(name) = name else {
        return match must {
            true => Err(Error::new(say!("the sheet `{en}` is missing", "缺少工作表“{zh}”")).hint(say!(
                "lifecircle desk catalogue -o catalogue.xlsx writes one to begin with",
                "可用 lifecircle desk catalogue -o catalogue.xlsx 生成样表"
            ))),
            false => Ok(Vec::new()),
        };
    };
    let range = book.worksheet_range(&name).map_err(|e| Error::new(Text::same(e.to_string())))?;
    if range.height() > MOST_ROWS {
        return Err(Error::new(say!(
            "the sheet `{name}` has more than {MOST_ROWS} rows",
            "工作表“{name}”超过 {MOST_ROWS} 行"
        )));
    }
    let mut all = range.rows();
    let heads: Vec<String> =
        all.next().unwrap_or_default().iter().map(|cell| cell.to_string().trim().to_owned()).collect();
    let filled = all.enumerate().filter(|(_, cells)| cells.iter().any(|cell| !cell.to_string().trim().is_empty()));
    filled.map(|(number, cells)| read(&Row { sheet: &name, number: number + 2, heads: &heads, cells })).collect()
}

fn category(row: &Row<'_>) -> Result<Category> {
    Ok(Category {
        id: row.text(ID),
        name: row.name(),
        hint: Name { zh: row.text(HINT_ZH), en: row.text(HINT_EN) },
        limit: row.limit()?.ok_or_else(|| row.wrong(LIMIT, "", "24 小时 / 7 个工作日 / 24 hours / 7 working days"))?,
        priority: row.priority()?.unwrap_or_default(),
        department_work: row.truth(DEPARTMENT)?,
        asks_to_build: row.truth(TO_BUILD)?,
        kinds: row.list(KINDS),
        questions: Vec::new(),
    })
}

fn row_of_category(category: &Category) -> Vec<String> {
    let Category { id, name, hint, limit, priority, department_work, asks_to_build, kinds, .. } = category;
    let [name_zh, name_en, hint_zh, hint_en] = [&name.zh, &name.en, &hint.zh, &hint.en].map(Clone::clone);
    let (work, build) = (told_truth(*department_work), told_truth(*asks_to_build));
    vec![
        id.clone(),
        name_zh,
        name_en,
        hint_zh,
        hint_en,
        told_limit(*limit),
        told_word(priority),
        work,
        build,
        kinds.join(", "),
    ]
}

fn question(row: &Row<'_>) -> Result<(String, Question, Text)> {
    let choices = row.text(CHOICES);
    let choices = choices.split('\n').filter(|line| !line.trim().is_empty()).map(|line| {
        // id = Chinese / English
        let (id, name) = line.split_once('=').unwrap_or((line, line));
        let (zh, en) = name.split_once(" / ").unwrap_or((name, name));
        Choice { id: id.trim().to_owned(), name: Name { zh: zh.trim().to_owned(), en: en.trim().to_owned() } }
    });
    let question = Question {
        id: row.text(ID),
        text: row.name(),
        kind: row.word::<AnswerKind>(KIND, "text / number / choice / yes_no")?,
        choices: choices.collect(),
        required: row.truth(REQUIRED)?,
    };
    Ok((row.text(CATEGORY), question, say!("sheet {}, row {}", "工作表“{}”第 {} 行", row.sheet, row.number)))
}

fn row_of_question(category: &str, question: &Question) -> Vec<String> {
    let choice = |one: &Choice| format!("{} = {} / {}", one.id, one.name.zh, one.name.en);
    let choices: Vec<String> = question.choices.iter().map(choice).collect();
    let (kind, required) = (told_word(&question.kind), told_truth(question.required));
    let (zh, en) = (question.text.zh.clone(), question.text.en.clone());
    vec![category.to_owned(), question.id.clone(), zh, en, kind, required, choices.join("\n")]
}

fn unit(row: &Row<'_>) -> Result<Unit> {
    Ok(Unit {
        id: row.text(ID),
        name: row.name(),
        kind: row.word::<UnitKind>(KIND, "department / district / subdistrict / community / station")?,
        area: Some(row.text(AREA)).filter(|area| !area.is_empty()),
        at: row.number(LON)?.zip(row.number(LAT)?).map(|(lon, lat)| At { lon, lat }),
    })
}

fn row_of_unit(unit: &Unit) -> Vec<String> {
    let degrees = |of: fn(&At) -> f64| unit.at.as_ref().map(|at| of(at).to_string()).unwrap_or_default();
    let area = unit.area.clone().unwrap_or_default();
    let (zh, en) = (unit.name.zh.clone(), unit.name.en.clone());
    vec![unit.id.clone(), zh, en, told_word(&unit.kind), area, degrees(|at| at.lon), degrees(|at| at.lat)]
}

fn rule(row: &Row<'_>) -> Result<Rule> {
    Ok(Rule {
        categories: row.list(CATEGORY),
        area: Some(row.text(AREA)).filter(|area| !area.is_empty()),
        lead: row.lead(LEAD, &row.text(LEAD))?,
        helpers: row.list(HELPERS).iter().map(|text| row.lead(HELPERS, text)).collect::<Result<_>>()?,
        limit: row.limit()?,
        priority: row.priority()?,
    })
}

fn row_of_rule(rule: &Rule) -> Vec<String> {
    let lead = |lead: &Lead| match lead {
        Lead::Unit(id) => id.clone(),
        Lead::OfPlace(kind) => format!("{OF_PLACE}{}", told_word(kind)),
    };
    let helpers: Vec<String> = rule.helpers.iter().map(lead).collect();
    vec![
        rule.categories.join(", "),
        rule.area.clone().unwrap_or_default(),
        lead(&rule.lead),
        helpers.join(", "),
        rule.limit.map(told_limit).unwrap_or_default(),
        rule.priority.as_ref().map(told_word).unwrap_or_default(),
    ]
}

fn told_limit(limit: Limit) -> String {
    match limit {
        Limit::Hours(n) => format!("{n} 小时"),
        Limit::WorkingHours(n) => format!("{n} 工作小时"),
        Limit::WorkingDays(n) => format!("{n} 个工作日"),
    }
}

fn told_truth(truth: bool) -> String {
    if truth { "是" } else { "否" }.to_owned()
}

/// A word of an enumeration, as TOML has it.
fn told_word(value: &impl serde::Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Writes a sheet: its heads, and its rows.
fn sheet(
    book: &mut Workbook,
    name: Names,
    heads: &[Names],
    rows: Vec<Vec<String>>,
) -> std::result::Result<(), XlsxError> {
    let sheet: &mut Worksheet = book.add_worksheet().set_name(name.0)?;
    let head = Format::new().set_bold();
    for (column, (zh, _)) in (0..).zip(heads) {
        sheet.write_with_format(0, column, *zh, &head)?;
        let longest = rows.iter().filter_map(|row| row.get(usize::from(column))).map(|cell| cell.chars().count()).max();
        sheet.set_column_width(column, longest.unwrap_or(0).clamp(8, 48) as f64 * 1.4)?;
    }
    for (line, row) in (1..).zip(&rows) {
        for (column, cell) in (0..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(line, column, number)?,
                Err(_) => sheet.write_string(line, column, cell)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_holds_the_whole_catalogue() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("catalogue.xlsx");
        let mut usual = Catalogue::usual().unwrap();
        usual.units.push(Unit {
            id: "station".into(),
            name: Name { zh: "红色驿站".into(), en: "Red station".into() },
            kind: UnitKind::Station,
            area: Some("滨河社区".into()),
            at: Some(At { lon: 106.8, lat: 39.66 }),
        });
        usual.write_workbook(&path).unwrap();
        assert_eq!(Catalogue::read_workbook(&path).unwrap(), usual);
    }

    #[test]
    fn a_mistake_is_told_with_its_sheet_and_row() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("catalogue.xlsx");
        let told = |change: fn(&mut Catalogue)| {
            let mut usual = Catalogue::usual().unwrap();
            change(&mut usual);
            usual.write_workbook(&path).unwrap();
            Catalogue::read_workbook(&path).unwrap_err().to_string()
        };
        assert!(told(|one| one.rules[0].lead = Lead::Unit("@nowhere".into())).contains("row 2"));
        assert!(told(|one| one.rules[0].lead = Lead::Unit("nobody".into())).contains("no unit `nobody`"));
        assert!(told(|one| one.categories[0].kinds = vec!["castle".into()]).contains("no kind of facilities `castle`"));
        std::fs::write(&path, "no workbook").unwrap();
        assert!(Catalogue::read_workbook(&path).unwrap_err().to_string().contains("catalogue.xlsx"));
    }
}
