//! ## What it detects
//!
//! A rebuild of a table on SQLite (a new table takes the old one's rows and name) while a view, or a trigger of
//! another table, uses the table.
//!
//! ## Why it hurts
//!
//! When the new table is renamed, SQLite checks every view and trigger, and the old table is gone already: `error in view
//! …: no such table`. Without a transaction around it the table stays gone; migsafe takes the script back, and
//! the deploy fails.
//!
//! When the old table is renamed first, SQLite puts its new name into the views and triggers, and they break when it
//! is dropped.
//!
//! ## What to do
//!
//! Drop the views and triggers first and make them again at the end. Or set `PRAGMA legacy_alter_table=ON` before, and
//! `OFF` after: then `RENAME` leaves them alone. It is the one pragma that works inside of a transaction.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
//! CREATE VIEW "Names" AS SELECT "name" FROM "User";
//! ```
//!
//! ```sql fails:view
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL DEFAULT '');
//! INSERT INTO "new_User" ("id", "name") SELECT "id", coalesce("name", '') AS "name" FROM "User";
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User"; -- found
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ```sql runs
//! PRAGMA foreign_keys=OFF;
//! ALTER TABLE "User" RENAME TO "old_User"; -- found
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
//! INSERT INTO "User" ("id", "name") SELECT "id", "name" FROM "old_User";
//! DROP TABLE "old_User";
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ```sql setup
//! CREATE TABLE "Log" ("id" INTEGER PRIMARY KEY);
//! CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY);
//! CREATE TRIGGER "tell" AFTER INSERT ON "Post" BEGIN INSERT INTO "Log" VALUES (new."id"); END;
//! ```
//!
//! ```sql fails:trigger
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_Log" ("id" INTEGER NOT NULL PRIMARY KEY);
//! INSERT INTO "new_Log" ("id") SELECT "id" FROM "Log";
//! DROP TABLE "Log";
//! ALTER TABLE "new_Log" RENAME TO "Log"; -- found
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ## Good
//!
//! ```sql
//! PRAGMA foreign_keys=OFF;
//! PRAGMA legacy_alter_table=ON;
//! CREATE TABLE "new_Log" ("id" INTEGER NOT NULL PRIMARY KEY);
//! INSERT INTO "new_Log" ("id") SELECT "id" FROM "Log";
//! DROP TABLE "Log";
//! ALTER TABLE "new_Log" RENAME TO "Log";
//! PRAGMA legacy_alter_table=OFF;
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ```sql
//! PRAGMA foreign_keys=OFF;
//! DROP TRIGGER "tell";
//! CREATE TABLE "new_Log" ("id" INTEGER NOT NULL PRIMARY KEY);
//! INSERT INTO "new_Log" ("id") SELECT "id" FROM "Log";
//! DROP TABLE "Log";
//! ALTER TABLE "new_Log" RENAME TO "Log";
//! CREATE TRIGGER "tell" AFTER INSERT ON "Post" BEGIN INSERT INTO "Log" VALUES (new."id"); END;
//! PRAGMA foreign_keys=ON;
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sqlite::{
    Order, has_legacy_alter_table, list, script_with, text_of, triggers_using,
};
use crate::lint::{Rebuild, Rebuilds, Site, sites};
use crate::policy::Severity::{Error, Warn};
use crate::policy::{Facts, Findings, Meta, Suggestion};
use crate::sql::{ActionKind, ObjectKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a table is built anew while a view or trigger uses it",
    severities: [Warn, Error, Error],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in sites(facts, Sqlite) {
        let ActionKind::Rename { kind: ObjectKind::Table, to, .. } = &site.action.kind else {
            continue;
        };
        let Some(rebuild) = rebuilds.of(&site).iter().find(|rebuild| renames(rebuild, &site))
        else {
            continue;
        };
        let table = rebuild.table;
        let views: Vec<&ObjectName> = site.readers(table).map(|(view, _)| view).collect();
        let triggers: Vec<&ObjectName> =
            triggers_using(&site, table).iter().map(|trigger| &trigger.name).collect();
        if views.is_empty() && triggers.is_empty() || has_legacy_alter_table(&site) {
            continue;
        }
        let users: Vec<String> = views
            .iter()
            .map(|view| format!("view {view}"))
            .chain(triggers.iter().map(|trigger| format!("trigger {trigger}")))
            .collect();
        let fails = Order::of(rebuild) == Order::RenamedLast;
        let message = if fails {
            format!(
                "the rename fails: {} and SQLite checks them while {table} is gone",
                uses(&users, table)
            )
        } else {
            format!("{}: the rename changes that to {to}, which is dropped", uses(&users, table))
        };
        let help = "drop them before and make them again after it, or set `PRAGMA legacy_alter_table=ON` before and \
                    OFF after the rebuild";
        match made_again(&site, &views, &triggers).filter(|_| fails) {
            Some(suggestion) => findings.report_site_with(&site, message, help, suggestion),
            None => findings.report_site(&site, message, help),
        }
    }
}

fn uses(users: &[String], table: &ObjectName) -> String {
    let verb = if users.len() == 1 { "uses" } else { "use" };
    format!("{} {verb} {table}", list(users))
}

/// Whether the site is the rename of this rebuild at which views matter.
fn renames(rebuild: &Rebuild<'_>, site: &Site<'_>) -> bool {
    match Order::of(rebuild) {
        Order::RenamedLast => rebuild.end == site.index,
        Order::RenamedFirst => rebuild.start == site.index,
        Order::CopiedBack => false,
    }
}

/// The script with everything dropped before the rename and made again behind it, if all of its texts are known.
fn made_again(
    site: &Site<'_>,
    views: &[&ObjectName],
    triggers: &[&ObjectName],
) -> Option<Suggestion> {
    let mut before = String::new();
    let mut behind = String::new();
    for view in views {
        let text = text_of(site, |action| match &action.kind {
            ActionKind::CreateView(made) => made.name.may_be(view),
            _ => false,
        })?;
        before.extend(["DROP VIEW ", &site.quote_name(view), ";\n"]);
        behind.extend([";\n", text]);
    }
    for trigger in triggers {
        let text = text_of(site, |action| match &action.kind {
            ActionKind::CreateTrigger(made) => made.name.may_be(trigger),
            _ => false,
        })?;
        before.extend(["DROP TRIGGER ", &site.quote_name(trigger), ";\n"]);
        behind.extend([";\n", text]);
    }
    let sql = format!("{before}{}{behind}", site.statement_sql());
    script_with(site, &sql)
}
