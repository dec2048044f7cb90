//! Constraints of tables and columns.

use sqlite3_parser::ast::{
    ColumnConstraint, DeferSubclause, ForeignKeyClause, IndexedColumn, NamedTableConstraint,
    RefAct, RefArg, SortedColumn, TableConstraint,
};

use super::expression::Whole;
use super::name::{column, text, unquoted};
use super::place::{self, Start};
use crate::sql::token::Tokens;
use crate::sql::{Constraint, ConstraintKind, ForeignKey, ObjectName, ReferentialAction};

/// The constraints of a table, whose tokens these are.
pub(super) fn table(
    whole: &Whole<'_>,
    constraints: &[NamedTableConstraint<'_>],
    t: Tokens<'_>,
) -> Vec<Constraint> {
    let starts = place::table_constraints(t);
    let fits = starts.len() == constraints.len();
    let read = |(i, named): (usize, &NamedTableConstraint<'_>)| {
        let start = starts.get(i).copied().filter(|_| fits);
        let tokens = start.map_or(t.slice(0..0), |start| {
            let next = starts.get(i + 1).map_or(t.len(), |next| next.begin);
            let last = if next > 0 && t.punct(next - 1, b',') { next - 1 } else { next };
            t.slice(start.begin..last)
        });
        table_constraint(whole, named, tokens, start)
    };
    constraints.iter().enumerate().map(read).collect()
}

fn table_constraint(
    whole: &Whole<'_>,
    named: &NamedTableConstraint<'_>,
    t: Tokens<'_>,
    start: Option<Start>,
) -> Constraint {
    let mut deferrable = false;
    let kind = match &named.constraint {
        TableConstraint::PrimaryKey { columns, .. } => {
            ConstraintKind::PrimaryKey { columns: sorted(columns), using_index: None }
        }
        TableConstraint::Unique { columns, .. } => unique(sorted(columns)),
        TableConstraint::Check(expr, _) => {
            let open = start.map_or(t.len(), |start| start.word - start.begin + 1);
            ConstraintKind::Check(whole.in_parens(expr, t, open))
        }
        TableConstraint::ForeignKey { columns, clause, defer_clause } => {
            deferrable = defer_clause.as_ref().is_some_and(|defer| defer.deferrable);
            ConstraintKind::ForeignKey(foreign_key(indexed(columns), clause))
        }
    };
    Constraint {
        name: named.name.as_ref().map(text),
        kind,
        not_valid: false,
        deferrable,
        range: place::range(t, &whole.range),
    }
}

/// A constraint of a column that is one of its own; `None` for what the column itself keeps.
pub(super) fn of_column(
    whole: &Whole<'_>,
    of: &str,
    name: Option<String>,
    constraint: &ColumnConstraint<'_>,
    tokens: (Tokens<'_>, usize),
) -> Option<Constraint> {
    let (t, word) = tokens;
    let kind = match constraint {
        ColumnConstraint::PrimaryKey { .. } => {
            ConstraintKind::PrimaryKey { columns: vec![of.to_owned()], using_index: None }
        }
        ColumnConstraint::Unique(_) => unique(vec![of.to_owned()]),
        ColumnConstraint::Check(expr) => ConstraintKind::Check(whole.in_parens(expr, t, word + 1)),
        ColumnConstraint::ForeignKey { clause, .. } => {
            ConstraintKind::ForeignKey(foreign_key(vec![of.to_owned()], clause))
        }
        _ => return None,
    };
    let deferrable = match constraint {
        ColumnConstraint::ForeignKey { defer_clause: Some(defer), .. } => defer.deferrable,
        _ => false,
    };
    let range = place::range(t, &whole.range);
    Some(Constraint { name, kind, not_valid: false, deferrable, range })
}

/// `DEFERRABLE`, which the tree has behind the foreign key that it belongs to.
pub(super) fn defer(constraints: &mut [Constraint], defer: &DeferSubclause) {
    let is_key =
        |constraint: &&mut Constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_));
    if let Some(key) = constraints.iter_mut().rev().find(is_key) {
        key.deferrable = defer.deferrable;
    }
}

fn unique(columns: Vec<String>) -> ConstraintKind {
    ConstraintKind::Unique { columns, using_index: None, nulls_not_distinct: false }
}

fn foreign_key(columns: Vec<String>, clause: &ForeignKeyClause<'_>) -> ForeignKey {
    let mut key = ForeignKey {
        columns,
        table: ObjectName::unqualified(text(&clause.tbl_name)),
        referenced: clause.columns.map(indexed).unwrap_or_default(),
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
    };
    for arg in clause.args {
        match arg {
            RefArg::OnDelete(act) => key.on_delete = action(*act),
            RefArg::OnUpdate(act) => key.on_update = action(*act),
            RefArg::OnInsert(_) | RefArg::Match(_) => {}
        }
    }
    key
}

fn action(act: RefAct) -> ReferentialAction {
    match act {
        RefAct::SetNull => ReferentialAction::SetNull,
        RefAct::SetDefault => ReferentialAction::SetDefault,
        RefAct::Cascade => ReferentialAction::Cascade,
        RefAct::Restrict => ReferentialAction::Restrict,
        RefAct::NoAction => ReferentialAction::NoAction,
    }
}

fn indexed(columns: &[IndexedColumn<'_>]) -> Vec<String> {
    columns.iter().map(|column| text(&column.col_name)).collect()
}

fn sorted(columns: &[SortedColumn<'_>]) -> Vec<String> {
    columns.iter().filter_map(|part| column(&part.expr)).map(unquoted).collect()
}
