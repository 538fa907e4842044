//! The desk's database: SQLite beside the cities. One thread writes, several read. It knows how to keep and nothing of what is kept.
//!
//! Whoever writes waits until it is on the disk. What several write at one time is committed together, so that the disk is waited for
//! once; each of them is undone by itself if it fails.

mod schema;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lifecircle::{Error, Result, say};
use rusqlite::{Connection, OpenFlags};

use crate::desk::Durability;
use crate::refusal::{Refusal, failed};
use writer::Writer;

/// How long is waited for another program that holds the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections that are kept for those who read.
const MOST_IDLE: usize = 8;

/// The database.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens a database, makes it if it is not there, and brings an older one to this version.
    ///
    /// # Errors
    /// If it cannot be opened, is damaged, or is of a later version.
    pub fn open(path: &Path, durability: Durability) -> Result<Self> {
        make_file(path)?;
        let mut connection = Connection::open(path).map_err(|e| failed(&e).file(path))?;
        prepare(&connection).map_err(|e| failed(&e).file(path))?;
        if durability == Durability::Quick {
            connection.pragma_update(None, "synchronous", "off").map_err(|e| failed(&e).file(path))?;
        }
        schema::migrate(&mut connection).map_err(|e| e.file(path))?;
        Ok(Self { path: path.to_owned(), writer: Writer::start(connection), readers: Mutex::default() })
    }

    /// Writes, and returns when it is on the disk; nothing is written if `work` fails.
    ///
    /// # Errors
    /// Whatever `work` returns, or if it cannot be kept.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.writer.write(work)
    }

    /// Reads what is there at one moment.
    ///
    /// # Errors
    /// Whatever `work` returns, or if it cannot be read.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let connection = Connection::open_with_flags(&self.path, flags)?;
                prepare(&connection)?;
                connection.pragma_update(None, "query_only", true)?;
                connection
            }
        };
        connection.execute_batch("BEGIN")?;
        let answer = work(&connection);
        connection.execute_batch("ROLLBACK")?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < MOST_IDLE {
            readers.push(connection);
        }
        answer
    }

    /// Writes a copy of all that is there at one moment, while others go on.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn back_up(&self, to: &Path) -> Result<(), Refusal> {
        let text = to.to_string_lossy().into_owned();
        // An empty file is what a copy may be written into.
        make_file(to)?;
        self.read(|connection| {
            // A copy cannot be made within a transaction.
            connection.execute_batch("ROLLBACK; PRAGMA query_only = 0")?;
            let made = connection.execute("VACUUM INTO ?1", [&text]);
            connection.execute_batch("PRAGMA query_only = 1; BEGIN")?;
            made?;
            Ok(())
        })
    }
}

/// Makes a file that only its owner reads, if it is not there.
fn make_file(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(drop).map_err(|e| Error::io(say!("write", "写入"), path, &e))
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is not left lying in the file.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}
