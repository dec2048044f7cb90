//! ## What it detects
//!
//! A statement about a table or a column that no migration of the folder has made, or that one has dropped. Only
//! where the whole folder was read and nothing in it could have made the table without being seen: no dynamic
//! SQL, no call of a function of your own, no `search_path`, no extension, and the
//! first thing that it does is to make a table. A table is reported once.
//!
//! ## Why it hurts
//!
//! On an empty database the folder fails here: in tests, for a new colleague, in the shadow database of `prisma
//! migrate dev`. On a database where it works, somebody has made the object by hand.
//!
//! ## What to do
//!
//! Write the migration that makes it, with an earlier name, and record it as applied where the object is there
//! already: `migsafe resolve --applied`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id integer PRIMARY KEY);
//! ```
//!
//! ```sql
//! ALTER TABLE orders ADD COLUMN note text; -- found
//! ALTER TABLE users RENAME COLUMN name TO full_name; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id integer PRIMARY KEY);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN name text;
//! CREATE INDEX users_name_idx ON users (name);
//! -- also: index-not-concurrent
//! ```

use std::collections::BTreeSet;

use crate::lint::{Site, all_sites};
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, Fact, IndexPart, Nesting, ObjectKind, ObjectName, Statement};

pub(super) const META: Meta = Meta {
    summary: "something is changed that no migration makes",
    severities: [Note, Note, Note],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    if !is_whole(facts) {
        return;
    }
    let mut said = BTreeSet::new();
    for site in all_sites(facts) {
        let Some((table, columns)) = needs(&site.action.kind) else {
            continue;
        };
        let conditional = site.action.nesting == Nesting::DoBlock || has_if_exists(&site);
        if conditional || is_elsewhere(table) {
            continue;
        }
        let made = site.table(table).is_some() || site.view(table).is_some();
        if !made {
            if said.insert(table) {
                findings.report_site(
                    &site,
                    format!("no earlier migration of the folder makes {table}: on an empty database \
                             this fails"),
                    "write the migration that makes it, and `migsafe resolve --applied` it where it \
                     is there",
                );
            }
            continue;
        }
        let Some(state) = site.table(table).filter(|table| table.is_complete()) else {
            continue;
        };
        // What the same statement makes is there when it is needed.
        let here = |column: &str| {
            site.statement.actions().iter().any(|action| match &action.kind {
                ActionKind::AddColumn { column: added, .. } => {
                    added.name.eq_ignore_ascii_case(column)
                }
                _ => false,
            })
        };
        for column in columns {
            if state.column(column).is_none() && !here(column) {
                findings.report_site(
                    &site,
                    format!(
                        "no earlier migration of the folder gives {table} a column {column}: on \
                             an empty database this fails"
                    ),
                    "look which migration is missing, or whether the name is right",
                );
            }
        }
    }
}

/// The table that has to be there, and its columns.
fn needs(action: &ActionKind) -> Option<(&ObjectName, Vec<&str>)> {
    use ActionKind as A;
    match action {
        A::AddColumn { table, .. } => Some((table, Vec::new())),
        A::DropColumn { table, column, if_exists: false, .. }
        | A::AlterColumnType { table, column, .. }
        | A::SetDefault { table, column, .. }
        | A::DropDefault { table, column }
        | A::SetNotNull { table, column }
        | A::DropNotNull { table, column } => Some((table, vec![column.as_str()])),
        A::Rename { kind: ObjectKind::Column, name, on: Some(table), .. } => {
            Some((table, vec![name.name.as_str()]))
        }
        A::Rename { kind: ObjectKind::Table, name, .. }
        | A::Drop { kind: ObjectKind::Table, name, if_exists: false, .. } => {
            Some((name, Vec::new()))
        }
        A::CreateIndex(index) => {
            let columns = index.parts.iter().filter_map(|part| match part {
                IndexPart::Column(column) => Some(column.as_str()),
                IndexPart::Expression(_) => None,
            });
            Some((&index.table, columns.collect()))
        }
        _ => None,
    }
}

/// Whether somebody else makes it: the server, or whoever the schema belongs to.
fn is_elsewhere(table: &ObjectName) -> bool {
    let own = |schema: &str| matches!(schema, "public" | "main");
    table.name.starts_with("pg_")
        || table.name.starts_with("sqlite_")
        || !table.schema.as_deref().is_none_or(own)
}

fn has_if_exists(site: &Site<'_>) -> bool {
    let words: Vec<String> =
        site.statement_sql().split_whitespace().take(5).map(str::to_ascii_uppercase).collect();
    words.windows(2).any(|pair| pair == ["IF", "EXISTS"])
}

/// Whether everything that made the schema was read: the folder begins with a table, and nothing in it is hidden.
fn is_whole(facts: &Facts<'_>) -> bool {
    let mut begins = None;
    facts.migrations().iter().all(|migration| {
        facts.script(migration.name()).is_some_and(|script| {
            let mut actions = script.statements().iter().flat_map(Statement::actions);
            if begins.is_none() {
                begins = actions.find_map(|action| match &action.kind {
                    ActionKind::CreateTable(_) => Some(true),
                    kind => needs(kind).map(|_| false),
                });
            }
            begins != Some(false)
                && script.is_split()
                && script.problems().is_empty()
                && script.statements().iter().all(is_clear)
        })
    })
}

/// Whether a statement does nothing to the schema that cannot be seen.
fn is_clear(statement: &Statement) -> bool {
    use ActionKind as A;
    let moves = |fact: &Fact| {
        matches!(fact, Fact::SetsSearchPath { .. } | Fact::Attach | Fact::Unparsed(_))
    };
    let hidden = statement.actions().iter().any(|action| match &action.kind {
        A::Opaque(_) | A::Call { .. } | A::Other(_) => true,
        A::CreateOther { kind: ObjectKind::Extension, .. } => true,
        A::Query { calls, .. } => !calls.is_empty(),
        A::Drop { .. } | A::Rename { .. } | A::DropColumn { .. } => {
            action.nesting == Nesting::DoBlock
        }
        _ => false,
    });
    !hidden && !statement.has(moves)
}
