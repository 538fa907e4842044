//! One way to ask SQLite and PostgreSQL. Statements are written once, in what both understand, with `?` or `?1` for what is given.

use crate::refusal::{Refusal, failed};

use super::postgres::Postgres;

/// A connection to the database.
#[derive(Debug)]
pub(crate) enum Connection {
    /// A file beside the cities.
    Sqlite(rusqlite::Connection),
    /// A server.
    Postgres(Box<Postgres>),
}

/// What is given to a statement, or stands in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// Values for a statement, in its order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Value::from($value)),*] };
}
pub(crate) use values;

/// A row of an answer.
pub(crate) enum Row<'a> {
    /// Of SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// Of PostgreSQL.
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// What stands in a column.
    ///
    /// # Errors
    /// If it is something else.
    pub fn get<T: Column>(&self, column: usize) -> Result<T, Refusal> {
        T::of(self.value(column)?).ok_or_else(|| strange(column))
    }

    /// What stands in a column, whatever it is.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn value(&self, column: usize) -> Result<Value, Refusal> {
        use rusqlite::types::Value as Sqlite;
        match self {
            Self::Sqlite(row) => Ok(match row.get(column)? {
                Sqlite::Null => Value::Null,
                Sqlite::Integer(number) => Value::Integer(number),
                Sqlite::Real(number) => Value::Real(number),
                Sqlite::Text(text) => Value::Text(text),
                Sqlite::Blob(bytes) => Value::Blob(bytes),
            }),
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }
}

/// What a column can be read as.
pub(crate) trait Column: Sized {
    /// The value; none if it is something else.
    fn of(value: Value) -> Option<Self>;
}

macro_rules! columns {
    ($($type:ty => $kind:ident;)*) => {$(
        impl Column for $type {
            fn of(value: Value) -> Option<Self> {
                if let Value::$kind(value) = value { Some(value) } else { None }
            }
        }
    )*};
}

columns! {
    i64 => Integer;
    f64 => Real;
    String => Text;
    Vec<u8> => Blob;
}

impl Column for bool {
    fn of(value: Value) -> Option<Self> {
        i64::of(value).map(|value| value != 0)
    }
}

impl<T: Column> Column for Option<T> {
    fn of(value: Value) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::of(value).map(Some) }
    }
}

macro_rules! into_values {
    ($($type:ty => |$value:ident| $into:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $into
            }
        }
    )*};
}

into_values! {
    i64 => |value| Self::Integer(value);
    bool => |value| Self::Integer(i64::from(value));
    f64 => |value| Self::Real(value);
    String => |value| Self::Text(value);
    &String => |value| Self::Text(value.clone());
    &str => |value| Self::Text(value.to_owned());
    Vec<u8> => |value| Self::Blob(value);
    &Vec<u8> => |value| Self::Blob(value.clone());
    &[u8] => |value| Self::Blob(value.to_owned());
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::ValueRef;
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Connection {
    /// All rows of an answer.
    ///
    /// # Errors
    /// Whatever `read` returns, or if it cannot be asked.
    pub fn all<T>(
        &self,
        text: &str,
        values: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, Refusal> {
        let mut found = Vec::new();
        match self {
            Self::Sqlite(_) => self.each(text, values, |row| {
                found.push(read(row)?);
                Ok(())
            })?,
            // All at once, so that whoever reads a row may ask for more.
            Self::Postgres(postgres) => {
                for row in postgres.query(text, values)? {
                    found.push(read(&Row::Postgres(&row))?);
                }
            }
        }
        Ok(found)
    }

    /// The first row of an answer, if there is one.
    ///
    /// # Errors
    /// Whatever `read` returns, or if it cannot be asked.
    pub fn first<T>(
        &self,
        text: &str,
        values: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        match self {
            Self::Sqlite(sqlite) => {
                let mut statement = sqlite.prepare_cached(text)?;
                let mut rows = statement.query(rusqlite::params_from_iter(values))?;
                rows.next()?.map(|row| read(&Row::Sqlite(row))).transpose()
            }
            Self::Postgres(postgres) => {
                postgres.query(text, values)?.first().map(|row| read(&Row::Postgres(row))).transpose()
            }
        }
    }

    /// Looks at each row of an answer, one by one, however many there are; whoever looks asks for nothing else.
    ///
    /// # Errors
    /// Whatever `see` returns, or if it cannot be asked.
    pub fn each(
        &self,
        text: &str,
        values: &[Value],
        mut see: impl FnMut(&Row<'_>) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        match self {
            Self::Sqlite(sqlite) => {
                let mut statement = sqlite.prepare_cached(text)?;
                let mut rows = statement.query(rusqlite::params_from_iter(values))?;
                while let Some(row) = rows.next()? {
                    see(&Row::Sqlite(row))?;
                }
                Ok(())
            }
            Self::Postgres(postgres) => postgres.each(text, values, |row| see(&Row::Postgres(row))),
        }
    }

    /// Does something; returns how many rows it touched.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn execute(&self, text: &str, values: &[Value]) -> Result<usize, Refusal> {
        match self {
            Self::Sqlite(sqlite) => Ok(sqlite.prepare_cached(text)?.execute(rusqlite::params_from_iter(values))?),
            Self::Postgres(postgres) => postgres.execute(text, values),
        }
    }

    /// Does several things that take nothing.
    ///
    /// # Errors
    /// If one cannot be done.
    pub fn run(&self, text: &str) -> Result<(), Refusal> {
        match self {
            Self::Sqlite(sqlite) => Ok(sqlite.execute_batch(text)?),
            Self::Postgres(postgres) => postgres.run(text),
        }
    }

    /// Begins to write; nobody else does until it is committed.
    ///
    /// # Errors
    /// If somebody else writes for long, or the database is not there.
    pub fn begin(&self) -> Result<(), Refusal> {
        match self {
            Self::Sqlite(_) => self.run("BEGIN IMMEDIATE"),
            Self::Postgres(postgres) => postgres.begin(),
        }
    }

    /// Begins to read what is there at one moment.
    ///
    /// # Errors
    /// If the database is not there.
    pub fn begin_reading(&self) -> Result<(), Refusal> {
        match self {
            Self::Sqlite(_) => self.run("BEGIN"),
            Self::Postgres(_) => self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }

    /// Whether it is of use any more.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Postgres(postgres) if postgres.is_lost())
    }
}

fn strange(column: usize) -> Refusal {
    Refusal::Failed(failed(&rusqlite::Error::InvalidColumnType(
        column,
        "column".to_owned(),
        rusqlite::types::Type::Text,
    )))
}
