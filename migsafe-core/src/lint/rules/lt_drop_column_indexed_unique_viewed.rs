//! ## What it detects
//!
//! `ALTER TABLE … DROP COLUMN` on SQLite, where earlier scripts show that something still needs the column: the primary
//! key, a `UNIQUE`, an index, a check or foreign key of the table, a generated column, a trigger, or a view. And the
//! last column of a table.
//!
//! ## Why it hurts
//!
//! SQLite refuses it, whatever the rows: `error in index … after drop column`, `cannot drop UNIQUE column`, `error in
//! view … after drop column`.
//!
//! A view that names the column in double quotes is worse: SQLite drops the column, and takes the name in the view for
//! a string from then on.
//!
//! ## What to do
//!
//! Drop the index, trigger or view first, and make the view anew without the column. A `UNIQUE`, a key or a check of
//! the table goes only with a rebuild of the table.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT, "email" TEXT UNIQUE, "age" INTEGER, "minor" INTEGER);
//! CREATE INDEX "User_name_idx" ON "User" ("name");
//! CREATE VIEW "Ages" AS SELECT "User"."age" FROM "User";
//! CREATE VIEW "Adults" AS SELECT "id" FROM "User" WHERE "minor" IS NULL;
//! ```
//!
//! ```sql fails:index
//! ALTER TABLE "User" DROP COLUMN "name"; -- found
//! ```
//!
//! ```sql fails:UNIQUE
//! ALTER TABLE "User" DROP COLUMN "email"; -- found
//! ```
//!
//! ```sql fails:view
//! ALTER TABLE "User" DROP COLUMN "age"; -- found
//! ```
//!
//! ```sql runs
//! ALTER TABLE "User" DROP COLUMN "minor"; -- found
//! ```
//!
//! ```sql fails:PRIMARY
//! ALTER TABLE "User" DROP COLUMN "id"; -- found
//! ```
//!
//! ```sql setup
//! CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c REFERENCES t (id), d AS (b) VIRTUAL, e, CHECK (a > 0));
//! CREATE INDEX part ON t (id) WHERE e > 0;
//! CREATE TABLE single (x);
//! CREATE TRIGGER tell AFTER UPDATE ON single BEGIN SELECT new.x; END;
//! ```
//!
//! ```sql fails:table
//! ALTER TABLE t DROP COLUMN a; -- found
//! ```
//!
//! ```sql fails:table
//! ALTER TABLE t DROP COLUMN b; -- found
//! ```
//!
//! ```sql fails:part
//! ALTER TABLE t DROP COLUMN e; -- found
//! ```
//!
//! ```sql fails:columns
//! ALTER TABLE single DROP COLUMN x; -- found
//! ```
//!
//! ```sql fails:trigger
//! ALTER TABLE single ADD COLUMN y;
//! ALTER TABLE single DROP COLUMN x; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! -- also: drop-column
//! DROP INDEX part;
//! ALTER TABLE t DROP COLUMN e;
//! ALTER TABLE t DROP COLUMN c;
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sqlite::list;
use crate::lint::{Site, TableState, ViewState, sites};
use crate::policy::Severity::{Error, Warn};
use crate::policy::{Facts, Findings, Meta};
use crate::sql::{
    ActionKind, ConstraintKind, Expression, IndexDefinition, IndexPart, ObjectName, TableDefinition,
};

pub(super) const META: Meta = Meta {
    summary: "SQLite cannot drop a column that something needs",
    severities: [Warn, Error, Error],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Sqlite) {
        let ActionKind::DropColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let Some(state) = site.table(table) else {
            continue;
        };
        let needs = needs(&site, &state, table, column);
        if needs.is_empty() {
            report_views(&site, table, column, findings);
        } else {
            findings.report_site(
                &site,
                format!("SQLite cannot drop column {column} of {table}: {}", list(&needs)),
                "drop indexes, triggers and views that name it first; what the table itself says of it goes only with a \
                 rebuild of the table",
            );
        }
    }
}

