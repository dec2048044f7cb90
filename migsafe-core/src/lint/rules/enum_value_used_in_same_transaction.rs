//! ## What it detects
//!
//! A value that `ALTER TYPE … ADD VALUE` adds, used by a later statement of the same script: in a default, a
//! check, an index, a cast, a row that is written or looked for. Where the type of what it is compared with is
//! not known, it is a warning.
//!
//! ## Why it hurts
//!
//! The server refuses it (SQLSTATE 55P04, "unsafe use of new value"), because a value that may still be rolled
//! back must not get into an index. Up to PostgreSQL 16 also when the type was made in the same transaction
//! (tried on 15). Bodies of functions in PL/pgSQL are not looked at: they are read when they are called.
//!
//! ## What to do
//!
//! Add the value in a migration of its own. For a type that is made in the same script, write all values into
//! `CREATE TYPE`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TYPE status AS ENUM ('draft', 'sent');
//! CREATE TABLE mails (id bigint PRIMARY KEY, status status NOT NULL, note text);
//! ```
//!
//! ```sql fails:55P04
//! ALTER TYPE status ADD VALUE 'failed';
//! ALTER TABLE mails ALTER COLUMN status SET DEFAULT 'failed'; -- found
//! ```
//!
//! ```sql fails:55P04
//! ALTER TYPE status ADD VALUE 'failed';
//! UPDATE mails SET status = 'failed' WHERE status = 'draft'; -- found
//! ```
//!
//! ```sql fails:55P04
//! ALTER TYPE status ADD VALUE 'failed';
//! CREATE TABLE notes (id bigint PRIMARY KEY, status status DEFAULT 'failed'); -- found
//! ```
//!
//! ```sql fails:55P04
//! ALTER TYPE status ADD VALUE 'failed';
//! ALTER TABLE mails ADD CONSTRAINT m CHECK (status <> 'failed'::status) NOT VALID; -- found
//! ```
//!
//! ```sql fresh fails:55P04
//! CREATE TYPE kind AS ENUM ('a');
//! ALTER TYPE kind ADD VALUE 'b';
//! CREATE TABLE kinds (id bigint PRIMARY KEY, kind kind DEFAULT 'b'); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TYPE status AS ENUM ('draft', 'sent');
//! CREATE TABLE mails (id bigint PRIMARY KEY, status status NOT NULL, note text);
//! ```
//!
//! ```sql
//! ALTER TYPE status ADD VALUE 'failed';
//! -- next migration
//! ALTER TABLE mails ALTER COLUMN status SET DEFAULT 'failed';
//! ```
//!
//! ```sql
//! ALTER TYPE status ADD VALUE 'failed';
//! ALTER TABLE mails ALTER COLUMN note SET DEFAULT 'failed';
//! ```
//!
//! ```sql fresh
//! CREATE TYPE kind AS ENUM ('a', 'b');
//! CREATE TABLE kinds (id bigint PRIMARY KEY, kind kind DEFAULT 'b');
//! ```

use crate::Dialect::Postgres;
use crate::lint::{Site, sites};
use crate::policy::{Facts, Findings, Meta, Severity::Error, Severity::Warn, Suggestion};
use crate::sql::{ActionKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a new value of an enum is used in the transaction that adds it",
    severities: [Error, Error, Error],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddEnumValue { name, value, .. } = &site.action.kind else {
            continue;
        };
        if !facts.runs_in_transaction(site.script) {
            continue;
        }
        let made_here = site.earlier().any(|earlier| makes(&earlier, name));
        let literal = format!("'{}'", value.replace('\'', "''"));
        for later in site.later().filter(|later| later.sql().contains(&literal)) {
            let certain = match use_of(&later, name, &literal) {
                Use::None => continue,
                Use::Likely => false,
                Use::Certain => true,
            };
            let mut findings = findings.weigh_at_most(if certain { Error } else { Warn });
            let message = format!(
                "the value '{value}' of {name} cannot be used before the transaction that adds it \
                 has ended"
            );
            if made_here {
                let help = "write the value into CREATE TYPE";
                findings.report_site(&later, message, help);
            } else {
                let help = "add the value in a migration of its own, before this one";
                findings.report_site_with(&later, message, help, apart(&site));
            }
        }
    }
}

