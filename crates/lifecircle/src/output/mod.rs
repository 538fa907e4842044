//! Files and directories that are written whole or not at all, and never over anything that is not ours.
//!
//! An output is claimed first ([`claim`](self)): of two runs with one output the second is refused at once. It is written in a
//! working directory of a random name beside its goal and moved there at the end. What is not finished is removed when it is
//! dropped, by [`abandon_all`] when the user interrupts the program, and by the next run with the same goal after a crash.
//!
//! Only what this program wrote is replaced: a directory holds a manifest of its files with their checksums, a page names its
//! generator. It knows nothing of what is written.

mod claim;
mod manifest;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use manifest::{checksum, seal, sign_binary, signed};

use crate::error::{Error, Result};
use crate::setting::Setting;
use claim::Claim;

/// Working directories that are in use, with the directories that were made above their goals. Whoever moves an output to its goal holds it, so that an interruption comes before or
/// after, never between.
static UNFINISHED: Mutex<BTreeMap<PathBuf, Vec<PathBuf>>> = Mutex::new(BTreeMap::new());

fn unfinished() -> MutexGuard<'static, BTreeMap<PathBuf, Vec<PathBuf>>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes everything that is half written. For a program that is about to be stopped: no output can be begun or finished
/// afterwards, and threads that try wait for ever.
pub fn abandon_all() {
    let mut all = unfinished();
    let begun = std::mem::take(&mut *all);
    begun.keys().for_each(|work| remove_while_written(work));
    claim::release_all();
    begun.values().for_each(|made| remove_empty(made));
    std::mem::forget(all);
}

/// Removes a directory into which other threads may still be writing.
fn remove_while_written(path: &Path) {
    for _ in 0..200 {
        if std::fs::remove_dir_all(path).is_ok() || !path.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether an output of ours that exists may be replaced. What is not ours never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// No: that is an error.
    Refuse,
    /// Yes.
    Replace,
}

/// What becomes of what stands at the goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// Nothing may stand there but an empty directory.
    New,
    /// What stands there is ours and goes.
    Replaced,
    /// What stands there is a directory of which single files are replaced; the others stay.
    Updated,
    /// What stands there is a file that the caller reads and writes anew, once it knows it for its own.
    Rewritten,
}

/// A file or directory being written. Dropped without [`Output::finish`] it leaves nothing.
#[derive(Debug)]
pub struct Output {
    goal: PathBuf,
    /// The goal as the caller calls it.
    shown: PathBuf,
    how: Goal,
    is_directory: bool,
    work: PathBuf,
    /// Directories above the goal that were made for it.
    made: Vec<PathBuf>,
    done: bool,
    _claim: Claim,
}

/// The output under its new name in the working directory, and what it replaces.
const NEW: &str = "new";
const OLD: &str = "old";

/// A file in a working directory that says whose it is.
const UNFINISHED_MARK: &str = ".lifecircle-unfinished";

impl Output {
    /// Begins a directory. `inputs` are the files and directories that are read: an output is none of them, holds none of them
    /// and lies in none of them.
    ///
    /// # Errors
    /// If the goal exists and may not be replaced, holds anything that is not ours, is being written by another run, or cannot
    /// be made.
    pub fn directory(goal: &Path, existing: Existing, inputs: &[&Path]) -> Result<Self> {
        let output = Self::begin(goal, Goal::from(existing), true, inputs)?;
        make_directory(&output.path())?;
        Ok(output)
    }

    /// Begins a file; write it to [`Output::path`].
    ///
    /// # Errors
    /// As [`Output::directory`].
    pub fn file(goal: &Path, existing: Existing, inputs: &[&Path]) -> Result<Self> {
        Self::begin(goal, Goal::from(existing), false, inputs)
    }

    /// Begins new versions of some files of a directory: the others in it stay as they are.
    ///
    /// # Errors
    /// If the directory is being written by another run or cannot be written beside.
    pub fn update(directory: &Path) -> Result<Self> {
        let output = Self::begin(directory, Goal::Updated, true, &[])?;
        make_directory(&output.path())?;
        Ok(output)
    }

    /// Begins a new version of a file that the caller reads first, to refuse one that it does not know; nobody else writes it meanwhile.
    ///
    /// # Errors
    /// As [`Output::directory`].
    pub fn rewrite(goal: &Path, inputs: &[&Path]) -> Result<Self> {
        Self::begin(goal, Goal::Rewritten, false, inputs)
    }

