//! squawk's parser, reduced to what it could not read and where it saw a command begin.
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

#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) errors: Vec<Error>,
    /// The byte offsets at which the parser saw a command of the script begin.
    pub(super) commands: Vec<usize>,
}

/// Parses the whole script. The error says that the parser itself failed.
pub(super) fn parse(sql: &str) -> Result<Parsed, String> {
    catch_unwind(AssertUnwindSafe(|| consume(sql)))
        .map_err(|_| "the parser stopped at an internal error".to_owned())
}

fn consume(sql: &str) -> Parsed {
    let lexed = LexedStr::new(sql);
    let output = EntryPoint::SourceFile.parse(&lexed.to_input());
    let mut parsed = Parsed::default();
    for (range, message) in lexed.errors() {
        parsed.errors.push(Error {
            offset: range.start as usize,
            message: fragment(message),
        });
    }
    let (mut depth, mut offset) = (0_usize, 0_usize);
    let mut pending = None;
    lexed.intersperse_trivia(&output, &mut |step| match step {
        StrStep::Enter { kind } => {
            depth += 1;
            let is_command = !matches!(kind, SyntaxKind::EMPTY_STMT | SyntaxKind::ERROR);
            if depth == 2 && is_command {
                pending = Some(offset);
            }
        }
        StrStep::Exit => depth = depth.saturating_sub(1),
        StrStep::Token { text, .. } => {
            parsed.commands.extend(pending.take());
            offset += text.len();
        }
        StrStep::Error { msg, pos } => {
            parsed.errors.push(Error {
                offset: pos,
                message: fragment(msg),
            });
        }
    });
    parsed.errors.sort_by_key(|error| error.offset);
    parsed
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
