//! The words of a statement: enough to see which tables it names.

/// Key words and names in lower case, quotation marks removed; texts, numbers and comments left
/// out.
pub(crate) fn words(statement: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = statement;
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '\'' => quoted(rest, '\'').1,
            '"' | '`' => push_quoted(rest, c, &mut words),
            '[' => push_quoted(rest, ']', &mut words),
            '-' if rest.starts_with("--") => after(rest, "\n"),
            '/' if rest.starts_with("/*") => after(&rest[2..], "*/"),
            c if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                if !c.is_ascii_digit() {
                    words.push(rest[..end].to_lowercase());
                }
                &rest[end..]
            }
            c => &rest[c.len_utf8()..],
        };
    }
    words
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.find(mark).map_or("", |at| &text[at + mark.len()..])
}

fn push_quoted<'a>(text: &'a str, close: char, words: &mut Vec<String>) -> &'a str {
    let (inside, rest) = quoted(text, close);
    words.push(inside.to_lowercase());
    rest
}

/// What is quoted at the beginning of `text`, and what comes after it. All quotation marks are one
/// byte long.
fn quoted(text: &str, close: char) -> (String, &str) {
    let mut inside = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != close {
            inside.push(c);
        } else if close != ']' && chars.peek().is_some_and(|(_, next)| *next == close) {
            chars.next();
            inside.push(c);
        } else {
            return (inside, &text[at + 1..]);
        }
    }
    (inside, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_all_quotes_and_nothing_from_texts_and_comments() {
        assert_eq!(
            words(
                "INSERT INTO \"New \"\"X\" (`a`, [b c]) -- DELETE\nSELECT 'DROP ''it', 12, é /* \
                 WHERE */ FROM main.X;"
            ),
            ["insert", "into", "new \"x", "a", "b c", "select", "é", "from", "main", "x"]
        );
    }

    #[test]
    fn whatever_does_not_end_ends_with_the_text() {
        for text in ["'abc", "\"abc", "[abc", "/* abc", "-- abc", "/*", "''", "\"\"\"", ""] {
            let _ = words(text);
        }
        assert_eq!(words("/*/ a */ b"), ["b"]);
    }
}
