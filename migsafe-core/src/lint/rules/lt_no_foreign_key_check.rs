//! ## What it detects
//!
//! A script for SQLite after which a foreign key of another table refers to a table that is not there any more: the table
//! is dropped while it is referred to, or it is built anew by renaming the old one first.
//!
//! ## Why it hurts
//!
//! SQLite carries it out where no row refers to the table. From then on every `INSERT` into the other table, and every `UPDATE`
//! of the column, fails with `no such table`. Renaming the old table first does the same in disguise: the rename puts the
//! temporary name into the foreign keys of all other tables, and then the table of that name is dropped.
//!
//! Rows that refer to nothing are another matter. In a script that switches foreign keys off, SQLite checks nothing, and nobody reads
//! what a `PRAGMA foreign_key_check` in a script says. So migsafe checks the rows before and after such a script,
//! and takes it back if it leaves new ones.
//!
//! ## What to do
//!
//! Drop or rebuild the table with the foreign key first, in the same script. In a rebuild, make the new table under a
//! temporary name and rename that at the end, as Prisma does.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
//! CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "user" INTEGER REFERENCES "User" ("id"));
//! ```
//!
//! ```sql runs
//! DROP TABLE "User"; -- found
//! ```
//!
//! ```sql runs
//! PRAGMA foreign_keys=OFF;
//! ALTER TABLE "User" RENAME TO "old_User"; -- found
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
//! INSERT INTO "User" ("id") SELECT "id" FROM "old_User";
//! DROP TABLE "old_User";
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ## Good
//!
//! ```sql
//! -- also: drop-table
//! DROP TABLE "Post";
//! DROP TABLE "User";
//! ```
//!
//! ```sql
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
//! INSERT INTO "new_User" ("id") SELECT "id" FROM "User";
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sqlite::{
    Order, has_legacy_alter_table, is_dropped_later, is_made_later, list, references_to,
};
use crate::lint::{Rebuild, Rebuilds, Site, sites};
use crate::policy::Severity::{Error, Warn};
use crate::policy::{Facts, Findings, Meta};
use crate::sql::{ActionKind, ObjectKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a foreign key is left without its table",
    severities: [Warn, Error, Error],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in sites(facts, Sqlite) {
        match &site.action.kind {
            ActionKind::Drop { kind: ObjectKind::Table, name, .. }
                if !is_made_later(&site, name) =>
            {
                let users = users(&site, name);
                if !users.is_empty() {
                    findings.report_site(
                        &site,
                        format!(
                            "{name} is dropped, and foreign keys of {} refer to it: writing there fails from then on",
                            list(&users)
                        ),
                        "drop or rebuild these tables first, in the same script",
                    );
                }
            }
            ActionKind::Rename { kind: ObjectKind::Table, name, to, .. }
                if is_renamed_first(rebuilds.of(&site), &site) =>
            {
                let users = users(&site, name);
                if !users.is_empty() {
                    findings.report_site(
                        &site,
                        format!(
                            "the rename puts {to} into the foreign keys of {}, and {to} is dropped: writing there fails \
                             from then on",
                            list(&users)
                        ),
                        "make the new table under the temporary name instead, and rename it at the end",
                    );
                }
            }
            _ => {}
        }
    }
}

/// The tables that refer to a table and stay.
fn users(site: &Site<'_>, table: &ObjectName) -> Vec<String> {
    let mut users: Vec<String> = references_to(site, table)
        .iter()
        .filter_map(|(other, _)| other.name())
        .filter(|name| !is_dropped_later(site, ObjectKind::Table, name))
        .map(ToString::to_string)
        .collect();
    users.sort_unstable();
    users.dedup();
    users
}

fn is_renamed_first(rebuilds: &[Rebuild<'_>], site: &Site<'_>) -> bool {
    let fits = rebuilds
        .iter()
        .any(|rebuild| Order::of(rebuild) == Order::RenamedFirst && rebuild.start == site.index);
    fits && !has_legacy_alter_table(site)
}
