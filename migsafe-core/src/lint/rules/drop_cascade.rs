//! ## What it detects
//!
//! `CASCADE` on a `DROP` of a table, column, constraint, type, view, function or other object.
//!
//! ## Why it hurts
//!
//! Whatever depends on it goes too, without being named: views, foreign keys of other tables, columns of a
//! dropped type with their values. What that is differs from database to database.
//!
//! ## What to do
//!
//! Drop the dependents by name before; then the statement does without `CASCADE`, and fails where somebody has
//! added another.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs (id));
//! CREATE INDEX users_org_id_idx ON users (org_id);
//! ```
//!
//! ```sql runs
//! DROP TABLE orgs CASCADE; -- found
//! -- also: drop-table, data-loss
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs (id));
//! CREATE INDEX users_org_id_idx ON users (org_id);
//! ```
//!
//! ```sql
//! ALTER TABLE users DROP CONSTRAINT users_org_id_fkey;
//! -- migsafe: allow(drop-table) because nothing uses it since the release before
//! DROP TABLE orgs;
//! -- also: drop-foreign-key
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::lint::weigh::by_rows;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "what depends on it goes too, unnamed",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let (what, name) = match &site.action.kind {
            // `drop-owned` says it.
            ActionKind::Drop { kind: ObjectKind::Owned, .. } => continue,
            ActionKind::Drop { kind, name, cascade: true, .. } => {
                if site.is_new(name) {
                    continue;
                }
                (kind.words(), name.to_string())
            }
            ActionKind::DropColumn { table, column, cascade: true, .. } if !site.is_new(table) => {
                ("column", format!("{table}.{column}"))
            }
            ActionKind::DropConstraint { table, constraint, cascade: true, .. }
                if !site.is_new(table) =>
            {
                ("constraint", constraint.clone())
            }
            _ => continue,
        };
        by_rows(&site, findings).report_site(
            &site,
            format!("whatever depends on the {what} {name} goes too, without being named"),
            "drop the dependents by name before, and leave out CASCADE",
        );
    }
}
