//! ## What it detects
//!
//! `ALTER TABLE … ADD COLUMN … NOT NULL` without a default, or with the default `NULL`, on SQLite. Also a rebuild
//! that makes a column `NOT NULL` and copies it as it is, or has a new such column and nothing to fill it with.
//! Silent for a table that the same deploy makes and puts no rows into.
//!
//! ## Why it hurts
//!
//! SQLite refuses it as soon as the table has one row: `Cannot add a NOT NULL column with default value NULL`. It
//! passes on a developer's empty database and fails in production. The copy of a rebuild fails at the first `NULL`:
//! `NOT NULL constraint failed`.
//!
//! ## What to do
//!
//! Give it a constant default. Or add it without `NOT NULL` and let the application fill it. To be rid of the default
//! later, or to make it `NOT NULL` later, the table has to be built anew; say in the copy what stands for `NULL`:
//! `coalesce("email", '')`.
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
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "email" TEXT);
//! INSERT INTO "User" VALUES (1, NULL);
//! ```
//!
//! ```sql fails:NULL
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL);
//! INSERT INTO "new_User" ("id", "email") SELECT "id", "email" FROM "User"; -- found
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ```sql fails:NULL
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "name" TEXT NOT NULL);
//! INSERT INTO "new_User" ("id", "email") SELECT "id", "email" FROM "User"; -- found
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ## Good
//!
//! ```sql
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL, "level" INT NOT NULL DEFAULT 1);
//! INSERT INTO "new_User" ("id", "email") SELECT "id", coalesce("email", '') FROM "User";
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
//! INSERT INTO "User" VALUES (1);
//! ```
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
use crate::lint::sqlite::{Affinity, is_empty, script_with};
use crate::lint::weigh::by_rows_of;
use crate::lint::{Rebuild, Rebuilds, Site, TableState, sites};
use crate::policy::Severity::{Error, Warn};
use crate::policy::{Facts, Findings, Meta};
use crate::sql::{ActionKind, Column, ConstraintKind, ObjectName, Output};

pub(super) const META: Meta = Meta {
    summary: "a NOT NULL column without a default cannot be added to a table with rows",
    severities: [Warn, Error, Error],
    note: Some(
        "A warning for a column that a rebuild copies: it fails only where there is a `NULL`. A note where a look at \
         the rows has shown that none is in the way of a rebuild.",
    ),
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in sites(facts, Sqlite) {
        match &site.action.kind {
            ActionKind::AddColumn { table, column, .. }
                if refuses_null(column) && !is_empty(&site, table) =>
            {
                added(&site, findings, table, column);
            }
            ActionKind::Insert { query: Some(_), .. } => {
                let rebuilds = rebuilds.of(&site);
                let rebuild = rebuilds.iter().find(|rebuild| rebuild.copy == site.index);
                let old = rebuild.and_then(|rebuild| site.table(rebuild.table));
                if let (Some(rebuild), Some(old)) = (rebuild, old)
                    && !is_empty(&site, rebuild.table)
                {
                    copied(&site, findings, rebuild, &old);
                }
            }
            _ => {}
        }
    }
}

/// Whether a column takes no NULL and has no value of its own.
fn refuses_null(column: &Column) -> bool {
    let has_value = column.generated.is_some()
        || column.default.as_ref().is_some_and(|default| !default.is_null);
    column.not_null && !has_value
}

fn added(site: &Site<'_>, findings: &mut Findings<'_>, table: &ObjectName, column: &Column) {
    let message = format!(
        "SQLite cannot add column {} to {table} when that has rows: it is NOT NULL without a default",
        column.name
    );
    let help = "give it a constant default, or add it without NOT NULL and fill it";
    let definition = site.text.get(column.range.clone());
    let suggestion = definition
        .filter(|_| column.default.is_none() && column.constraints.is_empty())
        .and_then(|definition| {
            let value = Affinity::of(column.ty.as_ref()).empty_value();
            let table = site.quote_name(table);
            script_with(
                site,
                &format!("ALTER TABLE {table} ADD COLUMN {definition} DEFAULT {value}"),
            )
        });
    findings.report_site_with(site, message, help, suggestion);
}

/// What the copy of a rebuild puts NULL into, or may.
fn copied(
    site: &Site<'_>,
    findings: &mut Findings<'_>,
    rebuild: &Rebuild<'_>,
    old: &TableState<'_>,
) {
    let copies_all = rebuild.copied.iter().any(|(_, output)| **output == Output::All);
    let table = rebuild.table;
    for (position, column) in rebuild.definition.columns.iter().enumerate() {
        if !column.not_null || column.generated.is_some() || is_row_number(rebuild, column) {
            continue;
        }
        let source = match rebuild.source(&column.name) {
            // By position, whatever the names.
            _ if copies_all => old.columns().get(position).copied().filter(|_| old.is_complete()),
            Some(Output::Column(name)) => old.column(name),
            Some(_) => None,
            None if refuses_null(column) => {
                by_rows_of(site, rebuild, findings).report_site(
                    site,
                    format!(
                        "the copy fails when {table} has rows: the new column {} is NOT NULL without a default",
                        column.name
                    ),
                    "give it a default, or say in the copy what its values are",
                );
                continue;
            }
            None => None,
        };
        let Some(source) = source.filter(|source| source.complete) else { continue };
        if source.not_null == Some(false) && !source.generated {
            // A migration before may have filled it: as on PostgreSQL, where `SET NOT NULL` is a warning.
            by_rows_of(site, rebuild, findings).weigh_at_most(Warn).report_site(
                site,
                format!(
                    "the copy fails where {table}.{} is NULL: it takes none any more",
                    source.name
                ),
                format!(
                    "say in the copy what stands for NULL: `coalesce({}, …)`",
                    site.quote(&source.name)
                ),
            );
        }
    }
}

/// Whether a column is the number of the row, which is given out where it is NULL.
fn is_row_number(rebuild: &Rebuild<'_>, column: &Column) -> bool {
    let is_integer =
        column.ty.as_ref().is_some_and(|ty| ty.name.name.eq_ignore_ascii_case("INTEGER"));
    let is_key = rebuild.definition.all_constraints().any(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } => {
            matches!(columns.as_slice(), [only] if only.eq_ignore_ascii_case(&column.name))
        }
        _ => false,
    });
    is_integer && is_key && !rebuild.definition.without_rowid
}
