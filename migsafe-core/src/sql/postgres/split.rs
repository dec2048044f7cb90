//! The tokens of a script, and the statements they make.

use std::ops::Range;

use squawk_lexer::{LiteralKind, TokenKind, tokenize};

use crate::sql::token::{Kind, Scan, Token, Tokens};

/// Scans a text: a script, or the body of a function.
pub(in crate::sql) fn scan(sql: &str) -> Scan {
    let mut scan = Scan::default();
    let mut start = 0;
    for token in tokenize(sql) {
        let end = start + token.len as usize;
        if let Some(what) = unterminated(token.kind) {
            scan.never_ends(start, what);
        }
        if let Some(kind) = kind(token.kind, sql.as_bytes().get(start).copied()) {
            scan.push(kind, start..end);
        }
        start = end;
    }
    scan
}

/// The statements of a scanned script.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// Indexes of tokens, without the semicolons; none is empty.
    pub(super) ranges: Vec<Range<usize>>,
    /// Whether every parenthesis and every `BEGIN ATOMIC` is closed in its own statement.
    pub(super) closed: bool,
}

/// Divides at the semicolons outside parentheses and outside `BEGIN ATOMIC … END`, and at those
/// that stand for a command of psql (their offsets, in order), wherever they are.
pub(super) fn pieces(sql: &str, tokens: &[Token], commands: &[usize]) -> Pieces {
    let words = Tokens::new(sql, tokens);
    let mut pieces = Pieces { ranges: Vec::new(), closed: true };
    let mut start = 0;
    let mut parens = 0_usize;
    let mut atomic = false;
    for (i, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Punct(b'(') => parens += 1,
            Kind::Punct(b')') if parens == 0 => pieces.closed = false,
            Kind::Punct(b')') => parens -= 1,
            Kind::Punct(b';')
                if (parens == 0 && !atomic)
                    || commands.binary_search(&token.range().start).is_ok() =>
            {
                pieces.closed &= parens == 0 && !atomic;
                (parens, atomic) = (0, false);
                pieces.ranges.extend((start < i).then_some(start..i));
                start = i + 1;
            }
            Kind::Word if parens == 0 => {
                if atomic {
                    // Every statement of the body ends with a semicolon; an `END` elsewhere
                    // belongs to a CASE or is a column's name.
                    let ends = words.is(i, "END")
                        && (words.punct(i - 1, b';') || words.is(i - 1, "ATOMIC"));
                    atomic = !ends;
                } else if i > start
                    && words.are(i, &["BEGIN", "ATOMIC"])
                    && words.is(start, "CREATE")
                {
                    atomic = true;
                }
            }
            _ => {}
        }
    }
    pieces.ranges.extend((start < tokens.len()).then_some(start..tokens.len()));
    pieces.closed &= parens == 0 && !atomic;
    pieces
}

/// What a token of the lexer is to us; `None` for white space and comments.
pub(super) fn kind(kind: TokenKind, first: Option<u8>) -> Option<Kind> {
    Some(match kind {
        TokenKind::Whitespace
        | TokenKind::LineComment
        | TokenKind::BlockComment { .. }
        | TokenKind::Eof => return None,
        TokenKind::Ident => Kind::Word,
        TokenKind::QuotedIdent { .. } => Kind::Quoted,
        TokenKind::Literal { kind } => match kind {
            LiteralKind::Int { .. } | LiteralKind::Numeric { .. } => Kind::Number,
            LiteralKind::DollarQuotedString { .. } => Kind::Dollar,
            _ => Kind::Text,
        },
        TokenKind::Unknown | TokenKind::PositionalParam { .. } => Kind::Other,
        _ => first.map_or(Kind::Other, Kind::Punct),
    })
}

fn unterminated(kind: TokenKind) -> Option<&'static str> {
    match kind {
        TokenKind::BlockComment { terminated: false } => Some("comment"),
        TokenKind::QuotedIdent { terminated: false, .. } => Some("quoted identifier"),
        TokenKind::Literal { kind } => match kind {
            LiteralKind::Str { terminated: false }
            | LiteralKind::NationalStr { terminated: false }
            | LiteralKind::ByteStr { terminated: false }
            | LiteralKind::BitStr { terminated: false }
            | LiteralKind::UnicodeEscStr { terminated: false }
            | LiteralKind::EscStr { terminated: false } => Some("string"),
            LiteralKind::DollarQuotedString { terminated: false } => Some("dollar-quoted string"),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(sql: &str) -> (Vec<&str>, bool) {
        let scan = scan(sql);
        let pieces = pieces(sql, &scan.tokens, &[]);
        let texts = pieces.ranges.iter();
        let texts = texts.map(|r| &sql[Tokens::new(sql, &scan.tokens[r.clone()]).range()]);
        (texts.collect(), pieces.closed && scan.unterminated.is_none())
    }

    #[test]
    fn divides_at_the_semicolons_that_count() {
        for (sql, expected) in [
            ("", vec![]),
            (" ;; /* ; */ ; -- ;", vec![]),
            ("a; b", vec!["a", "b"]),
            ("/* x */ a /* y */ ; -- z\n b -- c", vec!["a", "b"]),
            ("/* /* ; */ ; */ a;", vec!["a"]),
            (
                "SELECT ';', \";\", E'\\';', U&';'; b",
                vec!["SELECT ';', \";\", E'\\';', U&';'", "b"],
            ),
            ("DO $$ a; $b$ ; $$; b", vec!["DO $$ a; $b$ ; $$", "b"]),
            ("SELECT $a$ $$ ; $a$; b", vec!["SELECT $a$ $$ ; $a$", "b"]),
            (
                "CREATE RULE r AS ON INSERT TO t DO ALSO (a; b); c",
                vec!["CREATE RULE r AS ON INSERT TO t DO ALSO (a; b)", "c"],
            ),
            (
                "CREATE FUNCTION f() BEGIN ATOMIC END; b",
                vec!["CREATE FUNCTION f() BEGIN ATOMIC END", "b"],
            ),
            (
                "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; SELECT 1 AS end; END; b",
                vec![
                    "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; SELECT 1 AS end; END",
                    "b",
                ],
            ),
            ("BEGIN; a; END; b", vec!["BEGIN", "a", "END", "b"]),
            ("BEGIN ATOMIC; a", vec!["BEGIN ATOMIC", "a"]),
        ] {
            assert_eq!(split(sql), (expected, true), "{sql}");
        }
    }

    #[test]
    fn says_when_something_is_not_closed() {
        for sql in [
            "CREATE TABLE t (a int; b",
            "SELECT 1); b",
            "SELECT 'a; b",
            "SELECT \"a; b",
            "SELECT $$a; b",
            "a; /* b",
            "a; /* /* b */",
            "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; b",
        ] {
            assert!(!split(sql).1, "{sql}");
        }
    }
}
