//! The scenarios of cities: those that are being tried, kept in memory by what they hold, and those that people have saved, kept as
//! GeoJSON files. A scenario is never changed: another text is another scenario, so nobody's work is written over unseen.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use lifecircle::jobs::file_name;
use lifecircle_plan::scenario::Scenario;
use moka::sync::Cache;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// Scenarios that people may save of a city.
const MOST_SAVED: usize = 500;

/// How large one may be, in bytes.
const LARGEST: usize = 1 << 20;

/// How many edits one may have, and how many points of lines and places of homes in all.
const MOST_EDITS: usize = 500;
const LARGEST_DRAWING: usize = 5_000;

/// Scenarios that are being tried take no more memory than this, in bytes.
const MOST_TRIED_BYTES: u64 = 64 << 20;

/// How long a name may be, in bytes.
const LONGEST_NAME: usize = 120;

/// A scenario, and what tells it from every other.
#[derive(Debug)]
pub struct Draft {
    /// What it does.
    pub scenario: Scenario,
    /// The GeoJSON that it is.
    pub text: String,
    /// Made of its text.
    pub version: String,
}

/// A scenario that was saved.
#[derive(Debug, Clone)]
pub struct Saved {
    /// What it is saved as.
    pub name: String,
    /// It itself.
    pub draft: Arc<Draft>,
    /// When.
    pub at: SystemTime,
}

/// All of them.
#[derive(Debug)]
pub struct Scenarios {
    tried: Cache<String, Arc<Draft>>,
    /// By city, then by name.
    saved: RwLock<BTreeMap<String, BTreeMap<String, Saved>>>,
    directory: PathBuf,
    /// Held by who writes.
    turn: Mutex<()>,
}

impl Scenarios {
    /// Those of a directory, which need not be there. A file that is no scenario is left alone.
    pub fn new(directory: &Path) -> Self {
        let scenarios = Self {
            tried: Cache::builder()
                .weigher(|_, draft: &Arc<Draft>| u32::try_from(draft.text.len()).unwrap_or(u32::MAX))
                .max_capacity(MOST_TRIED_BYTES)
                .build(),
            saved: RwLock::default(),
            directory: directory.to_owned(),
            turn: Mutex::default(),
        };
        let entries = |path: &Path| {
            let found = std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
            let mut paths: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
            paths.sort();
            paths
        };
        for of_city in entries(directory) {
            let Some(city) = of_city.file_name().and_then(|name| name.to_str()) else { continue };
            for path in entries(&of_city).into_iter().take(MOST_SAVED) {
                scenarios.load(city, &path);
            }
        }
        scenarios
    }

