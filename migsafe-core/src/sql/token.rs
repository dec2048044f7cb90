//! The significant tokens of a script (no white space, no comments), whatever scanner made them.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sql) enum Kind {
    /// A key word or an unquoted identifier.
    Word,
    /// A quoted identifier: `"x"`, and on SQLite `` `x` `` and `[x]`.
    Quoted,
    /// A string literal, with its prefix (`E'…'`).
    Text,
    /// A dollar-quoted string.
    Dollar,
    /// A number.
    Number,
    /// One character of punctuation or of an operator.
    Punct(u8),
    /// A parameter, or a character that means nothing.
    Other,
}

/// One significant token: what and where (bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sql) struct Token {
    pub(in crate::sql) kind: Kind,
    start: u32,
    end: u32,
}

impl Token {
    /// `None` when the range lies beyond 4 GiB.
    pub(in crate::sql) fn new(kind: Kind, range: Range<usize>) -> Option<Self> {
        let start = u32::try_from(range.start).ok()?;
        let end = u32::try_from(range.end).ok()?;
        Some(Self { kind, start, end })
    }

    pub(in crate::sql) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(in crate::sql) fn is_punct(self, byte: u8) -> bool {
        self.kind == Kind::Punct(byte)
    }
}

/// A text scanned.
#[derive(Debug, Default)]
pub(in crate::sql) struct Scan {
    pub(in crate::sql) tokens: Vec<Token>,
    /// Where a string, identifier or comment begins that never ends, and what it is.
    pub(in crate::sql) unterminated: Option<(usize, &'static str)>,
}

impl Scan {
    pub(in crate::sql) fn push(&mut self, kind: Kind, range: Range<usize>) {
        self.tokens.extend(Token::new(kind, range));
    }

    pub(in crate::sql) fn never_ends(&mut self, start: usize, what: &'static str) {
        self.unterminated.get_or_insert((start, what));
    }
}

/// The tokens of one statement with the text they point into. Indexes beyond the end are
/// harmless: nothing matches there.
#[derive(Clone, Copy, Debug)]
pub(in crate::sql) struct Tokens<'a> {
    text: &'a str,
    list: &'a [Token],
}

impl<'a> Tokens<'a> {
    pub(in crate::sql) fn new(text: &'a str, list: &'a [Token]) -> Self {
        Self { text, list }
    }