fn makes(site: &Site<'_>, name: &ObjectName) -> bool {
    matches!(&site.action.kind, ActionKind::CreateEnum { name: made, .. } if made.may_be(name))
}

enum Use {
    None,
    Likely,
    Certain,
}

/// What an action that has the literal somewhere does with it.
fn use_of(site: &Site<'_>, ty: &ObjectName, literal: &str) -> Use {
    use ActionKind as A;
    let sql = site.sql();
    let casts: Vec<&str> = sql
        .match_indices(literal)
        .filter_map(|(at, _)| sql.get(at + literal.len()..)?.trim_start().strip_prefix("::"))
        .collect();
    if casts.iter().any(|cast| begins_with(cast, ty)) {
        return Use::Certain;
    }
    let of_column = |table: &ObjectName, column: &str| match site
        .column(table, column)
        .and_then(|column| column.ty.as_ref())
    {
        Some(known) if known.name.may_be(ty) => Use::Certain,
        Some(_) => Use::None,
        None => Use::Likely,
    };
    match &site.action.kind {
        A::AddEnumValue { .. }
        | A::RenameEnumValue { .. }
        | A::CreateEnum { .. }
        | A::Comment { .. }
        | A::CreateRoutine(_)
        | A::CreateTrigger(_)
        | A::Set { .. }
        | A::Role { .. }
        | A::Opaque(_)
        | A::Other(_) => Use::None,
        A::CreateTable(table) => of_definitions(table.columns.iter(), ty, literal),
        A::AddColumn { column, .. } => of_definitions(std::iter::once(column), ty, literal),
        A::SetDefault { table, column, .. } => of_column(table, column),
        A::AlterColumnType { ty: to, .. } if to.name.may_be(ty) => Use::Certain,
        A::Insert { table, .. }
        | A::Update { table, .. }
        | A::Delete { table, .. }
        | A::AddConstraint { table, .. } => of_table(site, table, ty),
        A::CreateIndex(index) => of_table(site, &index.table, ty),
        _ if !casts.is_empty() => Use::None,
        _ => Use::Likely,
    }
}

/// Whether a cast is to this type, whatever its quotes and schema.
fn begins_with(cast: &str, ty: &ObjectName) -> bool {
    let cast: String = cast.trim_start().chars().filter(|c| *c != '"').collect();
    let own = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
    let word: String = cast.chars().take_while(own).collect();
    word.rsplit('.').next().is_some_and(|word| word.eq_ignore_ascii_case(&ty.name))
}

fn of_definitions<'a>(
    columns: impl Iterator<Item = &'a crate::sql::Column>,
    ty: &ObjectName,
    literal: &str,
) -> Use {
    let mut found = Use::None;
    for column in columns {
        let own = column.ty.as_ref().is_some_and(|known| known.name.may_be(ty));
        match &column.default {
            Some(default) if own && default.text.contains(literal) => return Use::Certain,
            _ if own => found = Use::Likely,
            _ => {}
        }
    }
    found
}

/// A statement on a table: it is about the enum if a column has that type.
fn of_table(site: &Site<'_>, table: &ObjectName, ty: &ObjectName) -> Use {
    let Some(table) = site.table(table) else {
        return Use::Likely;
    };
    let columns = table.columns();
    if columns.iter().any(|c| c.ty.as_ref().is_some_and(|known| known.name.may_be(ty))) {
        return Use::Certain;
    }
    if table.is_complete() { Use::None } else { Use::Likely }
}

/// The script in two: the values first.
fn apart(site: &Site<'_>) -> Option<Suggestion> {
    let script = site.text_to_repeat()?;
    let adds = |statement: &&crate::sql::Statement| {
        statement.actions().iter().all(|a| matches!(a.kind, ActionKind::AddEnumValue { .. }))
    };
    let (first, rest): (Vec<_>, Vec<_>) = site.script.statements().iter().partition(adds);
    let text = |statements: Vec<&crate::sql::Statement>| -> String {
        let texts = statements.into_iter().filter_map(|s| script.get(s.range()));
        texts.map(|text| format!("{text};\n")).collect()
    };
    Some(Suggestion::migrations([text(first), text(rest)]))
}
