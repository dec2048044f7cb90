//! Queries that feed a table.

use sqlite3_parser::ast::{As, Distinctness, OneSelect, ResultColumn, Select, With};

use super::expression::Whole;
use super::name::{column, unquoted};
use super::place;
use super::walk::{Node, walk};
use crate::sql::token::Tokens;
use crate::sql::{Output, Query};

/// A query; `with` is the one of the statement around it. `VALUES` is none.
pub(super) fn query<'b>(
    whole: &Whole<'_>,
    with: Option<&With<'b>>,
    select: &Select<'b>,
    t: Tokens<'_>,
) -> Option<Query> {
    let OneSelect::Select { columns, .. } = &select.body.select else {
        return None;
    };
    let reads = walk(with.map(Node::With).into_iter().chain([Node::Select(select)])).reads;
    let every_row = with.is_none() && takes_every_row(select);
    let outputs =
        if select.body.compounds.is_some() { Vec::new() } else { outputs(whole, columns, t) };
    Some(Query { reads, every_row, outputs })
}

/// Whether the text is a copy of one relation, row by row.
fn takes_every_row(select: &Select<'_>) -> bool {
    let OneSelect::Select { distinctness, from, where_clause, group_by, having, .. } =
        &select.body.select
    else {
        return false;
    };
    let one_table = from.as_ref().is_some_and(|from| {
        let table = matches!(from.select, Some(sqlite3_parser::ast::SelectTable::Table(..)));
        table && from.joins.is_none()
    });
    one_table
        && select.with.is_none()
        && select.body.compounds.is_none()
        && select.limit.is_none()
        && *distinctness != Some(Distinctness::Distinct)
        && where_clause.is_none()
        && group_by.is_none()
        && having.is_none()
}

/// What is selected. The tokens are those of the statement: its first `SELECT` outside parentheses is this.
fn outputs(whole: &Whole<'_>, columns: &[ResultColumn<'_>], t: Tokens<'_>) -> Vec<Output> {
    let start = place::find(t, 0, &["SELECT"]).map_or(t.len(), |at| at + 1);
    let start = if t.is_any(start, &["DISTINCT", "ALL"]) { start + 1 } else { start };
    let is_end = |&i: &usize| {
        i >= start && t.is_any(i, ENDS) && !(t.is(i, "FROM") && t.is(i - 1, "DISTINCT"))
    };
    let end = t.outside_parens().find(is_end).unwrap_or(t.len());
    let parts = place::parts(t.slice(start..end));
    let fits = parts.len() == columns.len();
    let nothing = t.slice(0..0);
    columns
        .iter()
        .enumerate()
        .map(|(i, result)| match result {
            ResultColumn::Star | ResultColumn::TableStar(_) => Output::All,
            ResultColumn::Expr(expr, alias) => {
                if let Some(name) = column(expr).filter(|name| !name.starts_with('\'')) {
                    return Output::Column(unquoted(name));
                }
                if let sqlite3_parser::ast::Expr::Qualified(_, name) = expr {
                    return Output::Column(unquoted(name.0));
                }
                let part = parts.get(i).copied().filter(|_| fits).unwrap_or(nothing);
                let alias = match alias {
                    Some(As::As(_)) => 2,
                    Some(As::Elided(_)) => 1,
                    None => 0,
                };
                let tokens = part.slice(0..part.len().saturating_sub(alias));
                Output::Expression(whole.expression(expr, tokens))
            }
        })
        .collect()
}

/// What may follow the list.
const ENDS: &[&str] = &[
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "RETURNING",
];