    fn begin(goal: &Path, how: Goal, is_directory: bool, inputs: &[&Path]) -> Result<Self> {
        let shown = goal;
        let goal = resolve(shown)?;
        check_inputs(&goal, inputs).map_err(|e| e.moved(&goal, shown))?;
        // What is made from here on is known to whoever is about to stop the program.
        let mut all = unfinished();
        let made = make_parents(&goal)?;
        let claimed = Self::claim(&goal, how, is_directory);
        if claimed.is_err() {
            remove_empty(&made);
        }
        let (claim, work) = claimed.map_err(|e| e.moved(&goal, shown))?;
        all.insert(work.clone(), made.clone());
        drop(all);
        let shown = shown.to_path_buf();
        let output = Self { goal, shown, how, is_directory, work, made, done: false, _claim: claim };
        let mark = "Left by a run of lifecircle that was stopped; may be removed.\n";
        write_text(&output.work.join(UNFINISHED_MARK), mark)?;
        Ok(output)
    }

    /// Claims a goal, and makes a working directory beside it.
    fn claim(goal: &Path, how: Goal, is_directory: bool) -> Result<(Claim, PathBuf)> {
        let claim = Claim::of(goal)?;
        clean_up_after_crashes(goal);
        check_goal(goal, how, is_directory)?;
        let parent = goal.parent().unwrap_or(Path::new("."));
        let work = tempfile::Builder::new().prefix(&work_prefix(goal)).tempdir_in(parent);
        Ok((claim, work.map_err(|e| Error::io(say!("write beside", "在其旁写入"), goal, &e))?.keep()))
    }

    /// Where to write for now.
    pub fn path(&self) -> PathBuf {
        self.work.join(NEW)
    }

    /// Writes with `write`, which gets [`Output::path`]; its errors speak of the goal.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn write<T>(&self, write: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
        let path = self.path();
        write(&path).map_err(|e| e.moved(&path, &self.shown))
    }

    /// Moves what was written to its goal.
    ///
    /// # Errors
    /// If something that is not ours has come to stand at the goal, or it cannot be moved.
    pub fn finish(mut self) -> Result<()> {
        let (goal, shown) = (self.goal.clone(), self.shown.clone());
        self.move_to_goal().map_err(|e| e.moved(&goal, &shown))
    }

    fn move_to_goal(&mut self) -> Result<()> {
        let new = self.path();
        if self.is_directory {
            seal(&new)?;
        }
        // Whatever came to stand there while the output was made is as safe as what stood there before.
        check_goal(&self.goal, self.how, self.is_directory)?;
        if self.how == Goal::Updated {
            manifest::carry_over(&self.goal, &new)?;
        }
        let mut all = unfinished();
        self.put_in_place(&new).map_err(|e| Error::io(say!("write", "写入"), &self.goal, &e))?;
        self.done = true;
        remove_while_written(&self.work);
        all.remove(&self.work);
        Ok(())
    }

    fn put_in_place(&self, new: &Path) -> std::io::Result<()> {
        let old = self.work.join(OLD);
        if self.how == Goal::New && self.is_directory {
            // A directory can only take the place of an empty one.
            return std::fs::rename(new, &self.goal);
        }
        if self.how == Goal::New {
            // Linking fails where there is a file already; not every file system has links.
            return match std::fs::hard_link(new, &self.goal) {
                Err(e) if e.kind() != ErrorKind::AlreadyExists && !self.goal.exists() => {
                    std::fs::rename(new, &self.goal)
                }
                linked => linked,
            };
        }
        let replaced = self.goal.exists();
        if replaced {
            std::fs::rename(&self.goal, &old)?;
        }
        std::fs::rename(new, &self.goal).inspect_err(|_| {
            if replaced {
                // Put the old one back: better the old answer than none.
                let _ = std::fs::rename(&old, &self.goal);
            }
        })
    }
}

impl From<Existing> for Goal {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing::Refuse => Self::New,
            Existing::Replace => Self::Replaced,
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if !self.done {
            let mut all = unfinished();
            remove_while_written(&self.work);
            all.remove(&self.work);
            remove_empty(&self.made);
        }
    }
}

/// The goal without links and dots: what a link leads to is written, not the link.
fn resolve(goal: &Path) -> Result<PathBuf> {
    let nameless = || {
        Error::new(say!("this is no name for an output", "这不能作为输出的名称"))
            .file(goal)
            .hint(say!("give another with -o", "请用 -o 另给一个"))
    };
    if std::fs::symlink_metadata(goal).is_ok_and(|about| about.is_symlink()) {
        return goal.canonicalize().map_err(|_| {
            Error::new(say!("this is a link that leads nowhere", "这是一个失效的链接")).file(goal).hint(say!(
                "remove it or give another {}",
                "请删除，或另给{}",
                Setting::Output
            ))
        });
    }
    if let Ok(there) = goal.canonicalize() {
        return if there.file_name().is_some() { Ok(there) } else { Err(nameless()) };
    }
    // It is not there yet: the nearest directory above it that is.
    let name = goal.file_name().ok_or_else(nameless)?;
    let parent = goal.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(absolute(parent)?.join(name))
}

