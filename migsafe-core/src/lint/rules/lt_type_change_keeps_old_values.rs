//! ## What it detects
//!
//! A rebuild of a table on SQLite that gives a column a type of another kind and copies its values as they are, where
//! SQLite does not convert all of them: text into a number, anything into `BLOB`, `REAL` into `INTEGER`. Silent for `STRICT`
//! tables, where SQLite refuses such values itself.
//!
//! ## Why it hurts
//!
//! A type is a wish to SQLite. What does not look like a number stays text in an `INTEGER` column, and `1.5` stays
//! `1.5`. Comparisons and sums then go wrong quietly, and clients with types fail when they read the row.
//!
//! ## What to do
//!
//! Say in the copy what shall become of each value: `CAST("n" AS INTEGER)` makes 0 of what is no number; with `CASE` or
//! `nullif` it may become something else. A `STRICT` table keeps it so.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "age" TEXT);
//! INSERT INTO "User" VALUES (1, 'unknown');
//! ```
//!
//! ```sql runs
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "age" INTEGER);
//! INSERT INTO "new_User" ("id", "age") SELECT "id", "age" FROM "User"; -- found
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ## Good
//!
//! ```sql
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "age" INTEGER);
//! INSERT INTO "new_User" ("id", "age") SELECT "id", CAST("age" AS INTEGER) FROM "User";
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sqlite::Affinity;
use crate::lint::{Rebuild, Rebuilds, TableState, sites};
use crate::policy::Severity::Warn;
use crate::policy::{Facts, Findings, Meta};
use crate::sql::{ActionKind, Column, Output};

pub(super) const META: Meta = Meta {
    summary: "a type is changed, and values of the old type stay",
    severities: [Warn, Warn, Warn],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in sites(facts, Sqlite) {
        let ActionKind::Insert { query: Some(query), .. } = &site.action.kind else {
            continue;
        };
        let copy =
            |rebuild: &&Rebuild<'_>| rebuild.copy == site.index && !rebuild.definition.strict;
        let old = query.reads.first().and_then(|from| site.table(from));
        let (Some(rebuild), Some(old)) = (rebuilds.of(&site).iter().find(copy), old) else {
            continue;
        };
        for (column, from, to) in changes(rebuild, &old) {
            findings.report_site(
                &site,
                format!(
                    "{} of {} becomes {to} instead of {from}, and SQLite keeps what does not convert as it is",
                    column.name, rebuild.table
                ),
                format!(
                    "write `CAST({} AS {to})` in the copy, or say otherwise what such values become",
                    site.quote(&column.name)
                ),
            );
        }
    }
}

/// The columns whose values are copied as they are into another kind, with both types.
fn changes<'a>(rebuild: &Rebuild<'a>, old: &TableState<'_>) -> Vec<(&'a Column, String, String)> {
    let columns = rebuild.definition.columns.iter().enumerate();
    let change = |(position, column): (usize, &'a Column)| {
        let before = match rebuild.copied.first() {
            Some((_, Output::All)) => {
                // By position, whatever the names.
                old.columns().get(position).copied().filter(|_| old.is_complete())
            }
            _ => match rebuild.source(&column.name)? {
                Output::Column(name) => old.column(name),
                _ => None,
            },
        }?;
        if !before.complete {
            return None;
        }
        let kinds = [before.ty.as_ref(), column.ty.as_ref()].map(Affinity::of);
        let [from, to] = [before.ty.as_ref(), column.ty.as_ref()]
            .map(|ty| ty.map_or_else(|| "no type".to_owned(), |ty| ty.text.clone()));
        kinds[1].keeps_values_of(kinds[0]).then_some((column, from, to))
    };
    columns.filter_map(change).collect()
}
