//! Excel workbooks: the sheets that people see. Those with one head are one list, as where each district has its own: of several heads
//! that of the first sheet that names more than one column. The other sheets are left, by name.
//!
//! Cells are read one after another: a stray one in the last row of the last column costs no more than any other.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use calamine::{DataRef, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use super::head::{Head, SEARCHED, is_remark};
use crate::error::{Error, Result};
use crate::sources::open;
use crate::sources::records::{Cells, Record, Records, RowPlace};
use crate::text::Text;

/// No workbook is larger, in bytes; packed they are a tenth of what they hold.
const LARGEST: u64 = 1 << 29;

/// No part of a workbook unpacks to more bytes than this, nor to so many times its packed size.
const LARGEST_PART: u64 = 1 << 31;
const MOST_PACKED: u64 = 200;
const SMALL_PART: u64 = 1 << 24;

/// No workbook has more sheets.
const MOST_SHEETS: usize = 256;

/// Nor more rows on several sheets together; one alone has a million.
const MOST_ROWS: usize = 3_000_000;

/// A head has no more columns than a sheet.
const MOST_COLUMNS: usize = 16_384;

/// Shared formulas are numbered from 0.
const MOST_DIGITS: usize = 6;

fn save_again() -> Text {
    say!("save it again as .xlsx, or as .csv", "请另存为 .xlsx 或 .csv")
}

/// Reads an XLSX file, or only the sheet that is named.
///
/// # Errors
/// If it is not an XLSX file, its sheets are empty, there is no such sheet, or a formula has no value.
pub fn read(path: &Path, only: Option<&str>) -> Result<Records> {
    let damaged = |e: &dyn std::fmt::Display| {
        Error::damaged(say!("it cannot be read as XLSX ({e})", "无法按 XLSX 读取（{e}）")).hint(save_again())
    };
    let file = BufReader::new(open(path)?);
    let size = std::fs::metadata(path).map_err(|e| Error::io(say!("read", "读取"), path, &e))?.len();
    if size > LARGEST {
        return Err(Error::new(say!("the workbook has over 500 MB", "工作簿超过 500 MB"))
            .hint(say!("save its first sheet as .csv", "请将第一张表另存为 .csv")));
    }
    check_parts(open(path)?, &damaged)?;
    let mut workbook: Xlsx<_> = Xlsx::new(file).map_err(|e| damaged(&e))?;
    let shown = |sheet: &&Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
    let names: Vec<String> = workbook.sheets_metadata().iter().filter(shown).map(|sheet| sheet.name.clone()).collect();
    let wanted: Vec<&String> = names.iter().filter(|name| only.is_none_or(|only| *name == only)).collect();
    if wanted.is_empty() {
        return Err(match only {
            Some(only) => Error::not_found(say!("the workbook has no sheet {only:?}", "工作簿没有工作表 {only:?}"))
                .hint(say!("its sheets are: {}", "现有工作表：{}", names.join(", "))),
            None => Error::damaged(say!("the workbook has no sheet", "工作簿没有工作表")).hint(save_again()),
        });
    }
    if wanted.len() > MOST_SHEETS {
        return Err(Error::new(say!(
            "the workbook has more than {MOST_SHEETS} sheets",
            "工作簿的工作表超过 {MOST_SHEETS} 张"
        ))
        .hint(say!("put the list into a workbook of its own", "请将名录放在单独的工作簿中")));
    }
    let mut all: Option<Records> = None;
    let mut left = Vec::new();
    for (number, name) in wanted.iter().enumerate() {
        let cells = sheet(&mut workbook, name).map_err(|e| damaged(&e))?;
        let place = |row: u32| match wanted.len() {
            1 => RowPlace::Row(u64::from(row) + 1),
            _ => RowPlace::SheetRow(number as u32 + 1, row + 1),
        };
        let Some(found) = SheetHead::find(&cells) else { continue };
        match &mut all {
            Some(first) if first.columns == found.columns => {
                first.rows.extend(found.records(cells, place)?.rows);
                first.sheets_joined.push((*name).clone());
                if first.rows.len() > MOST_ROWS {
                    return Err(Error::new(say!(
                        "its sheets have more than {MOST_ROWS} rows together",
                        "各工作表合计超过 {MOST_ROWS} 行"
                    ))
                    .hint(say!(
                        "name one with `sheet` in a file of inputs, or save them as .csv",
                        "请在输入文件中用 `sheet` 指明一张，或另存为 .csv"
                    )));
                }
            }
            // Of a sheet of remarks nothing is made, where another follows.
            None if found.columns.len() > 1 || number + 1 == wanted.len() => {
                let records = found.records(cells, place)?;
                all = Some(Records { sheets_joined: vec![(*name).clone()], ..records });
            }
            _ => left.push((*name).clone()),
        }
    }
    let records = all.ok_or_else(|| {
        Error::new(say!("its sheets are empty", "各工作表都是空的")).hint(say!(
            "put the list on a sheet, with a row that names the columns",
            "请将名录放在一张工作表上，并有一行列名"
        ))
    })?;
    Ok(Records { file: path.to_path_buf(), sheets_left: left, ..records })
}

