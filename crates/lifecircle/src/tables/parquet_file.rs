//! Opening Parquet files that may be damaged.
//!
//! The Parquet library takes some numbers of a file's footer on trust and panics where they are wrong, as fuzzing shows.
//! What decides where it reads is checked here first; what is left is caught and becomes an error like any other.

use std::fs::File;
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;

use crate::error::{Error, Result, caught};
use crate::text::Text;

/// Reads a Parquet file; `read` gets its reader. `damaged` makes an error of what is wrong with the bytes.
///
/// # Errors
/// If the file cannot be opened, is damaged, or `read` fails.
pub(crate) fn read<T>(
    path: &Path,
    damaged: impl Fn(Text) -> Error,
    read: impl FnOnce(ParquetRecordBatchReaderBuilder<File>) -> Result<T>,
) -> Result<T> {
    let file = File::open(path).map_err(|e| Error::io(say!("open", "打开"), path, &e))?;
    let bytes = file.metadata().map_err(|e| Error::io(say!("read", "读取"), path, &e))?.len();
    let all = || {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(Text::same(e.to_string())))?;
        if !is_within(builder.metadata(), bytes) {
            return Err(damaged(say!("its footer points outside the file", "文件尾部指向文件之外")));
        }
        read(builder)
    };
    caught(|| damaged(say!("its parts do not fit together", "各部分不匹配")), all)
}

/// Whether every column lies within a file of so many bytes.
fn is_within(about: &ParquetMetaData, bytes: u64) -> bool {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let columns = about.row_groups().iter().flat_map(|group| group.columns());
    let mut ranges = columns
        .map(|column| (column.dictionary_page_offset().unwrap_or(column.data_page_offset()), column.compressed_size()));
    let rows = about.row_groups().iter().all(|group| group.num_rows() >= 0);
    rows && ranges.all(|(start, length)| start >= 0 && length >= 0 && start.saturating_add(length) <= bytes)
}
