//! Raw values of the history table, and how they become rows.

use super::{HistoryRow, RowProblem, StoredTime};

/// One stored value, with the storage class it was found in.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Cell {
    /// The table has no such column.
    #[default]
    Missing,
    /// SQL NULL.
    Null,
    /// An integer. For a time: Unix milliseconds (the form of Prisma's native engine on SQLite).
    Integer(i64),
    /// Text.
    Text(String),
    /// A time that the database gave as decimal Unix seconds.
    UnixSeconds(String),
    /// A value of a type that no column may hold (REAL, BLOB, an array …); its text for the report.
    Other(String),
}

impl Cell {
    fn describe(&self) -> String {
        match self {
            Self::Missing => "no such column".to_owned(),
            Self::Null => "NULL".to_owned(),
            Self::Integer(value) => format!("the integer {value}"),
            Self::Text(text) | Self::UnixSeconds(text) => format!("the text {}", shortened(text)),
            Self::Other(text) => shortened(text),
        }
    }
}

/// One row as a backend read it, a [`Cell`] per column of Prisma's table.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns of the history table")]
#[expect(clippy::exhaustive_structs, reason = "backends build it with struct update syntax")]
pub struct RawRow {
    pub id: Cell,
    pub checksum: Cell,
    pub finished_at: Cell,
    pub migration_name: Cell,
    pub logs: Cell,
    pub rolled_back_at: Cell,
    pub started_at: Cell,
    pub applied_steps_count: Cell,
}

impl RawRow {
    /// Decodes the row. Nothing fails: what does not fit is a [`RowProblem`] on the row.
    #[must_use]
    pub fn decode(self) -> HistoryRow {
        let mut problems = Vec::new();
        let id = required_text(&mut problems, "id", self.id);
        let checksum = required_text(&mut problems, "checksum", self.checksum);
        let migration_name = required_text(&mut problems, "migration_name", self.migration_name);
        let started_at = time(&mut problems, "started_at", self.started_at, true);
        let finished_at = time(&mut problems, "finished_at", self.finished_at, false);
        let rolled_back_at = time(&mut problems, "rolled_back_at", self.rolled_back_at, false);
        let applied_steps_count = steps(&mut problems, self.applied_steps_count);
        let logs = match self.logs {
            Cell::Text(text) => Some(text),
            Cell::Missing | Cell::Null => None,
            other => {
                problems.push(RowProblem::new("logs", other.describe()));
                None
            }
        };
        HistoryRow {
            id: id.unwrap_or_default(),
            has_name: migration_name.is_some(),
            migration_name: migration_name.unwrap_or_default(),
            checksum: checksum.unwrap_or_default(),
            started_at,
            finished_at,
            rolled_back_at,
            applied_steps_count,
            logs,
            problems,
        }
    }
}

fn required_text(
    problems: &mut Vec<RowProblem>,
    column: &'static str,
    cell: Cell,
) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text),
        // A missing column is reported once for the table, not once per row.
        Cell::Missing => None,
        other => {
            problems.push(RowProblem::new(column, other.describe()));
            None
        }
    }
}

fn time(
    problems: &mut Vec<RowProblem>,
    column: &'static str,
    cell: Cell,
    required: bool,
) -> Option<StoredTime> {
    let time = match &cell {
        Cell::Missing => return None,
        Cell::Null if !required => return None,
        Cell::Null => None,
        Cell::Integer(millis) => Some(StoredTime::from_unix_millis(*millis)),
        Cell::Text(text) => Some(StoredTime::from_text(text)),
        Cell::UnixSeconds(text) => Some(StoredTime::from_unix_seconds(text)),
        Cell::Other(text) => Some(StoredTime::Invalid(text.clone())),
    };
    if time.as_ref().is_none_or(StoredTime::is_invalid) {
        problems.push(RowProblem::new(column, cell.describe()));
    }
    time
}

fn steps(problems: &mut Vec<RowProblem>, cell: Cell) -> Option<i64> {
    match cell {
        Cell::Integer(count) => Some(count),
        Cell::Missing => None,
        other => {
            problems.push(RowProblem::new("applied_steps_count", other.describe()));
            None
        }
    }
}

fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() { format!("{head:?}…") } else { format!("{head:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> RawRow {
        let text = |s: &str| Cell::Text(s.to_owned());
        RawRow {
            id: text("x"),
            checksum: text("abc"),
            finished_at: Cell::Integer(2),
            migration_name: text("a"),
            logs: Cell::Null,
            rolled_back_at: Cell::Null,
            started_at: Cell::Integer(1),
            applied_steps_count: Cell::Integer(1),
        }
    }

    #[test]
    fn a_good_row_has_no_problems() {
        let row = good().decode();
        assert_eq!(row.problems(), []);
        assert!(row.is_finished() && row.is_live());
    }

    #[test]
    fn each_bad_value_is_reported_with_what_was_found() {
        let row = RawRow {
            id: Cell::Null,
            checksum: Cell::Other("x'00'".into()),
            started_at: Cell::Text("yesterday".into()),
            finished_at: Cell::Other("1.5".into()),
            applied_steps_count: Cell::Null,
            ..good()
        }
        .decode();
        let found: Vec<String> = row.problems().iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "id holds NULL",
                "checksum holds \"x'00'\"",
                "started_at holds the text \"yesterday\"",
                "finished_at holds \"1.5\"",
                "applied_steps_count holds NULL",
            ]
        );
        assert!(row.is_finished(), "a value that is no time is still not NULL");
    }

    #[test]
    fn a_row_without_a_name_has_no_name() {
        let row = RawRow { migration_name: Cell::Null, ..good() }.decode();
        assert_eq!(row.name(), None);
    }
}
