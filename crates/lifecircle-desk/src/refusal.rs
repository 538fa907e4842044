//! Why the desk does not do what it was asked, in a sentence for whoever asked.

use lifecircle::Error;
use lifecircle::error::ErrorKind;
use lifecircle::say;
use lifecircle::text::Text;

/// Why not.
#[derive(Debug)]
pub enum Refusal {
    /// What was named is not there, or is nothing of whoever asks.
    NotFound(Text),
    /// What was given is not right.
    BadInput(Text),
    /// Whoever asks is not signed in.
    NotSignedIn(Text),
    /// The password is right, and a code of the second factor is needed.
    NeedsCode(Text),
    /// Whoever asks may not.
    NotAllowed(Text),
    /// It is not at a point where it can be done, or somebody was faster.
    Conflict(Text),
    /// Too much was asked in too short a time.
    TooMany(Text),
    /// The desk cannot now: its disk is full, its files are damaged, it is being closed.
    Failed(Error),
}

impl Refusal {
    /// The sentence.
    pub fn text(&self) -> Text {
        match self {
            Self::NotFound(text)
            | Self::BadInput(text)
            | Self::NotSignedIn(text)
            | Self::NeedsCode(text)
            | Self::NotAllowed(text)
            | Self::Conflict(text)
            | Self::TooMany(text) => text.clone(),
            Self::Failed(error) => {
                use lifecircle::text::Language::{Chinese, English};
                let told = |language| error.sentence(language, |setting| format!("`{}`", setting.name()));
                Text { en: told(English), zh: told(Chinese) }
            }
        }
    }

    /// The same once more, for somebody else who waits.
    pub(crate) fn again(&self) -> Self {
        let text = self.text();
        match self {
            Self::NotFound(_) => Self::NotFound(text),
            Self::BadInput(_) => Self::BadInput(text),
            Self::NotSignedIn(_) => Self::NotSignedIn(text),
            Self::NeedsCode(_) => Self::NeedsCode(text),
            Self::NotAllowed(_) => Self::NotAllowed(text),
            Self::Conflict(_) => Self::Conflict(text),
            Self::TooMany(_) => Self::TooMany(text),
            Self::Failed(error) => Self::Failed(Error::of_kind(error.kind(), text)),
        }
    }

    /// As an error of the library.
    pub fn into_error(self) -> Error {
        match self {
            Self::Failed(error) => error,
            other => Error::new(other.text()),
        }
    }

    /// There is no request of this number, or it is none of whoever asks.
    pub fn no_request() -> Self {
        Self::NotFound(say!("there is no such request", "没有这个诉求"))
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(failed(&error))
    }
}

/// What went wrong in the database, in words.
pub(crate) fn failed(error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let full = || say!("free some space; nothing that was acknowledged is lost", "请腾出空间；已确认的内容没有丢失");
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::of_kind(ErrorKind::Io, say!("the disk is full", "磁盘已满")).hint(full()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::of_kind(ErrorKind::Io, say!("another program holds the desk's database", "受理库正被其他程序占用"))
                .hint(say!("end it and try again", "请结束该程序后重试"))
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Error::damaged(say!("the desk's database is damaged ({error})", "受理库已损坏（{error}）"))
                .hint(say!("restore a backup", "请恢复备份"))
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Error::of_kind(
            ErrorKind::Io,
            say!("the desk's database cannot be written ({error})", "受理库无法写入（{error}）"),
        )
        .hint(say!("check its permissions", "请检查权限")),
        _ => Error::of_kind(ErrorKind::Internal, say!("the desk's database failed ({error})", "受理库出错（{error}）")),
    }
}
