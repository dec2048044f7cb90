//! Statements that are too long for a tree: what their tokens tell.

use super::{action, opaque};
use crate::sql::postgres::effect::name;
use crate::sql::token::Tokens;
use crate::sql::{Action, ActionKind, InsertSource};

/// The actions of a statement made of data.
pub(in crate::sql::postgres) fn of_data(t: Tokens<'_>) -> Vec<Action> {
    let range = t.range();
    if t.are(0, &["INSERT", "INTO"])
        && let Some((table, at)) = name(t, 2)
    {
        let outside: Vec<usize> = t.outside_parens().filter(|&i| i >= at).collect();
        let holds = |word: &str| outside.iter().any(|&i| t.is(i, word));
        let source = if holds("VALUES") { InsertSource::Values } else { InsertSource::Query };
        let kind = ActionKind::Insert {
            table,
            columns: columns(t, at),
            source,
            query: None,
            replaces: false,
            on_conflict: holds("CONFLICT"),
        };
        return vec![action(kind, range)];
    }
    if t.is(0, "COPY")
        && let Some((table, at)) = name(t, 1)
        && t.is(t.after_parens(at), "FROM")
    {
        return vec![action(ActionKind::CopyFrom { table }, range)];
    }
    opaque("it is too long to be looked into", range)
}

/// The columns listed behind the table.
fn columns(t: Tokens<'_>, at: usize) -> Vec<String> {
    let listed = at + 1..t.after_parens(at).saturating_sub(1);
    listed
        .filter(|&i| t.punct(i - 1, b'(') || t.punct(i - 1, b','))
        .filter_map(|i| t.name(i))
        .collect()
}
