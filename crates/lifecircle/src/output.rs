//! Files and directories that are written whole or not at all.
//!
//! Everything is written under a temporary name beside its goal and renamed at the end. What is not finished is removed
//! when it is dropped, and by [`abandon_all`] when the user interrupts the program.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// Temporary paths that are being written.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes everything that is half written. For a program that is about to be stopped.
pub fn abandon_all() {
    for path in std::mem::take(&mut *unfinished()) {
        remove(&path);
    }
}

fn remove(path: &Path) {
    // Nothing more can be done for what cannot be removed; the name says that it is partial.
    let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
}

/// Whether an output that exists may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// No: that is an error.
    Refuse,
    /// Yes.
    Replace,
}

/// A file or directory being written. Dropped without [`Output::finish`] it leaves nothing.
#[derive(Debug)]
pub struct Output {
    goal: PathBuf,
    partial: PathBuf,
    done: bool,
}

impl Output {
    /// Begins a directory.
    ///
    /// # Errors
    /// If the goal exists and may not be replaced, or the directory cannot be made.
    pub fn directory(goal: &Path, existing: Existing) -> Result<Self> {
        let output = Self::begin(goal, existing)?;
        std::fs::create_dir_all(&output.partial).map_err(|e| Error::io("make the directory", goal, &e))?;
        Ok(output)
    }

    /// Begins a file; write it to [`Output::path`].
    ///
    /// # Errors
    /// If the goal exists and may not be replaced.
    pub fn file(goal: &Path, existing: Existing) -> Result<Self> {
        let output = Self::begin(goal, existing)?;
        if let Some(parent) = goal.parent() {
            std::fs::create_dir_all(parent).map_err(|e| Error::io("make the directory", parent, &e))?;
        }
        Ok(output)
    }

    fn begin(goal: &Path, existing: Existing) -> Result<Self> {
        check(goal, existing)?;
        let name = goal
            .file_name()
            .ok_or_else(|| Error::new("this is no name for an output").file(goal).mend("give another with -o"))?;
        let partial = goal.with_file_name(format!(".{}.partial-{}", name.to_string_lossy(), std::process::id()));
        unfinished().insert(partial.clone());
        Ok(Self { goal: goal.to_path_buf(), partial, done: false })
    }

    /// Where to write for now.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Moves what was written to its goal.
    ///
    /// # Errors
    /// If it cannot be moved.
    pub fn finish(mut self) -> Result<()> {
        let failed = |e: std::io::Error| Error::io("write", &self.goal, &e);
        let old = self.goal.with_file_name(format!(".{}.old-{}", file_name(&self.goal), std::process::id()));
        let replaced = self.goal.exists();
        if replaced {
            std::fs::rename(&self.goal, &old).map_err(failed)?;
        }
        if let Err(error) = std::fs::rename(&self.partial, &self.goal) {
            if replaced {
                // Put the old one back: better the old answer than none.
                let _ = std::fs::rename(&old, &self.goal);
            }
            return Err(failed(error));
        }
        unfinished().remove(&self.partial);
        self.done = true;
        if replaced {
            remove(&old);
        }
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if !self.done {
            unfinished().remove(&self.partial);
            remove(&self.partial);
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Refuses an output that is in the way.
///
/// # Errors
/// If the goal exists and may not be replaced.
pub fn check(goal: &Path, existing: Existing) -> Result<()> {
    if existing == Existing::Refuse && goal.exists() {
        return Err(Error::new("this exists already")
            .file(goal)
            .mend("give another name with -o, or --force to replace it"));
    }
    Ok(())
}

/// Makes a directory inside an output that is being written.
///
/// # Errors
/// If it cannot be made.
pub fn make_directory(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|e| Error::io("make the directory", path, &e))
}

/// Writes a text file whole.
///
/// # Errors
/// If it cannot be written.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|e| Error::io("write", path, &e))
}
