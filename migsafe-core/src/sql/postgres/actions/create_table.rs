//! `CREATE TABLE`, `CREATE TABLE AS`, `SELECT INTO`, `CREATE FOREIGN TABLE`, and columns.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::names::{child, child_ident, child_object, has, ident, objects, text, within};
use super::types::{TYPES, type_name};
use crate::sql::{
    ActionKind, Column, Generated, Identity, ObjectName, PartitionBound, TableDefinition,
};

impl Reader<'_> {
    /// `CREATE TABLE` and `CREATE FOREIGN TABLE`.
    pub(super) fn create_table(&mut self, node: &SyntaxNode) {
        let Some(name) = child_object(node, &[SyntaxKind::TABLE_NAME]) else { return };
        let mut table = definition(node, name);
        table.foreign = node.kind() == SyntaxKind::CREATE_FOREIGN_TABLE;
        table.partitioned = has(node, SyntaxKind::PARTITION_BY);
        table.inherits = child(node, &[SyntaxKind::INHERITS])
            .map(|clause| objects(&clause, SyntaxKind::TABLE_NAME_REF))
            .unwrap_or_default();
        table.partition_of = child(node, &[SyntaxKind::PARTITION_OF])
            .and_then(|clause| child_object(&clause, &[SyntaxKind::TABLE_NAME_REF]))
            .map(|parent| (parent, partition_bound(node)));
        if let Some(list) = child(node, &[SyntaxKind::TABLE_ARG_LIST]) {
            self.table_elements(&list, &mut table);
        }
        self.push(node, ActionKind::CreateTable(table));
    }

    /// `CREATE TABLE AS`; the columns have names only.
    pub(super) fn create_table_as(&mut self, node: &SyntaxNode) {
        self.writes_within(node);
        let Some(name) = child_object(node, &[SyntaxKind::TABLE_NAME]) else { return };
        let mut table = definition(node, name);
        table.as_query = true;
        table.query = node.children().find_map(|child| self.source(&child));
        if let Some(list) = child(node, &[SyntaxKind::TABLE_ARG_LIST]) {
            self.table_elements(&list, &mut table);
        }
        self.push(node, ActionKind::CreateTable(table));
    }

    /// `SELECT … INTO table`.
    pub(super) fn select_into(&mut self, node: &SyntaxNode) {
        self.writes_within(node);
        let Some(clause) = child(node, &[SyntaxKind::INTO_CLAUSE]) else { return };
        let Some(name) = child_object(&clause, &[SyntaxKind::TABLE_NAME]) else { return };
        let mut table = definition(&clause, name);
        table.as_query = true;
        table.query = self.source(node);
        self.push(node, ActionKind::CreateTable(table));
    }

    fn table_elements(&self, list: &SyntaxNode, table: &mut TableDefinition) {
        for element in list.children() {
            match element.kind() {
                SyntaxKind::COLUMN => table.columns.extend(self.column(&element)),
                SyntaxKind::LIKE_CLAUSE => {
                    table.like.extend(child_object(&element, &[SyntaxKind::RELATION_NAME_REF]));
                }
                _ => table.constraints.extend(self.constraint(&element, None)),
            }
        }
    }

    /// A column, from the node that holds its name, its type and its constraints.
    pub(super) fn column(&self, node: &SyntaxNode) -> Option<Column> {
        let name_node = child(node, &[SyntaxKind::COLUMN_NAME])?;
        let mut column = Column {
            name: ident(&name_node)?,
            ty: None,
            not_null: false,
            default: None,
            generated: None,
            identity: None,
            collation: None,
            constraints: Vec::new(),
            range: self.range(&name_node).start..self.range(node).end,
        };
        for part in node.children() {
            match part.kind() {
                kind if TYPES.contains(&kind) => column.ty = type_name(&part),
                SyntaxKind::COLLATE => {
                    column.collation = child_object(&part, &[SyntaxKind::COLLATION_REF]);
                }
                SyntaxKind::NOT_NULL_CONSTRAINT => column.not_null = true,
                SyntaxKind::DEFAULT_CONSTRAINT => column.default = self.child_expression(&part),
                SyntaxKind::GENERATED_CONSTRAINT => self.generated(&part, &mut column),
                _ => {
                    let constraint = self.constraint(&part, Some(&column.name));
                    column.constraints.extend(constraint);
                }
            }
        }
        Some(column)
    }

    fn generated(&self, node: &SyntaxNode, column: &mut Column) {
        if let Some(stored) = within(node, &[SyntaxKind::GENERATED_STORED]) {
            column.generated = self.child_expression(&stored).map(|expression| Generated {
                expression,
                stored: within(&stored, &[SyntaxKind::STORED]).is_some(),
            });
        } else if within(node, &[SyntaxKind::GENERATED_IDENTITY]).is_some() {
            column.identity = Some(identity(node));
        }
    }
}

/// `ALWAYS` or `BY DEFAULT`, somewhere below.
pub(super) fn identity(node: &SyntaxNode) -> Identity {
    if within(node, &[SyntaxKind::GENERATED_BY_DEFAULT]).is_some() {
        Identity::ByDefault
    } else {
        Identity::Always
    }
}

/// What all statements that create a table have.
fn definition(node: &SyntaxNode, name: ObjectName) -> TableDefinition {
    TableDefinition {
        if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
        temporary: has(node, SyntaxKind::TEMP) || name.schema.as_deref() == Some("pg_temp"),
        unlogged: has(node, SyntaxKind::UNLOGGED),
        name,
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

fn partition_bound(node: &SyntaxNode) -> PartitionBound {
    let bounds = [
        SyntaxKind::PARTITION_FOR_VALUES_FROM,
        SyntaxKind::PARTITION_FOR_VALUES_IN,
        SyntaxKind::PARTITION_FOR_VALUES_WITH,
    ];
    child(node, &bounds)
        .map_or(PartitionBound::Default, |bound| PartitionBound::Values(text(&bound)))
}

/// The column that a clause names.
pub(super) fn column_ref(node: &SyntaxNode) -> Option<String> {
    child_ident(node, SyntaxKind::COLUMN_NAME_REF)
}
