//! `CREATE INDEX`.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::expression::is_expression;
use super::names::{child, child_ident, child_object, has, has_token, ident, text};
use crate::sql::{ActionKind, IndexDefinition, IndexPart};

impl Reader<'_> {
    pub(super) fn create_index(&mut self, node: &SyntaxNode) {
        let Some(relation) = child(node, &[SyntaxKind::TABLE_RELATION_NAME]) else { return };
        let Some(table) = child_object(&relation, &[SyntaxKind::TABLE_NAME_REF]) else { return };
        let parts = child(node, &[SyntaxKind::PARTITION_ITEM_LIST]);
        let include = child(node, &[SyntaxKind::INDEX_INCLUDE_CLAUSE])
            .and_then(|clause| child(&clause, &[SyntaxKind::PARTITION_ITEM_LIST]));
        let index = IndexDefinition {
            name: child_object(node, &[SyntaxKind::INDEX]),
            table,
            unique: has_token(node, SyntaxKind::UNIQUE_KW),
            concurrently: has_token(node, SyntaxKind::CONCURRENTLY_KW),
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            only: has_token(&relation, SyntaxKind::ONLY_KW),
            method: child(node, &[SyntaxKind::USING_METHOD])
                .and_then(|clause| child_ident(&clause, SyntaxKind::ACCESS_METHOD_REF)),
            parts: parts.map(|list| self.parts(&list)).unwrap_or_default(),
            include: include
                .map(|list| list.children().filter_map(|item| column_of(&item)).collect())
                .unwrap_or_default(),
            predicate: child(node, &[SyntaxKind::WHERE_CLAUSE])
                .and_then(|clause| self.child_expression(&clause)),
            double_quoted: Vec::new(),
            nulls_not_distinct: has(node, SyntaxKind::NULLS_NOT_DISTINCT),
        };
        self.push(node, ActionKind::CreateIndex(index));
    }

    fn parts(&self, list: &SyntaxNode) -> Vec<IndexPart> {
        list.children()
            .filter(|item| item.kind() == SyntaxKind::PARTITION_ITEM)
            .filter_map(|item| {
                if let Some(column) = column_of(&item) {
                    return Some(IndexPart::Column(column));
                }
                self.child_expression(&item).map(IndexPart::Expression)
            })
            .collect()
    }
}

/// The column of an item that is nothing but a column, perhaps with a collation.
fn column_of(item: &SyntaxNode) -> Option<String> {
    let mut found = item.children().find(|child| is_expression(child.kind()))?;
    if found.kind() == SyntaxKind::COLLATE {
        found = found.children().find(|child| is_expression(child.kind()))?;
    }
    (found.kind() == SyntaxKind::NAME_REF && !text(&found).is_empty())
        .then(|| ident(&found))
        .flatten()
}
