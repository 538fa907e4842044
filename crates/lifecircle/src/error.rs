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
use crate::text::{Language, Text, tight};

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
/// Displays as one sentence: `FILE: PLACE: PROBLEM; HINT`. It is there in both languages.
///
/// ```
/// use lifecircle::error::{Error, ErrorKind};
/// use lifecircle::{say, setting::Setting, text::Language};
/// let error = Error::new(say!("the column `lon` is missing", "缺少列 `lon`"))
///     .file("people.csv")
///     .hint(say!("name it in {}", "请在{}中指明", Setting::PeopleColumn));
/// assert_eq!(error.to_string(), "people.csv: the column `lon` is missing; name it in the setting `people.column`");
/// let option = |_| "--people-column".to_owned();
/// assert_eq!(error.sentence(Language::English, option), "people.csv: the column `lon` is missing; name it in --people-column");
/// assert_eq!(error.sentence(Language::Chinese, option), "people.csv：缺少列 `lon`；请在 --people-column 中指明");
/// assert_eq!((error.kind(), error.kind().code()), (ErrorKind::BadInput, "bad_input"));
/// ```
#[derive(Debug)]
pub struct Error(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: ErrorKind,
    problem: Text,
    file: Option<PathBuf>,
    place: Option<Text>,
    hint: Option<Text>,
    source: Option<std::io::Error>,
}

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of bad input whose sentence so far holds only the problem.
    pub fn new(problem: Text) -> Self {
        Self::of_kind(ErrorKind::BadInput, problem)
    }

    /// An error of any kind.
    pub fn of_kind(kind: ErrorKind, problem: Text) -> Self {
        Self(Box::new(Parts { kind, problem, file: None, place: None, hint: None, source: None }))
    }

    /// Something that was named is not there.
    pub fn not_found(problem: Text) -> Self {
        Self::of_kind(ErrorKind::NotFound, problem)
    }

    /// A file that is not whole, or not what it says it is.
    pub fn damaged(problem: Text) -> Self {
        Self::of_kind(ErrorKind::Damaged, problem)
    }

    /// A format, a version or a projection that is not read.
    pub fn unsupported(problem: Text) -> Self {
        Self::of_kind(ErrorKind::Unsupported, problem)
    }

    /// Something stands where it may not be replaced.
    pub fn exists(problem: Text) -> Self {
        Self::of_kind(ErrorKind::Exists, problem)
    }

    /// The caller stopped the work.
    pub fn cancelled() -> Self {
        Self::of_kind(ErrorKind::Cancelled, say!("it was stopped", "已停止"))
            .hint(say!("nothing is left of it; start it again", "没有留下任何内容；请重新开始"))
    }

    /// An operating system's error while doing `action` (as "read", "write") to `file`.
    pub fn io(action: Text, file: impl AsRef<Path>, source: &std::io::Error) -> Self {
        let (kind, hint) = match source.kind() {
            std::io::ErrorKind::NotFound => (ErrorKind::NotFound, say!("check the path", "请检查路径")),
            std::io::ErrorKind::PermissionDenied => (ErrorKind::Io, say!("check its permissions", "请检查权限")),
            std::io::ErrorKind::StorageFull => {
                (ErrorKind::Io, say!("free some space and run again", "请腾出空间后重试"))
            }
            _ => (ErrorKind::Io, say!("check the disk and run again", "请检查磁盘后重试")),
        };
        let problem = Text {
            en: format!("cannot {}: {source}", action.en),
            zh: format!("无法{}：{}", action.zh, in_chinese(source)),
        };
        let mut error = Self::of_kind(kind, problem).file(file).hint(hint);
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
    pub fn place(mut self, place: Text) -> Self {
        self.0.place.get_or_insert(place);
        self
    }

    /// Says what the reader can do about it, unless that is said already.
    #[must_use]
    pub fn hint(mut self, hint: Text) -> Self {
        self.0.hint.get_or_insert(hint);
        self
    }

    /// The sentence in a language, with the caller's own words for settings.
    pub fn sentence(&self, language: Language, name: impl Fn(Setting) -> String) -> String {
        let parts = &self.0;
        let [colon, semicolon] = match language {
            Language::Chinese => ["：", "；"],
            Language::English => [": ", "; "],
        };
        let file = parts.file.as_ref().map(|file| format!("{}{colon}", file.display())).unwrap_or_default();
        let place = parts.place.as_ref().map(|place| format!("{}{colon}", place.pick(language))).unwrap_or_default();
        let hint = parts.hint.as_ref().map(|hint| format!("{semicolon}{}", hint.pick(language))).unwrap_or_default();
        let whole = format!("{file}{place}{}{hint}", parts.problem.pick(language));
        // Chinese sets a space between its own signs and a word of Latin letters.
        let spaced = |setting| match (language, name(setting)) {
            (Language::Chinese, own) if own.is_ascii() => format!(" {own} "),
            (_, own) => own,
        };
        tight(&setting::named(&whole, spaced))
    }
}

/// The commonest of the operating system's errors; the others as the system says them.
fn in_chinese(source: &std::io::Error) -> String {
    use std::io::ErrorKind as Kind;
    let known = match source.kind() {
        Kind::NotFound => "没有这个文件或目录",
        Kind::PermissionDenied => "没有权限",
        Kind::StorageFull => "磁盘已满",
        Kind::NotADirectory => "不是目录",
        Kind::IsADirectory => "是目录",
        Kind::ReadOnlyFilesystem => "文件系统只读",
        Kind::UnexpectedEof => "文件不完整",
        Kind::AddrInUse => "地址已被占用",
        _ => return source.to_string(),
    };
    known.to_owned()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Language::English, Setting::in_english))
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
