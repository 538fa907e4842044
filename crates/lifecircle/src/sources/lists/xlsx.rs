//! Excel workbooks: the first sheet, whose first row names the columns.
//!
//! Cells are read one after another: a stray one in the last row of the last column costs no more than any other.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};

use crate::error::{Error, Result};
use crate::sources::open;
use crate::sources::records::{Cells, Record, Records, RowPlace};

/// No workbook is larger, in bytes; packed they are a tenth of what they hold.
const LARGEST: u64 = 1 << 29;

/// No part of a workbook unpacks to more bytes than this, nor to so many times its packed size.
const LARGEST_PART: u64 = 1 << 31;
const MOST_PACKED: u64 = 200;
const SMALL_PART: u64 = 1 << 24;

/// Shared formulas are numbered from 0.
const MOST_DIGITS: usize = 6;

const SAVE_AGAIN: &str = "save it again as .xlsx, or as .csv";

/// Reads the first sheet of an XLSX file.
///
/// # Errors
/// If it is not an XLSX file, its first sheet is empty, or a formula has no value.
pub fn read(path: &Path) -> Result<Records> {
    let damaged =
        |e: &dyn std::fmt::Display| Error::damaged(format!("it cannot be read as XLSX ({e})")).hint(SAVE_AGAIN);
    let file = BufReader::new(open(path)?);
    let size = std::fs::metadata(path).map_err(|e| Error::io("read", path, &e))?.len();
    if size > LARGEST {
        return Err(Error::new("the workbook has over 500 MB").hint("save its first sheet as .csv"));
    }
    check_parts(open(path)?, &damaged)?;
    let mut workbook: Xlsx<_> = Xlsx::new(file).map_err(|e| damaged(&e))?;
    let name = workbook.sheet_names().first().cloned();
    let name = name.ok_or_else(|| Error::damaged("the workbook has no sheet").hint(SAVE_AGAIN))?;
    let sheet = sheet(&mut workbook, &name).map_err(|e| damaged(&e))?;
    records(sheet).map(|records| Records { file: path.to_path_buf(), ..records })
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

/// The rows below the first, by the columns that the first names.
fn records(cells: Vec<SheetCell>) -> Result<Records> {
    let Some(first) = cells.first().map(|cell| cell.0) else {
        return Err(Error::new("the first sheet is empty")
            .hint("put the list on the first sheet, its first row naming the columns"));
    };
    let (header, body): (Vec<_>, Vec<_>) = cells.into_iter().partition(|cell| cell.0 == first);
    let columns: Vec<u32> = header.iter().map(|cell| cell.1).collect();
    let mut records = Records { columns: header.into_iter().map(|cell| cell.2).collect(), ..Records::default() };
    for (row, column, text, lacks_value) in body {
        // What stands under no name belongs to nothing.
        let Ok(position) = columns.binary_search(&column) else { continue };
        let place = RowPlace::Row(u64::from(row) + 1);
        if lacks_value {
            return Err(Error::new(format!(
                "`{}` is a formula whose value the file does not hold",
                records.columns[position]
            ))
            .place(place.to_string())
            .hint("open the workbook in a spreadsheet program and save it again"));
        }
        if records.rows.last().is_none_or(|last| last.place != place) {
            records.rows.push(Record { place, geometry: None, cells: Cells::default() });
        }
        if let Some(last) = records.rows.last_mut() {
            last.cells.push(position, &text);
        }
    }
    Ok(records)
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
