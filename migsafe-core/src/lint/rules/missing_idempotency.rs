//! ## What it detects
//!
//! A statement of a script that runs outside a transaction, and that makes or drops a table, column, index,
//! sequence or schema without `IF NOT EXISTS` or `IF EXISTS`. Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! Carried out a second time, it fails. migsafe knows from its journal which statement is next and does not
//! repeat one; a tool without a journal starts again with the first.
//!
//! ## What to do
//!
//! Write `IF NOT EXISTS` or `IF EXISTS`. For `CREATE INDEX CONCURRENTLY` that is not enough: an index that failed
//! is there, and invalid ([`if-not-exists-hides-invalid-index`](if-not-exists-hides-invalid-index.md)); it is not
//! looked for here.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql runs
//! -- migsafe: no-transaction because VACUUM cannot run in one
//! ALTER TABLE users ADD COLUMN email text; -- found
//! VACUUM users;
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql
//! -- migsafe: no-transaction because VACUUM cannot run in one
//! ALTER TABLE users ADD COLUMN IF NOT EXISTS email text;
//! VACUUM users;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a statement outside a transaction fails when it is repeated",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        use ActionKind as A;
        let repeatable = match &site.action.kind {
            A::CreateTable(table) => table.if_not_exists,
            A::AddColumn { if_not_exists, .. } | A::CreateOther { if_not_exists, .. } => {
                *if_not_exists
            }
            A::CreateIndex(index) => index.if_not_exists || index.concurrently,
            A::DropColumn { if_exists, .. }
            | A::DropConstraint { if_exists, .. }
            | A::Drop { if_exists, .. } => *if_exists,
            _ => continue,
        };
        if !repeatable && !facts.runs_in_transaction(site.script) {
            findings.report_site(
                &site,
                "carried out a second time, this fails",
                "write IF NOT EXISTS or IF EXISTS",
            );
        }
    }
}
