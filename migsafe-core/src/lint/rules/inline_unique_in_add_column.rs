//! ## What it detects
//!
//! `ADD COLUMN … UNIQUE` or `… PRIMARY KEY` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! The index is built under the `ACCESS EXCLUSIVE` lock of `ADD COLUMN` (measured): nobody can read or write
//! the table until the whole of it is read.
//!
//! ## What to do
//!
//! Add the column first, then a unique index with `CONCURRENTLY` in a migration of its own; `migsafe new
//! --template add-unique` goes on from there.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN handle text UNIQUE; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN handle text;
//! -- next migration
//! CREATE INDEX CONCURRENTLY users_handle_idx ON users (handle);
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a new column builds an index under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let indexed = column.constraints.iter().any(|constraint| {
            matches!(
                constraint.kind,
                ConstraintKind::Unique { .. } | ConstraintKind::PrimaryKey { .. }
            )
        });
        if indexed && !site.is_new(table) {
            findings.report_site(
                &site,
                format!(
                    "nobody can read or write {table} while the index of {} is built",
                    column.name
                ),
                "add the column, then a unique index with CONCURRENTLY in a migration of its own",
            );
        }
    }
}
