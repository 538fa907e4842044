//! One writer an output: a lock file beside the goal, held for as long as it is written.
//!
//! The operating system lets go of the lock when a process ends, however it ends, so a lock that can be had belongs to nobody.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::setting::Setting;

/// Lock files that are held, for a program that is about to be stopped.
static HELD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A goal that is claimed until this is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    path: PathBuf,
    /// None where the file system knows no locks: then nobody is kept out.
    _lock: Option<File>,
}

impl Claim {
    /// Claims a goal.
    pub fn of(goal: &Path) -> Result<Self> {
        let path = goal.with_file_name(format!(".{}.lifecircle-lock", super::file_name(goal)));
        // Held until the file is noted, so that no interruption comes between.
        let mut all = held();
        loop {
            let open = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
            let file = open.map_err(|e| Error::io(say!("write beside", "在其旁写入"), goal, &e))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::exists(say!("another run is writing this", "另一个进程正在写此处"))
                        .file(goal)
                        .hint(say!(
                            "wait until it is done, or give another {}",
                            "请等它完成，或另给{}",
                            Setting::Output
                        )));
                }
                Err(TryLockError::Error(_)) => return Ok(Self { path, _lock: None }),
            }
            // Its last holder may have removed it between our opening and our locking it; then the lock is worth nothing.
            let ours = file.try_clone().and_then(same_file::Handle::from_file).ok();
            if ours.is_some() && ours == same_file::Handle::from_path(&path).ok() {
                all.insert(path.clone());
                return Ok(Self { path, _lock: Some(file) });
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        release(&self.path);
        held().remove(&self.path);
    }
}

/// Removes every lock file that is held. No other can be made afterwards.
pub(super) fn release_all() {
    let mut all = held();
    std::mem::take(&mut *all).iter().for_each(|path| release(path));
    std::mem::forget(all);
}

fn held() -> std::sync::MutexGuard<'static, BTreeSet<PathBuf>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes a lock file, which is empty; anything else of this name is somebody's.
fn release(path: &Path) {
    if std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() == 0) {
        let _ = std::fs::remove_file(path);
    }
}
