//! Printing what was parsed, always in the same form.

use std::collections::BTreeSet;
use std::convert::Infallible;

use sqlite3_parser::ast::fmt::{ToTokens, TokenStream};
use sqlite3_parser::ast::{Expr, Name};
use sqlite3_parser::dialect::{TokenType, keyword_token};

/// What names can mean where something is printed.
///
/// SQLite takes a name in double quotation marks for a text where it means nothing else (quirks.html, section 8). So
/// the marks can only be left out where the name is known to mean something.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// The table whose columns are meant, whose name before a column says nothing: it would not be the name any more
    /// while the table is made under another.
    pub(super) own_table: Option<String>,
    /// Names that mean something, in lower case; `None` when that is not known, and every name is one.
    pub(super) known: Option<BTreeSet<String>>,
}

impl Names {
    /// Inside of a table's definition or an index.
    pub(super) fn of_table<'a>(table: &str, columns: impl IntoIterator<Item = &'a str>) -> Self {
        let numbers = ["rowid", "_rowid_", "oid"];
        let known = columns.into_iter().chain(numbers).map(str::to_lowercase).collect();
        Self { own_table: Some(table.to_owned()), known: Some(known) }
    }

    /// Nothing has a name.
    fn none() -> Self {
        Self { own_table: None, known: Some(BTreeSet::new()) }
    }
}

/// A part of a statement in its one form.
pub(super) fn print(node: &impl ToTokens, names: &Names) -> String {
    let mut tokens = Tokens::default();
    let Ok(()) = node.to_tokens(&mut tokens);
    text(tokens.0, names)
}

/// Words that are names of nothing.
pub(super) fn key_words(node: &impl ToTokens) -> String {
    print(node, &Names::default())
}

/// An expression; parentheses around the whole mean nothing.
pub(super) fn expression(expr: &Expr<'_>, names: &Names) -> String {
    match expr {
        Expr::Parenthesized(inner) => match inner.as_slice() {
            [one] => expression(one, names),
            _ => print(expr, names),
        },
        _ => print(expr, names),
    }
}

/// A default. SQLite takes a name for a text there.
pub(super) fn default(expr: &Expr<'_>) -> String {
    let name = match expr {
        Expr::Id(id) => id.0,
        Expr::Name(name) => name.0,
        _ => return expression(expr, &Names::none()),
    };
    match is_truth(name) {
        true => name.to_ascii_uppercase(),
        false => format!("'{}'", unquoted(name).replace('\'', "''")),
    }
}

/// A name without quotation marks.
pub(super) fn plain(name: &Name<'_>) -> String {
    unquoted(name.0)
}

