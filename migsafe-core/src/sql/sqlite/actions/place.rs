//! Finds the parts of a statement in its tokens.

use std::ops::Range;

use crate::sql::token::Tokens;

/// The parts of a list at its commas, those in parentheses left alone. An empty list has one empty part.
pub(super) fn parts(t: Tokens<'_>) -> Vec<Tokens<'_>> {
    let commas: Vec<usize> = t.outside_parens().filter(|&i| t.punct(i, b',')).collect();
    let starts = std::iter::once(0).chain(commas.iter().map(|comma| comma + 1));
    let ends = commas.iter().copied().chain([t.len()]);
    starts.zip(ends).map(|(start, end)| t.slice(start..end)).collect()
}

/// What stands in the first parentheses, and the index after them.
pub(super) fn first_parens(t: Tokens<'_>) -> Option<(Tokens<'_>, usize)> {
    let open = (0..t.len()).find(|&i| t.punct(i, b'('))?;
    let after = t.after_parens(open);
    Some((t.slice(open + 1..after.saturating_sub(1)), after))
}

/// The first of these words outside parentheses, from `start` on.
pub(super) fn find(t: Tokens<'_>, start: usize, words: &[&str]) -> Option<usize> {
    t.outside_parens().find(|&i| i >= start && t.is_any(i, words))
}

/// The bytes of the tokens, or of the whole that they are a part of when there are none.
pub(super) fn range(t: Tokens<'_>, whole: &Range<usize>) -> Range<usize> {
    if t.len() == 0 { whole.clone() } else { t.range() }
}

/// Where one constraint begins (with its name) and its key word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) begin: usize,
    pub(super) word: usize,
}

/// The constraints of a column; the tokens begin with its name.
pub(super) fn column_constraints(t: Tokens<'_>) -> Vec<Start> {
    starts(t, 1, |i| match t.word(i).unwrap_or_default().to_ascii_uppercase().as_str() {
        "PRIMARY" | "UNIQUE" | "CHECK" | "REFERENCES" | "COLLATE" | "AS" => true,
        "NOT" => t.is(i + 1, "NULL"),
        "NULL" => !t.is_any(i - 1, &["NOT", "SET", "DEFAULT"]),
        "DEFAULT" => !t.is(i - 1, "SET"),
        _ => false,
    })
}

/// The constraints of a table.
pub(super) fn table_constraints(t: Tokens<'_>) -> Vec<Start> {
    starts(t, 0, |i| t.is_any(i, &["PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]))
}

fn starts(t: Tokens<'_>, from: usize, is_start: impl Fn(usize) -> bool) -> Vec<Start> {
    let mut found = Vec::new();
    let mut named = None;
    for i in t.outside_parens().filter(|&i| i >= from) {
        if t.is(i, "CONSTRAINT") {
            named = Some(i);
        } else if is_start(i) && named != Some(i.wrapping_sub(1)) {
            let generated = i >= 2 && t.is(i, "AS") && t.are(i - 2, &["GENERATED", "ALWAYS"]);
            let bare = if generated && i - 2 >= from { i - 2 } else { i };
            let begin = named.filter(|&name| name + 2 == bare).unwrap_or(bare);
            found.push(Start { begin, word: i });
            named = None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::sqlite::scan_for_tests as scan;

    #[test]
    fn lists_come_apart() {
        let sql = "CREATE TABLE t (a INT DEFAULT (f(1, 2)), b, CHECK (a IN (1, 2)))";
        let tokens = scan(sql);
        let (inside, after) = first_parens(Tokens::new(sql, &tokens)).unwrap();
        assert_eq!(after, tokens.len());
        let texts: Vec<_> = parts(inside).into_iter().map(|part| &sql[part.range()]).collect();
        assert_eq!(texts, ["a INT DEFAULT (f(1, 2))", "b", "CHECK (a IN (1, 2))"]);
        assert_eq!(first_parens(Tokens::new("a", &scan("a"))).map(|(_, after)| after), None);
    }

    #[test]
    fn constraints_of_a_column() {
        let sql = "a INT CONSTRAINT n NOT NULL NULL DEFAULT NULL DEFAULT -1 CONSTRAINT c CHECK (a NOT NULL) UNIQUE \
                   REFERENCES t (x) ON DELETE SET NULL ON UPDATE SET DEFAULT NOT DEFERRABLE COLLATE nocase \
                   GENERATED ALWAYS AS (1)";
        let tokens = scan(sql);
        let t = Tokens::new(sql, &tokens);
        let found = column_constraints(t);
        let words: Vec<_> = found.iter().map(|start| t.raw(start.word)).collect();
        let expected =
            ["NOT", "NULL", "DEFAULT", "DEFAULT", "CHECK", "UNIQUE", "REFERENCES", "COLLATE", "AS"];
        assert_eq!(words, expected);
        assert_eq!((t.raw(found[0].begin), t.raw(found[8].begin)), ("CONSTRAINT", "GENERATED"));
    }
}
