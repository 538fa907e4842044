//! The desk's database: SQLite beside the cities, or PostgreSQL where a city hall has one. One thread writes, several read. It knows how to
//! keep and nothing of what is kept.
//!
//! Whoever writes waits until it is on the disk. What several write at one time is committed together, so that the disk is waited for
//! once; each of them is undone by itself if it fails.

mod connection;
mod copy;
mod encrypted;
mod postgres;
mod schema;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lifecircle::error::ErrorKind;
use lifecircle::{Error, Result, say};
use rusqlite::OpenFlags;

use crate::desk::Durability;
use crate::refusal::Refusal;
use postgres::Address;
use writer::Writer;

pub(crate) use connection::{Connection, Row, Value, values};

/// How long is waited for a place among those who read.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long is waited for another program that holds the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections for those who read; others wait until one is free.
const MOST_READERS: usize = 16;

/// Where a database is.
#[derive(Debug, Clone)]
enum Place {
    File(PathBuf),
    Server(Box<Address>),
}

/// The database.
#[derive(Debug)]
pub(crate) struct Store {
    place: Place,
    writer: Writer,
    readers: Mutex<Readers>,
    freed: Condvar,
}

/// Connections for those who read.
#[derive(Debug, Default)]
struct Readers {
    idle: Vec<Connection>,
    busy: usize,
}

/// A place among those who read, given back when it is dropped.
struct ReaderPlace<'a>(&'a Store);

impl Drop for ReaderPlace<'_> {
    fn drop(&mut self) {
        self.0.readers().busy -= 1;
        self.0.freed.notify_one();
    }
}

impl Store {
    /// Opens a file, makes it if it is not there, and brings an older one to this version.
    ///
    /// # Errors
    /// If it cannot be opened, is damaged, or is of a later version.
    pub fn open(path: &Path, durability: Durability) -> Result<Self> {
        make_file(path)?;
        let opened = || {
            let connection = sqlite(path)?;
            if let (Connection::Sqlite(sqlite), Durability::Quick) = (&connection, durability) {
                sqlite.pragma_update(None, "synchronous", "off")?;
            }
            schema::migrate(&connection)?;
            Ok(connection)
        };
        let connection = opened().map_err(|refusal: Refusal| refusal.into_error().file(path))?;
        Ok(Self {
            place: Place::File(path.to_owned()),
            writer: Writer::start(connection),
            readers: Mutex::default(),
            freed: Condvar::new(),
        })
    }

    /// Opens a schema of a server by the server's address; makes it if it is not there, and brings an older one to this version.
    ///
    /// # Errors
    /// If the address is not right, the server cannot be reached, or the schema is of a later version.
    pub fn on_server(url: &str, schema: &str, durability: Durability) -> Result<Self> {
        let address = Address::read(url, schema, durability)?;
        let opened = || {
            let connection = Connection::Postgres(Box::new(address.connect()?));
            schema::migrate(&connection)?;
            Ok(connection)
        };
        let connection = opened().map_err(Refusal::into_error)?;
        let place = Place::Server(Box::new(address));
        Ok(Self { place, writer: Writer::start(connection), readers: Mutex::default(), freed: Condvar::new() })
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
        let _place = self.reader_place()?;
        let connection = self.reader()?;
        let answer = work(&connection);
        connection.run("ROLLBACK")?;
        self.readers().idle.push(connection);
        answer
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until few enough read.
    fn reader_place(&self) -> Result<ReaderPlace<'_>, Refusal> {
        let full = |readers: &mut Readers| readers.busy >= MOST_READERS;
        let waited = self.freed.wait_timeout_while(self.readers(), LONGEST_WAIT, full);
        let (mut readers, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(Refusal::Failed(
                Error::of_kind(ErrorKind::Io, say!("the desk is very busy", "受理库繁忙"))
                    .hint(say!("try again", "请重试")),
            ));
        }
        readers.busy += 1;
        drop(readers);
        Ok(ReaderPlace(self))
    }

    /// A connection that has begun to read. One whose server went away since it was last used is let go.
    fn reader(&self) -> Result<Connection, Refusal> {
        loop {
            let idle = self.readers().idle.pop();
            let is_new = idle.is_none();
            let connection = match (idle, &self.place) {
                (Some(idle), _) => idle,
                (None, Place::Server(address)) => Connection::Postgres(Box::new(address.connect()?)),
                (None, Place::File(path)) => {
                    let connection = sqlite(path)?;
                    if let Connection::Sqlite(sqlite) = &connection {
                        sqlite.pragma_update(None, "query_only", true)?;
                    }
                    connection
                }
            };
            match connection.begin_reading() {
                Ok(()) => return Ok(connection),
                Err(_) if !is_new && connection.is_lost() => {}
                Err(refusal) => return Err(refusal),
            }
        }
    }

    /// Writes a copy of all that is there at one moment, while others go on: a file of SQLite, whatever the database is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn back_up(&self, to: &Path) -> Result<(), Refusal> {
        // An empty file is what a copy may be written into.
        make_file(to)?;
        match &self.place {
            Place::File(path) => {
                let Connection::Sqlite(connection) = sqlite(path)? else { return Ok(()) };
                connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
                Ok(())
            }
            Place::Server(_) => {
                let copy = sqlite(to)?;
                schema::migrate(&copy)?;
                copy.begin()?;
                self.read(|connection| copy::copy_all(connection, &copy))?;
                copy.run("COMMIT")?;
                // One file, with nothing beside it.
                copy.run("PRAGMA journal_mode = delete")
            }
        }
    }

    /// Takes over all that is in a copy, if `fits` finds it right; there must be nothing yet.
    ///
    /// # Errors
    /// If something is there, the copy cannot be read, or whatever `fits` returns.
    pub fn take_over(
        &self,
        from: &Path,
        fits: impl FnOnce(&Connection) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<(), Refusal> {
        let path = from.to_owned();
        self.write(move |connection| {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let copy = Connection::Sqlite(rusqlite::Connection::open_with_flags(&path, flags)?);
            schema::same_version(&copy).map_err(|error| error.file(&path))?;
            copy::copy_all(&copy, connection)?;
            fits(connection)
        })
    }

    /// Whether nothing was ever kept there.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn is_empty(&self) -> Result<bool, Refusal> {
        self.read(|connection| {
            let any = connection.first("SELECT number FROM entries LIMIT 1", values![], |row| row.get::<i64>(0))?;
            Ok(any.is_none())
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

/// A connection to a file.
fn sqlite(path: &Path) -> Result<Connection, Refusal> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is not left lying in the file.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(Connection::Sqlite(connection))
}