    /// The whole text.
    #[cfg(feature = "postgres-sql")]
    pub(in crate::sql) fn text(self) -> &'a str {
        self.text
    }

    pub(in crate::sql) fn len(self) -> usize {
        self.list.len()
    }

    pub(in crate::sql) fn get(self, i: usize) -> Option<Token> {
        self.list.get(i).copied()
    }

    /// The tokens of a range of indexes, cut at the end.
    pub(in crate::sql) fn slice(self, range: Range<usize>) -> Self {
        let end = range.end.min(self.list.len());
        let list = self.list.get(range.start..end).unwrap_or_default();
        Self { text: self.text, list }
    }

    /// The bytes from the first to the last token.
    pub(in crate::sql) fn range(self) -> Range<usize> {
        match (self.list.first(), self.list.last()) {
            (Some(first), Some(last)) => first.range().start..last.range().end,
            _ => 0..0,
        }
    }

    /// The text of the token as it stands.
    pub(in crate::sql) fn raw(self, i: usize) -> &'a str {
        self.get(i).and_then(|token| self.text.get(token.range())).unwrap_or_default()
    }

    /// The text of an unquoted word.
    pub(in crate::sql) fn word(self, i: usize) -> Option<&'a str> {
        (self.get(i)?.kind == Kind::Word).then(|| self.raw(i))
    }

    /// Whether the token is this word, unquoted, in any case.
    pub(in crate::sql) fn is(self, i: usize, word: &str) -> bool {
        self.word(i).is_some_and(|found| found.eq_ignore_ascii_case(word))
    }

    /// Whether the token is one of these words.
    pub(in crate::sql) fn is_any(self, i: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(i, word))
    }

    /// Whether these words follow each other from `i`.
    pub(in crate::sql) fn are(self, i: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| self.is(i + n, word))
    }

    pub(in crate::sql) fn punct(self, i: usize, byte: u8) -> bool {
        self.get(i).is_some_and(|token| token.is_punct(byte))
    }

    /// The identifier at `i`: an unquoted one in lower case, a quoted one as it is.
    pub(in crate::sql) fn name(self, i: usize) -> Option<String> {
        match self.get(i)?.kind {
            Kind::Word => Some(self.raw(i).to_ascii_lowercase()),
            Kind::Quoted => self.unquoted(i),
            _ => None,
        }
    }

    /// The contents of a string literal, a quoted identifier or a dollar-quoted string.
    /// Backslash escapes of `E'…'` stay as they are.
    pub(in crate::sql) fn unquoted(self, i: usize) -> Option<String> {
        let raw = self.raw(i);
        match self.get(i)?.kind {
            Kind::Dollar => {
                let tag = raw[1..].find('$')? + 2;
                let end = raw.len().checked_sub(tag).filter(|&end| end >= tag)?;
                raw.get(tag..end).map(str::to_owned)
            }
            Kind::Text | Kind::Quoted => {
                let (at, open) = raw.char_indices().find(|(_, c)| "'\"`[".contains(*c))?;
                let close = if open == '[' { ']' } else { open };
                let inner = raw.get(at + 1..raw.len() - 1)?;
                Some(inner.replace(&format!("{close}{close}"), &close.to_string()))
            }
            _ => None,
        }
    }

    /// The index after the parenthesised list that begins at `i`; `i` itself when none does, the
    /// end when it is not closed.
    pub(in crate::sql) fn after_parens(self, i: usize) -> usize {
        if !self.punct(i, b'(') {
            return i;
        }
        let mut depth = 0_usize;
        for at in i..self.len() {
            if self.punct(at, b'(') {
                depth += 1;
            } else if self.punct(at, b')') {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
        }
        self.len()
    }

    /// The indexes that stand outside all parentheses.
    pub(in crate::sql) fn outside_parens(self) -> impl Iterator<Item = usize> {
        let mut depth = 0_usize;
        (0..self.len()).filter(move |&i| {
            if self.punct(i, b'(') {
                depth += 1;
            } else if self.punct(i, b')') {
                depth = depth.saturating_sub(1);
                return false;
            }
            depth == 0
        })
    }

    /// The leading key words in upper case: `CREATE TABLE`, `INSERT`.
    pub(in crate::sql) fn verb(self) -> String {
        let first = (0..self.len()).find(|&i| !self.punct(i, b'(')).unwrap_or_default();
        let Some(word) = self.word(first) else {
            return String::new();
        };
        let verb = word.to_ascii_uppercase();
        let second = |i: usize| self.word(i).map(|w| format!("{verb} {}", w.to_ascii_uppercase()));
        let more = match verb.as_str() {
            "CREATE" | "ALTER" | "DROP" => self.object().map(|object| format!("{verb} {object}")),
            "WITH" => self
                .outside_parens()
                .find(|&i| self.is_any(i, &["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"]))
                .map(|i| self.raw(i).to_ascii_uppercase()),
            "START" | "DISCARD" => second(first + 1),
            "REFRESH" => Some("REFRESH MATERIALIZED VIEW".to_owned()),
            "COMMIT" | "ROLLBACK" if self.is_any(1, &["PREPARED", "TO"]) => second(1),
            "PREPARE" if self.is(1, "TRANSACTION") => second(1),
            _ => None,
        };
        more.unwrap_or(verb)
    }

    /// The index of the object's kind in `CREATE`, `ALTER` or `DROP`, behind `OR REPLACE` and such.
    pub(in crate::sql) fn object_index(self) -> usize {
        let mut i = 1;
        while self.is_any(i, OBJECT_MODIFIERS)
            && !(self.is(i, "DEFAULT") && self.is(i + 1, "PRIVILEGES"))
        {
            i += 1;
        }
        i
    }

    fn object(self) -> Option<String> {
        let i = self.object_index();
        let count = OBJECTS_OF_SEVERAL_WORDS
            .iter()
            .find(|words| self.are(i, words))
            .map_or(1, |words| words.len());
        let words: Option<Vec<_>> = (i..i + count).map(|i| self.word(i)).collect();
        Some(words?.join(" ").to_ascii_uppercase())
    }
}

