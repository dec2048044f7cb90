//! ## What it detects
//!
//! A statement that the server refuses inside a transaction (SQLSTATE 25001 on PostgreSQL), such
//! as `CREATE INDEX CONCURRENTLY`, `VACUUM`, `ALTER SYSTEM` or `CREATE DATABASE`.
//!
//! ## Why it hurts
//!
//! migsafe runs every script in one transaction with its history row. This version cannot run a
//! script in any other way, also if its header asks for it.
//!
//! ## What to do
//!
//! Put the statement into a migration of its own. Where it is deployed, run the statement by hand
//! with `psql`, see that it succeeded, then `migsafe resolve --applied NAME`. On a small or new
//! table the form without `CONCURRENTLY` does as well, and needs no hand.

use crate::policy::{Facts, Findings, Location, Meta, Severity::Error};
use crate::sql::{Fact, Statement};

pub(super) const META: Meta =
    Meta { summary: "a statement cannot run in a transaction", severities: [Error, Error, Error] };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        let way_out = format!(
            "put it into a migration of its own and run the statement by hand with psql, then \
             `migsafe resolve --applied {name}`"
        );
        let header = match script.header().no_transaction() {
            Some(_) => {
                ": running it outside of one, as the header asks, is not part of this version"
            }
            None => "",
        };
        for (index, statement) in script.statements().iter().enumerate() {
            if let Some(what) = refused(statement) {
                findings.report_at(
                    name,
                    Location::of_statement(index, statement),
                    format!("{what} cannot run in a transaction{header}"),
                    &*way_out,
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
