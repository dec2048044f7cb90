//! ## What it detects
//!
//! A new table with a foreign key to a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! The parent gets a `SHARE ROW EXCLUSIVE` lock (measured): it is short, but it waits for every transaction
//! that has written to the parent, and writers wait behind it.
//!
//! ## What to do
//!
//! Nothing, as a rule: `migsafe deploy` gives up after its lock time-out and tries again. On a parent that is
//! written all the time, add the key `NOT VALID` in a migration of its own.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql runs
//! CREATE TABLE posts (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs (id)); -- found
//! CREATE INDEX posts_org_id_idx ON posts (org_id);
//! ```
//!
//! ## Good
//!
//! ```sql fresh
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! CREATE TABLE posts (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs (id));
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a new table locks the table that it refers to",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::CreateTable(table) = &site.action.kind else {
            continue;
        };
        let parent = table.all_constraints().find_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) if !key.table.may_be(&table.name) => Some(&key.table),
            _ => None,
        });
        if let Some(parent) = parent.filter(|parent| !site.is_new(parent)) {
            findings.report_site(
                &site,
                format!("nobody can write to {parent} until this transaction ends"),
                "keep the script short",
            );
        }
    }
}
