//! Reading the history over an open connection.

use std::borrow::Cow;

use migsafe_core::history::{
    Absence, COLUMNS, Cell, HISTORY_TABLE, History, HistoryRow, HistoryTable, RawRow, TableProblem,
};
use migsafe_core::store::{Content, DatabaseFacts, Reading};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::connection::{self, Connection};
use crate::decode::{Columns, Malformed, Value};
use crate::error::{Fault, code};
use crate::{json, sql};

/// Reads everything: one row in the usual case.
pub(crate) async fn reading(connection: &mut Connection) -> Result<Reading, Fault> {
    match try_reading(connection).await {
        // It was created between the failed read and the proof of its absence.
        Ok(None) => try_reading(connection)
            .await?
            .ok_or_else(|| Fault::of(Some(code::BUSY), "the history table comes and goes")),
        Ok(Some(reading)) => Ok(reading),
        Err(fault) => Err(fault),
    }
}

/// `None` when the table was not there, and then was.
async fn try_reading(connection: &mut Connection) -> Result<Option<Reading>, Fault> {
    let row = match connection.prepared_row(sql::READ_HISTORY).await {
        Ok(row) => row,
        Err(fault) if fault.names_missing_table() => return absence(connection, fault).await,
        // A column is missing, there are more of them, or a value is not for JSON.
        Err(fault) if fault.primary() == Some(code::ERROR) => {
            let table = unusual_table(connection).await?;
            return Ok(Some(present(table, None)));
        }
        Err(fault) => return Err(fault),
    };
    let version: String = row.try_get(1)?;
    let table = match json::rows(&connection::bytes(&row, 0)?) {
        Some(rows) => HistoryTable::new(rows),
        None => unusual_table(connection).await?,
    };
    Ok(Some(present(table, Some(version))))
}

fn present(table: HistoryTable, version: Option<String>) -> Reading {
    let facts = DatabaseFacts::default().with_server(version.map(|v| format!("SQLite {v}")));
    Reading::of(History::Present(table.into())).with_database(facts)
}

/// Proves that there is no table: the schema itself is read, and it is not in it.
async fn absence(connection: &mut Connection, fault: Fault) -> Result<Option<Reading>, Fault> {
    let row = connection.row(sql::READ_CONTENT).await?;
    if row.try_get::<i64, _>(0)? > 0 {
        // A view over a table that is gone says "no such table" too, and that is no absence.
        let itself = fault.message.strip_prefix("no such table: ") == Some(HISTORY_TABLE);
        return if itself { Ok(None) } else { Err(fault) };
    }
    let names = names(&row, 1)?;
    let content = if names.is_empty() { Content::Empty } else { Content::Objects(names) };
    let facts = DatabaseFacts::default().with_content(content);
    Ok(Some(Reading::of(History::Absent(Absence::Table)).with_database(facts)))
}

/// A table that lacks columns of Prisma's, has others, or holds values of other types.
async fn unusual_table(connection: &mut Connection) -> Result<HistoryTable, Fault> {
    let names = column_names(connection).await?;
    let has = |column: &str| names.iter().any(|name| name.eq_ignore_ascii_case(column));
    let row = connection.row(sql::read_rows(has, None)).await?;
    Ok(HistoryTable::new(rows(&row, has)?).with_problems(table_problems(&names)))
}

async fn column_names(connection: &mut Connection) -> Result<Vec<String>, Fault> {
    names(&connection.row(sql::READ_COLUMNS).await?, 0)
}

fn table_problems(names: &[String]) -> Vec<TableProblem> {
    let missing = COLUMNS
        .iter()
        .filter(|column| !names.iter().any(|name| name.eq_ignore_ascii_case(column)))
        .map(|column| TableProblem::MissingColumn((*column).to_owned()));
    let unknown = names
        .iter()
        .filter(|name| !COLUMNS.iter().any(|column| name.eq_ignore_ascii_case(column)))
        .map(|name| TableProblem::UnknownColumn(name.clone()));
    missing.chain(unknown).collect()
}

/// The row of an id, read as every other row is; `None` unless there is exactly one.
pub(crate) async fn row(
    connection: &mut Connection,
    id: &str,
) -> Result<Option<HistoryRow>, Fault> {
    let row = connection.row(sql::read_rows(|_| true, Some(id))).await?;
    let mut rows = rows(&row, |_| true)?;
    Ok(if rows.len() == 1 { rows.pop() } else { None })
}

fn rows(row: &SqliteRow, has: impl Fn(&str) -> bool) -> Result<Vec<HistoryRow>, Fault> {
    let mut lists = [const { Cow::Borrowed(&[] as &[u8]) }; COLUMNS.len()];
    for (index, list) in lists.iter_mut().enumerate() {
        *list = connection::bytes(row, index)?;
    }
    let mut columns = Columns::new(lists.each_ref().map(|list| &**list));
    let mut rows = Vec::new();
    let cell =
        |value: Value<'_>, column| if has(column) { value.into_cell() } else { Cell::Missing };
    while let Some(values) = columns.row()? {
        // The order of `COLUMNS`.
        let [id, checksum, finished_at, name, logs, rolled_back_at, started_at, steps] = values;
        let row = RawRow {
            id: cell(id, "id"),
            checksum: cell(checksum, "checksum"),
            finished_at: cell(finished_at, "finished_at"),
            migration_name: cell(name, "migration_name"),
            logs: cell(logs, "logs"),
            rolled_back_at: cell(rolled_back_at, "rolled_back_at"),
            started_at: cell(started_at, "started_at"),
            applied_steps_count: cell(steps, "applied_steps_count"),
        };
        rows.push(row.decode());
    }
    Ok(rows)
}

fn names(row: &SqliteRow, column: usize) -> Result<Vec<String>, Fault> {
    let list = connection::bytes(row, column)?;
    let mut columns = Columns::new([&list]);
    let mut names = Vec::new();
    while let Some([name]) = columns.row()? {
        names.push(name.to_text());
    }
    Ok(names)
}

impl From<Malformed> for Fault {
    fn from(_: Malformed) -> Self {
        Self::of(Some(code::CORRUPT), "SQLite's quote() gave something that is no literal")
    }
}
