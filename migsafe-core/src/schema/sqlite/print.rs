//! Printing what was parsed, always in the same form.

use std::convert::Infallible;
use std::fmt::Write as _;

use sqlite3_parser::ast::fmt::{ToTokens, TokenStream};
use sqlite3_parser::ast::{Expr, Name};
use sqlite3_parser::dialect::{TokenType, keyword_token};

/// A part of a statement in its one form.
pub(super) fn print(node: &impl ToTokens) -> String {
    let mut printer = Printer::default();
    let Ok(()) = node.to_tokens(&mut printer);
    printer.text
}

/// An expression; parentheses around the whole mean nothing.
pub(super) fn expression(expr: &Expr<'_>) -> String {
    match expr {
        Expr::Parenthesized(inner) => match inner.as_slice() {
            [one] => expression(one),
            _ => print(expr),
        },
        _ => print(expr),
    }
}

/// A default. SQLite takes a name for a text there.
pub(super) fn default(expr: &Expr<'_>) -> String {
    let name = match expr {
        Expr::Id(id) => id.0,
        Expr::Name(name) => name.0,
        _ => return expression(expr),
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

fn unquoted(name: &str) -> String {
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

/// Puts tokens together.
#[derive(Default)]
struct Printer {
    text: String,
    last: Option<TokenType>,
}

impl Printer {
    /// Whether the next token follows without a blank.
    fn is_joined(&self, next: TokenType) -> bool {
        use TokenType::{TK_COMMA, TK_DOT, TK_ID, TK_LP, TK_RP, TK_SEMI};
        match self.last {
            None | Some(TK_LP | TK_DOT) => true,
            Some(TK_ID) if next == TK_LP => true,
            _ => matches!(next, TK_COMMA | TK_DOT | TK_RP | TK_SEMI) || self.text.ends_with('\n'),
        }
    }
}

impl TokenStream for Printer {
    type Error = Infallible;

    fn append(&mut self, token: TokenType, value: Option<&str>) -> Result<(), Infallible> {
        if !self.is_joined(token) {
            self.text.push(' ');
        }
        match (token, value) {
            (TokenType::TK_BLOB, Some(hex)) => {
                // A `String` takes everything.
                let _ = write!(self.text, "X'{}'", hex.to_ascii_uppercase());
            }
            (TokenType::TK_ID, Some(name)) if is_truth(name) => {
                self.text.push_str(&name.to_ascii_uppercase());
            }
            (TokenType::TK_ID, Some(name)) => self.text.push_str(&identifier(&unquoted(name))),
            _ => {
                self.text.push_str(token.as_str().unwrap_or_default());
                self.text.push_str(value.unwrap_or_default());
            }
        }
        self.last = Some(token);
        Ok(())
    }
}
