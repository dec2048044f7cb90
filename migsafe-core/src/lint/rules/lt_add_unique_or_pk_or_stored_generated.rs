//! ## What it detects
//!
//! `ALTER TABLE … ADD COLUMN` with `UNIQUE`, `PRIMARY KEY` or `GENERATED ALWAYS AS (…) STORED`, on SQLite.
//!
//! ## Why it hurts
//!
//! SQLite refuses the first two on every table (`Cannot add a UNIQUE column`), and the third as soon as the table
//! has a row (`cannot add a STORED column`).
//!
//! ## What to do
//!
//! Add a plain column and a unique index beside it. Make a generated column `VIRTUAL`. For a primary key the table
//! has to be built anew.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
//! INSERT INTO "User" VALUES (1, 'a');
//! ```
//!
//! ```sql fails:UNIQUE
//! ALTER TABLE "User" ADD COLUMN "email" TEXT UNIQUE; -- found
//! ```
//!
//! ```sql fails:PRIMARY
//! CREATE TABLE "Tag" ("name" TEXT);
//! ALTER TABLE "Tag" ADD COLUMN "id" INTEGER PRIMARY KEY; -- found
//! ```
//!
//! ```sql fails:STORED
//! ALTER TABLE "User" ADD COLUMN "upper" TEXT GENERATED ALWAYS AS (upper("name")) STORED; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! ALTER TABLE "User" ADD COLUMN "email" TEXT;
//! CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
//! ```
//!
//! ```sql
//! ALTER TABLE "User" ADD COLUMN "upper" TEXT GENERATED ALWAYS AS (upper("name")) VIRTUAL;
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sqlite::{bare_column, is_empty, script_with};
use crate::lint::{Site, sites};
use crate::policy::Severity::{Error, Warn};
use crate::policy::{Facts, Findings, Meta, Suggestion};
use crate::sql::{ActionKind, Column, ConstraintKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a UNIQUE, PRIMARY KEY or STORED column cannot be added",
    severities: [Warn, Error, Error],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Sqlite) {
        let ActionKind::AddColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let has = |fits: fn(&ConstraintKind) -> bool| {
            column.constraints.iter().any(|constraint| fits(&constraint.kind))
        };
        let cannot = |what: &str| format!("SQLite cannot add {what} to {table}: {}", column.name);
        if has(|kind| matches!(kind, ConstraintKind::PrimaryKey { .. })) {
            findings.report_site(
                &site,
                cannot("a PRIMARY KEY column"),
                "build the table anew with the key; a table without one has rowid meanwhile",
            );
        } else if has(|kind| matches!(kind, ConstraintKind::Unique { .. })) {
            let help = "add the column without UNIQUE, and a unique index beside it";
            match with_index(&site, table, column) {
                Some(suggestion) => {
                    findings.report_site_with(&site, cannot("a UNIQUE column"), help, suggestion);
                }
                None => findings.report_site(&site, cannot("a UNIQUE column"), help),
            }
        } else if column.generated.as_ref().is_some_and(|generated| generated.stored)
            && !is_empty(&site, table)
        {
            findings.report_site(
                &site,
                cannot("a STORED column"),
                "make it VIRTUAL, which is computed when it is read, or build the table anew",
            );
        }
    }
}

/// Column and index apart. With a default or `NOT NULL` all rows would have one value, and the index would fail.
fn with_index(site: &Site<'_>, table: &ObjectName, column: &Column) -> Option<Suggestion> {
    let plain = !column.not_null
        && column.default.is_none()
        && column.generated.is_none()
        && column.constraints.len() == 1;
    if !plain {
        return None;
    }
    let index = ObjectName {
        schema: table.schema.clone(),
        name: format!("{}_{}_key", table.name, column.name),
    };
    let sql = format!(
        "ALTER TABLE {} ADD COLUMN {};\nCREATE UNIQUE INDEX {} ON {} ({})",
        site.quote_name(table),
        bare_column(site, column),
        site.quote_name(&index),
        site.quote(&table.name),
        site.quote(&column.name)
    );
    script_with(site, &sql)
}
