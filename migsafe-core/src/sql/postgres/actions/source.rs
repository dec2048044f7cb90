//! Queries that feed a table: which rows arrive, and from where.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::expression::{Names, is_expression};
use super::names::{child, has_token, ident, within};
use super::rows::reads;
use crate::sql::{Output, Query, Volatility};

impl Reader<'_> {
    /// The query that a node is; `None` when it is none.
    pub(super) fn source(&self, node: &SyntaxNode) -> Option<Query> {
        let (every_row, outputs) = match node.kind() {
            SyntaxKind::TABLE => (true, vec![Output::All]),
            SyntaxKind::SELECT | SyntaxKind::SELECT_INTO => self.select(node),
            SyntaxKind::COMPOUND_SELECT | SyntaxKind::PAREN_SELECT | SyntaxKind::VALUES => {
                (false, Vec::new())
            }
            _ => return None,
        };
        let reads = reads(node);
        Some(Query { every_row: every_row && reads.len() == 1, reads, outputs })
    }

    fn select(&self, node: &SyntaxNode) -> (bool, Vec<Output>) {
        let list = child(node, &[SyntaxKind::SELECT_CLAUSE])
            .and_then(|clause| child(&clause, &[SyntaxKind::TARGET_LIST]));
        let targets: Vec<SyntaxNode> =
            list.as_ref().map(|list| list.children().collect()).unwrap_or_default();
        let outputs = targets.iter().filter_map(|target| self.output(target)).collect();
        // An aggregate makes one row of many, and a function that returns a set many of one.
        let calls = list.map(|list| Names::of(&list)).is_some_and(|names| {
            names.volatility == Volatility::Unknown
                || names.calls.iter().any(|call| CHANGE_THE_NUMBER.contains(&call.name.as_str()))
        });
        let narrows = node.children().any(|part| NARROWS.contains(&part.kind()));
        let distinct = child(node, &[SyntaxKind::SELECT_CLAUSE])
            .is_some_and(|clause| within(&clause, &[SyntaxKind::DISTINCT_CLAUSE]).is_some());
        let from: Vec<SyntaxNode> = child(node, &[SyntaxKind::FROM_CLAUSE])
            .map(|clause| clause.children().collect())
            .unwrap_or_default();
        let one = matches!(&*from, [only] if only.kind() == SyntaxKind::RELATION_FROM_ITEM
            && within(only, &[SyntaxKind::TABLESAMPLE_CLAUSE]).is_none());
        (one && !calls && !narrows && !distinct, outputs)
    }

    fn output(&self, target: &SyntaxNode) -> Option<Output> {
        let Some(expression) = target.children().find(|part| is_expression(part.kind())) else {
            return has_token(target, SyntaxKind::STAR).then_some(Output::All);
        };
        Some(match expression.kind() {
            SyntaxKind::NAME_REF => match &*Names::of(target).columns {
                [column] => Output::Column(column.clone()),
                _ => Output::Expression(self.expression(&expression)),
            },
            SyntaxKind::FIELD_EXPR if has_token(&expression, SyntaxKind::STAR) => Output::All,
            SyntaxKind::FIELD_EXPR => match expression.children().last() {
                Some(field) if field.kind() == SyntaxKind::NAME_REF => {
                    Output::Column(ident(&field)?)
                }
                _ => Output::Expression(self.expression(&expression)),
            },
            _ => Output::Expression(self.expression(&expression)),
        })
    }
}

/// Clauses after which not every row arrives, or not once.
const NARROWS: &[SyntaxKind] = &[
    SyntaxKind::WHERE_CLAUSE,
    SyntaxKind::GROUP_BY_CLAUSE,
    SyntaxKind::HAVING_CLAUSE,
    SyntaxKind::LIMIT_CLAUSE,
    SyntaxKind::OFFSET_CLAUSE,
    SyntaxKind::FETCH_CLAUSE,
    SyntaxKind::LOCKING_CLAUSE,
];

/// Known functions that are aggregates or return sets.
const CHANGE_THE_NUMBER: &[&str] = &[
    "array_agg",
    "avg",
    "count",
    "generate_series",
    "json_agg",
    "jsonb_agg",
    "max",
    "min",
    "regexp_matches",
    "string_agg",
    "sum",
    "unnest",
];
