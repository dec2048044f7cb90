//! Constraints of tables, columns and domains.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::names::{child, child_ident, child_object, has, ident, idents, within};
use crate::sql::{Constraint, ConstraintKind, ForeignKey, ReferentialAction};

impl Reader<'_> {
    /// A constraint that demands something of rows. `column` is the column at which it is written.
    /// `None` for `DEFAULT`, `NULL`, `GENERATED` and what was not read.
    pub(super) fn constraint(&self, node: &SyntaxNode, column: Option<&str>) -> Option<Constraint> {
        let own = |list: Vec<String>| match column {
            Some(column) if list.is_empty() => vec![column.to_owned()],
            _ => list,
        };
        let kind = match node.kind() {
            SyntaxKind::CHECK_CONSTRAINT => ConstraintKind::Check(self.child_expression(node)?),
            SyntaxKind::NOT_NULL_CONSTRAINT => {
                let named = child_ident(node, SyntaxKind::COLUMN_NAME_REF);
                ConstraintKind::NotNull {
                    column: named.or_else(|| column.map(str::to_owned)).unwrap_or_default(),
                }
            }
            SyntaxKind::UNIQUE_CONSTRAINT => ConstraintKind::Unique {
                columns: if using_index(node).is_some() { Vec::new() } else { own(columns(node)) },
                using_index: using_index(node),
                nulls_not_distinct: within(node, &[SyntaxKind::NULLS_NOT_DISTINCT]).is_some(),
            },
            SyntaxKind::PRIMARY_KEY_CONSTRAINT => ConstraintKind::PrimaryKey {
                columns: if using_index(node).is_some() { Vec::new() } else { own(columns(node)) },
                using_index: using_index(node),
            },
            SyntaxKind::FOREIGN_KEY_CONSTRAINT => {
                let mut lists = node
                    .children()
                    .filter(|child| child.kind() == SyntaxKind::FOREIGN_KEY_COLUMN_LIST)
                    .map(|list| key_columns(&list));
                let columns = lists.next().unwrap_or_default();
                foreign_key(node, columns, lists.next().unwrap_or_default())?
            }
            SyntaxKind::REFERENCES_CONSTRAINT => {
                let referenced = idents(node, SyntaxKind::COLUMN_NAME_REF);
                foreign_key(node, own(Vec::new()), referenced)?
            }
            SyntaxKind::EXCLUDE_CONSTRAINT => ConstraintKind::Exclude,
            _ => return None,
        };
        Some(Constraint {
            name: constraint_name(node),
            kind,
            // What is not enforced is not checked either.
            not_valid: has(node, SyntaxKind::NOT_VALID) || has(node, SyntaxKind::NOT_ENFORCED),
            deferrable: has(node, SyntaxKind::DEFERRABLE_CONSTRAINT_OPTION)
                || has(node, SyntaxKind::INITIALLY_DEFERRED_CONSTRAINT_OPTION),
            range: self.range(node),
        })
    }
}

/// The name behind `CONSTRAINT`.
fn constraint_name(node: &SyntaxNode) -> Option<String> {
    child_ident(&child(node, &[SyntaxKind::CONSTRAINT_NAME_CLAUSE])?, SyntaxKind::CONSTRAINT_NAME)
}

fn using_index(node: &SyntaxNode) -> Option<String> {
    child_ident(&within(node, &[SyntaxKind::USING_INDEX_NAME])?, SyntaxKind::INDEX_REF)
}

fn columns(node: &SyntaxNode) -> Vec<String> {
    within(node, &[SyntaxKind::CONSTRAINT_COLUMN_REF_LIST])
        .map(|list| idents(&list, SyntaxKind::COLUMN_NAME_REF))
        .unwrap_or_default()
}

/// The columns of one side of a foreign key, with the one behind `PERIOD`.
fn key_columns(list: &SyntaxNode) -> Vec<String> {
    list.descendants()
        .filter(|found| found.kind() == SyntaxKind::COLUMN_NAME_REF)
        .filter_map(|found| ident(&found))
        .collect()
}

fn foreign_key(
    node: &SyntaxNode,
    columns: Vec<String>,
    referenced: Vec<String>,
) -> Option<ConstraintKind> {
    let on = |clause: SyntaxKind| child(node, &[clause]).map(|found| action(&found));
    Some(ConstraintKind::ForeignKey(ForeignKey {
        columns,
        table: child_object(node, &[SyntaxKind::TABLE_NAME_REF])?,
        referenced,
        on_delete: on(SyntaxKind::ON_DELETE_ACTION).unwrap_or_default(),
        on_update: on(SyntaxKind::ON_UPDATE_ACTION).unwrap_or_default(),
    }))
}

fn action(clause: &SyntaxNode) -> ReferentialAction {
    match clause.children().next().map(|child| child.kind()) {
        Some(SyntaxKind::RESTRICT) => ReferentialAction::Restrict,
        Some(SyntaxKind::CASCADE) => ReferentialAction::Cascade,
        Some(SyntaxKind::SET_NULL_COLUMNS) => ReferentialAction::SetNull,
        Some(SyntaxKind::SET_DEFAULT_COLUMNS) => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
