//! PostgreSQL scripts. The only module that sees the squawk crates.
//!
//! Statements are divided at the semicolons as `psql` divides them; squawk's parser then says
//! what it could not read. It accepts two statements without a semicolon between them,
//! which no server does, so it does not decide where a statement ends.

mod body;
mod classify;
mod client;
mod parse;
mod session;
mod split;

use super::Limits;
use super::analyse::{Reading, UNPLACED};
use super::nesting;
use super::statement::{Fact, Statement, TransactionClass};
use super::token::Tokens;

/// Reads a script. Its caller provides a large stack.
pub(super) fn read(script: &str, limits: &Limits) -> Reading {
    let (sql, commands) = client::without_client_parts(script);
    let scan = split::scan(&sql);
    let offsets: Vec<usize> = commands.iter().map(|command| command.range.start).collect();
    let pieces = split::pieces(&sql, &scan.tokens, &offsets);
    let mut split = pieces.closed && scan.unterminated.is_none();
    let mut problems = Vec::new();

    let mut statements: Vec<Statement> = pieces
        .ranges
        .iter()
        .map(|range| {
            let tokens = Tokens::new(&sql, &scan.tokens[range.clone()]);
            let (class, facts) = classify::classify(tokens);
            Statement {
                range: tokens.range(),
                start: UNPLACED,
                class,
                verb: tokens.verb(),
                facts,
            }
        })
        .collect();

    match nesting::check(&sql, &scan.tokens, limits) {
        Err(too_deep) => {
            split = false;
            problems.push((
                too_deep.offset,
                format!("not analysed: {}", too_deep.message),
            ));
        }
        Ok(()) => match parse::parse(&sql) {
            Err(reason) => {
                split = false;
                problems.push((0, reason));
            }
            Ok(parsed) => {
                for error in parsed.errors {
                    mark_unparsed(&mut statements, error.offset, &error.message);
                    problems.push((error.offset, error.message));
                }
                for offset in second_commands(&statements, &parsed.commands) {
                    let message = "a semicolon is missing before this".to_owned();
                    mark_unparsed(&mut statements, offset, &message);
                    problems.push((offset, message));
                }
            }
        },
    }
    if let Some((offset, what)) = scan.unterminated
        && problems.is_empty()
    {
        problems.push((offset, format!("unterminated {what}")));
    }

    statements.extend(commands.into_iter().map(|command| Statement {
        range: command.range,
        start: UNPLACED,
        class: TransactionClass::MayRun,
        verb: command.name.clone(),
        facts: vec![Fact::PsqlCommand(command.name)],
    }));
    statements.sort_by_key(|statement| statement.range.start);
    Reading {
        statements,
        problems,
        split,
    }
}

/// Puts the parser's message on the statement that the offset belongs to: the last one that
/// begins at or before it.
fn mark_unparsed(statements: &mut [Statement], offset: usize, message: &str) {
    let after = statements.partition_point(|statement| statement.range.start <= offset);
    let Some(statement) = statements.get_mut(after.saturating_sub(1)) else {
        return;
    };
    if !statement.has(|fact| matches!(fact, Fact::Unparsed(_))) {
        statement.facts.push(Fact::Unparsed(message.to_owned()));
    }
}

/// The commands that begin inside a statement, behind its own beginning.
fn second_commands(statements: &[Statement], commands: &[usize]) -> Vec<usize> {
    let inside = |offset: &&usize| {
        let after = statements.partition_point(|statement| statement.range.start < **offset);
        let before = after.checked_sub(1).and_then(|i| statements.get(i));
        before.is_some_and(|statement| statement.range.contains(*offset))
    };
    commands.iter().filter(inside).copied().collect()
}
