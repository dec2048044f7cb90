//! ## What it detects
//!
//! `DROP TABLE` of a table that was not made by the same deploy. The drop inside a rebuild of an SQLite table,
//! whose rows are in the new one, is none.
//!
//! ## Why it hurts
//!
//! Its rows are gone when the migration commits, and only a backup brings them back. Tables that it refers to
//! are locked too (`ACCESS EXCLUSIVE` on them as well, measured).
//!
//! ## What to do
//!
//! Stop using the table, keep it out of reach for a while under another name, and drop it when nothing has
//! missed it: `migsafe new --template drop-table`. Then say in the script why it may go: `-- migsafe:
//! allow(drop-table) because …`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! DROP TABLE users; -- found
//! -- also: data-loss
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! -- migsafe: allow(drop-table) because nothing has used it since it was retired
//! DROP TABLE users;
//! ```
//!
//! ```sql sqlite
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE new_users (id bigint PRIMARY KEY, email text, age integer);
//! INSERT INTO new_users (id, email, age) SELECT id, email, age FROM users;
//! DROP TABLE users;
//! ALTER TABLE new_users RENAME TO users;
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ```sql
//! CREATE TABLE copy (id bigint PRIMARY KEY);
//! DROP TABLE copy;
//! ```

use crate::lint::Rebuilds;
use crate::lint::weigh::by_rows;
use crate::lint::{Site, all_sites};
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::sql::{ActionKind, ObjectKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a table and its rows go",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in all_sites(facts) {
        let ActionKind::Drop { kind: ObjectKind::Table, name, .. } = &site.action.kind else {
            continue;
        };
        // `drop-and-recreate-table` says more.
        if site.is_new(name) || rebuilds.of_drop(&site).is_some() || made_again(&site, name) {
            continue;
        }
        by_rows(&site, findings).report_site(
            &site,
            format!("the rows of {name} are lost"),
            "retire it first (`migsafe new --template drop-table`), then say why it may go: \
             `-- migsafe: allow(drop-table) because …`",
        );
    }
}

/// Whether the same script makes a table of this name again.
pub(super) fn made_again(site: &Site<'_>, name: &ObjectName) -> bool {
    site.later_on(name).any(|later| {
        matches!(&later.action.kind, ActionKind::CreateTable(table) if table.name.may_be(name))
    })
}
