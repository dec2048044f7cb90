//! Running a script, so that the statement that fails is known.

use std::time::Duration;

use migsafe_core::policy::Location;
use migsafe_core::sql::{LineIndex, Script};
use migsafe_core::store::StepRequest;

use crate::connection::Connection;
use crate::error::{Fault, code};
use crate::watch::Watch;

/// How many statements are sent at a time. The driver reports each one as it is completed, but it
/// keeps all of a message prepared until the last one is done.
const AT_A_TIME: usize = 64;

/// What went wrong, and where.
#[derive(Debug)]
pub(crate) struct ScriptError {
    pub(crate) fault: Fault,
    pub(crate) location: Location,
}

/// A script, and how long each of its statements may run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) script: &'a str,
    pub(crate) statements: &'a Script,
    pub(crate) statement_timeout: Option<Duration>,
}

impl<'a> From<&StepRequest<'a>> for Request<'a> {
    fn from(step: &StepRequest<'a>) -> Self {
        Self {
            script: step.script,
            statements: step.statements,
            statement_timeout: step.options.statement_timeout,
        }
    }
}

/// Runs a script, inside the open transaction if there is one.
///
/// A script that was taken apart is sent in pieces of whole statements. One that the parser rejects
/// goes whole, and SQLite decides: a parser's failure never blocks a valid script. The number of
/// the failing statement is known in both cases, its line only in the first.
pub(crate) async fn run(
    connection: &mut Connection,
    watch: &Watch,
    request: Request<'_>,
) -> Result<(), ScriptError> {
    if let Some(offset) = request.script.find('\0') {
        // The driver would never come back from it.
        let location = Location::at(LineIndex::new(request.script).position(offset));
        let fault = Fault::of(Some(code::ERROR), "a NUL character, which SQLite cannot take");
        return Err(ScriptError { fault, location });
    }
    let limit = request.statement_timeout;
    let result = if request.statements.is_split() {
        let at_a_time = if limit.is_some() { 1 } else { AT_A_TIME };
        run_pieces(connection, watch, request, at_a_time).await
    } else {
        watch.limit(limit);
        run_whole(connection, request).await
    };
    watch.limit(None);
    result
}

async fn run_pieces(
    connection: &mut Connection,
    watch: &Watch,
    request: Request<'_>,
    at_a_time: usize,
) -> Result<(), ScriptError> {
    let statements = request.statements.statements();
    for (number, piece) in statements.chunks(at_a_time).enumerate() {
        let first = number * at_a_time;
        let (Some(from), Some(to)) = (piece.first(), piece.last()) else {
            continue;
        };
        // Ranges are of this very script; were they not, nothing would be sent.
        let text = request.script.get(from.range().start..to.range().end).unwrap_or_default();
        watch.limit(request.statement_timeout);
        let mut completed = 0;
        if let Err(fault) = connection.run_each(text, || completed += 1).await {
            let index = first + completed;
            let location = match statements.get(index) {
                Some(statement) => Location::of_statement(index, statement),
                None => Location::default(),
            };
            return Err(ScriptError { fault, location });
        }
    }
    Ok(())
}

async fn run_whole(connection: &mut Connection, request: Request<'_>) -> Result<(), ScriptError> {
    let mut completed = 0;
    connection.run_each(request.script, || completed += 1).await.map_err(|fault| {
        let mut location = Location::default();
        location.statement = Some(completed + 1);
        ScriptError { fault, location }
    })
}
