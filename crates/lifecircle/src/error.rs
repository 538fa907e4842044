//! The one error type of the library: a kind that a program can act on, and a sentence that names the file, the place in it,
//! and how to fix it.
//!
//! A person who reads it must know what to do next without reading the source. Nothing here knows of any format, nor of any
//! caller: where a sentence speaks of something that the caller can set, it names a [`Setting`], which the caller calls by its
//! own word ([`Error::sentence`]): the command by its option, a server by its field.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::setting::{self, Setting};

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something that was named is not there: a file, a column, a standard.
    NotFound,
    /// What was given is not right: a number out of range, a column that is missing, a rule that makes no sense.
    BadInput,
    /// Something stands where it may not be replaced, or somebody else is writing it.
    Exists,
    /// A format, a version or a projection that is not read.
    Unsupported,
    /// A file that is not whole, or not what it says it is.
    Damaged,
    /// The operating system could not read or write.
    Io,
    /// The caller stopped the work.
    Cancelled,
    /// A mistake of the program's own.
    Internal,
}

impl ErrorKind {
    /// A word for it that does not change.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::BadInput => "bad_input",
            Self::Exists => "exists",
            Self::Unsupported => "unsupported",
            Self::Damaged => "damaged",
            Self::Io => "io",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

/// What went wrong, where, and how to fix it.
///
/// Displays as one sentence: `FILE: PLACE: PROBLEM; HINT`.
///
/// ```
/// use lifecircle::error::{Error, ErrorKind};
/// use lifecircle::setting::Setting;
/// let error = Error::new("the column `lon` is missing").file("people.csv").hint(format!("name it in {}", Setting::PeopleColumn));
/// assert_eq!(error.to_string(), "people.csv: the column `lon` is missing; name it in the setting `people.column`");
/// assert_eq!(error.sentence(|_| "--people-column".to_owned()), "people.csv: the column `lon` is missing; name it in --people-column");
/// assert_eq!((error.kind(), error.kind().code()), (ErrorKind::BadInput, "bad_input"));
/// ```
#[derive(Debug)]
pub struct Error(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: ErrorKind,
    problem: String,
    file: Option<PathBuf>,
    place: Option<String>,
    hint: Option<String>,
    source: Option<std::io::Error>,
}

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of bad input whose sentence so far holds only the problem.
    pub fn new(problem: impl Into<String>) -> Self {
        Self::of_kind(ErrorKind::BadInput, problem)
    }

    /// An error of any kind.
    pub fn of_kind(kind: ErrorKind, problem: impl Into<String>) -> Self {
        Self(Box::new(Parts { kind, problem: problem.into(), file: None, place: None, hint: None, source: None }))
    }

    /// Something that was named is not there.
    pub fn not_found(problem: impl Into<String>) -> Self {
        Self::of_kind(ErrorKind::NotFound, problem)
    }

    /// A file that is not whole, or not what it says it is.
    pub fn damaged(problem: impl Into<String>) -> Self {
        Self::of_kind(ErrorKind::Damaged, problem)
    }

    /// A format, a version or a projection that is not read.
    pub fn unsupported(problem: impl Into<String>) -> Self {
        Self::of_kind(ErrorKind::Unsupported, problem)
    }

    /// Something stands where it may not be replaced.
    pub fn exists(problem: impl Into<String>) -> Self {
        Self::of_kind(ErrorKind::Exists, problem)
    }

    /// The caller stopped the work.
    pub fn cancelled() -> Self {
        Self::of_kind(ErrorKind::Cancelled, "it was stopped").hint("nothing is left of it; start it again")
    }

    /// An operating system's error while doing `action` (as "read", "write") to `file`.
    pub fn io(action: &str, file: impl AsRef<Path>, source: &std::io::Error) -> Self {
        let (kind, hint) = match source.kind() {
            std::io::ErrorKind::NotFound => (ErrorKind::NotFound, "check the path"),
            std::io::ErrorKind::PermissionDenied => (ErrorKind::Io, "check its permissions"),
            std::io::ErrorKind::StorageFull => (ErrorKind::Io, "free some space and run again"),
            _ => (ErrorKind::Io, "check the disk and run again"),
        };
        let mut error = Self::of_kind(kind, format!("cannot {action}: {source}")).file(file).hint(hint);
        // The system's errors cannot be copied; what they say can.
        error.0.source = Some(match source.raw_os_error() {
            Some(code) => std::io::Error::from_raw_os_error(code),
            None => source.kind().into(),
        });
        error
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file that it went wrong with, if it is one.
    pub fn path(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// Names the file, unless one is named already.
    #[must_use]
    pub fn file(mut self, file: impl AsRef<Path>) -> Self {
        self.0.file.get_or_insert_with(|| file.as_ref().to_path_buf());
        self
    }

    /// Speaks of what lies in one directory as if it lay in another: of what is being written, by the name it will have.
    #[must_use]
    pub fn moved(mut self, from: &Path, to: &Path) -> Self {
        if let Some(within) = self.0.file.as_ref().and_then(|file| file.strip_prefix(from).ok()) {
            self.0.file = Some(if within == Path::new("") { to.to_path_buf() } else { to.join(within) });
        }
        self
    }

    /// Names the place inside the file (a line, a key, an element), unless one is named already.
    #[must_use]
    pub fn place(mut self, place: impl Into<String>) -> Self {
        self.0.place.get_or_insert_with(|| place.into());
        self
    }

    /// Says what the reader can do about it, unless that is said already.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// The sentence, with the caller's own words for settings.
    pub fn sentence(&self, name: impl Fn(Setting) -> String) -> String {
        setting::named(&self.plain(), name)
    }

    fn plain(&self) -> String {
        let parts = &self.0;
        let file = parts.file.as_ref().map(|file| format!("{}: ", file.display())).unwrap_or_default();
        let place = parts.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let hint = parts.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("{file}{place}{}{hint}", parts.problem)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Setting::in_english))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// Runs code that hands damaged bytes to a library that may break down on them; that becomes an error like any other. The one
/// border for all of them: what they leave half done is dropped with them.
pub(crate) fn caught<T>(damaged: impl FnOnce() -> Error, read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged()))
}
