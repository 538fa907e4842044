//! Readers of other people's files, one file a format.
//!
//! A reader turns bytes into plain records and says clearly when it cannot. It knows nothing of cities, streets or
//! standards; what the records mean is decided in `import`.
//!
//! Every size that a file tells is bounded before it is believed, so that what is kept grows with what the file holds.

pub mod columns;
pub mod extract;
pub mod geotiff;
pub mod lists;
pub mod numbers;
pub mod osm;
pub mod osm_pbf;
pub mod osm_xml;
mod packed;
pub mod records;

use std::fs::File;
use std::path::Path;

use crate::error::{Error, Result};

/// No list, page or settings file that is read whole is larger, in bytes.
const LARGEST_WHOLE: u64 = 4 << 30;

/// Opens a file that must be a plain one: a pipe might never end, and a directory has no bytes.
///
/// # Errors
/// If it cannot be opened or is no plain file.
pub(crate) fn open(path: &Path) -> Result<File> {
    let about = std::fs::metadata(path).map_err(|e| Error::io(say!("open", "打开"), path, &e))?;
    if !about.is_file() {
        let is = if about.is_dir() { "a directory" } else { "a pipe or device" };
        return Err(Error::new(say!("this is {is}, not a file", "这是{is}，不是文件"))
            .file(path)
            .hint(say!("name a file", "请给出一个文件")));
    }
    File::open(path).map_err(|e| Error::io(say!("open", "打开"), path, &e))
}

/// Reads a plain file whole.
///
/// # Errors
/// If it cannot be read or is too large.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let size = open(path)?.metadata().map_err(|e| Error::io(say!("read", "读取"), path, &e))?.len();
    if size > LARGEST_WHOLE {
        return Err(Error::new(say!("it has {} GB, and at most 4 are read", "有 {} GB，最多读取 4 GB", size >> 30))
            .file(path)
            .hint(say!("cut it to the city", "请裁剪到本市范围")));
    }
    std::fs::read(path).map_err(|e| Error::io(say!("read", "读取"), path, &e))
}

/// Reads a plain UTF-8 text file whole.
///
/// # Errors
/// If it cannot be read, is too large, or is not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read_bytes(path)?).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        Error::new(say!("it holds a byte that is not UTF-8", "其中有一个字节不是 UTF-8"))
            .file(path)
            .place(say!("line {line}", "第 {line} 行"))
            .hint(say!("save it as UTF-8", "请另存为 UTF-8"))
    })
}
