//! The body of a `DO` statement.

use super::session;
use super::split;
use crate::sql::statement::Fact;
use crate::sql::token::{Kind, Tokens};

/// Adds what the body of a `DO` statement does to the transaction and the session. Only PL/pgSQL
/// can be read; a body in another language adds nothing. SQL that the body builds as a string
/// is not seen.
pub(super) fn read_do(t: Tokens<'_>, facts: &mut Vec<Fact>) {
    let language = (1..t.len()).find(|&i| t.is(i, "LANGUAGE")).map(|i| i + 1);
    let name = language.and_then(|i| t.name(i).or_else(|| t.unquoted(i)));
    if name.is_some_and(|name| !name.eq_ignore_ascii_case("plpgsql")) {
        return;
    }
    let is_body = |i: &usize| {
        Some(*i) != language
            && matches!(t.get(*i).map(|token| token.kind), Some(Kind::Text | Kind::Dollar))
    };
    let Some(text) = (1..t.len()).find(is_body).and_then(|i| t.unquoted(i)) else {
        return;
    };
    let scan = split::scan(&text);
    let body = Tokens::new(&text, &scan.tokens);
    for start in (0..body.len()).filter(|&i| begins_statement(body, i)) {
        if body.is_any(start, &["COMMIT", "ROLLBACK"])
            && (body.punct(start + 1, b';') || body.is(start + 1, "AND"))
        {
            session::add(facts, Fact::MayCommit { opaque: false });
        } else if body.is(start, "CALL") {
            session::add(facts, Fact::MayCommit { opaque: true });
        } else if body.is_any(start, &["SET", "RESET"]) {
            let end = (start..body.len()).find(|&i| body.punct(i, b';')).unwrap_or(body.len());
            for fact in session::set_or_reset(body.slice(start..end)) {
                session::add(facts, fact);
            }
        }
    }
    session::calls(body, facts);
}

/// Whether a statement of the body begins at `i`: at the start, after a semicolon, a label, or a
/// word that opens a block.
fn begins_statement(body: Tokens<'_>, i: usize) -> bool {
    i == 0
        || body.punct(i - 1, b';')
        || body.punct(i - 1, b'>')
        || body.is_any(i - 1, &["BEGIN", "THEN", "ELSE", "LOOP"])
}
