//! Taking the SQL of a snapshot apart into words, without a parser.

/// One word of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// As it stands there.
    pub(super) text: &'a str,
    /// Where it begins.
    pub(super) start: usize,
    is_quoted: bool,
}

impl Word<'_> {
    /// The name that it can be: a bare word, or one in quotation marks.
    pub(super) fn name(&self) -> Option<String> {
        let mut chars = self.text.chars();
        let first = chars.next()?;
        if self.is_quoted {
            let close = if first == '[' { ']' } else { first };
            let inside = chars.as_str().strip_suffix(close)?;
            return Some(inside.replace(&format!("{close}{close}"), &close.to_string()));
        }
        is_letter(first).then(|| self.text.to_owned())
    }

    /// Whether it is this key word.
    pub(super) fn is(&self, key_word: &str) -> bool {
        !self.is_quoted && self.text.eq_ignore_ascii_case(key_word)
    }
}

/// The words in order: names, numbers, texts in quotation marks, and single characters for everything else.
pub(super) fn words(sql: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = 0;
    while let Some(first) = sql.get(start..).and_then(|rest| rest.chars().next()) {
        let rest = &sql[start..];
        let length = match first {
            '\'' | '"' | '`' => quoted(rest, first),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            c if is_letter(c) || c.is_ascii_digit() => rest
                .find(|c: char| !is_letter(c) && !c.is_ascii_digit() && c != '$')
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        if !first.is_ascii_whitespace() {
            let is_quoted = matches!(first, '\'' | '"' | '`' | '[');
            words.push(Word { text: &rest[..length], start, is_quoted });
        }
        start += length;
    }
    words
}

/// Whether the SQL may mean this name somewhere. SQLite takes names of either case, and texts for names.
pub(super) fn mentions(sql: &str, name: &str) -> bool {
    words(sql).iter().filter_map(Word::name).any(|word| word.eq_ignore_ascii_case(name))
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

/// The length of a text in quotation marks; two of them are one inside.
fn quoted(text: &str, mark: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == mark && chars.next_if(|(_, next)| *next == mark).is_none() {
            return at + c.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_hold_together() {
        let found = words("a >= 'it''s (' || \"b \"\" c\" [d e]`f`x'00' 1.5é\n\u{a0}");
        let texts: Vec<&str> = found.iter().map(|word| word.text).collect();
        let expected = [
            "a",
            ">",
            "=",
            "'it''s ('",
            "|",
            "|",
            "\"b \"\" c\"",
            "[d e]",
            "`f`",
            "x",
            "'00'",
            "1",
            ".",
            "5é",
            "\u{a0}",
        ];
        assert_eq!(texts, expected);
        let names: Vec<String> = found.iter().filter_map(Word::name).collect();
        assert_eq!(names, ["a", "it's (", "b \" c", "d e", "f", "x", "00", "\u{a0}"]);
        for open in ["'", "\"a", "[", "`x``"] {
            assert_eq!(words(open).len(), 1, "{open}");
        }
    }

    #[test]
    fn a_name_is_found_whatever_its_case_and_marks() {
        for sql in ["A > 0", "lower(\"a\")", "x.[a]", "'a'"] {
            assert!(mentions(sql, "a"), "{sql}");
        }
        for sql in ["ab", "a1", "\"a b\"", ""] {
            assert!(!mentions(sql, "a"), "{sql}");
        }
    }
}
