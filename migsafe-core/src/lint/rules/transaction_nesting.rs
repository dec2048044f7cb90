//! ## What it detects
//!
//! A script that begins, ends or changes the transaction itself: `BEGIN`, `COMMIT`, `ROLLBACK`,
//! `PREPARE TRANSACTION`, `SET TRANSACTION`, a `DO` block that commits.
//!
//! ## Why it hurts
//!
//! migsafe runs the script, its history row and the lock in one transaction, so that they commit together or
//! not at all. A `COMMIT` inside ends that transaction half way, a `BEGIN` without `COMMIT` loses
//! everything after it (Prisma reports success there and nothing is committed).
//!
//! ## What to do
//!
//! Remove the statement: the transaction is already there.
//!
//! A script with the header `-- migsafe: no-transaction` is no exception. There each statement has a transaction of its
//! own together with its journal entry, which is how a crash is gone on from without doing anything twice; a `COMMIT` of
//! the script's would part the two. Put statements that belong together into a migration of their own, which
//! is a transaction as a whole.
//!
//! ## Bad
//!
//! ```sql
//! BEGIN; -- found
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! COMMIT; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! ```
//!
//! ```sql
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! SAVEPOINT a;
//! DELETE FROM users WHERE id = 1;
//! ROLLBACK TO a;
//! RELEASE a;
//! ```

use crate::policy::{Facts, Findings, Location, Meta, Severity::Error};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script controls its own transaction",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        for (index, statement) in script.statements().iter().enumerate() {
            let what = statement.facts().iter().find_map(|fact| match fact {
                Fact::BeginsTransaction => Some("begins a transaction of its own"),
                Fact::EndsTransaction => Some("ends the transaction"),
                Fact::RollsBack => Some("rolls the transaction back"),
                Fact::PreparesTransaction => Some("uses two-phase commit"),
                Fact::SetsTransaction => Some("changes the transaction's mode"),
                Fact::MayCommit { opaque: false } => Some("commits or rolls back inside a block"),
                _ => None,
            });
            if let Some(what) = what {
                let help = if script.runs_by_statement() {
                    "remove it: each statement has a transaction with its journal entry; put statements that \
                     belong together into a migration of their own, without the no-transaction header"
                } else {
                    "remove it: migsafe already runs the script in one transaction with its history row"
                };
                findings.report_at(
                    name,
                    Location::of_statement(index, statement),
                    format!("{} {what}", statement.verb()),
                    help,
                );
            }
        }
    }
}
