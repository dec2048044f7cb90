//! ## What it detects
//!
//! `DROP CONSTRAINT` of a check, unique or exclusion constraint that the migrations made, or whose name ends as
//! PostgreSQL names them (`_check`, `_key`, `_excl`).
//!
//! ## Why it hurts
//!
//! The guard is gone at once, while code that relies on it still runs: an `INSERT … ON CONFLICT` on a unique
//! constraint fails without it. Adding it again reads the whole table.
//!
//! ## What to do
//!
//! Drop it when no code relies on it any more. One that is replaced in the same script is not reported, nor a
//! check for NULL on a column that is `NOT NULL`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY, name text CONSTRAINT orgs_name_check CHECK (name <> ''));
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint CONSTRAINT users_org_id_fkey REFERENCES orgs (id));
//! ```
//!
//! ```sql runs
//! ALTER TABLE orgs DROP CONSTRAINT orgs_name_check; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY, name text CONSTRAINT orgs_name_check CHECK (name <> ''));
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint CONSTRAINT users_org_id_fkey REFERENCES orgs (id));
//! ```
//!
//! ```sql
//! ALTER TABLE orgs DROP CONSTRAINT orgs_name_check;
//! ALTER TABLE orgs ADD CONSTRAINT orgs_name_check CHECK (length(name) > 1) NOT VALID;
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::{Dropped, dropped};
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a check or unique constraint is dropped",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::DropConstraint { table, constraint, .. } = &site.action.kind else {
            continue;
        };
        if dropped(&site, table, constraint) != Dropped::Guard || site.is_new(table) {
            continue;
        }
        let known = site.table(table).and_then(|table| table.constraint(constraint));
        let columns = known.map(|constraint| constraint.columns()).unwrap_or_default();
        let takes_its_place = |kind: &ActionKind| match kind {
            ActionKind::AddConstraint { table: on, constraint: added } => {
                on.may_be(table) && !matches!(added.kind, ConstraintKind::ForeignKey(_))
            }
            ActionKind::SetNotNull { table: on, column } => {
                on.may_be(table) && columns == [column.as_str()]
            }
            ActionKind::DropColumn { table: on, column, .. } => {
                on.may_be(table) && columns.contains(&column.as_str())
            }
            ActionKind::CreateIndex(index) => index.unique && index.table.may_be(table),
            _ => false,
        };
        let replaced = site.earlier_on(table).any(|site| takes_its_place(&site.action.kind))
            || site.later_on(table).any(|site| takes_its_place(&site.action.kind));
        if !replaced {
            findings.report_site(
                &site,
                format!("{table} loses the guard {constraint} while old code still runs"),
                "drop it when no code relies on it any more",
            );
        }
    }
}
