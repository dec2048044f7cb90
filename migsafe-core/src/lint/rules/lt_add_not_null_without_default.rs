//! ## What it detects
//!
//! `ALTER TABLE … ADD COLUMN … NOT NULL` without a default, or with the default `NULL`, on SQLite. Silent for a
//! table that the same deploy makes and puts no rows into.
//!
//! ## Why it hurts
//!
//! SQLite refuses it as soon as the table has one row: `Cannot add a NOT NULL column with default value NULL`. It
//! passes on a developer's empty database and fails in production.
//!
//! ## What to do
//!
//! Give it a constant default. Or add it without `NOT NULL` and let the application fill it. To be rid of the default
//! later, or to make it `NOT NULL` later, the table has to be built anew.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
//! INSERT INTO "User" VALUES (1);
//! ```
//!
//! ```sql fails:NULL
//! ALTER TABLE "User" ADD COLUMN "email" TEXT NOT NULL; -- found
//! ```
//!
//! ```sql fails:NULL
//! CREATE TABLE "Other" ("id" INTEGER PRIMARY KEY);
//! ALTER TABLE "User" ADD COLUMN "age" INTEGER NOT NULL DEFAULT (NULL); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! ALTER TABLE "User" ADD COLUMN "email" TEXT NOT NULL DEFAULT '';
//! ```
//!
//! ```sql
//! ALTER TABLE "User" ADD COLUMN "email" TEXT;
//! ```
//!
//! ```sql
//! ALTER TABLE "User" ADD COLUMN "twice" INTEGER NOT NULL AS ("id" * 2) VIRTUAL;
//! ```
//!
//! ```sql fresh
//! CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY);
//! ALTER TABLE "Post" ADD COLUMN "title" TEXT NOT NULL;
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sites;
use crate::lint::sqlite::{Affinity, is_empty, script_with};
use crate::policy::Severity::{Error, Warn};
use crate::policy::{Facts, Findings, Meta, Suggestion};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a NOT NULL column without a default cannot be added to a table with rows",
    severities: [Warn, Error, Error],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Sqlite) {
        let ActionKind::AddColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let has_value = column.generated.is_some()
            || column.default.as_ref().is_some_and(|default| !default.is_null);
        if !column.not_null || has_value || is_empty(&site, table) {
            continue;
        }
        let message = format!(
            "SQLite cannot add column {} to {table} when that has rows: it is NOT NULL without a default",
            column.name
        );
        let help = "give it a constant default, or add it without NOT NULL and fill it";
        let definition = site.text.get(column.range.clone());
        match definition.filter(|_| column.default.is_none() && column.constraints.is_empty()) {
            Some(definition) => {
                let value = Affinity::of(column.ty.as_ref()).empty_value();
                let table = site.quote_name(table);
                let sql = format!("ALTER TABLE {table} ADD COLUMN {definition} DEFAULT {value}");
                let suggestion = Suggestion::migrations([script_with(&site, &sql)]);
                findings.report_site_with(&site, message, help, suggestion);
            }
            None => findings.report_site(&site, message, help),
        }
    }
}
