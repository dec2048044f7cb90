//! ## What it detects
//!
//! A table that is dropped and made again in one script, without its rows being copied.
//!
//! ## Why it hurts
//!
//! The new table is empty: every row is lost, although the schema looks as it should. Nothing fails, and no
//! tool that compares schemas sees it.
//!
//! ## What to do
//!
//! Change the table with `ALTER TABLE`, or copy the rows over before the drop.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! DROP TABLE IF EXISTS users; -- found
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
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
//! ALTER TABLE users ADD COLUMN name text;
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

use super::drop_table::made_again;
use crate::lint::Rebuilds;
use crate::lint::all_sites;
use crate::lint::weigh::by_rows;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "a table is dropped and made again without its rows",
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
        if made_again(&site, name) && !site.is_new(name) && rebuilds.of_drop(&site).is_none() {
            by_rows(&site, findings).report_site(
                &site,
                format!("{name} comes back empty: its rows are lost"),
                "change it with ALTER TABLE, or copy the rows before the drop",
            );
        }
    }
}