const OBJECT_MODIFIERS: &[&str] = &[
    "OR",
    "REPLACE",
    "GLOBAL",
    "LOCAL",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "UNIQUE",
    "RECURSIVE",
    "TRUSTED",
    "PROCEDURAL",
    "CONSTRAINT",
    "VIRTUAL",
    "DEFAULT",
];

const OBJECTS_OF_SEVERAL_WORDS: &[&[&str]] = &[
    &["MATERIALIZED", "VIEW"],
    &["FOREIGN", "TABLE"],
    &["FOREIGN", "DATA", "WRAPPER"],
    &["EVENT", "TRIGGER"],
    &["ACCESS", "METHOD"],
    &["LARGE", "OBJECT"],
    &["USER", "MAPPING"],
    &["OPERATOR", "CLASS"],
    &["OPERATOR", "FAMILY"],
    &["DEFAULT", "PRIVILEGES"],
    &["TEXT", "SEARCH", "CONFIGURATION"],
    &["TEXT", "SEARCH", "DICTIONARY"],
    &["TEXT", "SEARCH", "PARSER"],
    &["TEXT", "SEARCH", "TEMPLATE"],
];

#[cfg(all(test, feature = "sqlite-sql"))]
mod tests {
    use super::*;
    use crate::sql::sqlite::scan_for_tests as scan;

    #[test]
    fn verbs() {
        for (sql, verb) in [
            ("create or replace view v", "CREATE VIEW"),
            ("CREATE UNIQUE INDEX i", "CREATE INDEX"),
            ("CREATE TEMP TABLE t", "CREATE TABLE"),
            ("CREATE MATERIALIZED VIEW v", "CREATE MATERIALIZED VIEW"),
            ("CREATE VIRTUAL TABLE t", "CREATE TABLE"),
            ("ALTER DEFAULT PRIVILEGES GRANT", "ALTER DEFAULT PRIVILEGES"),
            ("DROP FOREIGN DATA WRAPPER w", "DROP FOREIGN DATA WRAPPER"),
            ("insert into t", "INSERT"),
            ("WITH a AS (SELECT 1) DELETE FROM t", "DELETE"),
            ("WITH a AS", "WITH"),
            ("((SELECT 1))", "SELECT"),
            ("START TRANSACTION", "START TRANSACTION"),
            ("ROLLBACK TO a", "ROLLBACK TO"),
            ("REFRESH MATERIALIZED VIEW v", "REFRESH MATERIALIZED VIEW"),
            ("CREATE", "CREATE"),
            ("CREATE \"TABLE\"", "CREATE"),
            ("1", ""),
            ("", ""),
        ] {
            assert_eq!(Tokens::new(sql, &scan(sql)).verb(), verb, "{sql}");
        }
    }

    #[test]
    fn what_quotes_hold() {
        let sql = r#"'it''s' "a""b" [c] `d``e` x '"#;
        let tokens = scan(sql);
        let t = Tokens::new(sql, &tokens);
        let held: Vec<_> = (0..t.len()).map(|i| t.unquoted(i)).collect();
        let expected = [Some("it's"), Some("a\"b"), Some("c"), Some("d`e"), None, None];
        assert_eq!(held, expected.map(|text| text.map(str::to_owned)));
    }

    #[test]
    fn parentheses() {
        let sql = "a (b (c) d) e) f (g";
        let tokens = scan(sql);
        let t = Tokens::new(sql, &tokens);
        assert_eq!(t.after_parens(0), 0);
        assert_eq!(t.raw(t.after_parens(1)), "e");
        assert_eq!(t.after_parens(t.len() - 2), t.len());
        let outside: Vec<_> = t.outside_parens().map(|i| t.raw(i)).collect();
        assert_eq!(outside, ["a", "e", "f"]);
    }
}
