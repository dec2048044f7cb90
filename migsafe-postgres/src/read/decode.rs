//! Rows of the history from what the server gave.

use migsafe_core::history::{COLUMNS, Cell, HistoryRow, RawRow, TableProblem};
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;

use crate::connection::text;

/// The rows of [`crate::sql::rows`].
pub(crate) fn rows(rows: &[PgRow]) -> Vec<HistoryRow> {
    rows.iter().map(|row| raw(row).decode()).collect()
}

/// A row of [`crate::sql::rows_as_text`].
pub(crate) fn text_row(row: &PgRow) -> HistoryRow {
    raw_with(row, Cell::Text).decode()
}

fn raw(row: &PgRow) -> RawRow {
    raw_with(row, Cell::UnixSeconds)
}

fn raw_with(row: &PgRow, time: fn(String) -> Cell) -> RawRow {
    let cell = |column, cell: fn(String) -> Cell| {
        text(row, column).map_or(Cell::Null, |text| cell(text.into_owned()))
    };
    RawRow {
        id: cell(0, Cell::Text),
        checksum: cell(1, Cell::Text),
        finished_at: cell(2, time),
        migration_name: cell(3, Cell::Text),
        logs: cell(4, Cell::Text),
        rolled_back_at: cell(5, time),
        started_at: cell(6, time),
        applied_steps_count: cell(7, count),
    }
}

fn count(text: String) -> Cell {
    text.parse().map_or_else(|_| Cell::Other(text), Cell::Integer)
}

/// The rows of [`crate::sql::lenient_rows`]; `None` if one is no JSON object, which the server does not
/// produce: it must not be left out.
pub(crate) fn lenient_rows(rows: &[PgRow]) -> Option<Vec<HistoryRow>> {
    let row = |row| Some(from_json(serde_json::from_str(&text(row, 0)?).ok()?).decode());
    rows.iter().map(row).collect()
}

/// What is wrong with the columns of a table, from the rows of [`crate::sql::columns_of_table`].
pub(crate) fn problems(columns: &[PgRow]) -> Vec<TableProblem> {
    let present: Vec<String> =
        columns.iter().filter_map(|row| Some(text(row, 0)?.into_owned())).collect();
    let missing = COLUMNS.iter().filter(|column| !present.iter().any(|name| name == *column));
    let unknown = present.iter().filter(|name| !COLUMNS.contains(&name.as_str()));
    missing
        .map(|name| TableProblem::MissingColumn((*name).to_owned()))
        .chain(unknown.map(|name| TableProblem::UnknownColumn(name.clone())))
        .collect()
}

fn from_json(mut object: Map<String, Value>) -> RawRow {
    let mut take = |column: &str| object.remove(column).map_or(Cell::Missing, json_cell);
    RawRow {
        id: take("id"),
        checksum: take("checksum"),
        finished_at: json_time(take("finished_at")),
        migration_name: take("migration_name"),
        logs: take("logs"),
        rolled_back_at: json_time(take("rolled_back_at")),
        started_at: json_time(take("started_at")),
        applied_steps_count: take("applied_steps_count"),
    }
}

fn json_cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::String(text) => Cell::Text(text),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Cell::Other(number.to_string()), Cell::Integer)
        }
        other => Cell::Other(other.to_string()),
    }
}

/// A number is no time here, though it is on SQLite.
fn json_time(cell: Cell) -> Cell {
    match cell {
        Cell::Integer(number) => Cell::Other(number.to_string()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(json: &str) -> HistoryRow {
        from_json(serde_json::from_str(json).unwrap()).decode()
    }

    #[test]
    fn a_good_row_of_json_is_a_good_row() {
        let row = decode(
            r#"{"id":"x","checksum":"c","finished_at":"2026-11-20T12:57:52.182+00:00",
            "migration_name":"m","logs":null,"rolled_back_at":"infinity",
            "started_at":"2026-11-20T12:57:51","applied_steps_count":1,"extra":[1]}"#,
        );
        assert_eq!(row.problems(), []);
        assert!(row.is_finished() && !row.is_live());
    }

    #[test]
    fn what_does_not_fit_is_kept_for_the_report() {
        let row = decode(
            r#"{"id":7,"checksum":true,"migration_name":"m","started_at":5,
            "applied_steps_count":1.5}"#,
        );
        let found: Vec<String> = row.problems().iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "id holds the integer 7",
                "checksum holds \"true\"",
                "started_at holds \"5\"",
                "applied_steps_count holds \"1.5\"",
            ]
        );
    }
}
