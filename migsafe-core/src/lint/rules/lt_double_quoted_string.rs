//! ## What it detects
//!
//! In SQLite, a name in double quotes that is no column of its table: in an index, a check, a generated column, a
//! default, a copy of rows, or an `UPDATE` or `DELETE` of one table. Silent unless all columns of the table are known.
//!
//! ## Why it hurts
//!
//! A name that is misspelt without quotes is an error. In double quotes SQLite takes it for a string, as some others
//! do (<https://sqlite.org/quirks.html>, "Double-quoted String Literals Are Accepted"): the index is on a
//! constant, the check is always true, the copy puts the text into every row, and the `DELETE` deletes all or nothing. Later `ALTER TABLE … RENAME` and
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
//! ```sql runs
//! DELETE FROM "User" WHERE "emial" IS NOT NULL; -- found
//! UPDATE "User" SET "email" = "none" WHERE "id" = 1; -- found
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
use crate::policy::Severity::{Error, Note, Warn};
use crate::policy::{Facts, Findings, Meta};
use crate::sql::{
    ActionKind, Column, Constraint, ConstraintKind, Expression, IndexDefinition, IndexPart,
    ObjectName, Output, Query, TableDefinition,
};

pub(super) const META: Meta = Meta {
    summary: "a name in double quotes that is no column counts as a string",
    severities: [Warn, Error, Error],
    note: Some(
        "At most `warn` in an index, a check or a generated column, and `note` for a default, where such a string is what \
         was meant.",
    ),
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Sqlite) {
        let of_definition = match &site.action.kind {
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
            _ => Vec::new(),
        };
        report(&site, of_definition, &mut findings.weigh_at_most(Warn));
        let of_rows = match &site.action.kind {
            ActionKind::Insert { query: Some(query), .. } => of_query(&site, query),
            ActionKind::Update { table, columns, .. } => of_change(&site, table, columns),
            ActionKind::Delete { table, .. } => of_change(&site, table, &[]),
            _ => Vec::new(),
        };
        report(&site, of_rows, findings);
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
        let what = if names.len() == 1 {
            "is no column: SQLite takes it for a string"
        } else {
            "are no columns: SQLite takes them for strings"
        };
        findings.report_site(
            site,
            format!("{} {what}", list(&names)),
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

/// An `UPDATE` or `DELETE` that speaks of one table and of nothing else.
fn of_change(site: &Site<'_>, table: &ObjectName, set: &[String]) -> Vec<String> {
    let Some(mut names) = names_of_one_table(site.sql()) else {
        return Vec::new();
    };
    names.retain(|name| {
        let is = |other: &String| other.eq_ignore_ascii_case(name);
        !is(&table.name) && !set.iter().any(is)
    });
    unknown(site, table, names)
}

/// The names in double quotes that stand alone; `None` where other tables or names of its own come in.
fn names_of_one_table(sql: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = sql;
    let mut after_dot = false;
    // `DELETE` has one `FROM` of its own.
    let mut others =
        if sql.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("DELETE")) { -1 } else { 0 };
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' | '`' => quoted(rest, first),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        if first == '"' && !after_dot && !behind.trim_start().starts_with('.') {
            let inner = token.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
            names.extend(inner.map(|inner| inner.replace("\"\"", "\"")));
        }
        let is = |word: &str| token.eq_ignore_ascii_case(word);
        others += i32::from(is("FROM"));
        if ["SELECT", "WITH", "AS", "RETURNING"].into_iter().any(is) || others > 0 {
            return None;
        }
        if !first.is_whitespace() {
            after_dot = first == '.';
        }
        rest = behind;
    }
    Some(names)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The length of what is quoted at the beginning of a text.
fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(end) = text.get(at..).and_then(|rest| rest.find(quote)) {
        at += end + 1;
        if !text.get(at..).is_some_and(|rest| rest.starts_with(quote)) {
            return at;
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_stand_alone() {
        for (sql, expected) in [
            ("DELETE FROM \"T\" WHERE \"a\"\"b\" = 'x\"y\"' -- \"c\"", Some(vec!["T", "a\"b"])),
            (
                "UPDATE t SET [\"] = \"a\" /* \"b\" */ WHERE \"main\" . \"t\".\"c\" > `\"`",
                Some(vec!["a"]),
            ),
            ("UPDATE t SET a = 'it''s \"x\"'", Some(vec![])),
            ("UPDATE t SET a = 1 FROM u WHERE \"x\" = 1", None),
            ("DELETE FROM t WHERE a IN (SELECT \"x\" FROM u)", None),
            ("DELETE FROM t AS \"x\"", None),
            ("UPDATE t SET a = \"never ends", Some(vec![])),
            ("'", Some(vec![])),
        ] {
            let expected = expected.map(|names| names.into_iter().map(str::to_owned).collect());
            assert_eq!(names_of_one_table(sql), expected, "{sql}");
        }
    }
}
