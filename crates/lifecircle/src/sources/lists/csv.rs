//! Comma-separated values: with a header line, commas, semicolons or tabs, UTF-8 or (as Excel saves in China) GB 18030.

use std::borrow::Cow;
use std::path::Path;

use super::head::{Head, SEARCHED, is_remark};
use crate::error::{Error, Result};
use crate::sources::read_bytes;
use crate::sources::records::{Cells, Record, Records, RowPlace};

/// Reads a CSV file.
///
/// # Errors
/// If it cannot be read, is empty, or a row has too many or too few cells.
pub fn read(path: &Path) -> Result<Records> {
    let bytes = read_bytes(path)?;
    parse(&bytes).map(|records| Records { file: path.to_path_buf(), ..records }).map_err(|e| e.file(path))
}

/// Reads CSV text. Rows without any value are left out.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8]) -> Result<Records> {
    let text = decode(bytes)?;
    if text.trim().is_empty() {
        return Err(Error::new(say!("the file is empty", "文件是空的"))
            .hint(say!("give a file whose first line names its columns", "文件首行应为列名")));
    }
    // A title above the head has no delimiters. Below it commas may be those of decimals.
    let header = text.lines().find(|line| line.contains([',', ';', '\t'])).unwrap_or_default();
    let count = |delimiter: char| header.matches(delimiter).count();
    let delimiter = [',', ';', '\t'].into_iter().max_by_key(|d| (count(*d), *d == ',')).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter as u8)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut rows = reader.records().map(|row| row.map_err(|e| broken(&e)));
    let mut above = Vec::new();
    for row in rows.by_ref().take(SEARCHED + 1) {
        above.push(row?);
    }
    let texts: Vec<Vec<String>> = above.iter().map(|row| row.iter().map(str::to_owned).collect()).collect();
    let Some(head) = Head::find(&texts) else { return Err(Error::new(say!("the file is empty", "文件是空的"))) };
    let (columns, unit_above) = (head.columns, head.unit_above);
    let body = above.into_iter().skip(head.rows.end).map(Ok).chain(rows);
    let mut rows = Vec::new();
    for row in body {
        let row = row?;
        let cells: Cells = row.iter().collect();
        if cells.is_empty() || is_remark(&row.iter().collect::<Vec<_>>()) {
            continue;
        }
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() != columns.len() {
            return Err(Error::new(say!(
                "it has {} cells where the header has {}",
                "有 {} 个单元格，而表头有 {} 个",
                row.len(),
                columns.len()
            ))
            .place(RowPlace::Line(line).told())
            .hint(say!("correct or remove the line", "请更正或删除该行")));
        }
        rows.push(Record { place: RowPlace::Line(line), geometry: None, cells });
    }
    Ok(Records { columns, rows, unit_above, may_have_decimal_commas: delimiter != ',', ..Records::default() })
}

/// The text of a file: UTF-8, UTF-16 with a mark of its order, or GB 18030. A text that is UTF-8 but for a few bytes is damaged,
/// not Chinese.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes)
        && encoding != encoding_rs::UTF_8
    {
        return Ok(encoding.decode_without_bom_handling(&bytes[mark..]).0);
    }
    let wrong = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.trim_start_matches('\u{feff}').into()),
        Err(wrong) => wrong.valid_up_to(),
    };
    let chunks = || bytes.utf8_chunks();
    let good: usize = chunks().map(|chunk| chunk.valid().chars().filter(|c| !c.is_ascii()).count()).sum();
    let bad = chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    let (chinese, _, is_damaged) = encoding_rs::GB18030.decode(bytes);
    if good <= bad && !is_damaged {
        return Ok(chinese);
    }
    let line = bytes[..wrong].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let problem = if good > bad {
        say!(
            "it holds a byte that is not UTF-8, as the rest of the file is",
            "其中有一个字节不是 UTF-8，而文件其余部分是"
        )
    } else {
        say!("it is neither UTF-8 nor GB 18030", "它既不是 UTF-8，也不是 GB 18030")
    };
    Err(Error::new(problem)
        .place(RowPlace::Line(line).told())
        .hint(say!("correct it, or save the file again as UTF-8", "请更正，或将文件另存为 UTF-8")))
}

fn broken(error: &csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    Error::damaged(say!("it cannot be read ({error})", "无法读取（{error}）"))
        .place(RowPlace::Line(line).told())
        .hint(say!("correct the line", "请更正该行"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_and_encodings() {
        for text in ["id;名称\n1;药店\n", "id\t名称\n1\t药店\n", "\u{feff}id,名称\n1,药店\n"] {
            let records = parse(text.as_bytes()).unwrap();
            assert_eq!(records.columns, ["id", "名称"]);
            assert_eq!(["1", "药店"], [0, 1].map(|column| records.rows[0].cells.get(column)));
        }
        let (gb, ..) = encoding_rs::GB18030.encode("id,名称\n1,药店\n");
        assert_eq!(parse(&gb).unwrap().rows[0].cells.get(1), "药店");
        let wide: Vec<u8> = "\u{feff}id\t名称\n1\t药店\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse(&wide).unwrap().rows[0].cells.get(1), "药店");
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_told() {
        let mut bytes = "id,名称\n1,药店\n2,幼儿园\n".as_bytes().to_vec();
        bytes[16] = 0xff;
        let error = parse(&bytes).unwrap_err().to_string();
        assert!(error.starts_with("line 2: it holds a byte that is not UTF-8"), "{error}");
        assert!(parse(b"id,name\n1,\xff\xff\n").unwrap_err().to_string().contains("neither UTF-8 nor GB 18030"));
    }

    #[test]
    fn rows_without_a_value_are_left_out() {
        let records = parse(b"a,b\n1,2\n,\n , \n3,4\n").unwrap();
        assert_eq!(
            records.rows.iter().map(|row| row.place).collect::<Vec<_>>(),
            [RowPlace::Line(2), RowPlace::Line(5)]
        );
    }

    #[test]
    fn a_ragged_row_is_named_by_its_line() {
        let error = parse(b"a,b\n1,2\n3\n").unwrap_err().to_string();
        assert_eq!(error, "line 3: it has 1 cells where the header has 2; correct or remove the line");
    }
}
