//! Running a script as Prisma does.

use migsafe_core::policy::Location;
use migsafe_core::sql::{Fact, LineIndex, Script, Statement};
use migsafe_core::store::{ScriptFailure, ShadowError};

use crate::connection::Connection;
use crate::error::{Failure, ServerError};

/// Runs a script: in one message, which is one transaction unless the script says otherwise; statement by
/// statement where one of them cannot run so.
pub(super) async fn run(
    connection: &mut Connection,
    text: &str,
    script: &Script,
) -> Result<(), ShadowError> {
    let statements = script.statements();
    for (index, statement) in statements.iter().enumerate() {
        if statement.has(|fact| matches!(fact, Fact::CopyFromStdin | Fact::CopyToStdout)) {
            // The driver would wait for ever.
            let mut failure = ScriptFailure::new("COPY from or to the client has no client here");
            failure.location = Location::of_statement(index, statement);
            return Err(ShadowError::Script(failure));
        }
    }
    let by_statement =
        script.is_split() && statements.iter().any(Statement::runs_outside_transaction);
    if !by_statement {
        let answer = connection.send_keeping(text.to_owned(), 0).await;
        return match answer.failure {
            None => Ok(()),
            Some(failure) => Err(located(failure, text, script, 0, answer.completed)),
        };
    }
    for (index, statement) in statements.iter().enumerate() {
        let range = statement.range();
        let Some(part) = text.get(range.clone()) else {
            continue;
        };
        let answer = connection.send_keeping(part.to_owned(), 0).await;
        if let Some(failure) = answer.failure {
            return Err(located(failure, text, script, range.start, index));
        }
    }
    Ok(())
}

/// An error with its place. The message began at the byte `start` of the text; `index` is the statement, from 0, as far
/// as the number of completed ones tells it.
fn located(
    failure: Failure,
    text: &str,
    script: &Script,
    start: usize,
    index: usize,
) -> ShadowError {
    let error = match failure {
        Failure::Server(error) if !error.fatal => error,
        failure => return ShadowError::Store(failure.into_error("running a script")),
    };
    let lines = LineIndex::new(text);
    let before = text.get(..start).map_or(0, |part| part.chars().count());
    let offset = error.position.map(|number| lines.from_char_offset(number + before));
    let statements = script.statements();
    // Refused as a whole, the position alone says where.
    let at = offset.and_then(|offset| {
        statements.iter().rposition(|statement| statement.range().start <= offset)
    });
    let number = at.unwrap_or(index);
    let mut location = Location::default();
    location.statement = Some(number + 1);
    let beginning = statements.get(number).map(Statement::start);
    if let Some(position) = offset.map(|offset| lines.position(offset)).or(beginning) {
        location.line = Some(position.line);
        location.column = Some(position.column);
    }
    let mut failure = of(&error);
    failure.location = location;
    ShadowError::Script(failure)
}

fn of(error: &ServerError) -> ScriptFailure {
    let mut failure = ScriptFailure::new(error.message.clone());
    failure.code = Some(error.code.clone());
    failure.detail.clone_from(&error.detail);
    failure.hint.clone_from(&error.hint);
    failure
}
