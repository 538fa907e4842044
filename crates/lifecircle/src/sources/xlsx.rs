//! Excel workbooks: the first sheet, whose first row names the columns.

use std::path::Path;

use calamine::{Data, DataType, Reader, Xlsx, open_workbook};

use super::records::{Place, Record, Records};
use crate::error::{Error, Result};

/// Reads the first sheet of an XLSX file.
///
/// # Errors
/// If it is not an XLSX file or its first sheet is empty.
pub fn read(path: &Path) -> Result<Records> {
    // Opened once beforehand, so that a missing file is not called damaged.
    std::fs::File::open(path).map_err(|e| Error::io("open", path, &e))?;
    let damaged = |e: calamine::XlsxError| {
        Error::new(format!("it cannot be read as XLSX ({e})")).mend("save it again as .xlsx, or as .csv")
    };
    let mut workbook: Xlsx<_> = open_workbook(path).map_err(damaged)?;
    let sheet = workbook
        .worksheet_range_at(0)
        .ok_or_else(|| Error::new("the workbook has no sheet").mend("save it again as .xlsx, or as .csv"))?
        .map_err(damaged)?;
    let first = sheet.start().map_or(0, |(row, _)| u64::from(row));
    let mut rows = sheet.rows().enumerate();
    let columns: Vec<String> = match rows.next() {
        Some((_, header)) => header.iter().map(text).collect(),
        None => {
            return Err(Error::new("the first sheet is empty")
                .mend("put the list on the first sheet, its first row naming the columns"));
        }
    };
    let rows = rows
        .filter(|(_, row)| row.iter().any(|cell| !cell.is_empty()))
        .map(|(index, row)| Record {
            place: Place::Row(first + index as u64 + 1),
            geometry: None,
            values: row.iter().map(text).collect(),
        })
        .collect();
    Ok(Records { file: path.to_path_buf(), columns, rows })
}

fn text(cell: &Data) -> String {
    cell.as_string().unwrap_or_else(|| cell.to_string()).trim().to_owned()
}
