//! ## What it detects
//!
//! `ALTER TABLE … ADD COLUMN … DEFAULT` with `CURRENT_TIMESTAMP`, `CURRENT_DATE`, `CURRENT_TIME` or an expression, on
//! SQLite. Silent for a table that the same deploy makes and puts no rows into.
//!
//! ## Why it hurts
//!
//! SQLite does not touch the rows when it adds a column, so the default has to be one value for all of them. As soon
//! as the table has one row, anything but a literal is refused: `Cannot add a column with non-constant default`.
//!
//! ## What to do
//!
//! Add the column without a default, fill it for the rows that are there, and let the application set it for new
//! ones. If new rows shall get such a default from SQLite, build the table anew.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
//! INSERT INTO "User" VALUES (1);
//! ```
//!
//! ```sql fails:non-constant
//! ALTER TABLE "User" ADD COLUMN "createdAt" DATETIME DEFAULT CURRENT_TIMESTAMP; -- found
//! ```
//!
//! ```sql fails:non-constant
//! ALTER TABLE "User" ADD COLUMN "token" TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))); -- found
//! ```
//!
//! ```sql fails:non-constant
//! ALTER TABLE "User" ADD COLUMN "n" INTEGER DEFAULT (1 + 1); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! ALTER TABLE "User" ADD COLUMN "createdAt" DATETIME;
//! UPDATE "User" SET "createdAt" = CURRENT_TIMESTAMP WHERE "createdAt" IS NULL;
//! ```
//!
//! ```sql
//! ALTER TABLE "User" ADD COLUMN a INTEGER DEFAULT (-1);
//! ALTER TABLE "User" ADD COLUMN b TEXT DEFAULT 'it''s';
//! ALTER TABLE "User" ADD COLUMN c INTEGER DEFAULT true;
//! ALTER TABLE "User" ADD COLUMN d INTEGER DEFAULT (CAST('1' AS INTEGER));
//! ```
//!
//! ```sql fresh
//! CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY);
//! ALTER TABLE "Post" ADD COLUMN "at" DATETIME DEFAULT CURRENT_TIMESTAMP;
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sqlite::{bare_column, is_empty, is_literal, script_with};
use crate::lint::{Site, sites};
use crate::policy::Severity::{Error, Warn};
use crate::policy::{Facts, Findings, Meta, Suggestion};
use crate::sql::{ActionKind, Column, Expression, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a column with a computed default cannot be added to a table with rows",
    severities: [Warn, Error, Error],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Sqlite) {
        let ActionKind::AddColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let Some(default) = column.default.as_ref().filter(|default| !is_literal(default)) else {
            continue;
        };
        if is_empty(&site, table) {
            continue;
        }
        let message = format!(
            "SQLite cannot add column {} to {table} when that has rows: its default {} is not a literal",
            column.name, default.text
        );
        let help = "add it without a default, fill it with UPDATE, and let the application set it for new rows; a \
                    default that SQLite computes takes a rebuild of the table";
        if column.not_null || !column.constraints.is_empty() {
            findings.report_site(&site, message, help);
        } else {
            let suggestion = filled(&site, table, column, default);
            findings.report_site_with(&site, message, help, suggestion);
        }
    }
}

fn filled(
    site: &Site<'_>,
    table: &ObjectName,
    column: &Column,
    default: &Expression,
) -> Option<Suggestion> {
    let (name, bare) = (site.quote(&column.name), bare_column(site, column));
    let table = site.quote_name(table);
    let sql = format!(
        "ALTER TABLE {table} ADD COLUMN {bare};\nUPDATE {table} SET {name} = {} WHERE {name} IS NULL",
        default.text
    );
    script_with(site, &sql)
}
