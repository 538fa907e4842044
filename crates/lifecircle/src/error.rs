//! The one error type of the library: a sentence that names the file, the place in it, and the mend.
//!
//! A person who reads it must know what to do next without reading the source. Nothing here knows of any format.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// What went wrong, where, and what mends it.
///
/// Displays as one sentence: `FILE: PLACE: PROBLEM; MEND`.
///
/// ```
/// use lifecircle::Error;
/// let error = Error::new("the column `lon` is missing").file("people.csv").mend("name it with --people-columns lon=X");
/// assert_eq!(error.to_string(), "people.csv: the column `lon` is missing; name it with --people-columns lon=X");
/// ```
#[derive(Debug)]
pub struct Error {
    problem: String,
    file: Option<PathBuf>,
    place: Option<String>,
    mend: Option<String>,
}

/// The result of everything that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error whose sentence so far holds only the problem.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), file: None, place: None, mend: None }
    }

    /// An operating system's error while doing `action` (as "read", "write") to `file`.
    pub fn io(action: &str, file: impl AsRef<Path>, source: &std::io::Error) -> Self {
        let mend = match source.kind() {
            std::io::ErrorKind::NotFound => "check the path",
            std::io::ErrorKind::PermissionDenied => "check its permissions",
            std::io::ErrorKind::StorageFull => "free some space and run again",
            _ => "check the disk and run again",
        };
        Self::new(format!("cannot {action}: {source}")).file(file).mend(mend)
    }

    /// Names the file, unless one is named already.
    #[must_use]
    pub fn file(mut self, file: impl AsRef<Path>) -> Self {
        self.file.get_or_insert_with(|| file.as_ref().to_path_buf());
        self
    }

    /// Speaks of what lies in one directory as if it lay in another: of what is being written, by the name it will have.
    #[must_use]
    pub fn moved(mut self, from: &Path, to: &Path) -> Self {
        if let Some(within) = self.file.as_ref().and_then(|file| file.strip_prefix(from).ok()) {
            self.file = Some(if within == Path::new("") { to.to_path_buf() } else { to.join(within) });
        }
        self
    }

    /// Names the place inside the file (a line, a key, an element), unless one is named already.
    #[must_use]
    pub fn place(mut self, place: impl Into<String>) -> Self {
        self.place.get_or_insert_with(|| place.into());
        self
    }

    /// Says what the reader can do about it, unless that is said already.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend.get_or_insert_with(|| mend.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}: ", file.display())?;
        }
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.problem)?;
        if let Some(mend) = &self.mend {
            write!(f, "; {mend}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Runs code that hands damaged bytes to a library that may break down on them; that becomes an error like any other. The one
/// border for all of them: what they leave half done is dropped with them.
pub(crate) fn caught<T>(damaged: impl FnOnce() -> Error, read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged()))
}