/// Refuses a workbook that would unpack to more than a workbook holds, or that numbers its shared formulas so high that a list
/// of them would not fit.
fn check_parts(file: File, damaged: &impl Fn(&dyn std::fmt::Display) -> Error) -> Result<()> {
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|e| damaged(&e))?;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|e| damaged(&e))?;
        let most = LARGEST_PART.min(SMALL_PART.max(part.compressed_size().saturating_mul(MOST_PACKED)));
        let name = part.name().map(|name| name.into_owned()).unwrap_or_default();
        // The size that the archive tells need not be the true one: it is read to its end.
        let mut bytes = BufReader::with_capacity(1 << 16, part.take(most + 1));
        let (mut read, mut formulas) = (0, FormulaNumbers::default());
        loop {
            let chunk = bytes.fill_buf().map_err(|e| damaged(&e))?;
            if chunk.is_empty() {
                break;
            }
            chunk.iter().for_each(|byte| formulas.take(*byte));
            let length = chunk.len();
            read += length as u64;
            bytes.consume(length);
        }
        if read > most || formulas.longest > MOST_DIGITS {
            return Err(damaged(&format!("its part {name} is too large when unpacked")));
        }
    }
    Ok(())
}

/// How long the numbers are that attributes called `si` hold.
#[derive(Default)]
struct FormulaNumbers {
    /// How much of `si="` was seen.
    seen: u8,
    digits: usize,
    longest: usize,
}

impl FormulaNumbers {
    fn take(&mut self, byte: u8) {
        self.seen = match (self.seen, byte) {
            (_, b's') => 1,
            (1, b'i') => 2,
            (2 | 3, b' ' | b'\t' | b'\n' | b'\r') => self.seen,
            (2, b'=') => 3,
            (3, b'"' | b'\'') => 4,
            (4, b'0'..=b'9') => {
                self.digits += 1;
                self.longest = self.longest.max(self.digits);
                return;
            }
            _ => 0,
        };
        self.digits = 0;
    }
}

/// A cell: its row and column from 0, its text, and whether it is a formula without a value.
type SheetCell = (u32, u32, String, bool);

fn sheet<R: Read + Seek>(workbook: &mut Xlsx<R>, name: &str) -> std::result::Result<Vec<SheetCell>, XlsxError> {
    let mut reader = workbook.worksheet_cells_reader(name)?;
    let mut cells = Vec::new();
    while let Some(cell) = reader.next_cell_with_formula_metadata()? {
        let (row, column) = cell.pos;
        let text = text(&cell.value);
        let lacks_value = text.is_empty() && cell.formula.is_some();
        if !text.is_empty() || lacks_value {
            cells.push((row, column, text, lacks_value));
        }
    }
    cells.sort_by_key(|(row, column, ..)| (*row, *column));
    Ok(cells)
}

/// The head of a sheet.
struct SheetHead {
    /// Its last row.
    last: u32,
    /// The names of columns, and where in the sheet each stands.
    columns: Vec<String>,
    named: Vec<u32>,
    unit_above: Option<String>,
}

impl SheetHead {
    /// Finds it; none in an empty sheet.
    fn find(cells: &[SheetCell]) -> Option<Self> {
        let mut first_rows: Vec<(u32, Vec<String>)> = Vec::new();
        for (row, column, text, _) in cells.iter().filter(|cell| (cell.1 as usize) < MOST_COLUMNS) {
            if first_rows.last().is_none_or(|(last, _)| last != row) {
                if first_rows.len() > SEARCHED {
                    break;
                }
                first_rows.push((*row, Vec::new()));
            }
            if let Some((_, texts)) = first_rows.last_mut() {
                texts.resize(*column as usize, String::new());
                texts.push(text.clone());
            }
        }
        let (rows, texts): (Vec<u32>, Vec<Vec<String>>) = first_rows.into_iter().unzip();
        let head = Head::find(&texts)?;
        // What stands under no name belongs to nothing.
        let named = (0..head.columns.len() as u32).filter(|c| !head.columns[*c as usize].is_empty()).collect();
        let columns = head.columns.into_iter().filter(|name| !name.is_empty()).collect();
        Some(Self { last: rows[head.rows.end - 1], columns, named, unit_above: head.unit_above })
    }

    /// The rows below it.
    fn records(self, cells: Vec<SheetCell>, place: impl Fn(u32) -> RowPlace) -> Result<Records> {
        let mut records = Records { columns: self.columns, unit_above: self.unit_above, ..Records::default() };
        for (row, column, text, lacks_value) in cells.into_iter().filter(|cell| cell.0 > self.last) {
            let Ok(position) = self.named.binary_search(&column) else { continue };
            let place = place(row);
            if lacks_value {
                return Err(Error::new(say!(
                    "`{}` is a formula whose value the file does not hold",
                    "`{}` 是公式，而文件中没有其值",
                    records.columns[position]
                ))
                .place(place.told())
                .hint(say!(
                    "open the workbook in a spreadsheet program and save it again",
                    "请用电子表格软件打开并重新保存"
                )));
            }
            if records.rows.last().is_none_or(|last| last.place != place) {
                records.rows.push(Record { place, geometry: None, cells: Cells::default() });
            }
            if let Some(last) = records.rows.last_mut() {
                last.cells.push(position, &text);
            }
        }
        records.rows.retain(|row| !is_remark(&row.cells.iter().map(|(_, text)| text).collect::<Vec<_>>()));
        Ok(records)
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(date) => day(date),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        // As a spreadsheet shows it: no number, and no empty cell either.
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A date as people read it; as the number that it is stored as it would pass for a count.
fn day(date: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}
