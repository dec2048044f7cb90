//! ## What it detects
//!
//! In SQLite, a name in double quotes that is no column of its table: in an index, a check, a generated column, a
//! default, or a copy of rows. Silent unless all columns of the table are known.
//!
//! ## Why it hurts
//!
//! A name that is misspelt without quotes is an error. In double quotes SQLite takes it for a string, as some others
//! do (<https://sqlite.org/quirks.html>, "Double-quoted String Literals Are Accepted"): the index is on a
//! constant, the check is always true, and the copy puts the text into every row. Later `ALTER TABLE … RENAME` and
//! `DROP COLUMN` then fail on the index.
//!
//! ## What to do
//!
//! Write the name of a column that there is. If text is meant, write it in single quotes.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);
//! INSERT INTO "User" VALUES (1, 'a@b');
//! ```
//!
//! ```sql runs
//! CREATE INDEX "User_email_idx" ON "User" ("emial"); -- found
//! CREATE INDEX "User_some_idx" ON "User" ("id") WHERE "emial" IS NOT NULL; -- found
//! ```
//!
//! ```sql runs
//! CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "kind" TEXT CHECK ("knid" <> 'x')); -- found
//! ```
//!
//! ```sql runs
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);
//! INSERT INTO "new_User" ("id", "email") SELECT "id", "emial" FROM "User"; -- found
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE INDEX "User_email_idx" ON "User" ("email", lower("email")) WHERE "id" > 1;
//! CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "kind" TEXT CHECK ("kind" <> 'x') DEFAULT 'y');
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sqlite::list;
use crate::lint::{Site, sites};
use crate::policy::Severity::{Note, Warn};
use crate::policy::{Facts, Findings, Meta};
use crate::sql::{
    ActionKind, Column, Constraint, ConstraintKind, Expression, IndexDefinition, IndexPart,
    ObjectName, Output, Query, TableDefinition,
};

pub(super) const META: Meta = Meta {
    summary: "a name in double quotes that is no column counts as a string",
    severities: [Warn, Warn, Warn],
    note: Some("At most `note` for a default, where such a string is what was meant."),
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Sqlite) {
        let found = match &site.action.kind {
            ActionKind::CreateIndex(index) => of_index(&site, index),
            ActionKind::CreateTable(table) => of_table(table),
            ActionKind::AddColumn { table, column, .. } => {
                let mut names = of_column(column);
                names.retain(|name| !name.eq_ignore_ascii_case(&column.name));
                unknown(&site, table, names)
            }
            ActionKind::AddConstraint { table, constraint } => {
                unknown(&site, table, of_constraint(constraint))
            }
            ActionKind::Insert { query: Some(query), .. } => of_query(&site, query),
            _ => Vec::new(),
        };
        report(&site, found, findings);
        let columns: &[Column] = match &site.action.kind {
            ActionKind::CreateTable(table) => &table.columns,
            ActionKind::AddColumn { column, .. } => std::slice::from_ref(column),
            _ => &[],
        };
        let defaults = columns.iter().filter_map(|column| column.default.as_ref());
        let texts = defaults.flat_map(|default| default.double_quoted.iter().cloned()).collect();
        report(&site, texts, &mut findings.weigh_at_most(Note));
    }
}

fn report(site: &Site<'_>, mut names: Vec<String>, findings: &mut Findings<'_>) {
    names.dedup();
    let names: Vec<String> = names.into_iter().map(|name| format!("\"{name}\"")).collect();
    if !names.is_empty() {
        let what = if names.len() == 1 { "is no column" } else { "are no columns" };
        findings.report_site(
            site,
            format!("{} {what}: SQLite takes it for a string", list(&names)),
            "write the name of a column, or the text in single quotes",
        );
    }
}

/// Those of the names that are no columns of a table; none unless all of its columns are known.
fn unknown(site: &Site<'_>, table: &ObjectName, names: Vec<String>) -> Vec<String> {
    let Some(state) = site.table(table).filter(|state| state.is_complete()) else {
        return Vec::new();
    };
    names.into_iter().filter(|name| state.column(name).is_none() && !is_row_id(name)).collect()
}

fn is_row_id(name: &str) -> bool {
    ["rowid", "oid", "_rowid_"].iter().any(|id| name.eq_ignore_ascii_case(id))
}

fn of_index(site: &Site<'_>, index: &IndexDefinition) -> Vec<String> {
    let parts = index.parts.iter().filter_map(|part| match part {
        IndexPart::Expression(expression) => Some(expression),
        IndexPart::Column(_) => None,
    });
    let expressions = parts.chain(&index.predicate).flat_map(|e| &e.double_quoted);
    let names = index.double_quoted.iter().chain(expressions).cloned().collect();
    unknown(site, &index.table, names)
}

fn of_table(table: &TableDefinition) -> Vec<String> {
    let mut names: Vec<String> = table.columns.iter().flat_map(of_column).collect();
    names.extend(table.constraints.iter().flat_map(of_constraint));
    names.retain(|name| table.column(name).is_none() && !is_row_id(name));
    names
}

fn of_column(column: &Column) -> Vec<String> {
    let generated = column.generated.iter().flat_map(|g| g.expression.double_quoted.clone());
    generated.chain(column.constraints.iter().flat_map(of_constraint)).collect()
}

fn of_constraint(constraint: &Constraint) -> Vec<String> {
    match &constraint.kind {
        ConstraintKind::Check(Expression { double_quoted, .. }) => double_quoted.clone(),
        _ => Vec::new(),
    }
}

/// A query that reads one table and nothing else.
fn of_query(site: &Site<'_>, query: &Query) -> Vec<String> {
    let [table] = &*query.reads else {
        return Vec::new();
    };
    let sql = site.sql();
    let mut names = Vec::new();
    for output in &query.outputs {
        match output {
            Output::Column(name) => {
                let quoted = format!("\"{}\"", name.replace('"', "\"\""));
                names.extend(sql.contains(&quoted).then(|| name.clone()));
            }
            Output::Expression(expression) => names.extend(expression.double_quoted.clone()),
            Output::All => {}
        }
    }
    unknown(site, table, names)
}
