//! `verify`: expectations against a schema and what queries gave.

use super::row;
use super::section::Comparison;
use crate::Dialect;
use crate::schema::Snapshot;
use crate::verify::lookup::Lookup;
use crate::verify::{Check, Expectations, RowAnswers, Subject, Verification};

/// Compares. A pure function: equal input gives an equal result, in one order.
///
/// A schema that the snapshot does not cover is unknown, not missing.
#[must_use]
pub fn verify(
    expectations: &Expectations,
    snapshot: &Snapshot,
    answers: &RowAnswers,
) -> Verification {
    let dialect = snapshot.dialect();
    let server = snapshot.server().to_string();
    let lookup = Lookup::new(snapshot);
    let checks = checks(expectations, dialect, Ok(&lookup), answers);
    Verification::new(dialect, Some(server), checks)
}

/// The same where the schema was not read: why.
pub(crate) fn verify_without_schema(
    expectations: &Expectations,
    dialect: Dialect,
    why: &str,
    answers: &RowAnswers,
) -> Verification {
    let checks = checks(expectations, dialect, Err(why), answers);
    Verification::new(dialect, None, checks)
}

fn checks(
    expectations: &Expectations,
    dialect: Dialect,
    lookup: Result<&Lookup<'_>, &str>,
    answers: &RowAnswers,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, section) in &expectations.sections {
        let schema = Expectations::schema_of(dialect, name);
        let covered = |lookup: &Lookup<'_>| {
            schema.is_none_or(|schema| lookup.snapshot.scope().covers(schema))
        };
        let lookup = match lookup {
            Ok(lookup) if covered(lookup) => Ok(lookup),
            Ok(_) => Err("this schema was not read"),
            Err(why) => Err(why),
        };
        Comparison { dialect, schema, lookup, checks: &mut checks }.section(section);
        for (row, expectation) in &section.rows {
            let subject = Subject::Rows { section: name.clone(), name: row.clone() };
            let outcome = row::outcome(dialect, expectation, answers.get(name, row));
            checks.push(Check { subject, expected: expectation.expect.to_string(), outcome });
        }
    }
    checks
}
