//! `CREATE TABLE`, `CREATE VIRTUAL TABLE`, `ALTER TABLE`.

use sqlite3_parser::ast::{
    AlterTableBody, CreateTableBody, NamedTableConstraint, TabFlags, TableConstraint,
};

use super::column::column;
use super::constraint;
use super::expression::Whole;
use super::name::{self, text, unquoted};
use super::place;
use super::query::query;
use crate::sql::token::Tokens;
use crate::sql::{ActionKind, Identity, ObjectKind, ObjectName, TableDefinition};

/// A table without anything yet.
pub(super) fn named(name: ObjectName) -> TableDefinition {
    TableDefinition {
        name,
        if_not_exists: false,
        temporary: false,
        unlogged: false,
        foreign: false,
        columns: Vec::new(),
        constraints: Vec::new(),
        partition_of: None,
        partitioned: false,
        inherits: Vec::new(),
        like: Vec::new(),
        as_query: false,
        query: None,
        strict: false,
        without_rowid: false,
    }
}

/// Fills in what stands behind the name.
pub(super) fn body(
    whole: &Whole<'_>,
    table: &mut TableDefinition,
    body: &CreateTableBody<'_>,
    t: Tokens<'_>,
) {
    let (columns, constraints, flags) = match body {
        CreateTableBody::AsSelect(select) => {
            table.as_query = true;
            table.query = query(whole, None, select, t);
            return;
        }
        CreateTableBody::ColumnsAndConstraints { columns, constraints, flags } => {
            (columns, constraints.unwrap_or_default(), flags)
        }
    };
    table.strict = flags.contains(TabFlags::Strict);
    table.without_rowid = flags.contains(TabFlags::WithoutRowid);
    let inside = place::first_parens(t).map_or(t.slice(0..0), |(inside, _)| inside);
    let parts = place::parts(inside);
    let nothing = t.slice(0..0);
    let part = |i: usize| parts.get(i).copied().unwrap_or(nothing);
    table.columns = columns.iter().enumerate().map(|(i, c)| column(whole, c, part(i))).collect();
    let behind: usize = parts.iter().take(columns.len()).map(|part| part.len() + 1).sum();
    let rest = inside.slice(behind.min(inside.len())..inside.len());
    table.constraints = constraint::table(whole, constraints, rest);
    for named in constraints {
        autoincrement(table, named);
    }
}

/// `PRIMARY KEY (id AUTOINCREMENT)`.
fn autoincrement(table: &mut TableDefinition, named: &NamedTableConstraint<'_>) {
    let TableConstraint::PrimaryKey { columns, auto_increment: true, .. } = &named.constraint
    else {
        return;
    };
    let key = columns.first().and_then(|part| name::column(&part.expr)).map(unquoted);
    let is_key = |name: &str| key.as_deref().is_some_and(|key| key.eq_ignore_ascii_case(name));
    if let Some(column) = table.columns.iter_mut().find(|column| is_key(&column.name)) {
        column.identity = Some(Identity::Autoincrement);
    }
}

/// What an `ALTER TABLE` does.
pub(super) fn alter(
    whole: &Whole<'_>,
    table: ObjectName,
    body: &AlterTableBody<'_>,
    t: Tokens<'_>,
) -> ActionKind {
    // Behind `ALTER TABLE name`, where `ADD` is a word that no table has without quotes.
    let added = place::find(t, 2, &["ADD"]).map_or(t.len(), |at| at + 1);
    match body {
        AlterTableBody::RenameTo(to) => {
            ActionKind::Rename { kind: ObjectKind::Table, name: table, on: None, to: text(to) }
        }
        AlterTableBody::RenameColumn { old, new } => ActionKind::Rename {
            kind: ObjectKind::Column,
            name: ObjectName::unqualified(text(old)),
            on: Some(table),
            to: text(new),
        },
        AlterTableBody::AddColumn(definition) => {
            let start = if t.is(added, "COLUMN") { added + 1 } else { added };
            let column = column(whole, definition, t.slice(start..t.len()));
            ActionKind::AddColumn { table, column, if_not_exists: false }
        }
        AlterTableBody::DropColumn(column) => {
            ActionKind::DropColumn { table, column: text(column), if_exists: false, cascade: false }
        }
        AlterTableBody::SetColumnNotNull(column, _) => {
            ActionKind::SetNotNull { table, column: text(column) }
        }
        AlterTableBody::DropColumnNotNull(column) => {
            ActionKind::DropNotNull { table, column: text(column) }
        }
        AlterTableBody::AddConstraint(named) => {
            let constraints = std::slice::from_ref(named);
            match constraint::table(whole, constraints, t.slice(added..t.len())).pop() {
                Some(constraint) => ActionKind::AddConstraint { table, constraint },
                None => ActionKind::AlterTableOther { table, text: "ADD".to_owned() },
            }
        }
        AlterTableBody::DropConstraint(constraint) => ActionKind::DropConstraint {
            table,
            constraint: text(constraint),
            if_exists: false,
            cascade: false,
        },
    }
}
