//! ## What it detects
//!
//! A statement that the server refuses inside a transaction (SQLSTATE 25001 on PostgreSQL), such
//! as `CREATE INDEX CONCURRENTLY`, `VACUUM`, `ALTER SYSTEM` or `CREATE DATABASE`.
//!
//! ## Why it hurts
//!
//! A script runs in one transaction with its history row, unless it runs statement by statement: then
//! what is done before a failure stays, and the author has to have thought of that.
//!
//! ## What to do
//!
//! Put the statement into a migration of its own: alone in its file it runs outside a transaction and
//! is recorded in the journal. With other statements beside it, say so at the top of the script:
//! `-- migsafe: no-transaction because …`. Through a transaction pooler, give a direct URL. On SQLite,
//! run it by hand. On a small or new table the form without `CONCURRENTLY` does as well.
//!
//! ## Bad
//!
//! ```sql postgres
//! CREATE TABLE users (id bigint PRIMARY KEY);
//! VACUUM users; -- found
//! ```
//!
//! ```sql postgres no-journal
//! VACUUM users; -- found
//! ```
//!
//! ## Good
//!
//! ```sql postgres setup
//! CREATE TABLE users (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql postgres
//! VACUUM users;
//! ```
//!
//! ```sql postgres
//! -- migsafe: no-transaction because both have to run outside of one
//! VACUUM users;
//! ANALYZE users;
//! ```

use crate::policy::{Facts, Findings, Location, Meta, Severity::Error};
use crate::sql::{Fact, Statement};
use crate::store::StatementSupport;
use crate::text;

pub(super) const META: Meta = Meta {
    summary: "a statement cannot run in a transaction",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        if !facts.runs_in_transaction(script) {
            continue;
        }
        let help = match facts.database().statements() {
            StatementSupport::Available => "put it into a migration of its own, or add the line \
                 `-- migsafe: no-transaction because …` at the top of the script"
                .to_owned(),
            StatementSupport::Refused(why) => why.clone(),
            StatementSupport::None => format!(
                "run the statement by hand, then {}; this database has no way to record a script \
                 statement by statement",
                text::command("resolve --applied", name.as_str())
            ),
        };
        for (index, statement) in script.statements().iter().enumerate() {
            if let Some(what) = refused(statement) {
                findings.report_at(
                    name,
                    Location::of_statement(index, statement),
                    format!("{what} cannot run in a transaction"),
                    &*help,
                );
            }
        }
    }
}

/// What the server refuses; nothing where `lock-release`, `transaction-nesting` or
/// `lt-vacuum-in-transaction` says more.
fn refused(statement: &Statement) -> Option<&str> {
    let mut what = None;
    for fact in statement.facts() {
        match fact {
            Fact::ReleasesLocks | Fact::PreparesTransaction | Fact::Vacuum => return None,
            Fact::CannotRunInTransaction(refused) => what = Some(refused.as_str()),
            _ => {}
        }
    }
    what
}