fn absolute(path: &Path) -> Result<PathBuf> {
    if let Ok(there) = path.canonicalize() {
        return Ok(there);
    }
    match (path.parent().filter(|parent| !parent.as_os_str().is_empty()), path.file_name()) {
        (Some(parent), Some(name)) => Ok(absolute(parent)?.join(name)),
        (None, Some(name)) => Ok(absolute(Path::new("."))?.join(name)),
        _ => Err(Error::new(say!("this is no name for an output", "这不能作为输出的名称"))
            .file(path)
            .hint(say!("give another with -o", "请用 -o 另给一个"))),
    }
}

/// Refuses an output that is an input, holds one or lies in one.
fn check_inputs(goal: &Path, inputs: &[&Path]) -> Result<()> {
    for input in inputs {
        let Ok(there) = input.canonicalize() else { continue };
        let problem = if goal == there {
            say!(
                "this is read from; it cannot be written to as well ({})",
                "这是输入（{}），不能同时写入",
                input.display()
            )
        } else if there.starts_with(goal) {
            say!(
                "this holds what is read from; writing to it would remove that ({})",
                "其中有输入（{}），写入会将其删除",
                input.display()
            )
        } else if goal.starts_with(&there) {
            say!("this lies in what is read from ({})", "它位于输入（{}）之内", input.display())
        } else {
            continue;
        };
        return Err(Error::new(problem).file(goal).hint(say!("give another {}", "请另给{}", Setting::Output)));
    }
    Ok(())
}

/// Refuses a goal at which something stands that may not go.
fn check_goal(goal: &Path, how: Goal, is_directory: bool) -> Result<()> {
    let Ok(about) = std::fs::symlink_metadata(goal) else { return Ok(()) };
    match how {
        Goal::Updated if about.is_dir() => Ok(()),
        Goal::New if is_directory && about.is_dir() && is_empty(goal) => Ok(()),
        Goal::New => Err(Error::exists(say!("this exists already", "同名文件或目录已存在")).file(goal).hint(say!(
            "give another {}, or {} to replace it",
            "请另给{}，或用{}替换",
            Setting::Output,
            Setting::Replace
        ))),
        Goal::Replaced if about.is_dir() != is_directory => {
            let problem = if about.is_dir() {
                say!("this is a directory, and a file would be written", "这是目录，而要写的是文件")
            } else {
                say!("this is a file, and a directory would be written", "这是文件，而要写的是目录")
            };
            Err(Error::new(problem).file(goal).hint(say!("give another {}", "请另给{}", Setting::Output)))
        }
        Goal::Replaced if about.is_dir() => match is_empty(goal) {
            true => Ok(()),
            false => manifest::check_ours(goal),
        },
        Goal::Replaced => manifest::check_page_is_ours(goal),
        Goal::Rewritten if about.is_file() => Ok(()),
        Goal::Rewritten => {
            Err(Error::new(say!("this is no file", "这不是文件")).file(goal).hint(say!("check the path", "请检查路径")))
        }
        Goal::Updated => Err(Error::new(say!("this is no directory", "这不是目录"))
            .file(goal)
            .hint(say!("check the path", "请检查路径"))),
    }
}

fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

/// Makes the directories above a goal, and tells which.
fn make_parents(goal: &Path) -> Result<Vec<PathBuf>> {
    let missing: Vec<PathBuf> =
        goal.ancestors().skip(1).take_while(|above| !above.exists()).map(Path::to_path_buf).collect();
    if let Some(parent) = goal.parent() {
        std::fs::create_dir_all(parent).map_err(|e| Error::io(say!("make the directory", "创建目录"), parent, &e))?;
    }
    Ok(missing)
}

fn remove_empty(directories: &[PathBuf]) {
    for directory in directories {
        // One that others have put something into stays.
        let _ = std::fs::remove_dir(directory);
    }
}

fn work_prefix(goal: &Path) -> String {
    format!(".{}.partial-", file_name(goal))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Removes what runs that were killed have left beside a goal that is claimed. What one of them had moved away is put back.
fn clean_up_after_crashes(goal: &Path) {
    let (prefix, parent) = (work_prefix(goal), goal.parent().unwrap_or(Path::new(".")));
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let path = entry.path();
        if !entry.file_name().to_string_lossy().starts_with(&prefix) || !path.join(UNFINISHED_MARK).is_file() {
            continue;
        }
        let old = path.join(OLD);
        if old.exists() && !goal.exists() && std::fs::rename(&old, goal).is_err() {
            continue;
        }
        let _ = std::fs::remove_dir_all(&path);
    }
}

/// Makes a directory inside an output that is being written.
///
/// # Errors
/// If it cannot be made.
pub fn make_directory(path: &Path) -> Result<()> {
    std::fs::create_dir(path).map_err(|e| Error::io(say!("make the directory", "创建目录"), path, &e))
}

/// Writes a text file.
///
/// # Errors
/// If it cannot be written.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|e| Error::io(say!("write", "写入"), path, &e))
}
