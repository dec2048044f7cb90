//! ## What it detects
//!
//! A value in the history table that cannot be what it must be (no name, no checksum, a time that
//! is none, steps that are no number), or a table that lacks a column.
//!
//! ## Why it hurts
//!
//! Prisma's engine stops or panics on such a row. And whatever we concluded from it would be a
//! guess: a row without a name may be the one that says that a migration is applied.
//!
//! ## What to do
//!
//! Find out who wrote the row. Correct the value by hand, from a backup or from what the schema
//! shows, in a transaction that changes exactly one row.

use crate::history::{HistoryRow, TableProblem};
use crate::migrations::MigrationName;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::text;

pub(super) const META: Meta = Meta {
    summary: "the history table holds something unreadable",
    severities: [Error, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let history = facts.diagnosis().history();
    for problem in history.table_problems() {
        if let TableProblem::MissingColumn(_) = problem {
            findings.report(
                problem.to_string(),
                "every Prisma command fails on it too: restore the table's definition from a \
                 backup",
            );
        }
    }
    for row in history.rows().iter().filter(|row| !row.problems().is_empty()) {
        let message = describe(row);
        let help = "correct the row by hand; nothing is applied as long as it cannot be read";
        match row.name() {
            Some(name) => findings.report_on(&MigrationName::from(name), message, help),
            None => findings.report(message, help),
        }
    }
}

fn describe(row: &HistoryRow) -> String {
    let problems: Vec<String> = row.problems().iter().map(ToString::to_string).collect();
    let problems = problems.join(", ");
    if row.id.is_empty() {
        format!("a row without an id: {problems}")
    } else {
        format!("row {}: {problems}", text::name(&row.id))
    }
}

#[cfg(test)]
mod tests {
    use super::describe;
    use crate::history::Cell::{Integer, Null, Text};
    use crate::history::RawRow;

    #[test]
    fn a_row_is_described_by_its_id_and_all_its_problems() {
        let row = RawRow {
            id: Text("x".into()),
            checksum: Null,
            migration_name: Null,
            started_at: Integer(1),
            applied_steps_count: Integer(1),
            ..RawRow::default()
        };
        assert_eq!(
            describe(&row.clone().decode()),
            "row x: checksum holds NULL, migration_name holds NULL"
        );
        let odd = RawRow { id: Text("\t".into()), ..row.clone() };
        assert!(describe(&odd.decode()).starts_with("row \"\\u{9}\": "));
        let row = RawRow { id: Null, ..row };
        assert!(describe(&row.decode()).starts_with("a row without an id: id holds NULL, "));
    }
}