    fn load(&self, city: &str, path: &Path) {
        let is_ours = path.extension().is_some_and(|ending| ending == "geojson");
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_ours) else { return };
        let about = std::fs::metadata(path).ok().filter(|about| about.len() <= LARGEST as u64);
        let draft = std::fs::read_to_string(path).ok().and_then(|text| draft(&text).ok());
        if let (Some(about), Some(draft)) = (about, draft) {
            let at = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            self.keep(city, Saved { name: name.to_owned(), draft: Arc::new(draft), at });
        }
    }

    fn keep(&self, city: &str, saved: Saved) {
        let mut all = self.saved.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(city.to_owned()).or_default().insert(saved.name.clone(), saved);
    }

    /// Takes one to be tried.
    ///
    /// # Errors
    /// If it is no scenario, or is too large.
    pub fn try_out(&self, given: &Value) -> Result<Arc<Draft>, Problem> {
        let draft = Arc::new(draft(&given.to_string())?);
        self.tried.insert(draft.version.clone(), Arc::clone(&draft));
        Ok(draft)
    }

    /// One of a version, tried or saved of a city.
    pub fn of_version(&self, city: &str, version: &str) -> Option<Arc<Draft>> {
        let saved = || self.all(city).into_iter().find(|saved| saved.draft.version == version);
        self.tried.get(version).or_else(|| saved().map(|saved| saved.draft))
    }

    /// Those that were saved of a city, by name.
    pub fn all(&self, city: &str) -> Vec<Saved> {
        let all = self.saved.read().unwrap_or_else(PoisonError::into_inner);
        all.get(city).into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    /// One that was saved.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(&self, city: &str, name: &str) -> Result<Saved, Problem> {
        let all = self.saved.read().unwrap_or_else(PoisonError::into_inner);
        let found = all.get(city).and_then(|all| all.get(name)).cloned();
        found.ok_or_else(|| {
            Problem::not_found(lifecircle::say!(
                "no scenario {name:?} was saved of this city",
                "本市没有保存过方案 {name:?}"
            ))
        })
    }

    /// Saves one under a name, in the place of the version that whoever saves it has seen there; none for a new name.
    ///
    /// # Errors
    /// If another has saved a version since, or it cannot be kept.
    pub fn save(&self, city: &str, name: &str, given: &Value, replaces: Option<&str>) -> Result<Saved, Problem> {
        if name.is_empty() || file_name(name) != name || name.starts_with('.') || name.len() > LONGEST_NAME {
            return Err(Problem::bad_input(lifecircle::say!(
                "a name is made of letters, digits, dashes, dots and underscores, at most 120 bytes",
                "名称只能含汉字、字母、数字、短横线、点和下划线，最长 120 字节（约 40 个汉字）"
            )));
        }
        let draft = Arc::new(draft(&given.to_string())?);
        // One after another: whoever compares sees what was saved last.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.find(city, name).ok();
        let seen = known.as_ref().map(|known| known.draft.version.as_str());
        if seen != replaces && seen != Some(draft.version.as_str()) {
            return Err(Problem::exists(match seen {
                Some(_) => {
                    format!("{name} was saved by somebody else since you opened it; save yours under another name")
                }
                None => format!("{name} was removed since you opened it; save yours as a new one"),
            }));
        }
        if known.is_none() && self.all(city).len() >= MOST_SAVED {
            return Err(Problem::bad_input(lifecircle::say!(
                "{MOST_SAVED} scenarios of this city were saved already; remove one",
                "本市已保存 {MOST_SAVED} 个方案；请先删除一个"
            )));
        }
        // Beside its goal and moved there when it is whole: whoever reads it sees the old one or the new one.
        let directory = self.directory.join(city);
        let written = || {
            std::fs::create_dir_all(&directory)?;
            let mut file = tempfile::NamedTempFile::new_in(&directory)?;
            file.write_all(draft.text.as_bytes())?;
            file.persist(directory.join(format!("{name}.geojson"))).map_err(|e| e.error)
        };
        written().map_err(|_| Problem::cannot_keep())?;
        let saved = Saved { name: name.to_owned(), draft, at: SystemTime::now() };
        self.keep(city, saved.clone());
        Ok(saved)
    }

    /// Removes one that was saved.
    ///
    /// # Errors
    /// If there is none.
    pub fn remove(&self, city: &str, name: &str) -> Result<(), Problem> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = self.find(city, name)?;
        // The name was looked at when it was saved: it names no other directory.
        let path = self.directory.join(city).join(format!("{}.geojson", saved.name));
        std::fs::remove_file(path).map_err(|_| Problem::internal())?;
        // Whoever looks at it may go on.
        self.tried.insert(saved.draft.version.clone(), saved.draft);
        let mut all = self.saved.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = all.get_mut(city) {
            all.remove(name);
        }
        Ok(())
    }
}

fn draft(text: &str) -> Result<Draft, Problem> {
    if text.len() > LARGEST {
        return Err(Problem::too_large());
    }
    let scenario = Scenario::parse(text)?;
    let size = scenario.features.iter().map(|feature| feature.edit.size()).sum::<usize>();
    if scenario.features.len() > MOST_EDITS || size > LARGEST_DRAWING {
        return Err(Problem::bad_input(lifecircle::say!(
            "a scenario has at most {MOST_EDITS} edits here, of {LARGEST_DRAWING} points in all; try larger ones with `lifecircle plan compare`",
            "此处的方案最多 {MOST_EDITS} 项改动、合计 {LARGEST_DRAWING} 个点；更大的请用 `lifecircle plan compare`"
        )));
    }
    let hash = Sha256::digest(text.as_bytes());
    let version = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(Draft { scenario, text: text.to_owned(), version })
}
