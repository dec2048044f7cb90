//! The text of views before and since PostgreSQL 16.

/// Whether two texts of a view are equal but for table names before columns.
///
/// What names a relation stays: the word after FROM or JOIN. So does what is no column: a qualified function, the
/// type of a cast.
pub(super) fn are_equal(before: &str, after: &str) -> bool {
    without_tables(&tokens(before)) == without_tables(&tokens(after))
}

/// The tokens without `name.` before a column.
fn without_tables<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    let mut kept: Vec<&str> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at).copied() {
        let is = |offset: usize, text: &str| tokens.get(at + offset).is_some_and(|t| *t == text);
        let is_qualifier = is_name(token)
            && is(1, ".")
            && tokens.get(at + 2).is_some_and(|column| is_name(column))
            && !is(3, ".")
            && !is(3, "(")
            && !names_relation(&kept);
        if is_qualifier {
            at += 2;
            continue;
        }
        kept.push(token);
        at += 1;
    }
    kept
}

/// Whether the next token names a relation, a part of a name, or a type.
fn names_relation(before: &[&str]) -> bool {
    let last = before.iter().rev().find(|token| **token != "(");
    let is_word = |word: &str| {
        ["FROM", "JOIN", "ONLY", "::", "."].iter().any(|known| known.eq_ignore_ascii_case(word))
    };
    last.is_some_and(|last| is_word(last))
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c == '"' || c == '_' || c.is_alphabetic())
}

/// Words, quoted names, strings, `::`, and every other character by itself; no white space.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => quoted(rest, first),
            ':' if rest.starts_with("::") => 2,
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

fn is_word(c: char) -> bool {
    c == '_' || c == '$' || c.is_alphanumeric()
}

/// The bytes of a quoted text, doubled quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            match chars.peek() {
                Some((_, next)) if *next == quote => {
                    chars.next();
                }
                _ => return at + 1,
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_table_before_a_column_does_not_count() {
        for (before, after) in [
            (
                " SELECT t.id,\n    t.\"Full Name\"\n   FROM app.t;",
                " SELECT id,\n    \"Full Name\"\n   FROM app.t;",
            ),
            (
                "SELECT lower(t.a) FROM app.t WHERE t.b = 'x.y'",
                "SELECT lower(a) FROM app.t WHERE b = 'x.y'",
            ),
            ("SELECT a.x FROM ( SELECT t.x FROM s.t) a", "SELECT x FROM ( SELECT x FROM s.t) a"),
        ] {
            assert!(are_equal(before, after), "{before}\n{after}");
        }
    }

    #[test]
    fn everything_else_counts() {
        for (before, after) in [
            ("SELECT t.a FROM app.t", "SELECT t.b FROM app.t"),
            ("SELECT a FROM app.t", "SELECT a FROM other.t"),
            ("SELECT a FROM s.t JOIN x.u ON true", "SELECT a FROM s.t JOIN y.u ON true"),
            ("SELECT s.f(a) FROM s.t", "SELECT r.f(a) FROM s.t"),
            ("SELECT 'x'::s.mood FROM s.t", "SELECT 'x'::r.mood FROM s.t"),
            ("SELECT 'a.b' FROM s.t", "SELECT 'b' FROM s.t"),
        ] {
            assert!(!are_equal(before, after), "{before}\n{after}");
        }
    }

    #[test]
    fn any_text_is_taken_apart() {
        for text in ["'never ends", "\"", "a.b.", ".", "é.ü", "::::", ""] {
            assert!(are_equal(text, text), "{text}");
        }
    }
}
