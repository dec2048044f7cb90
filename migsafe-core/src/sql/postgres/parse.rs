//! squawk's parser, reduced to what it could not read.
//!
//! The parser's events are consumed as they come: the syntax tree, whose construction takes
//! most of the memory and is quadratic for long chains of operators, is never built.

use std::panic::{AssertUnwindSafe, catch_unwind};

use squawk_parser::{EntryPoint, LexedStr, StrStep, SyntaxKind};

/// Something the parser could not read.
#[derive(Debug)]
pub(super) struct Error {
    /// Byte offset.
    pub(super) offset: usize,
    /// The parser's words, in lower case.
    pub(super) message: String,
}

/// Parses one statement, given without its semicolon. The error says that the parser itself
/// failed.
pub(super) fn parse(statement: &str) -> Result<Vec<Error>, String> {
    catch_unwind(AssertUnwindSafe(|| consume(statement)))
        .map_err(|_| "the parser stopped at an internal error".to_owned())
}

fn consume(statement: &str) -> Vec<Error> {
    let lexed = LexedStr::new(statement);
    let output = EntryPoint::SourceFile.parse(&lexed.to_input());
    let mut errors = Vec::new();
    for (range, message) in lexed.errors() {
        errors.push(Error { offset: range.start as usize, message: fragment(message) });
    }
    let (mut depth, mut offset) = (0_usize, 0_usize);
    lexed.intersperse_trivia(&output, &mut |step| match step {
        StrStep::Enter { kind } => {
            depth += 1;
            if depth == 2 && offset > 0 && kind != SyntaxKind::ERROR {
                let message = "a semicolon is missing before this".to_owned();
                errors.push(Error { offset, message });
            }
        }
        StrStep::Exit => depth = depth.saturating_sub(1),
        StrStep::Token { text, .. } => offset += text.len(),
        StrStep::Error { msg, pos } => {
            errors.push(Error { offset: pos, message: fragment(msg) });
        }
    });
    errors.sort_by_key(|error| error.offset);
    errors
}

/// A message as a lower-case fragment.
fn fragment(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) if characters.as_str().starts_with(char::is_lowercase) => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => message.to_owned(),
    }
}
