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
use crate::lint::locked::Window;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};

pub(super) const META: Meta = Meta {
    summary: "many tables stay locked together",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut window = Window::default();
    for site in sites(facts, Postgres) {
        window.enter(&site);
        let before = window.tables().len();
        window.leave(&site);
        // Said once, where the third one joins.
        let joins = before + 1 == TABLES && window.tables().len() == TABLES;
        if joins && facts.runs_in_transaction(site.script) {
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
