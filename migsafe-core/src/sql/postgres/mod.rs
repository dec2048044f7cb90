//! PostgreSQL scripts. The only module that sees the squawk crates.
//!
//! Statements are divided at the semicolons as `psql` divides them; squawk's parser then reads
//! each alone and says what it could not read. It accepts two statements without a semicolon
//! between them, which no server does, so it does not decide where a statement ends.
//!
//! What decides about transactions and journals (class, facts, effect) is read from the tokens,
//! and does not depend on the parser. What a statement does, object by object, is read from the syntax tree of
//! the same parse ([`actions`]); very long statements of data have no tree, and tell by their tokens what they can.

mod actions;
mod body;
mod classify;
mod client;
mod effect;
mod into;
mod parse;
mod repeat;
mod session;
pub(super) mod split;

use std::ops::Range;

use self::parse::Text;
pub(crate) use self::repeat::never_ends;
use super::Limits;
use super::analyse::{Reading, UNPLACED};
use super::nesting;
use super::statement::{Fact, Statement, TransactionClass};
use super::suppression::line_comments;
use super::token::{Token, Tokens};

/// Reads a script. Its caller provides a large stack.
pub(super) fn read(script: &str, limits: &Limits) -> Reading {
    let (sql, commands) = client::without_client_parts(script);
    let offsets: Vec<usize> = commands.iter().map(|command| command.range.start).collect();
    let scan = split::scan(&sql);
    let pieces = split::pieces(&sql, &scan.tokens, &offsets);
    let mut reading = Reading {
        statements: Vec::with_capacity(pieces.ranges.len() + commands.len()),
        problems: Vec::new(),
        split: pieces.closed && scan.unterminated.is_none(),
    };
    for piece in pieces.ranges {
        let tokens = &scan.tokens[piece];
        let statement = read_statement(&sql, tokens, limits, &mut reading);
        reading.statements.push(statement);
    }
    if let Some((offset, what)) = scan.unterminated {
        reading.problems.push((offset, format!("unterminated {what}")));
    } else if !pieces.closed && reading.problems.is_empty() {
        reading.problems.push((0, "a parenthesis or a body is not closed".to_owned()));
    }
    reading.statements.extend(commands.into_iter().map(|command| Statement {
        actions: actions::opaque("a command of psql", command.range.clone()),
        range: command.range,
        start: UNPLACED,
        class: TransactionClass::MayRun,
        verb: command.name.clone(),
        facts: vec![Fact::PsqlCommand(command.name)],
        effect: None,
        repeats: false,
    }));
    reading.statements.sort_by_key(|statement| statement.range.start);
    reading
}

/// The line comments of a script, by their bytes.
pub(super) fn comments(script: &str) -> Vec<Range<usize>> {
    let (sql, _) = client::without_client_parts(script);
    line_comments(&sql, &split::scan(&sql).tokens, true)
}

fn read_statement(
    sql: &str,
    tokens: &[Token],
    limits: &Limits,
    reading: &mut Reading,
) -> Statement {
    let words = Tokens::new(sql, tokens);
    let range = words.range();
    let (class, mut facts) = classify::classify(words);
    let verb = words.verb();
    let mut errors = Vec::new();
    let mut tree = None;
    let with_tree = tokens.len() <= if is_data(&verb) { MAX_TOKENS_OF_DATA } else { MAX_TOKENS };
    match nesting::check(sql, tokens, limits) {
        Err(too_deep) => {
            reading.split = false;
            errors.push((too_deep.offset, too_deep.message));
        }
        Ok(()) => match parse::parse(&sql[range.clone()], Text::Statement, with_tree) {
            Ok(parsed) => {
                let found = parsed.errors.into_iter();
                errors.extend(found.map(|e| (range.start + e.offset, e.message)));
                tree = parsed.tree;
            }
            Err(reason) => {
                reading.split = false;
                errors.push((range.start, reason));
            }
        },
    }
    let actions = match (errors.first(), tree) {
        (Some((_, message)), _) => {
            actions::opaque(&format!("it could not be read: {message}"), range.clone())
        }
        (None, Some(tree)) => actions::actions(&tree, range.clone(), &verb, limits),
        (None, None) => actions::of_data(words),
    };
    facts.extend(errors.first().map(|(_, message)| Fact::Unparsed(message.clone())));
    reading.problems.extend(errors);
    let effect = match class {
        TransactionClass::MustNotRun => effect::effect(words),
        _ => None,
    };
    Statement { range, start: UNPLACED, class, verb, facts, effect, repeats: false, actions }
}

/// Whether a statement is made of data for the most part, or may be.
fn is_data(verb: &str) -> bool {
    matches!(verb, "INSERT" | "SELECT" | "VALUES" | "COPY" | "UPDATE" | "DELETE" | "MERGE")
}

/// A tree takes about 200 bytes for each token. Beyond these numbers a statement's actions are read from its
/// tokens, as far as they tell.
const MAX_TOKENS_OF_DATA: usize = 40_000;
const MAX_TOKENS: usize = 400_000;
