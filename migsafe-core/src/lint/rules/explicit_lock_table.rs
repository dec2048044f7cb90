//! ## What it detects
//!
//! `LOCK TABLE` in a mode that keeps writers or readers out.
//!
//! ## Why it hurts
//!
//! The lock lasts to the end of the migration, whatever comes after it; and while it is waited for, everybody
//! else waits behind it.
//!
//! ## What to do
//!
//! Leave it out: each statement takes the lock that it needs. Where order matters, lock only what has to be
//! locked, last, and keep the script short.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! LOCK TABLE users; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! LOCK TABLE users IN ROW EXCLUSIVE MODE;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::lock::TableLock;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta =
    Meta { summary: "a table is locked by hand", severities: [Warn, Warn, Warn], ..Meta::POSTGRES };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::Lock { table, mode, .. } = &site.action.kind
            && *mode >= TableLock::Share
            && !site.is_new(table)
        {
            findings.report_site(
                &site,
                format!("{table} stays locked in {mode} mode until the migration ends"),
                "leave it out, or put it last",
            );
        }
    }
}
