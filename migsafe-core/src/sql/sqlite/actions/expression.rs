//! Expressions.

use std::ops::Range;

use sqlite3_parser::ast::Expr;

use super::name::unquoted;
use super::place;
use super::walk::{Node, is_null, walk};
use crate::sql::token::Tokens;
use crate::sql::{Expression, Volatility};

/// The script and the range of the statement, for what has no place of its own.
#[derive(Clone, Debug)]
pub(super) struct Whole<'a> {
    pub(super) script: &'a str,
    pub(super) range: Range<usize>,
}

impl Whole<'_> {
    /// An expression that stands at these tokens.
    pub(super) fn expression(&self, expr: &Expr<'_>, tokens: Tokens<'_>) -> Expression {
        let range = place::range(tokens, &self.range);
        let found = walk([Node::Expr(expr)]);
        Expression {
            text: self.script.get(range.clone()).unwrap_or_default().to_owned(),
            range,
            volatility: found.volatility,
            is_null: is_null(expr),
            calls: found.calls,
            columns: found.columns,
            double_quoted: found.double_quoted,
        }
    }

    /// A default. SQLite takes a name that stands alone there for a string.
    pub(super) fn default(&self, expr: &Expr<'_>, tokens: Tokens<'_>) -> Expression {
        let mut expression = self.expression(expr, tokens);
        if let Expr::Id(id) = expr {
            expression.columns.clear();
            expression.volatility = Volatility::Constant;
            if id.0.starts_with('"') {
                expression.double_quoted = vec![unquoted(id.0)];
            }
        }
        expression
    }

    /// What stands in the parentheses that open at `open`.
    pub(super) fn in_parens(&self, expr: &Expr<'_>, t: Tokens<'_>, open: usize) -> Expression {
        let after = t.after_parens(open);
        let inner = if after > open { open + 1..after.saturating_sub(1) } else { t.len()..t.len() };
        self.expression(expr, t.slice(inner))
    }
}
