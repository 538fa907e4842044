//! Files that people send, kept until a city is made of them: bounded in number and size, removed when the server stops.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use lifecircle::jobs::file_name;
use tempfile::TempDir;

use crate::problem::Problem;

/// Files that are kept at once, and bytes of all together.
const MOST_FILES: usize = 64;
const MOST_BYTES: u64 = 8 << 30;

/// The files.
#[derive(Debug)]
pub struct Uploads {
    /// Where they lie; made with the first.
    keep_in: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    scratch: Option<TempDir>,
    next: u64,
    bytes: u64,
    files: BTreeMap<u64, (PathBuf, u64)>,
}

/// A file that is being written; it is forgotten if it does not become whole.
#[derive(Debug)]
pub struct Incoming<'a> {
    uploads: &'a Uploads,
    number: u64,
    /// Where it is written.
    pub path: PathBuf,
    bytes: u64,
    whole: bool,
}

/// A file's name as a file of ours may be called: its end, by which its format is known, and no directory.
pub fn short_name(name: &str) -> String {
    file_name(name).chars().rev().take(80).collect::<Vec<char>>().into_iter().rev().collect()
}

impl Uploads {
    /// None yet; they will lie in a directory of their own in this one.
    pub fn new(keep_in: PathBuf) -> Self {
        Self { keep_in, held: Mutex::default() }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a file of a name, whose ending tells its format.
    ///
    /// # Errors
    /// If there are too many already, or it cannot be written.
    pub fn begin(&self, name: &str) -> Result<Incoming<'_>, Problem> {
        let mut held = self.held();
        if held.files.len() >= MOST_FILES {
            return Err(Problem::bad_input(lifecircle::say!(
                "{MOST_FILES} files wait already; remove one that is not needed",
                "已有 {MOST_FILES} 个文件待用；请先移除不需要的"
            )));
        }
        if held.scratch.is_none() {
            let mut made = tempfile::Builder::new();
            made.prefix(".lifecircle-uploads-");
            held.scratch = Some(made.tempdir_in(&self.keep_in).map_err(|_| Problem::cannot_keep())?);
        }
        let number = held.next;
        held.next += 1;
        let scratch = held.scratch.as_ref().ok_or_else(Problem::internal)?;
        let directory = scratch.path().join(number.to_string());
        std::fs::create_dir(&directory).map_err(|_| Problem::cannot_keep())?;
        let path = directory.join(short_name(name));
        held.files.insert(number, (path.clone(), 0));
        Ok(Incoming { uploads: self, number, path, bytes: 0, whole: false })
    }

    /// Where a file lies.
    ///
    /// # Errors
    /// If there is none.
    pub fn path(&self, number: u64) -> Result<PathBuf, Problem> {
        let none = || {
            Problem::not_found(lifecircle::say!(
                "there is no uploaded file {number}; send it again",
                "没有已上传的文件 {number}；请重新发送"
            ))
        };
        self.held().files.get(&number).map(|(path, _)| path.clone()).ok_or_else(none)
    }

    /// Removes a file.
    pub fn remove(&self, number: u64) {
        let mut held = self.held();
        if let Some((path, bytes)) = held.files.remove(&number) {
            held.bytes -= bytes;
            if let Some(directory) = path.parent() {
                // What cannot be removed now goes with the whole directory at the end.
                let _ = std::fs::remove_dir_all(directory);
            }
        }
    }
}

impl Incoming<'_> {
    /// So many bytes more are written.
    ///
    /// # Errors
    /// If all files together become too large.
    pub fn grow(&mut self, bytes: u64) -> Result<(), Problem> {
        let mut held = self.uploads.held();
        if held.bytes + bytes > MOST_BYTES {
            return Err(Problem::too_large());
        }
        let gone = || {
            Problem::not_found(lifecircle::say!("this file was removed while it was sent", "该文件在发送途中已被移除"))
        };
        let (_, size) = held.files.get_mut(&self.number).ok_or_else(gone)?;
        *size += bytes;
        held.bytes += bytes;
        self.bytes += bytes;
        Ok(())
    }

    /// The file is whole; its number.
    pub fn finish(mut self) -> (u64, u64) {
        self.whole = true;
        (self.number, self.bytes)
    }
}

impl Drop for Incoming<'_> {
    fn drop(&mut self) {
        if !self.whole {
            self.uploads.remove(self.number);
        }
    }
}
