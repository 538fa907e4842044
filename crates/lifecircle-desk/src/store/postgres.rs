//! PostgreSQL, for a city hall that has one. Each desk lies in a schema of its own; statements are changed over from what SQLite takes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::net::IpAddr;
use std::time::Duration;

use lifecircle::error::ErrorKind;
use lifecircle::{Error, say};
use postgres::config::{Host, SslMode};
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::Value;
use super::encrypted;
use crate::desk::Durability;
use crate::refusal::Refusal;

/// Begins to write. Each statement sees what was committed before it, also after waiting for the lock, whose name is a number of this program's own.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
     SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 15))";

/// Statements that are kept prepared.
const MOST_PREPARED: usize = 512;

/// How a server is reached, and the desk's schema there.
#[derive(Clone)]
pub(crate) struct Address {
    config: Config,
    schema: String,
    durability: Durability,
    /// How the way there is encrypted; none on this machine, unless the address asks for it.
    encrypted: Option<MakeRustlsConnect>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password is shown nowhere.
        write!(f, "Address({})", self.schema)
    }
}

impl Address {
    /// Reads `postgres://user@host/database`, or `host=… user=…`.
    ///
    /// # Errors
    /// If it is not that.
    pub fn read(url: &str, schema: &str, durability: Durability) -> lifecircle::Result<Self> {
        // Whoever is spoken to by TLS is always looked at: these mean no more than `require` does here.
        let mut url = url.to_owned();
        for (before, mode) in ["?", "&", " "].into_iter().flat_map(|sign| [(sign, "verify-full"), (sign, "verify-ca")])
        {
            url = url.replace(&format!("{before}sslmode={mode}"), &format!("{before}sslmode=require"));
        }
        let mut config: Config = url.parse().map_err(|e: postgres::Error| {
            // What the library says of it holds no part of what was given.
            Error::new(say!("the address of the database is not valid ({e})", "数据库地址无效（{e}）"))
                .hint(say!("write it as postgres://user@host/database", "请写成 postgres://用户@主机/数据库"))
        })?;
        if config.get_user().is_none()
            && let Ok(user) = std::env::var("PGUSER").or_else(|_| std::env::var("USER"))
        {
            config.user(&user);
        }
        if config.get_password().is_none()
            && let Ok(password) = std::env::var("PGPASSWORD")
        {
            config.password(password);
        }
        // Where both are told, the numbers are what is connected to.
        let is_far = config.get_hostaddrs().iter().any(|at| !at.is_loopback())
            || config.get_hosts().iter().any(|host| match host {
                Host::Tcp(name) => name != "localhost" && !name.parse::<IpAddr>().is_ok_and(|at| at.is_loopback()),
                #[cfg(unix)]
                Host::Unix(_) => false,
            });
        // To another machine nothing goes in the clear, nor to one that cannot show who it is, unless that is asked for.
        let encrypted = match config.get_ssl_mode() {
            SslMode::Disable => None,
            SslMode::Prefer if !is_far => None,
            _ => {
                config.ssl_mode(SslMode::Require);
                Some(encrypted::connector()?)
            }
        };
        // A network that is gone is noticed soon.
        config.tcp_user_timeout(Duration::from_secs(15));
        config.keepalives_idle(Duration::from_secs(30));
        config.application_name("lifecircle");
        config.connect_timeout(super::PATIENCE);
        Ok(Self { config, schema: schema.to_owned(), durability, encrypted })
    }

    /// Connects.
    ///
    /// # Errors
    /// If the server cannot be reached, or lets nobody in.
    pub fn connect(&self) -> Result<Postgres, Refusal> {
        let client = self.client()?;
        Ok(Postgres { address: self.clone(), client: RefCell::new(client), prepared: RefCell::default() })
    }

    fn client(&self) -> Result<Client, Refusal> {
        let mut client = match &self.encrypted {
            Some(encrypted) => self.config.connect(encrypted.clone())?,
            None => self.config.connect(NoTls)?,
        };
        let schema = quoted(&self.schema);
        let lasting = match self.durability {
            Durability::OnDisk => "on",
            Durability::Quick => "off",
        };
        client.batch_execute(&format!(
            "SET search_path TO {schema}; SET lock_timeout TO '5s'; SET synchronous_commit TO {lasting}; SET client_min_messages TO warning"
        ))?;
        Ok(client)
    }

