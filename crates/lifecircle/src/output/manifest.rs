//! What is ours: a list of the files that this program wrote into a directory, with their checksums, kept in the directory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::write_text;
use crate::error::{Error, Result};
use crate::setting::Setting;

/// The name of the list.
const MANIFEST: &str = ".lifecircle";

/// No list is longer than this, in bytes.
const LONGEST: u64 = 16 << 20;

/// How the last line of a page of ours begins and ends, the checksum of all before it between.
const SIGNATURE: [&str; 2] = ["<!-- written by lifecircle, CRC-32 ", " -->\n"];

/// The same of a PDF, in which it is a comment, or of a picture, in which it lies behind the end.
const BINARY_SIGNATURE: [&str; 2] = ["\n%written by lifecircle, CRC-32 ", "\n"];

/// No page is larger than this, in bytes.
const LARGEST_PAGE: u64 = 1 << 30;

/// The files of a directory.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    /// By which program.
    written_by: String,
    /// CRC-32 of each file, by its path within the directory.
    files: BTreeMap<String, String>,
}

/// Lists every file in a directory as ours.
///
/// # Errors
/// If one cannot be read, or the list cannot be written.
pub fn seal(directory: &Path) -> Result<()> {
    let mut files = BTreeMap::new();
    for file in all_files(directory)? {
        if file != Path::new(MANIFEST) {
            files.insert(name(&file), checksum(&directory.join(&file))?);
        }
    }
    let manifest = Manifest { written_by: format!("lifecircle {}", env!("CARGO_PKG_VERSION")), files };
    let path = directory.join(MANIFEST);
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|e| Error::new(say!("cannot list what was written ({e})", "无法列出已写内容（{e}）")).file(&path))?;
    write_text(&path, &(text + "\n"))
}

/// The CRC-32 of a file as eight hexadecimal digits.
///
/// # Errors
/// If it cannot be read.
pub fn checksum(path: &Path) -> Result<String> {
    let failed = |e: std::io::Error| Error::io(say!("read", "读取"), path, &e);
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok(format!("{:08x}", hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Refuses a directory that holds anything that this program did not write.
pub(super) fn check_ours(directory: &Path) -> Result<()> {
    let refuse = |problem: crate::text::Text| {
        Error::new(problem).file(directory).hint(say!(
            "nothing was removed: give another {}, or remove it yourself",
            "没有删除任何内容：请另给{}，或自行删除",
            Setting::Output
        ))
    };
    let Some(manifest) = read(directory) else {
        return Err(refuse(say!(
            "this was not written by lifecircle, or by an earlier version",
            "它不是 lifecircle 写的，或由较早版本写出"
        )));
    };
    for file in all_files(directory)? {
        if file == Path::new(MANIFEST) {
            continue;
        }
        let path = directory.join(&file);
        let is_plain = std::fs::symlink_metadata(&path).is_ok_and(|about| about.is_file());
        match manifest.files.get(&name(&file)) {
            None => {
                return Err(refuse(say!(
                    "it holds {}, which lifecircle did not write",
                    "其中有 {}，不是 lifecircle 写的",
                    file.display()
                )));
            }
            Some(known) if !is_plain || checksum(&path)? != *known => {
                return Err(refuse(say!(
                    "its {} was changed since lifecircle wrote it",
                    "其中的 {} 在写出后有改动",
                    file.display()
                )));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A page with a last line by which it is known to be ours, and unchanged.
///
/// ```
/// let page = lifecircle::output::signed("<html></html>\n".to_owned());
/// assert!(page.ends_with("<!-- written by lifecircle, CRC-32 bfbf10e1 -->\n"), "{page}");
/// ```
pub fn signed(mut page: String) -> String {
    let [begin, end] = SIGNATURE;
    let checksum = crc32fast::hash(page.as_bytes());
    page.push_str(&format!("{begin}{checksum:08x}{end}"));
    page
}

/// Signs a PDF or a picture behind its end, where readers of them look no more.
///
/// # Errors
/// If it cannot be read or written.
pub fn sign_binary(path: &Path) -> Result<()> {
    let mut content = std::fs::read(path).map_err(|e| Error::io(say!("read", "读取"), path, &e))?;
    let [begin, end] = BINARY_SIGNATURE;
    let checksum = crc32fast::hash(&content);
    content.extend(format!("{begin}{checksum:08x}{end}").bytes());
    std::fs::write(path, content).map_err(|e| Error::io(say!("write", "写入"), path, &e))
}

fn is_signed(content: &[u8]) -> bool {
    [SIGNATURE, BINARY_SIGNATURE].into_iter().any(|[begin, end]| {
        let length = begin.len() + 8 + end.len();
        content.len().checked_sub(length).is_some_and(|at| {
            let (content, signature) = content.split_at(at);
            signature == format!("{begin}{:08x}{end}", crc32fast::hash(content)).as_bytes()
        })
    })
}

/// Refuses a file that this program did not write, or that was changed since.
pub(super) fn check_page_is_ours(path: &Path) -> Result<()> {
    let about = std::fs::symlink_metadata(path).map_err(|e| Error::io(say!("read", "读取"), path, &e))?;
    let is_ours =
        about.is_file() && about.len() <= LARGEST_PAGE && std::fs::read(path).is_ok_and(|content| is_signed(&content));
    if is_ours {
        return Ok(());
    }
    Err(Error::new(say!(
        "this was not written by lifecircle, or was changed since",
        "它不是 lifecircle 写的，或写后有改动"
    ))
    .file(path)
    .hint(say!(
        "it was not replaced: give another {}, or remove it yourself",
        "没有替换：请另给{}，或自行删除",
        Setting::Output
    )))
}

fn read(directory: &Path) -> Option<Manifest> {
    let path = directory.join(MANIFEST);
    let about = std::fs::symlink_metadata(&path).ok()?;
    if !about.is_file() || about.len() > LONGEST {
        return None;
    }
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Gives a new version of a directory whatever the old one holds besides, and its permissions.
pub(super) fn carry_over(old: &Path, new: &Path) -> Result<()> {
    for file in all_files(old)? {
        let (from, to) = (old.join(&file), new.join(&file));
        if file == Path::new(MANIFEST) || std::fs::symlink_metadata(&to).is_ok() {
            continue;
        }
        let failed = |e: std::io::Error| Error::io(say!("keep", "保存"), &from, &e);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        // A link is the same file under a second name; where the file system has none, or for a link itself, a copy.
        if std::fs::hard_link(&from, &to).is_err() {
            std::fs::copy(&from, &to).map_err(failed)?;
        }
    }
    let about = std::fs::metadata(old).map_err(|e| Error::io(say!("read", "读取"), old, &e))?;
    std::fs::set_permissions(new, about.permissions()).map_err(|e| Error::io(say!("write", "写入"), new, &e))
}

/// Every file and link in a directory and below, by its path within it, sorted. Empty directories count too.
fn all_files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(within) = open.pop() {
        let here = directory.join(&within);
        let failed = |e: std::io::Error| Error::io(say!("read", "读取"), &here, &e);
        let mut is_empty = true;
        for entry in std::fs::read_dir(&here).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            is_empty = false;
            let path = within.join(entry.file_name());
            if entry.file_type().map_err(failed)?.is_dir() { open.push(path) } else { found.push(path) }
        }
        if is_empty && within != Path::new("") {
            found.push(within);
        }
    }
    found.sort();
    Ok(found)
}

/// A path within a directory as text, the same on every system.
fn name(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
