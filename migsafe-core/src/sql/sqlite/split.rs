//! The statements of a scanned SQLite script.

use std::ops::Range;

use crate::sql::token::{Token, Tokens};

/// Indexes of the tokens of each statement, without the semicolons; none is empty.
///
/// A trigger ends at the `END` behind a semicolon, everything else at a semicolon.
pub(super) fn pieces(script: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let words = Tokens::new(script, tokens);
    let mut pieces = Vec::new();
    let mut start = 0;
    for (i, token) in tokens.iter().enumerate() {
        if !token.is_punct(b';') {
            continue;
        }
        let whole = words.slice(start..i);
        let last = whole.len().saturating_sub(1);
        let in_trigger = begins_trigger(whole)
            && !(whole.is(last, "END") && last > 0 && whole.punct(last - 1, b';'));
        if !in_trigger {
            pieces.extend((start < i).then_some(start..i));
            start = i + 1;
        }
    }
    pieces.extend((start < tokens.len()).then_some(start..tokens.len()));
    pieces
}

fn begins_trigger(t: Tokens<'_>) -> bool {
    let mut i = 0;
    if t.is(0, "EXPLAIN") {
        i = if t.are(1, &["QUERY", "PLAN"]) { 3 } else { 1 };
    }
    let i = if t.is(i, "CREATE") {
        i + 1
    } else {
        return false;
    };
    t.is(
        if t.is_any(i, &["TEMP", "TEMPORARY"]) {
            i + 1
        } else {
            i
        },
        "TRIGGER",
    )
}
