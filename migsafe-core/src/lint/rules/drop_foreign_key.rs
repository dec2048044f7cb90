//! ## What it detects
//!
//! `DROP CONSTRAINT` of a foreign key: one that the migrations made, or whose name ends in `_fkey`.
//!
//! ## Why it hurts
//!
//! From now on rows may refer to parents that are not there, and adding the key again later looks up every row.
//! Both tables get an `ACCESS EXCLUSIVE` lock for a moment (measured).
//!
//! ## What to do
//!
//! Make sure that something else keeps the rows whole. A key that is dropped and added again in the same
//! script, to change its `ON DELETE`, is not reported.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY, name text CONSTRAINT orgs_name_check CHECK (name <> ''));
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint CONSTRAINT users_org_id_fkey REFERENCES orgs (id));
//! ```
//!
//! ```sql runs
//! ALTER TABLE users DROP CONSTRAINT users_org_id_fkey; -- found
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
//! ALTER TABLE users DROP CONSTRAINT users_org_id_fkey;
//! ALTER TABLE users ADD CONSTRAINT users_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs (id) ON DELETE CASCADE NOT VALID;
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::{Dropped, dropped};
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta =
    Meta { summary: "a foreign key is dropped", severities: [Warn, Warn, Warn], ..Meta::POSTGRES };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::DropConstraint { table, constraint, .. } = &site.action.kind else {
            continue;
        };
        if dropped(&site, table, constraint) != Dropped::ForeignKey || site.is_new(table) {
            continue;
        }
        let columns = site.table(table).and_then(|table| table.constraint(constraint));
        let columns = columns.map(|constraint| constraint.columns()).unwrap_or_default();
        let goes_on = site.later_on(table).any(|later| match &later.action.kind {
            ActionKind::AddConstraint { table: on, constraint: added } => {
                let ConstraintKind::ForeignKey(key) = &added.kind else {
                    return false;
                };
                let same =
                    columns.is_empty() || key.columns.iter().any(|c| columns.contains(&c.as_str()));
                on.may_be(table) && (same || added.name.as_ref() == Some(constraint))
            }
            ActionKind::DropColumn { table: on, column, .. } => {
                on.may_be(table) && columns.contains(&column.as_str())
            }
            _ => false,
        });
        if !goes_on {
            findings.report_site(
                &site,
                format!("rows of {table} may from now on refer to rows that are not there"),
                "make sure that nothing relies on it; adding it again looks up every row",
            );
        }
    }
}
