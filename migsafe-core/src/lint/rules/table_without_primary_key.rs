//! ## What it detects
//!
//! `CREATE TABLE` without a primary key, in the statement or later in the script. Temporary tables, partitions
//! and copies of queries are left out.
//!
//! ## Why it hurts
//!
//! Its rows cannot be told apart: logical replication refuses to update and delete them, an ORM cannot write
//! them, and duplicates cannot be removed one by one.
//!
//! ## What to do
//!
//! Give it a primary key; for a table that joins two others, both foreign keys together.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TABLE logs (line text); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE logs (id bigint PRIMARY KEY, line text);
//! ```
//!
//! ```sql postgres
//! CREATE TABLE logs (id bigint NOT NULL, line text);
//! ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY (id);
//! ```

use crate::lint::all_sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a table whose rows cannot be told apart",
    severities: [Note, Note, Note],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        let ActionKind::CreateTable(table) = &site.action.kind else {
            continue;
        };
        let elsewhere = table.temporary
            || table.foreign
            || table.as_query
            || table.partition_of.is_some()
            || !table.inherits.is_empty()
            || !table.like.is_empty()
            // `CREATE TABLE … OF type` and what was not read.
            || table.columns.is_empty();
        let is_key = |kind: &ConstraintKind| matches!(kind, ConstraintKind::PrimaryKey { .. });
        let later = || {
            site.later_on(&table.name).any(|later| match &later.action.kind {
                ActionKind::AddConstraint { table: on, constraint } => {
                    on.may_be(&table.name) && is_key(&constraint.kind)
                }
                ActionKind::AddColumn { table: on, column, .. } => {
                    on.may_be(&table.name) && column.constraints.iter().any(|c| is_key(&c.kind))
                }
                ActionKind::Drop { name, .. } => name.may_be(&table.name),
                _ => false,
            })
        };
        if !elsewhere && !table.all_constraints().any(|c| is_key(&c.kind)) && !later() {
            findings.report_site(
                &site,
                format!("rows of {} cannot be told apart", table.name),
                "give it a primary key",
            );
        }
    }
}
