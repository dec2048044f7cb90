//! ## What it detects
//!
//! `DROP COLUMN`, also inside a rebuild of an SQLite table, of a column that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! Its values are gone when the migration commits, and only a backup brings them back. Old code that still
//! names the column fails at once; an ORM names every column that its schema knows.
//!
//! ## What to do
//!
//! Stop using the column in one release and drop it in the next: `migsafe new --template drop-column`. Keep a
//! copy of the values for as long as you may want them. Then say in the script why it may go: `-- migsafe:
//! allow(drop-column) because …`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users DROP COLUMN age; -- found
//! -- also: data-loss
//! ```
//!
//! ```sql sqlite
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE new_users (id bigint PRIMARY KEY, email text);
//! INSERT INTO new_users (id, email) SELECT id, email FROM users;
//! DROP TABLE users; -- found
//! ALTER TABLE new_users RENAME TO users;
//! PRAGMA foreign_keys=ON;
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
//! ```sql
//! -- migsafe: allow(drop-column) because no release uses age since the one before
//! ALTER TABLE users DROP COLUMN age;
//! ```
//!
//! A column that the new table computes too is not copied, and not lost.
//!
//! ```sql setup
//! CREATE TABLE users (id INTEGER PRIMARY KEY, email text, lower_email text AS (lower(email)));
//! ```
//!
//! ```sql sqlite
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE new_users (id INTEGER PRIMARY KEY, email text UNIQUE, lower_email text AS (lower(email)));
//! INSERT INTO new_users (id, email) SELECT id, email FROM users;
//! DROP TABLE users;
//! ALTER TABLE new_users RENAME TO users;
//! PRAGMA foreign_keys=ON;
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
    summary: "a column and its values go",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in all_sites(facts) {
        match &site.action.kind {
            ActionKind::DropColumn { table, column, .. } => {
                let again = site.later_on(table).any(|later| {
                    matches!(&later.action.kind, ActionKind::AddColumn { table: on, column: added, .. }
                        if on.may_be(table) && added.name == *column)
                });
                let made_here = site.earlier_on(table).any(|earlier| {
                    matches!(&earlier.action.kind, ActionKind::AddColumn { table: on, column: added, .. }
                        if on.may_be(table) && added.name == *column)
                });
                // `drop-and-recreate-column` says more.
                if !(again || made_here || site.is_new(table)) {
                    report(&site, findings, table, column);
                }
            }
            ActionKind::Drop { kind: ObjectKind::Table, name, .. } => {
                let (Some(rebuild), Some(old)) = (rebuilds.of_drop(&site), site.table(name)) else {
                    continue;
                };
                for column in rebuild.lost_columns(&old) {
                    report(&site, findings, rebuild.table, column);
                }
            }
            _ => {}
        }
    }
}

fn report(site: &Site<'_>, findings: &mut Findings<'_>, table: &ObjectName, column: &str) {
    by_rows(site, findings).report_site(
        site,
        format!("the values of {table}.{column} are lost, and code that names it fails"),
        "drop it in the release after the one that stops using it (`migsafe new --template drop-column`), and say so: \
         `-- migsafe: allow(drop-column) because …`",
    );
}