/// A name with quotation marks where it needs them.
pub(super) fn identifier(name: &str) -> String {
    let mut chars = name.chars();
    let is_word = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    // The parser's table of key words takes no word of one letter.
    let is_keyword = name.len() > 1 && keyword_token(name.as_bytes()).is_some();
    if is_word && !is_keyword && !is_truth(name) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The type of a column: key words in capitals, single blanks.
pub(super) fn type_name(name: &str) -> String {
    let words: Vec<String> =
        name.split_whitespace().map(|word| unquoted(word).to_ascii_uppercase()).collect();
    words.join(" ")
}

/// TRUE and FALSE are values unless they are quoted.
fn is_truth(name: &str) -> bool {
    name.eq_ignore_ascii_case("true") || name.eq_ignore_ascii_case("false")
}

pub(super) fn unquoted(name: &str) -> String {
    let mut chars = name.chars();
    let close = match chars.next() {
        Some('[') => ']',
        Some(quote @ ('"' | '`' | '\'')) => quote,
        _ => return name.to_owned(),
    };
    let Some(inside) = chars.as_str().strip_suffix(close) else {
        return name.to_owned();
    };
    match close {
        ']' => inside.to_owned(),
        _ => inside.replace(&format!("{close}{close}"), &close.to_string()),
    }
}

/// The tokens in order.
#[derive(Default)]
struct Tokens(Vec<(TokenType, Option<String>)>);

impl TokenStream for Tokens {
    type Error = Infallible;

    fn append(&mut self, token: TokenType, value: Option<&str>) -> Result<(), Infallible> {
        self.0.push((token, value.map(str::to_owned)));
        Ok(())
    }
}

/// Puts tokens together.
fn text(mut tokens: Vec<(TokenType, Option<String>)>, names: &Names) -> String {
    if let Some(own) = &names.own_table {
        without_table(&mut tokens, own);
    }
    let meant = meant(&tokens);
    let is_name = |name: &str| {
        let name = name.to_lowercase();
        names.known.as_ref().is_none_or(|known| known.contains(&name)) || meant.contains(&name)
    };
    let mut text = String::new();
    let mut last = None;
    for (token, value) in tokens {
        if !is_joined(last, token) && !text.ends_with('\n') {
            text.push(' ');
        }
        match (token, value.as_deref()) {
            (TokenType::TK_BLOB, Some(hex)) => {
                text.extend(["X'", &hex.to_ascii_uppercase(), "'"]);
            }
            (TokenType::TK_ID, Some(name)) if is_truth(name) => {
                text.push_str(&name.to_ascii_uppercase());
            }
            (TokenType::TK_ID, Some(name)) => {
                let plain = unquoted(name);
                match name.starts_with('"') && !is_name(&plain) {
                    true => text.extend(["\"", &plain.replace('"', "\"\""), "\""]),
                    false => text.push_str(&identifier(&plain)),
                }
            }
            (_, value) => {
                text.push_str(token.as_str().unwrap_or_default());
                text.push_str(value.unwrap_or_default());
            }
        }
        last = Some(token);
    }
    text
}

/// Whether a token follows without a blank.
fn is_joined(last: Option<TokenType>, next: TokenType) -> bool {
    use TokenType::{TK_COMMA, TK_DOT, TK_ID, TK_LP, TK_RP, TK_SEMI};
    match last {
        None | Some(TK_LP | TK_DOT) => true,
        Some(TK_ID) if next == TK_LP => true,
        _ => matches!(next, TK_COMMA | TK_DOT | TK_RP | TK_SEMI),
    }
}

/// Takes the table's own name away where it stands before one of its columns.
fn without_table(tokens: &mut Vec<(TokenType, Option<String>)>, own: &str) {
    let is = |at: usize, tokens: &[(TokenType, Option<String>)], token| {
        tokens.get(at).is_some_and(|(kind, _)| *kind == token)
    };
    let mut at = 0;
    while let Some((kind, value)) = tokens.get(at) {
        let is_own = *kind == TokenType::TK_ID
            && value.as_deref().is_some_and(|name| unquoted(name).eq_ignore_ascii_case(own));
        let is_first = at == 0 || !is(at - 1, tokens, TokenType::TK_DOT);
        if is_own && is_first && is(at + 1, tokens, TokenType::TK_DOT) {
            tokens.drain(at..at + 2);
        } else {
            at += 1;
        }
    }
}

/// The names that the tokens themselves say are names: without double quotation marks, or where no text can stand.
fn meant(tokens: &[(TokenType, Option<String>)]) -> BTreeSet<String> {
    use TokenType::{
        TK_AS, TK_COLLATE, TK_DOT, TK_FROM, TK_ID, TK_INTO, TK_JOIN, TK_LP, TK_OF, TK_UPDATE,
        TK_WITH,
    };
    let kind = |at: Option<usize>| Some(tokens.get(at?)?.0);
    let mut meant = BTreeSet::new();
    for (at, (token, value)) in tokens.iter().enumerate() {
        let Some(value) = value.as_deref().filter(|_| *token == TK_ID) else { continue };
        let before = kind(at.checked_sub(1));
        let is_name = !value.starts_with('"')
            || matches!(
                before,
                Some(
                    TK_AS
                        | TK_COLLATE
                        | TK_DOT
                        | TK_FROM
                        | TK_INTO
                        | TK_JOIN
                        | TK_OF
                        | TK_UPDATE
                        | TK_WITH
                )
            )
            || matches!(kind(at.checked_add(1)), Some(TK_DOT | TK_LP));
        if is_name {
            meant.insert(unquoted(value).to_lowercase());
        }
    }
    meant
}
