//! ## What it detects
//!
//! `ALTER TABLE … ADD COLUMN … REFERENCES` with a default other than `NULL`, on SQLite, in a script that does not
//! switch foreign keys off. Silent for a table that the same deploy makes and puts no rows into.
//!
//! ## Why it hurts
//!
//! Every row that is there would refer to one row of the other table, and SQLite does not look whether that exists.
//! So it refuses: `Cannot add a REFERENCES column with non-NULL default value`. With foreign keys off it does not, and the
//! rows may refer to nothing; migsafe then takes the whole script back.
//!
//! ## What to do
//!
//! Add the column without a default, and fill it in a statement that is checked.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "Team" ("id" INTEGER NOT NULL PRIMARY KEY);
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
//! INSERT INTO "Team" VALUES (1);
//! INSERT INTO "User" VALUES (1);
//! ```
//!
//! ```sql fails:REFERENCES
//! ALTER TABLE "User" ADD COLUMN "team" INTEGER DEFAULT 1 REFERENCES "Team" ("id"); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! ALTER TABLE "User" ADD COLUMN "team" INTEGER REFERENCES "Team" ("id");
//! UPDATE "User" SET "team" = 1 WHERE "team" IS NULL;
//! ```
//!
//! ```sql
//! ALTER TABLE "User" ADD COLUMN "team" INTEGER DEFAULT NULL REFERENCES "Team" ("id");
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sites;
use crate::lint::sqlite::{bare_column, is_empty, script_with, switches_foreign_keys_off};
use crate::policy::Severity::{Error, Warn};
use crate::policy::{Facts, Findings, Meta};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a foreign key with a default cannot be added to a table with rows",
    severities: [Warn, Error, Error],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Sqlite) {
        let ActionKind::AddColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let is_key = |kind: &ConstraintKind| matches!(kind, ConstraintKind::ForeignKey(_));
        let key = column.constraints.iter().find(|constraint| is_key(&constraint.kind));
        let default = column.default.as_ref().filter(|default| !default.is_null);
        let (Some(key), Some(default)) = (key, default) else {
            continue;
        };
        if is_empty(&site, table) || switches_foreign_keys_off(site.script) {
            continue;
        }
        let message = format!(
            "SQLite cannot add the foreign key {} to {table} when that has rows: its default is not NULL",
            column.name
        );
        let help = "add it without a default, and fill it with UPDATE";
        let words = site.text.get(key.range.clone());
        match words.filter(|_| !column.not_null && column.constraints.len() == 1) {
            Some(words) => {
                let (name, table) = (site.quote(&column.name), site.quote_name(table));
                let sql = format!(
                    "ALTER TABLE {table} ADD COLUMN {} {words};\nUPDATE {table} SET {name} = {} WHERE {name} IS NULL",
                    bare_column(&site, column),
                    default.text
                );
                let suggestion = script_with(&site, &sql);
                findings.report_site_with(&site, message, help, suggestion);
            }
            None => findings.report_site(&site, message, help),
        }
    }
}
