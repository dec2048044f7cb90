//! `INTO` of PL/pgSQL, taken out of a body so that what is left is plain SQL.

use crate::sql::token::{Kind, Tokens};

/// The body with blanks of the same length in place of each `INTO [STRICT] target, …`. Not touched are the
/// `INTO` of `INSERT` and `MERGE`, which is SQL, and that of `FETCH`.
pub(super) fn without_targets(t: Tokens<'_>) -> String {
    let mut text = t.text().to_owned();
    let mut first = 0;
    for i in 0..t.len() {
        let starts =
            i == 0 || t.punct(i - 1, b';') || t.is_any(i - 1, &["BEGIN", "THEN", "ELSE", "LOOP"]);
        if starts {
            first = i;
        }
        if !t.is(i, "INTO")
            || i == 0
            || t.is_any(i - 1, &["INSERT", "MERGE"])
            || t.is_any(first, &["FETCH", "MOVE"])
        {
            continue;
        }
        let end = after_targets(t, if t.is(i + 1, "STRICT") { i + 2 } else { i + 1 });
        let (Some(from), Some(last)) = (t.get(i), end.checked_sub(1).and_then(|at| t.get(at)))
        else {
            continue;
        };
        let (from, to) = (from.range().start, last.range().end);
        let blank: String =
            t.text()[from..to].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        text.replace_range(from..to, &blank);
    }
    text
}

/// The index after a list of variables.
fn after_targets(t: Tokens<'_>, mut at: usize) -> usize {
    let named = |i| matches!(t.get(i).map(|token| token.kind), Some(Kind::Word | Kind::Quoted));
    while named(at) {
        at += 1;
        while t.punct(at, b'.') && named(at + 1) {
            at += 2;
        }
        if !(t.punct(at, b',') && named(at + 1)) {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::postgres::split;

    #[test]
    fn variables_are_taken_out_and_nothing_moves() {
        for (body, expected) in [
            ("SELECT a, b INTO x, r.y FROM t;", "SELECT a, b             FROM t;"),
            ("SELECT INTO STRICT é a FROM t;", "SELECT                a FROM t;"),
            ("INSERT INTO t SELECT 1; MERGE INTO t", "INSERT INTO t SELECT 1; MERGE INTO t"),
            ("BEGIN FETCH c INTO x; END", "BEGIN FETCH c INTO x; END"),
            ("EXECUTE 'a' INTO x USING y", "EXECUTE 'a'        USING y"),
            ("INTO", "INTO"),
        ] {
            let scan = split::scan(body);
            let without = without_targets(Tokens::new(body, &scan.tokens));
            assert_eq!(without, expected);
            assert_eq!(without.len(), body.len());
        }
    }
}
