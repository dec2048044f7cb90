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
    t.is(if t.is_any(i, &["TEMP", "TEMPORARY"]) { i + 1 } else { i }, "TRIGGER")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::sqlite::scan;

    fn split(script: &str) -> Vec<&str> {
        let scan = scan::scan(script);
        let pieces = pieces(script, &scan.tokens).into_iter();
        pieces.map(|piece| &script[Tokens::new(script, &scan.tokens[piece]).range()]).collect()
    }

    #[test]
    fn divides_at_semicolons_and_keeps_triggers_whole() {
        assert_eq!(split(""), Vec::<&str>::new());
        assert_eq!(split(" ; ;-- x\n;"), Vec::<&str>::new());
        assert_eq!(split("BEGIN; a ';' ; END;"), ["BEGIN", "a ';'", "END"]);
        let trigger = "CREATE TRIGGER g AFTER INSERT ON t BEGIN \
                       SELECT CASE WHEN 1 THEN 2 END; DELETE FROM end; /* ; */ END";
        for start in ["", "EXPLAIN ", "EXPLAIN QUERY PLAN "] {
            let script = format!("a; {start}{trigger}; b;");
            assert_eq!(split(&script), ["a", &format!("{start}{trigger}"), "b"]);
        }
        let temporary = "create temp trigger if not exists g delete on t begin select 1; end";
        assert_eq!(split(&format!("{temporary};END")), [temporary, "END"]);
        assert_eq!(split("CREATE TABLE trigger (a); END"), ["CREATE TABLE trigger (a)", "END"]);
        assert_eq!(split("CREATE TRIGGER g BEGIN a; b"), ["CREATE TRIGGER g BEGIN a; b"]);
    }
}
