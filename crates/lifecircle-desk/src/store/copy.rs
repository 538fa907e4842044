//! Taking everything over from one database into another that is empty, of either kind.

use lifecircle::{Error, say};

use super::connection::{Connection, Value, values};
use super::schema::TABLES;
use crate::refusal::Refusal;

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
    let write = format!("INSERT INTO {table}({}) VALUES ({})", columns.join(", "), vec!["?"; columns.len()].join(", "));
    from.each(&read, values![], |row| {
        let values: Vec<Value> = (0..columns.len()).map(|column| row.value(column)).collect::<Result<_, _>>()?;
        to.execute(&write, &values)?;
        Ok(())
    })
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