    /// The schema's name, as statements take it.
    fn schema(&self) -> String {
        quoted(&self.schema)
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A connection to a server.
pub(crate) struct Postgres {
    address: Address,
    client: RefCell<Client>,
    prepared: RefCell<HashMap<String, Statement>>,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.address.fmt(f)
    }
}

impl Postgres {
    /// Whether the server has gone away.
    pub fn is_lost(&self) -> bool {
        self.client.borrow().is_closed()
    }

    /// Rows of an answer.
    pub fn query(&self, text: &str, values: &[Value]) -> Result<Vec<postgres::Row>, Refusal> {
        let statement = self.statement(text)?;
        Ok(self.client.borrow_mut().query(&statement, &given(values))?)
    }

    /// Each row of an answer, however many there are.
    pub fn each(
        &self,
        text: &str,
        values: &[Value],
        mut see: impl FnMut(&postgres::Row) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let statement = self.statement(text)?;
        let mut client = self.client.borrow_mut();
        let mut rows = client.query_raw(&statement, given(values))?;
        while let Some(row) = rows.next()? {
            see(&row)?;
        }
        Ok(())
    }

    /// Rows that were touched.
    pub fn execute(&self, text: &str, values: &[Value]) -> Result<usize, Refusal> {
        let statement = self.statement(text)?;
        let touched = self.client.borrow_mut().execute(&statement, &given(values))?;
        Ok(usize::try_from(touched).unwrap_or(usize::MAX))
    }

    /// Several statements that take nothing.
    pub fn run(&self, text: &str) -> Result<(), Refusal> {
        Ok(self.client.borrow_mut().batch_execute(text)?)
    }

    /// Begins to write: other programs wait, so that entries come one after the other. A server that went away is looked for again.
    pub fn begin(&self) -> Result<(), Refusal> {
        if self.is_lost() {
            *self.client.borrow_mut() = self.address.client()?;
            self.prepared.borrow_mut().clear();
        }
        match self.run(BEGIN) {
            // It went away since it was last asked, which only asking tells.
            Err(_) if self.is_lost() => {
                *self.client.borrow_mut() = self.address.client()?;
                self.prepared.borrow_mut().clear();
                self.run(BEGIN)
            }
            begun => begun,
        }
    }

    /// Makes the desk's schema, if it is not there: whoever may not make one may use one that was made for them.
    pub fn make_schema(&self) -> Result<(), Refusal> {
        let text = "SELECT 1::bigint FROM pg_namespace WHERE nspname = ?1";
        if self.query(text, &[Value::Text(self.address.schema.clone())])?.is_empty() {
            self.run(&format!("CREATE SCHEMA IF NOT EXISTS {}", self.address.schema()))?;
        }
        Ok(())
    }

