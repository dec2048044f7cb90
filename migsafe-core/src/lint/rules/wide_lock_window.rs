//! ## What it detects
//!
//! A script that alters, drops or truncates three or more tables that were not made by the same deploy, in one
//! transaction.
//!
//! ## Why it hurts
//!
//! All of them stay locked until the last statement is through, and two transactions that take the locks in
//! another order end in a deadlock.
//!
//! ## What to do
//!
//! Put each table into a migration of its own.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE a (id bigint PRIMARY KEY);
//! CREATE TABLE b (id bigint PRIMARY KEY);
//! CREATE TABLE c (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql runs
//! ALTER TABLE a ADD COLUMN n int;
//! ALTER TABLE b ADD COLUMN n int;
//! ALTER TABLE c ADD COLUMN n int; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE a (id bigint PRIMARY KEY);
//! CREATE TABLE b (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql
//! ALTER TABLE a ADD COLUMN n int;
//! -- next migration
//! ALTER TABLE b ADD COLUMN n int;
//! ```

use crate::Dialect::Postgres;
use crate::lint::locked::altered;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ObjectName;

pub(super) const META: Meta = Meta {
    summary: "many tables stay locked together",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let Some(table) = altered(&site.action.kind).filter(|table| !site.is_new(table)) else {
            continue;
        };
        if !facts.runs_in_transaction(site.script) {
            continue;
        }
        let mut others: Vec<&ObjectName> = Vec::new();
        for earlier in site.earlier() {
            if let Some(other) = altered(&earlier.action.kind)
                && !earlier.is_new(other)
                && !others.iter().any(|known| known.may_be(other))
            {
                others.push(other);
            }
        }
        // Said once, where the third one joins.
        if others.len() + 1 == TABLES && !others.iter().any(|known| known.may_be(table)) {
            findings.report_site(
                &site,
                format!("{TABLES} tables or more stay locked until the migration ends"),
                "put each table into a migration of its own",
            );
        }
    }
}

/// From so many on.
const TABLES: usize = 3;
