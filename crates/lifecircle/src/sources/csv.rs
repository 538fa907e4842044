//! Comma-separated values: with a header line, commas, semicolons or tabs, UTF-8 or (as Excel saves in China) GB 18030.

use std::path::Path;

use super::records::{Place, Record, Records};
use crate::error::{Error, Result};

/// Reads a CSV file.
///
/// # Errors
/// If it cannot be read, is empty, or a row has too many or too few cells.
pub fn read(path: &Path) -> Result<Records> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, &e))?;
    parse(&bytes).map(|records| Records { file: path.to_path_buf(), ..records }).map_err(|e| e.file(path))
}

/// Reads CSV text.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8]) -> Result<Records> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').into(),
        Err(_) => encoding_rs::GB18030.decode(bytes).0,
    };
    let header = text.lines().next().unwrap_or_default();
    if header.trim().is_empty() {
        return Err(Error::new("the file is empty").mend("give a file whose first line names its columns"));
    }
    let count = |delimiter: char| header.matches(delimiter).count();
    let delimiter = [',', ';', '\t'].into_iter().max_by_key(|d| (count(*d), *d == ',')).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter as u8).flexible(true).from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers().map_err(|e| broken(&e))?.iter().map(|c| c.trim().to_owned()).collect();
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|e| broken(&e))?;
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() != columns.len() {
            return Err(Error::new(format!("it has {} cells where the header has {}", row.len(), columns.len()))
                .place(Place::Line(line).to_string())
                .mend("correct or remove the line"));
        }
        rows.push(Record { place: Place::Line(line), geometry: None, values: row.iter().map(str::to_owned).collect() });
    }
    Ok(Records { columns, rows, ..Records::default() })
}

fn broken(error: &csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    Error::new(format!("it cannot be read ({error})")).place(Place::Line(line).to_string()).mend("correct the line")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_and_encodings() {
        for text in ["id;名称\n1;药店\n", "id\t名称\n1\t药店\n", "\u{feff}id,名称\n1,药店\n"] {
            let records = parse(text.as_bytes()).unwrap();
            assert_eq!(records.columns, ["id", "名称"]);
            assert_eq!(records.rows[0].values, ["1", "药店"]);
        }
        let (gb, ..) = encoding_rs::GB18030.encode("id,名称\n1,药店\n");
        assert_eq!(parse(&gb).unwrap().rows[0].values[1], "药店");
    }

    #[test]
    fn a_ragged_row_is_named_by_its_line() {
        let error = parse(b"a,b\n1,2\n3\n").unwrap_err().to_string();
        assert_eq!(error, "line 3: it has 1 cells where the header has 2; correct or remove the line");
    }
}