    fn statement(&self, text: &str) -> Result<Statement, Refusal> {
        if let Some(statement) = self.prepared.borrow().get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.borrow_mut().prepare(&changed_over(text))?;
        let mut prepared = self.prepared.borrow_mut();
        if prepared.len() >= MOST_PREPARED {
            prepared.clear();
        }
        prepared.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn given(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// A statement as PostgreSQL takes it: `$1` for `?1`, and no word about indices.
fn changed_over(text: &str) -> String {
    let (mut out, mut count, mut rest) = (String::with_capacity(text.len() + 16), 0, text);
    while let Some(at) = rest.find('?') {
        out += &rest[..at];
        rest = &rest[at + 1..];
        let digits = rest.len() - rest.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
        count += 1;
        out.push('$');
        out += &if digits == 0 { count.to_string() } else { rest[..digits].to_owned() };
        rest = &rest[digits..];
    }
    out += rest;
    while let Some(at) = out.find(" INDEXED BY ") {
        let name = at + " INDEXED BY ".len();
        let end = out[name..].find(' ').map_or(out.len(), |length| name + length);
        out.replace_range(at..end, "");
    }
    out
}

/// Tables as PostgreSQL makes them.
pub(super) fn tables(text: &str) -> String {
    [
        ("INTEGER PRIMARY KEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
        (" INTEGER", " BIGINT"),
        (" BLOB", " BYTEA"),
        (" REAL", " DOUBLE PRECISION"),
        (" TEXT", " TEXT COLLATE \"C\""),
        (" STRICT", ""),
        // A copy is taken over row by row.
        (" REFERENCES requests", " REFERENCES requests DEFERRABLE"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (sqlite, postgres)| text.replace(sqlite, postgres))
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Real(number) => number.to_sql(kind, out),
            // PostgreSQL holds no text with this sign.
            Self::Text(text) if text.contains('\0') => text.replace('\0', "\u{fffd}").to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl FromSql<'_> for Value {
    fn from_sql(kind: &Type, raw: &[u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(match *kind {
            Type::INT8 => Self::Integer(i64::from_sql(kind, raw)?),
            Type::INT4 => Self::Integer(i64::from(i32::from_sql(kind, raw)?)),
            Type::FLOAT8 => Self::Real(f64::from_sql(kind, raw)?),
            Type::BYTEA => Self::Blob(Vec::from_sql(kind, raw)?),
            _ => Self::Text(String::from_sql(kind, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::FLOAT8, Type::BYTEA, Type::TEXT, Type::VARCHAR, Type::NAME].contains(kind)
    }
}

impl From<postgres::Error> for Refusal {
    fn from(error: postgres::Error) -> Self {
        let state = error.code();
        let is = |states: &[SqlState]| state.is_some_and(|state| states.contains(state));
        let io = |text| Error::of_kind(ErrorKind::Io, text);
        let told = error.as_db_error().map_or_else(|| with_causes(&error), |error| error.message().to_owned());
        Self::Failed(if is(&[SqlState::DISK_FULL]) {
            io(say!("the disk is full", "磁盘已满")).hint(say!(
                "free some space; nothing that was acknowledged is lost",
                "请腾出空间；已确认的内容没有丢失"
            ))
        } else if is(&[SqlState::LOCK_NOT_AVAILABLE]) {
            io(say!("another program holds the desk's database", "受理库正被其他程序占用"))
                .hint(say!("end it and try again", "请结束该程序后重试"))
        } else if state.is_none() || error.is_closed() || is(&STOPPING) {
            io(say!("the database server cannot be reached ({told})", "无法连接数据库服务器（{told}）"))
                .hint(say!("see whether it runs, and try again", "请确认其正在运行，然后重试"))
        } else if is(&CLOSED) {
            io(say!("the database server lets nobody in ({told})", "数据库服务器拒绝访问（{told}）"))
        } else {
            Error::of_kind(ErrorKind::Internal, say!("the desk's database failed ({told})", "受理库出错（{told}）"))
        })
    }
}

/// What a library says, and what it says of why: which certificate is not trusted, which address is closed.
fn with_causes(error: &dyn StdError) -> String {
    let (mut told, mut cause) = (error.to_string(), error.source());
    while let Some(of) = cause {
        let text = of.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        cause = of.source();
    }
    told
}

/// What a server says that is being stopped, is starting, or is full.
const STOPPING: [SqlState; 4] =
    [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW, SqlState::TOO_MANY_CONNECTIONS];

/// What a server says that does not know whoever asks.
const CLOSED: [SqlState; 4] = [
    SqlState::INVALID_PASSWORD,
    SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
    SqlState::INVALID_CATALOG_NAME,
    SqlState::INSUFFICIENT_PRIVILEGE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_changed_over() {
        assert_eq!(changed_over("a = ?2 AND b = ?1 AND c = ?12"), "a = $2 AND b = $1 AND c = $12");
        assert_eq!(changed_over("a IN (?,?) LIMIT ?"), "a IN ($1,$2) LIMIT $3");
        assert_eq!(changed_over("SELECT n FROM r INDEXED BY by_n WHERE n = ?1"), "SELECT n FROM r WHERE n = $1");
    }

    #[test]
    fn nothing_goes_to_another_machine_in_the_clear_unless_that_is_asked_for() {
        let read =
            |url: &str| Address::read(url, "desk_x", Durability::OnDisk).map(|address| address.encrypted.is_some());
        for far in [
            "postgres://a@10.0.0.5/c",
            "hostaddr=10.0.0.5 user=a",
            "host=localhost hostaddr=10.0.0.5 user=a",
            "host=localhost,db user=a",
        ] {
            // A machine that trusts nobody refuses.
            assert!(read(far).unwrap_or(true), "{far}");
        }
        for near in [
            "postgres://a@localhost/c",
            "host=/run/postgresql user=a",
            "hostaddr=127.0.0.1 user=a",
            "postgres://a@10.0.0.5/c?sslmode=disable",
        ] {
            assert!(!read(near).unwrap(), "{near}");
        }
    }

    #[test]
    fn an_address_shows_no_password() {
        let address = Address::read("postgres://desk:secret@localhost/city", "desk_x", Durability::OnDisk).unwrap();
        assert!(!format!("{address:?}").contains("secret"));
        let error = Address::read("postgres://desk:secret@localhost:port/city", "desk_x", Durability::OnDisk);
        assert!(!error.unwrap_err().to_string().contains("secret"));
    }
}
