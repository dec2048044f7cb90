//! Expressions: what they call, which columns they name, and what their value depends on.
//!
//! A cast counts like what it casts: the server turns a literal into a value of the type when it reads the
//! statement, so that `'now'::timestamp` as a default is one moment for ever. Casts written by users may call
//! anything; they are not told apart. A column adds nothing: an expression over columns is as constant as
//! what is computed from them. A query inside an expression reads tables: it is stable at best.

use std::collections::HashSet;

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::names::{from_segments, ident, text};
use super::volatility;
use crate::sql::{Expression, ObjectName, Volatility};

impl Reader<'_> {
    /// An expression.
    pub(super) fn expression(&self, node: &SyntaxNode) -> Expression {
        let names = Names::of(node);
        Expression {
            text: text(node),
            range: self.range(node),
            volatility: names.volatility,
            is_null: is_null(node),
            calls: names.calls,
            columns: names.columns,
            double_quoted: Vec::new(),
        }
    }

    /// The expression that is the first child of a node to be one.
    pub(super) fn child_expression(&self, node: &SyntaxNode) -> Option<Expression> {
        node.children()
            .find(|child| is_expression(child.kind()))
            .map(|found| self.expression(&found))
    }
}

/// Whether nodes of a kind are expressions.
pub(super) fn is_expression(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::CALL_EXPR
            | SyntaxKind::CAST_EXPR
            | SyntaxKind::COLLATE
            | SyntaxKind::ARRAY_EXPR
            | SyntaxKind::LITERAL
            | SyntaxKind::NAME_REF
            | SyntaxKind::BIN_EXPR
            | SyntaxKind::CASE_EXPR
            | SyntaxKind::FIELD_EXPR
            | SyntaxKind::INDEX_EXPR
            | SyntaxKind::SLICE_EXPR
            | SyntaxKind::BETWEEN_EXPR
            | SyntaxKind::PAREN_EXPR
            | SyntaxKind::TUPLE_EXPR
            | SyntaxKind::PREFIX_EXPR
            | SyntaxKind::POSTFIX_EXPR
    )
}

/// `NULL`, in parentheses or with casts too.
fn is_null(node: &SyntaxNode) -> bool {
    let mut node = node.clone();
    while matches!(node.kind(), SyntaxKind::PAREN_EXPR | SyntaxKind::CAST_EXPR) {
        let Some(inner) = node.children().find(|child| is_expression(child.kind())) else {
            return false;
        };
        node = inner;
    }
    node.kind() == SyntaxKind::LITERAL && text(&node).eq_ignore_ascii_case("null")
}

/// What is named in a part of the tree.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) calls: Vec<ObjectName>,
    pub(super) columns: Vec<String>,
    pub(super) volatility: Volatility,
    seen: Seen,
}

/// What was met before; a query may name thousands of things.
#[derive(Debug, Default)]
struct Seen {
    calls: HashSet<ObjectName>,
    columns: HashSet<String>,
}

impl Names {
    pub(super) fn of(node: &SyntaxNode) -> Self {
        let mut names = Self {
            calls: Vec::new(),
            columns: Vec::new(),
            volatility: Volatility::Constant,
            seen: Seen::default(),
        };
        for found in node.descendants() {
            match found.kind() {
                SyntaxKind::CALL_EXPR => names.call(&found),
                SyntaxKind::NAME_REF => names.name(&found),
                SyntaxKind::SELECT
                | SyntaxKind::VALUES
                | SyntaxKind::TABLE
                | SyntaxKind::EXTRACT_FN
                | SyntaxKind::EXISTS_FN
                | SyntaxKind::AT_LOCAL => names.depends(Volatility::Stable),
                _ => {}
            }
        }
        names
    }

    fn depends(&mut self, on: Volatility) {
        let weight = |volatility| match volatility {
            Volatility::Constant => 0,
            Volatility::Stable => 1,
            Volatility::Unknown => 2,
            Volatility::Volatile => 3,
        };
        if weight(on) > weight(self.volatility) {
            self.volatility = on;
        }
    }

    fn call(&mut self, call: &SyntaxNode) {
        let Some(name) = called(call) else { return };
        self.depends(volatility::of(&name));
        if self.seen.calls.insert(name.clone()) {
            self.calls.push(name);
        }
    }

    fn name(&mut self, node: &SyntaxNode) {
        let Some(parent) = node.parent() else { return };
        let first = parent.children().next().as_ref() == Some(node);
        match parent.kind() {
            // The function, or the qualifier of a column.
            SyntaxKind::CALL_EXPR | SyntaxKind::FIELD_EXPR if first => return,
            SyntaxKind::FIELD_EXPR => {
                let base = parent.children().next().map(|base| base.kind());
                let outer = parent.parent().map(|outer| {
                    let first = outer.children().next().as_ref() == Some(&parent);
                    (outer.kind(), first)
                });
                let is_part =
                    matches!(outer, Some((SyntaxKind::CALL_EXPR | SyntaxKind::FIELD_EXPR, true)));
                if is_part || !matches!(base, Some(SyntaxKind::NAME_REF | SyntaxKind::FIELD_EXPR)) {
                    return;
                }
            }
            _ => {}
        }
        if is_value_of_the_session(node) {
            self.depends(Volatility::Stable);
            return;
        }
        if let Some(name) = ident(node)
            && self.seen.columns.insert(name.clone())
        {
            self.columns.push(name);
        }
    }
}

/// `CURRENT_TIMESTAMP`, `CURRENT_USER` and their like, which are not columns.
fn is_value_of_the_session(node: &SyntaxNode) -> bool {
    let word = text(node).to_ascii_lowercase();
    matches!(
        word.as_str(),
        "current_catalog"
            | "current_date"
            | "current_role"
            | "current_schema"
            | "current_time"
            | "current_timestamp"
            | "current_user"
            | "localtime"
            | "localtimestamp"
            | "session_user"
            | "system_user"
            | "user"
    )
}

/// The function of a call, when it is called by its name.
pub(super) fn called(call: &SyntaxNode) -> Option<ObjectName> {
    let function = call.children().next()?;
    match function.kind() {
        SyntaxKind::NAME_REF => from_segments(vec![ident(&function)?]),
        SyntaxKind::FIELD_EXPR => from_segments(
            function
                .descendants()
                .filter(|found| found.kind() == SyntaxKind::NAME_REF)
                .filter_map(|found| ident(&found))
                .collect(),
        ),
        _ => None,
    }
}
