//! The words of a PostgreSQL text, wherever they stand: also those that its strings hold.
//!
//! This knows nothing of grammar, so that nothing escapes it: a name that is not among the words is not used.

/// A key word or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// In lower case, also where it was quoted.
    pub(crate) text: String,
    /// A parenthesis follows.
    pub(crate) called: bool,
    /// A dot goes before it.
    pub(crate) dotted: bool,
    /// The word before it and its qualifiers, in lower case; empty when there is none.
    pub(crate) before: String,
}

/// What a text is made of.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) list: Vec<Word>,
    /// A name or a string is written so that it does not show what it means (`U&"d\0061"`, `E'\x41'`, `'a'` `'b'`).
    pub(crate) hidden: bool,
    /// The statements in its strings, as far as they look like some: their tokens with a blank between them.
    pub(crate) statements: Vec<String>,
}

impl Words {
    /// The words of a text; `deep`: with those of its strings.
    #[cfg(feature = "postgres-sql")]
    pub(crate) fn of(text: &str, deep: bool) -> Self {
        let mut words = Self::default();
        words.read(text, deep, 0);
        words
    }

    /// Without a reader of PostgreSQL there is no script of its kind either.
    #[cfg(not(feature = "postgres-sql"))]
    pub(crate) fn of(_text: &str, _deep: bool) -> Self {
        Self::default()
    }
}

#[cfg(feature = "postgres-sql")]
mod reading {
    use super::{Word, Words};
    use crate::sql::postgres;
    use crate::sql::token::{Kind, Tokens};

    /// How many strings may stand in each other.
    const MAX_DEPTH: usize = 8;

    impl Words {
        pub(super) fn read(&mut self, text: &str, deep: bool, depth: usize) {
            let scan = postgres::split::scan(text);
            let tokens = Tokens::new(text, &scan.tokens);
            let is_escaped = |i: usize| {
                tokens.raw(i).get(..2).is_some_and(|start| start.eq_ignore_ascii_case("u&"))
            };
            for i in 0..tokens.len() {
                match tokens.get(i).map(|token| token.kind) {
                    Some(Kind::Word | Kind::Quoted) => {
                        self.hidden |= is_escaped(i);
                        self.list.extend(word(tokens, i));
                        if depth > 0 && begins_statement(tokens, i) {
                            self.statements.push(statement(tokens, i));
                        }
                    }
                    Some(Kind::Text | Kind::Dollar) if deep => {
                        // Strings in a body are data, unless they are run.
                        let is_run = depth == 0 || self.list.iter().any(|w| w.text == "execute");
                        let continued = i > 0
                            && [i - 1, i].iter().all(|at| {
                                tokens.get(*at).is_some_and(|token| token.kind == Kind::Text)
                            });
                        self.hidden |= is_run && (is_escaped(i) || continued) || depth >= MAX_DEPTH;
                        let hidden = self.hidden;
                        let inner = self.contents(tokens, i);
                        self.hidden &= is_run || hidden;
                        if let Some(inner) = inner
                            && depth < MAX_DEPTH
                        {
                            self.read(&inner, deep, depth + 1);
                        }
                    }
                    _ => {}
                }
            }
        }

        /// What a string holds.
        fn contents(&mut self, tokens: Tokens<'_>, i: usize) -> Option<String> {
            let inner = tokens.unquoted(i)?;
            if !tokens.raw(i).starts_with(['e', 'E']) {
                return Some(inner);
            }
            let mut plain = String::with_capacity(inner.len());
            let mut characters = inner.chars();
            while let Some(character) = characters.next() {
                match character {
                    '\\' => match characters.next() {
                        Some('b' | 'f' | 'n' | 'r' | 't') => plain.push(' '),
                        Some('x' | 'u' | 'U' | '0'..='7') => self.hidden = true,
                        other => plain.extend(other),
                    },
                    other => plain.push(other),
                }
            }
            Some(plain)
        }
    }

    fn word(tokens: Tokens<'_>, i: usize) -> Option<Word> {
        let mut first = i;
        while first >= 2 && tokens.punct(first - 1, b'.') {
            first -= 2;
        }
        let before = first.checked_sub(1).and_then(|at| tokens.word(at));
        Some(Word {
            text: tokens.name(i)?.to_lowercase(),
            called: tokens.punct(i + 1, b'('),
            dotted: i > 0 && tokens.punct(i - 1, b'.'),
            before: before.unwrap_or_default().to_ascii_lowercase(),
        })
    }

    /// At the start, after a semicolon, a label, or a word that opens a block.
    fn begins_statement(tokens: Tokens<'_>, i: usize) -> bool {
        i == 0
            || tokens.punct(i - 1, b';')
            || tokens.punct(i - 1, b'>')
            || tokens.is_any(i - 1, &["BEGIN", "THEN", "ELSE", "LOOP"])
    }

    fn statement(tokens: Tokens<'_>, i: usize) -> String {
        let end = (i..tokens.len()).find(|&at| tokens.punct(at, b';')).unwrap_or(tokens.len());
        let words: Vec<&str> = (i..end).map(|at| tokens.raw(at)).collect();
        words.join(" ")
    }
}

#[cfg(all(test, feature = "postgres-sql"))]
mod tests {
    use super::*;

    fn names(text: &str, deep: bool) -> Vec<String> {
        Words::of(text, deep).list.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_of_strings_are_found_where_they_are_asked_for() {
        let text = "SELECT \"Ex\" /* no */ ('b c'), E'\\td\\ve', $$ f $x$ g $x$ $$ -- no";
        assert_eq!(names(text, false), ["select", "ex"]);
        assert_eq!(names(text, true), ["select", "ex", "b", "c", "dve", "f", "g"]);
        assert!(!Words::of(text, true).hidden);
        for text in ["U&\"d\\0061\"", "E'\\x65'", "'a'\n'b'", "U&'a'"] {
            assert!(Words::of(text, true).hidden, "{text}");
        }
        for text in ["DO 'BEGIN RAISE ''a''\n''b''; END'", "DO $$ BEGIN a := E'\\x41'; END $$"] {
            assert!(!Words::of(text, true).hidden, "{text}");
        }
        assert!(Words::of("DO $$ BEGIN EXECUTE E'\\x41'; END $$", true).hidden);
    }

    #[test]
    fn how_a_word_stands_is_told() {
        let words = Words::of("INSERT INTO public.http_log (a) SELECT r.f, g (1)", false).list;
        let of = |name: &str| words.iter().find(|word| word.text == name).cloned().unwrap();
        let log = of("http_log");
        assert!(log.called && log.dotted && log.before == "into");
        assert!(!of("f").called && of("f").dotted && of("g").called);
        let body = "DO $$ BEGIN COPY t FROM 'x'; IF a THEN LOAD 'y'; END IF; END $$";
        let statements = Words::of(body, true).statements;
        assert!(statements.iter().any(|one| one == "COPY t FROM 'x'"), "{statements:?}");
        assert!(statements.iter().any(|one| one == "LOAD 'y'"), "{statements:?}");
    }
}
