//! ## What it detects
//!
//! `DROP TABLE`, `DROP COLUMN`, `DROP SCHEMA`, `TRUNCATE` and `DELETE` without `WHERE`, of what was not made by
//! the same deploy, in a script that has no comment with the word "backup". Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! When the rows turn out to be needed, somebody has to know where they are and how long they are kept, and it is
//! this change that everybody reads.
//!
//! ## What to do
//!
//! Write a comment: `-- backup: nightly dump, kept for 30 days`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql runs
//! DROP TABLE users; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql
//! -- backup: nightly dump, kept for 30 days
//! -- also: drop-table
//! DROP TABLE users;
//! ```

use crate::lint::{Rebuilds, all_sites};
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "rows go away, and no comment says where their backup is",
    severities: [Off, Off, Off],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    // A script is read once, however many rows go away in it.
    let (mut looked_at, mut noted) = (None, false);
    for site in all_sites(facts) {
        use ActionKind as A;
        let name = match &site.action.kind {
            A::Drop { kind: ObjectKind::Table | ObjectKind::Schema, name, .. } => name,
            A::DropColumn { table, .. }
            | A::Truncate { table, .. }
            | A::Delete { table, filtered: false }
            | A::Merge { table, deletes_all: true, .. } => table,
            _ => continue,
        };
        if looked_at != Some(site.migration) {
            (looked_at, noted) = (Some(site.migration), has_note(site.text));
        }
        if noted || site.is_new(name) || rebuilds.of_drop(&site).is_some() {
            continue;
        }
        findings.report_site(
            &site,
            format!("rows of {name} go away, and no comment says where their backup is"),
            "write a comment such as: -- backup: nightly dump, kept for 30 days",
        );
    }
}

fn has_note(text: &str) -> bool {
    let comment = |line: &str| line.split_once("--").map(|(_, rest)| rest.to_ascii_lowercase());
    text.lines().filter_map(comment).any(|comment| comment.contains("backup"))
}
