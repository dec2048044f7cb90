//! ## What it detects
//!
//! `DROP TABLE` on SQLite, of a table that a view or another table's trigger uses, where the script neither drops
//! these nor makes a table of the name again.
//!
//! ## Why it hurts
//!
//! SQLite carries it out. From then on every query of the view and every write that fires the trigger fails with `no such
//! table`. So does every later `ALTER TABLE … RENAME` and `DROP COLUMN`, of any table: SQLite then checks all views and
//! triggers.
//!
//! ## What to do
//!
//! Drop the view and the trigger in the same script.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
//! CREATE VIEW "Names" AS SELECT "name" FROM "User";
//! CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY);
//! CREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY);
//! CREATE TRIGGER "tell" AFTER INSERT ON "Post" BEGIN INSERT INTO "Log" VALUES (new."id"); END;
//! ```
//!
//! ```sql runs
//! DROP TABLE "User"; -- found
//! ```
//!
//! ```sql runs
//! DROP TABLE "Log"; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! -- also: drop-table, drop-view
//! DROP VIEW "Names";
//! DROP TABLE "User";
//! ```
//!
//! ```sql
//! -- also: drop-table
//! DROP TABLE "Log";
//! DROP TRIGGER "tell";
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sites;
use crate::lint::sqlite::{is_dropped_later, is_made_later, list, triggers_using};
use crate::policy::Severity::Warn;
use crate::policy::{Facts, Findings, Meta};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "a view or trigger is left without its table",
    severities: [Warn, Warn, Warn],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Sqlite) {
        let ActionKind::Drop { kind: ObjectKind::Table, name: table, .. } = &site.action.kind
        else {
            continue;
        };
        if is_made_later(&site, table) {
            continue;
        }
        let views = site
            .readers(table)
            .filter(|(view, _)| !is_dropped_later(&site, ObjectKind::View, view))
            .map(|(view, _)| format!("view {view}"));
        let triggers = triggers_using(&site, table)
            .into_iter()
            .filter(|trigger| !is_dropped_later(&site, ObjectKind::Trigger, &trigger.name))
            .filter(|trigger| !is_dropped_later(&site, ObjectKind::Table, &trigger.table))
            .map(|trigger| format!("trigger {} on {}", trigger.name, trigger.table));
        let users: Vec<String> = views.chain(triggers).collect();
        if !users.is_empty() {
            findings.report_site(
                &site,
                format!(
                    "{table} is used by {}: using them fails from then on, and so does every later RENAME or DROP \
                     COLUMN in the database",
                    list(&users)
                ),
                "drop them in the same script",
            );
        }
    }
}
