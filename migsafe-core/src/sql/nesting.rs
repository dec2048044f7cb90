//! How deep a statement nests, counted on its tokens before a recursive parser sees it.

use super::token::{Kind, Token};
use super::{Limits, token::Tokens};

/// The first place where a statement is over the limits, and how.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sql) struct TooDeep {
    /// Byte offset.
    pub(in crate::sql) offset: usize,
    /// A lower-case fragment.
    pub(in crate::sql) message: String,
}

/// Checks the tokens of one statement against the limits.
///
/// A parser's recursion is bounded by what is open at one place: the brackets and `CASE`s around
/// it, and, in each of them, the tokens since the last separator (a chain of `NOT` has none).
/// `live` is that sum.
pub(in crate::sql) fn check(text: &str, tokens: &[Token], limits: &Limits) -> Result<(), TooDeep> {
    let words = Tokens::new(text, tokens);
    let mut open: Vec<Level> = vec![Level::default()];
    let mut live = 0_usize;
    for (i, token) in tokens.iter().enumerate() {
        let level = match token.kind {
            Kind::Punct(b'(' | b'[') => Step::Open,
            Kind::Punct(b')' | b']') => Step::Close,
            Kind::Punct(b',' | b';') => Step::Separate,
            Kind::Word if words.is(i, "CASE") => Step::Open,
            Kind::Word if words.is(i, "END") && open.last().is_some_and(|l| l.case) => Step::Close,
            Kind::Word if words.is_any(i, &["WHEN", "THEN"]) => Step::Separate,
            _ => Step::Go,
        };
        match level {
            Step::Open => {
                open.push(Level { run: 1, case: token.kind == Kind::Word });
                live += 1;
            }
            Step::Close if open.len() > 1 => live -= open.pop().map_or(0, |level| level.run),
            Step::Close => {}
            Step::Separate => {
                if let Some(level) = open.last_mut() {
                    live -= level.run;
                    level.run = 0;
                }
            }
            Step::Go => {
                if let Some(level) = open.last_mut() {
                    level.run += 1;
                    live += 1;
                }
            }
        }
        let message = if open.len() > limits.max_nesting() + 1 {
            format!("not analysed: nested more than {} levels deep", limits.max_nesting())
        } else if live > limits.max_chain() {
            format!(
                "not analysed: a chain of more than {} parts without a comma",
                limits.max_chain()
            )
        } else {
            continue;
        };
        return Err(TooDeep { offset: token.range().start, message });
    }
    Ok(())
}

/// One open bracket or `CASE`.
#[derive(Default)]
struct Level {
    /// Tokens in it since the last separator.
    run: usize,
    case: bool,
}

enum Step {
    Open,
    Close,
    Separate,
    Go,
}
