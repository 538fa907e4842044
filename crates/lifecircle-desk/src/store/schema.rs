//! The tables, and how each version follows from the one before. Forward only: a database of a later version is not touched.

use lifecircle::{Error, say};

use super::connection::{Connection, values};
use super::postgres;
use crate::refusal::Refusal;

/// What a version adds.
struct Migration {
    /// In both databases, written as SQLite takes it.
    both: &'static str,
    /// In SQLite.
    sqlite: &'static str,
    /// In PostgreSQL.
    postgres: &'static str,
}

/// What each version adds. Those that have been released are never changed.
const MIGRATIONS: [Migration; 2] = [Migration {
    both: "
    CREATE TABLE people(
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        shown TEXT NOT NULL,
        role TEXT NOT NULL,
        unit TEXT,
        password TEXT NOT NULL,
        enabled INTEGER NOT NULL DEFAULT 1,
        failures INTEGER NOT NULL DEFAULT 0,
        closed_until INTEGER NOT NULL DEFAULT 0,
        made INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE sessions(
        token BLOB PRIMARY KEY,
        person INTEGER NOT NULL REFERENCES people,
        made INTEGER NOT NULL,
        seen INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX sessions_of_person ON sessions(person);

    CREATE TABLE requests(
        number INTEGER PRIMARY KEY,
        category TEXT NOT NULL,
        lon REAL,
        lat REAL,
        community TEXT NOT NULL,
        subdistrict TEXT NOT NULL,
        district TEXT NOT NULL,
        state TEXT NOT NULL,
        is_open INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        channel TEXT NOT NULL,
        unit TEXT,
        first_unit TEXT,
        helpers TEXT NOT NULL,
        received INTEGER NOT NULL,
        limits TEXT NOT NULL,
        due INTEGER,
        by_due INTEGER NOT NULL DEFAULT 9223372036854775807,
        warn_at INTEGER,
        left_over TEXT,
        with_unit INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        replied INTEGER,
        closed INTEGER,
        joined INTEGER NOT NULL DEFAULT 0,
        reopened INTEGER NOT NULL DEFAULT 0,
        urged INTEGER NOT NULL DEFAULT 0,
        merged_into INTEGER REFERENCES requests,
        objected_by INTEGER REFERENCES people,
        solved INTEGER,
        stars INTEGER,
        satisfied INTEGER,
        is_public INTEGER NOT NULL,
        escalated INTEGER NOT NULL DEFAULT 0,
        has_contacts INTEGER NOT NULL DEFAULT 0,
        asked_as BLOB UNIQUE,
        asked_with BLOB
    ) STRICT;
    CREATE INDEX requests_by_due ON requests(is_open, by_due, number);
    CREATE INDEX requests_by_number ON requests(is_open, number);
    CREATE INDEX requests_of_unit ON requests(unit, is_open, by_due, number);
    CREATE INDEX requests_of_unit_newest ON requests(unit, number);
    CREATE INDEX requests_of_unit_by_number ON requests(unit, is_open, number);
    CREATE INDEX requests_of_unit_counted ON requests(is_open, unit, state, due);
    CREATE INDEX requests_counted ON requests(is_open, state, due);
    CREATE INDEX requests_of_state ON requests(state, by_due, number);
    CREATE INDEX requests_of_category ON requests(category, is_open, by_due, number);
    CREATE INDEX requests_of_community ON requests(community, is_open, by_due, number);
    CREATE INDEX requests_by_time ON requests(received);
    CREATE INDEX requests_by_place ON requests(category, is_open, lat);
    CREATE INDEX requests_on_map ON requests(is_open, lat, lon);
    CREATE INDEX requests_to_warn ON requests(warn_at) WHERE is_open = 1 AND warn_at IS NOT NULL;
    CREATE INDEX requests_to_escalate ON requests(due) WHERE is_open = 1 AND escalated = 0;
    CREATE INDEX requests_to_close ON requests(replied) WHERE state IN ('replied', 'called_back');
    CREATE INDEX requests_to_forget ON requests(closed) WHERE state = 'closed' AND has_contacts = 1;

    CREATE TABLE askers(
        code BLOB PRIMARY KEY,
        request INTEGER NOT NULL REFERENCES requests,
        asked INTEGER NOT NULL REFERENCES requests,
        contact BLOB,
        is_first INTEGER NOT NULL,
        made INTEGER NOT NULL,
        urged INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX askers_of_request ON askers(request);

    CREATE TABLE entries(
        number INTEGER PRIMARY KEY,
        request INTEGER REFERENCES requests,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        done TEXT NOT NULL,
        words TEXT NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    CREATE INDEX entries_of_request ON entries(request, number);
    CREATE TABLE words(
        entry INTEGER PRIMARY KEY REFERENCES entries,
        asker BLOB,
        sealed BLOB NOT NULL,
        salt BLOB NOT NULL
    ) STRICT;
    CREATE INDEX words_of_asker ON words(asker) WHERE asker IS NOT NULL;
",
    sqlite: "
    CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'entries are never changed'); END;
    CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'entries are never deleted'); END;
",
    postgres: "
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'entries are never changed or deleted'; END $$;
    CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse();
",
}, Migration {
    both: "
    CREATE TABLE photos(
        entry INTEGER PRIMARY KEY REFERENCES entries,
        request INTEGER NOT NULL REFERENCES requests,
        asker BLOB,
        salt BLOB NOT NULL,
        sealed BLOB NOT NULL
    ) STRICT;
    CREATE INDEX photos_of_request ON photos(request);
    CREATE INDEX photos_of_asker ON photos(asker) WHERE asker IS NOT NULL;
    CREATE TABLE tallies(
        part TEXT NOT NULL,
        name TEXT NOT NULL,
        day INTEGER NOT NULL,
        n0 INTEGER NOT NULL,
        n1 INTEGER NOT NULL,
        n2 INTEGER NOT NULL,
        n3 INTEGER NOT NULL,
        n4 INTEGER NOT NULL,
        n5 INTEGER NOT NULL,
        n6 INTEGER NOT NULL,
        n7 INTEGER NOT NULL,
        n8 INTEGER NOT NULL,
        n9 INTEGER NOT NULL,
        PRIMARY KEY(part, name, day)
    ) STRICT;
    CREATE INDEX tallies_by_day ON tallies(part, day);
    CREATE INDEX requests_of_first_unit ON requests((coalesce(first_unit, unit, '')), number);
    CREATE INDEX requests_late ON requests((coalesce(first_unit, unit, '')), number)
        WHERE (replied > due OR replied IS NOT NULL AND due IS NULL OR replied IS NULL AND escalated = 1);
    CREATE INDEX requests_asked_back ON requests((coalesce(first_unit, unit, '')), number) WHERE solved IS NOT NULL;
    CREATE INDEX requests_rated ON requests((coalesce(first_unit, unit, '')), number) WHERE (stars IS NOT NULL OR satisfied IS NOT NULL);
    CREATE TABLE tallied(seconds INTEGER NOT NULL) STRICT;
    ALTER TABLE people ADD COLUMN second BLOB;
    ALTER TABLE people ADD COLUMN second_used INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE requests ADD COLUMN grid TEXT NOT NULL DEFAULT '';
    ALTER TABLE requests ADD COLUMN planned TEXT;
    ALTER TABLE requests ADD COLUMN opened INTEGER;
",
    sqlite: "",
    postgres: "",
}];

/// The version of this program's tables.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// All tables, each after those that it refers to, but for sessions, which end with a database.
pub(super) const TABLES: [&str; 6] = ["people", "requests", "askers", "entries", "words", "photos"];

/// Brings a database to this version.
pub(super) fn migrate(connection: &Connection) -> Result<(), Refusal> {
    if let Connection::Postgres(server) = connection {
        server.make_schema()?;
    }
    connection.begin()?;
    let found = version(connection)?;
    if found > VERSION {
        connection.run("ROLLBACK")?;
        return Err(Refusal::Failed(
            Error::unsupported(say!(
                "this desk is of version {found}; this program knows versions up to {VERSION}",
                "该受理库为版本 {found}；本程序最高支持版本 {VERSION}"
            ))
            .hint(say!("use a newer lifecircle; nothing was changed", "请使用更新的 lifecircle；内容未作改动")),
        ));
    }
    for migration in &MIGRATIONS[usize::try_from(found).unwrap_or(0)..] {
        match connection {
            Connection::Sqlite(_) => [migration.both, migration.sqlite].map(|text| connection.run(text)),
            Connection::Postgres(_) => {
                [&postgres::tables(migration.both), migration.postgres].map(|text| connection.run(text))
            }
        }
        .into_iter()
        .collect::<Result<(), _>>()?;
    }
    match connection {
        Connection::Sqlite(sqlite) => sqlite.pragma_update(None, "user_version", VERSION)?,
        Connection::Postgres(_) => {
            connection.execute("UPDATE about SET version = ?", values![VERSION])?;
        }
    }
    connection.run("COMMIT")
}

/// Refuses a copy of another version.
pub(super) fn same_version(copy: &Connection) -> lifecircle::Result<()> {
    let found = version(copy).map_err(Refusal::into_error)?;
    if found == VERSION {
        return Ok(());
    }
    Err(Error::unsupported(say!(
        "this copy is of version {found}, and this program's is {VERSION}",
        "该备份为版本 {found}，本程序为版本 {VERSION}"
    ))
    .hint(say!(
        "serve it once with this program as a desk of SQLite, which brings it to this version",
        "请先用本程序以 SQLite 方式打开一次，即可升级"
    )))
}

/// The version of a database's tables; 0 of one that has none.
fn version(connection: &Connection) -> Result<i64, Refusal> {
    let text = match connection {
        Connection::Sqlite(_) => "PRAGMA user_version",
        Connection::Postgres(_) => {
            connection.run(
                "CREATE TABLE IF NOT EXISTS about(version BIGINT NOT NULL); \
                 INSERT INTO about SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM about)",
            )?;
            "SELECT version FROM about"
        }
    };
    Ok(connection.first(text, values![], |row| row.get(0))?.unwrap_or(0))
}
