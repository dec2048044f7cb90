//! ## What it detects
//!
//! A new column that is `NOT NULL` and has no default, on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! It fails as soon as the table has one row (SQLSTATE 23502), and code that does not know the column cannot
//! insert any more.
//!
//! ## What to do
//!
//! Give a constant default, which is stored once and writes no row; or add the column without `NOT NULL`, fill
//! it, and require it in a later migration: `migsafe new --template required-column` writes either.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN name text NOT NULL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN name text NOT NULL DEFAULT '';
//! ```
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY);
//! ALTER TABLE t ADD COLUMN name text NOT NULL;
//! ```

use std::collections::HashSet;

use crate::Dialect::Postgres;
use crate::lint::weigh::by_rows;
use crate::lint::{Site, sites};
use crate::migrations::MigrationName;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::sql::{ActionKind, Column, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a new required column fails on a table with rows",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut notes = PrismaNotes::default();
    for site in sites(facts, Postgres) {
        if let Some((table, column)) = required_without_value(&site)
            && !notes.name(&site, &column.name)
        {
            by_rows(&site, findings).report_site(
                &site,
                format!(
                    "{table}.{} has no value for rows that exist: fails if there is one",
                    column.name
                ),
                "give a constant default, or go in steps: `migsafe new --template required-column`",
            );
        }
    }
}

/// A column that rows which exist have no value for.
pub(super) fn required_without_value<'a>(site: &Site<'a>) -> Option<(&'a ObjectName, &'a Column)> {
    let ActionKind::AddColumn { table, column, .. } = &site.action.kind else {
        return None;
    };
    let has_default = column.default.as_ref().is_some_and(|default| !default.is_null);
    let serial = column.ty.as_ref().is_some_and(|ty| ty.name.name.ends_with("serial"));
    let filled = has_default || serial || column.generated.is_some() || column.identity.is_some();
    ((column.not_null || column.is_primary_key()) && !filled && !site.is_new(table))
        .then_some((table, column))
}

/// What the comments that Prisma puts into a migration say of required columns; of the script of the last site.
#[derive(Debug, Default)]
pub(super) struct PrismaNotes<'a> {
    migration: Option<&'a MigrationName>,
    columns: HashSet<&'a str>,
    #[cfg(test)]
    read: usize,
}

impl<'a> PrismaNotes<'a> {
    /// Whether they speak of this column of the site's script.
    pub(super) fn name(&mut self, site: &Site<'a>, column: &str) -> bool {
        self.of(site.migration, site.text).contains(column)
    }

    /// The columns that they name. A script is read once: it may add thousands.
    fn of(&mut self, migration: &'a MigrationName, text: &'a str) -> &HashSet<&'a str> {
        if self.migration != Some(migration) {
            self.migration = Some(migration);
            self.columns = text.lines().filter_map(named).collect();
            #[cfg(test)]
            {
                self.read += 1;
            }
        }
        &self.columns
    }
}

/// The column that a line of such a comment names.
fn named(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("required column `")?;
    let (column, rest) = rest.split_once('`')?;
    rest.contains("with a prisma-level default value").then_some(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_once_for_all_of_its_columns() {
        let (a, b) = (MigrationName::from("a"), MigrationName::from("b"));
        let line = |column| {
            format!(
                "  - Added the required column `{column}` to the `t` table with a prisma-level default value. …\n"
            )
        };
        let text = ["x", "y"].map(line).concat()
            + "  - Added the required column `z` to the `t` table without a default value.";
        let mut notes = PrismaNotes::default();
        for _ in 0..1000 {
            let columns = notes.of(&a, &text);
            assert!(columns.contains("x") && columns.contains("y") && !columns.contains("z"));
        }
        assert_eq!(notes.read, 1);
        assert!(notes.of(&b, "").is_empty());
        assert_eq!(notes.read, 2);
    }
}
