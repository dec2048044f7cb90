//! SQLite scripts. The only module that sees sqlite3-parser, with `schema::sqlite`.
//!
//! Statements are divided as SQLite's own shell divides them; the parser then reads each alone. When
//! it rejects one, the script counts as not split, but the statements with what is known
//! about them are still there, so that a script that is sent whole can be judged.

mod actions;
mod classify;
mod scan;
mod split;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sqlite3_parser::ast::Cmd;
use sqlite3_parser::lexer::sql::{Error, Parser};
use sqlite3_parser::{Bump, FallibleIterator};

use super::Action;
use super::Limits;
use super::analyse::{Reading, UNPLACED};
use super::nesting;
use super::statement::{Fact, Statement};
use super::suppression::line_comments;
use super::token::Tokens;

/// The line comments of a script, by their bytes.
pub(super) fn comments(script: &str) -> Vec<Range<usize>> {
    line_comments(script, &scan::scan(script).tokens, false)
}

/// Reads a script. Its caller provides a large stack.
pub(super) fn read(script: &str, limits: &Limits) -> Reading {
    let scan = scan::scan(script);
    let pieces = split::pieces(script, &scan.tokens);
    let mut reading = Reading { statements: Vec::new(), problems: Vec::new(), split: true };
    if let Some((offset, what)) = scan.unterminated {
        reading.split = false;
        reading.problems.push((offset, format!("unterminated {what}")));
    }
    for piece in pieces {
        let tokens = &scan.tokens[piece];
        let words = Tokens::new(script, tokens);
        let range = words.range();
        let (class, mut facts) = classify::classify(words);
        let read = match nesting::check(script, tokens, limits) {
            Err(too_deep) => Err((too_deep.offset, too_deep.message)),
            Ok(()) => parse(script, words).map_err(|message| (range.start, message)),
        };
        let actions = read.unwrap_or_else(|(offset, message)| {
            let actions = actions::unread(words, &message);
            facts.push(Fact::Unparsed(message.clone()));
            reading.problems.push((offset, message));
            reading.split = false;
            actions
        });
        let verb = words.verb();
        reading.statements.push(Statement {
            range,
            start: UNPLACED,
            class,
            verb,
            facts,
            effect: None,
            repeats: false,
            actions,
        });
    }
    reading
}

/// The tokens of a text, for the tests of [`Tokens`].
#[cfg(test)]
pub(super) fn scan_for_tests(text: &str) -> Vec<super::token::Token> {
    scan::scan(text).tokens
}

/// Parses one statement and says what it does; the error is the parser's message.
fn parse(script: &str, words: Tokens<'_>) -> Result<Vec<Action>, String> {
    let statement = script.get(words.range()).unwrap_or_default();
    parse_and(statement, |command| actions::actions(script, words, command))
}

/// Parses one statement within the default limits and hands it over; the error is the parser's message. The
/// caller provides a large stack.
pub(crate) fn with_statement<T>(
    statement: &str,
    read: impl FnOnce(&Cmd<'_>) -> T,
) -> Result<T, String> {
    let tokens = scan::scan(statement).tokens;
    nesting::check(statement, &tokens, &Limits::default()).map_err(|deep| deep.message)?;
    parse_and(statement, read)
}

fn parse_and<T>(statement: &str, read: impl FnOnce(&Cmd<'_>) -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(|| {
        let bump = Bump::new();
        let mut parser = Parser::new(&bump, statement.as_bytes());
        let command = parser.next().map_err(|error| message(&error))?;
        match (command, parser.next()) {
            (Some(command), Ok(None)) => Ok(read(&command)),
            _ => Err("not exactly one statement".to_owned()),
        }
    }))
    .unwrap_or_else(|_| Err("the parser stopped at an internal error".to_owned()))
}

/// The texts of the tokens of a statement: no white space, no comments.
pub(crate) fn token_texts(statement: &str) -> Vec<&str> {
    let tokens = scan::scan(statement).tokens;
    tokens.iter().filter_map(|token| statement.get(token.range())).collect()
}

/// The message without the parser's own position.
fn message(error: &Error) -> String {
    match error {
        Error::ParserError(error, _) => error.to_string(),
        Error::UnrecognizedToken(_) => "unrecognized token".to_owned(),
        Error::UnterminatedLiteral(_) => "unterminated string or identifier".to_owned(),
        Error::UnterminatedBracket(_) => "unterminated bracket".to_owned(),
        Error::UnterminatedBlockComment(_) => "unterminated comment".to_owned(),
        Error::BadVariableName(_) => "bad variable name".to_owned(),
        Error::BadNumber(_) => "bad number".to_owned(),
        Error::ExpectedEqualsSign(_) => "expected = after !".to_owned(),
        Error::MalformedBlobLiteral(_) => "malformed blob".to_owned(),
        Error::MalformedHexInteger(_) => "malformed hexadecimal number".to_owned(),
        other => other.to_string(),
    }
}
