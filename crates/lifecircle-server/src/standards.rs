//! The standards that cities are measured by: those that are built in, and those that people have made here, kept as TOML files.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use lifecircle::jobs::file_name;
use lifecircle::standard::Standard;

use crate::problem::Problem;

/// Standards that people may make.
const MOST_OWN: usize = 200;

/// A standard that can be asked by.
#[derive(Debug)]
pub struct Known {
    /// The standard.
    pub standard: Standard,
    /// Tells it from every other, and from what it was before it was changed.
    pub key: String,
    /// The file that it is.
    pub text: String,
    /// Whether it comes with the program.
    pub built_in: bool,
}

/// All of them.
#[derive(Debug)]
pub struct Standards {
    built_in: Vec<Arc<Known>>,
    own: RwLock<BTreeMap<String, Arc<Known>>>,
    directory: PathBuf,
    /// Held by who writes.
    turn: Mutex<()>,
}

impl Standards {
    /// Those that are built in, and those of a directory, which need not be there. A file that is no standard is left alone.
    pub fn new(directory: &Path) -> Self {
        let built_in = Standard::built_in().filter_map(|id| {
            let (standard, text) = (Standard::find(id).ok()?, Standard::built_in_text(id)?.to_owned());
            Some(Arc::new(Known { standard, key: id.to_owned(), text, built_in: true }))
        });
        let standards = Self {
            built_in: built_in.collect(),
            own: RwLock::default(),
            directory: directory.to_owned(),
            turn: Mutex::default(),
        };
        let files = std::fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
        let mut paths: Vec<PathBuf> = files.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")).take(MOST_OWN) {
            if let Ok(text) = std::fs::read_to_string(path)
                && let Ok(known) = standards.read(text)
                // Of another name it would come back after it was removed.
                && path.file_stem().is_some_and(|stem| stem == known.standard.id.as_str())
            {
                standards.keep(known);
            }
        }
        standards
    }

    fn read(&self, text: String) -> Result<Known, Problem> {
        let standard = Standard::parse(&text)?;
        if self.built_in.iter().any(|known| known.standard.id == standard.id) {
            let problem = format!("{} is a standard of the program's own; give yours another `id`", standard.id);
            return Err(Problem::bad_input(problem));
        }
        if file_name(&standard.id) != standard.id || standard.id.len() > 60 {
            return Err(Problem::bad_input(lifecircle::say!(
                "`id` must be at most 60 letters, digits, dashes, dots and underscores",
                "`id` 最多 60 个字符，只能用字母、数字、连字符、点和下划线"
            )));
        }
        let key = format!("{}@{:08x}", standard.id, crc32fast::hash(text.as_bytes()));
        Ok(Known { standard, key, text, built_in: false })
    }

    fn keep(&self, known: Known) -> Arc<Known> {
        let known = Arc::new(known);
        let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
        own.insert(known.standard.id.clone(), Arc::clone(&known));
        known
    }

    /// Those that can be asked by.
    pub fn all(&self) -> Vec<Arc<Known>> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        self.built_in.iter().chain(own.values()).cloned().collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(&self, id: &str) -> Result<Arc<Known>, Problem> {
        let all = self.all();
        all.iter().find(|known| known.standard.id == id).cloned().ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|known| known.standard.id.as_str()).collect();
            Problem::not_found(lifecircle::say!(
                "there is no standard {id:?}; choose one of {}",
                "没有标准 {id:?}；可选：{}",
                known.join(", ")
            ))
        })
    }

    /// Takes a new standard, or another form of one, and keeps it on disk.
    ///
    /// # Errors
    /// If the text is no standard, or it cannot be kept.
    pub fn add(&self, text: String) -> Result<Arc<Known>, Problem> {
        let known = self.read(text)?;
        // One after another: what is on disk is what is in memory.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !self.own.read().unwrap_or_else(PoisonError::into_inner).contains_key(&known.standard.id);
        if is_new && self.all().len() >= self.built_in.len() + MOST_OWN {
            return Err(Problem::bad_input(lifecircle::say!(
                "there are {MOST_OWN} standards already; remove one",
                "已有 {MOST_OWN} 套标准；请先删除一套"
            )));
        }
        // Beside its goal and moved there when it is whole: whoever reads it sees the old one or the new one.
        let written = || {
            std::fs::create_dir_all(&self.directory)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.directory)?;
            file.write_all(known.text.as_bytes())?;
            file.persist(self.path(&known.standard.id)).map_err(|e| e.error)
        };
        written().map_err(|_| Problem::cannot_keep())?;
        Ok(self.keep(known))
    }

    /// Removes a standard that was made here.
    ///
    /// # Errors
    /// If there is none.
    pub fn remove(&self, id: &str) -> Result<(), Problem> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.find(id)?.built_in {
            return Err(Problem::bad_input(lifecircle::say!(
                "{id} comes with the program, and cannot be removed",
                "{id} 为内置标准，不能删除"
            )));
        }
        std::fs::remove_file(self.path(id)).map_err(|_| Problem::internal())?;
        self.own.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }

    /// The id was looked at when it was taken: it names no other directory.
    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.toml"))
    }
}
