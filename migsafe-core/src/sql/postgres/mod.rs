//! PostgreSQL scripts. The only module that sees the squawk crates.
//!
//! Statements are divided at the semicolons as `psql` divides them; squawk's parser then reads
//! each alone and says what it could not read. It accepts two statements without a semicolon
//! between them, which no server does, so it does not decide where a statement ends.

mod alter_table;
mod body;
mod classify;
mod client;
mod effect;
mod parse;
mod relations;
mod session;
mod split;

use super::Limits;
use super::analyse::{Reading, UNPLACED};
use super::nesting;
use super::relations::LockedRelations;
use super::statement::{Fact, Statement, TransactionClass};
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
        range: command.range,
        start: UNPLACED,
        class: TransactionClass::MayRun,
        verb: command.name.clone(),
        facts: vec![Fact::PsqlCommand(command.name)],
        effect: None,
        repeats: false,
        relations: LockedRelations::default(),
        actions: Vec::new(),
    }));
    reading.statements.sort_by_key(|statement| statement.range.start);
    reading
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
    let mut errors = Vec::new();
    match nesting::check(sql, tokens, limits) {
        Err(too_deep) => {
            reading.split = false;
            errors.push((too_deep.offset, too_deep.message));
        }
        Ok(()) => match parse::parse(&sql[range.clone()]) {
            Ok(found) => {
                errors.extend(found.into_iter().map(|e| (range.start + e.offset, e.message)));
            }
            Err(reason) => {
                reading.split = false;
                errors.push((range.start, reason));
            }
        },
    }
    facts.extend(errors.first().map(|(_, message)| Fact::Unparsed(message.clone())));
    reading.problems.extend(errors);
    let effect = match class {
        TransactionClass::MustNotRun => effect::effect(words),
        _ => None,
    };
    Statement {
        range,
        start: UNPLACED,
        class,
        verb: words.verb(),
        facts,
        effect,
        repeats: false,
        relations: relations::relations(words),
        actions: Vec::new(),
    }
}