/// What needs the column, each in a few words.
fn needs(site: &Site<'_>, state: &TableState<'_>, table: &ObjectName, column: &str) -> Vec<String> {
    let is = |name: &String| name.eq_ignore_ascii_case(column);
    let mut needs = Vec::new();
    for constraint in state.constraints() {
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } if columns.iter().any(is) => {
                needs.push("it is in the primary key".to_owned());
            }
            ConstraintKind::Unique { columns, .. } if columns.iter().any(is) => {
                needs.push("it is UNIQUE".to_owned());
            }
            _ => {}
        }
    }
    needs.extend(state.definition().and_then(|made| need_of_table(made, column)));
    if state.is_complete() && state.columns().len() == 1 {
        needs.push("it is the only column".to_owned());
    }
    for index in state.indexes().filter(|index| names_column(index, column)) {
        let name = index.name.as_ref().map(|name| name.name.as_str()).unwrap_or_default();
        needs.push(format!("index {name} is on it"));
    }
    for trigger in state.triggers().filter(|trigger| trigger.columns.iter().any(is)) {
        needs.push(format!("trigger {} names it", trigger.name.name));
    }
    for (name, view) in site.readers(table).filter(|(_, view)| view.columns.iter().any(is)) {
        if is_certain(site, view, table, column) && !view.double_quoted.iter().any(is) {
            needs.push(format!("view {} names it", name.name));
        }
    }
    needs
}

/// Views that SQLite does not miss the column in.
fn report_views(site: &Site<'_>, table: &ObjectName, column: &str, findings: &mut Findings<'_>) {
    let is = |name: &String| name.eq_ignore_ascii_case(column);
    let quoted = site.readers(table).filter(|(_, view)| view.double_quoted.iter().any(is));
    let certain = quoted.filter(|(_, view)| is_certain(site, view, table, column));
    let views: Vec<String> = certain.map(|(name, _)| format!("view {}", name.name)).collect();
    if !views.is_empty() {
        findings.report_site(
            site,
            format!(
                "\"{column}\" is a string in {} from then on: SQLite finds no column of the name",
                list(&views)
            ),
            "drop the view first, and make it anew without the column",
        );
    }
}

/// What the statement that made the table says of the column elsewhere than at the column itself: that goes with it.
fn need_of_table(made: &TableDefinition, column: &str) -> Option<String> {
    let is = |name: &String| name.eq_ignore_ascii_case(column);
    let names = |expression: &Expression| expression.columns.iter().any(is);
    let of_table = made.constraints.iter();
    let of_others =
        made.columns.iter().filter(|other| !is(&other.name)).flat_map(|other| &other.constraints);
    for constraint in of_table.chain(of_others) {
        match &constraint.kind {
            ConstraintKind::Check(check) if names(check) => {
                return Some("a check of the table names it".to_owned());
            }
            ConstraintKind::ForeignKey(key) if key.columns.iter().any(is) => {
                return Some("a foreign key of the table names it".to_owned());
            }
            _ => {}
        }
    }
    let mut generated = made.columns.iter().filter(|other| !is(&other.name));
    let by = generated.find(|other| other.generated.as_ref().is_some_and(|g| names(&g.expression)));
    by.map(|other| format!("column {} is computed from it", other.name))
}

fn names_column(index: &IndexDefinition, column: &str) -> bool {
    let is = |name: &String| name.eq_ignore_ascii_case(column);
    let expressions = index.predicate.iter().flat_map(|predicate| &predicate.columns);
    expressions.into_iter().any(is)
        || index.parts.iter().any(|part| match part {
            IndexPart::Column(name) => is(name),
            IndexPart::Expression(expression) => expression.columns.iter().any(is),
        })
}

/// Whether the name in the view means this table's column: it reads nothing else that may have one of the name.
fn is_certain(site: &Site<'_>, view: &ViewState, table: &ObjectName, column: &str) -> bool {
    view.reads.iter().filter(|read| !read.may_be(table)).all(|read| {
        site.table(read).is_some_and(|other| other.is_complete() && other.column(column).is_none())
    })
}
