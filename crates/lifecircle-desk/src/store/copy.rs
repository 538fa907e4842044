//! Taking everything over from one database into another that is empty, of either kind.

use lifecircle::{Error, say};

use super::connection::{Connection, Value, values};
use super::schema::TABLES;
use crate::refusal::Refusal;

/// Rows that are written by one statement. SQLite takes 32,766 values in one, PostgreSQL 65,535.
const ROWS_AT_ONCE: usize = 64;

/// Copies every table, in a transaction of whoever calls.
///
/// # Errors
/// If something is there already, or either database fails.
pub(super) fn copy_all(from: &Connection, to: &Connection) -> Result<(), Refusal> {
    for table in TABLES {
        if to.first(&format!("SELECT 1 FROM {table} LIMIT 1"), values![], |_| Ok(()))?.is_some() {
            return Err(Refusal::Failed(Error::exists(say!(
                "there is something in this desk already",
                "该受理库中已有内容"
            ))));
        }
    }
    match to {
        // A request may have been merged into one of a higher number.
        Connection::Sqlite(_) => to.run("PRAGMA defer_foreign_keys = on")?,
        Connection::Postgres(_) => to.run("SET CONSTRAINTS ALL DEFERRED")?,
    }
    for table in TABLES {
        copy(from, to, table)?;
    }
    match to {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(_) => to.run(
            "SELECT setval(pg_get_serial_sequence('requests', 'number'), greatest(1, (SELECT max(number) FROM requests))); \
             SELECT setval(pg_get_serial_sequence('people', 'id'), greatest(1, (SELECT max(id) FROM people)))",
        ),
    }
}

fn copy(from: &Connection, to: &Connection, table: &str) -> Result<(), Refusal> {
    let columns = columns(to, table)?;
    let read = format!("SELECT {} FROM {table}", columns.join(", "));
    // Many rows at once: a server answers each statement.
    let write = |rows: usize| {
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        format!("INSERT INTO {table}({}) VALUES {}", columns.join(", "), vec![row.as_str(); rows].join(", "))
    };
    let whole = write(ROWS_AT_ONCE);
    let mut values: Vec<Value> = Vec::new();
    from.each(&read, values![], |row| {
        for column in 0..columns.len() {
            values.push(row.value(column)?);
        }
        if values.len() == ROWS_AT_ONCE * columns.len() {
            to.execute(&whole, &values)?;
            values.clear();
        }
        Ok(())
    })?;
    if !values.is_empty() {
        to.execute(&write(values.len() / columns.len()), &values)?;
    }
    Ok(())
}

/// The names of a table's columns.
fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, Refusal> {
    let text = match connection {
        Connection::Sqlite(_) => "SELECT name FROM pragma_table_info(?)",
        Connection::Postgres(_) => {
            "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position"
        }
    };
    connection.all(text, values![table], |row| row.get(0))
}
