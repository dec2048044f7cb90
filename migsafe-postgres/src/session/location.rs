//! Where in a script the server's error is, without a parser.
//!
//! The server tells how many statements it has completed, and often the character of the whole
//! message at which it stopped. What stands before the script in the message is taken off both.

use migsafe_core::policy::Location;
use migsafe_core::sql::{LineIndex, Script};
use migsafe_core::store::{ScriptFailure, StepRequest};

use crate::error::ServerError;

/// The statements that stand before the script.
const STATEMENTS_BEFORE: usize = 2;

/// A context longer than this is cut, in characters.
const CONTEXT_LIMIT: usize = 300;

/// A script as it was sent.
pub(super) struct Sent<'a> {
    script: &'a str,
    statements: &'a Script,
    /// Characters before the script.
    characters_before: usize,
}

impl<'a> Sent<'a> {
    pub(super) fn new(before: &str, step: &StepRequest<'a>) -> Self {
        let characters_before = before.chars().count();
        Self { characters_before, ..Self::script_only(step) }
    }

    pub(super) fn script_only(step: &StepRequest<'a>) -> Self {
        Self { script: step.script, statements: step.statements, characters_before: 0 }
    }

    /// Whether a statement of ours failed and not the script. With nothing completed, the server may have
    /// refused the message as a whole: for its syntax, which has a position, or for its encoding.
    pub(super) fn is_ours(&self, error: &ServerError, completed: usize) -> bool {
        completed < STATEMENTS_BEFORE
            && self.character(error).is_none()
            && !matches!(&*error.code, "22021" | "22P05")
    }

    /// The server's error with its place in the script.
    pub(super) fn failure(&self, error: &ServerError, completed: usize) -> ScriptFailure {
        let lines = LineIndex::new(self.script);
        let offset = self.character(error).map(|number| lines.from_char_offset(number));
        let known = self.statements.is_split().then(|| self.statements.statements());
        let statement = match completed.checked_sub(STATEMENTS_BEFORE) {
            Some(index) => Some(index),
            None => offset.zip(known).and_then(|(offset, statements)| {
                statements.iter().rposition(|statement| statement.range().start <= offset)
            }),
        };
        let mut location = Location::default();
        location.statement = statement.map(|index| index + 1);
        let start = known.zip(statement).and_then(|(all, index)| Some(all.get(index)?.start()));
        let position = offset.map(|offset| lines.position(offset)).or(start);
        location.line = position.map(|position| position.line);
        location.column = position.map(|position| position.column);
        let mut failure = Self::nowhere(error);
        failure.location = location;
        failure
    }

    /// A fault of ours to find at a byte of the script.
    pub(super) fn failure_at(&self, offset: usize, message: &str) -> ScriptFailure {
        let mut failure = ScriptFailure::new(message);
        failure.location = Location::at(LineIndex::new(self.script).position(offset));
        failure
    }

    /// The server's error without a place.
    pub(super) fn nowhere(error: &ServerError) -> ScriptFailure {
        let mut failure = ScriptFailure::new(error.message.clone());
        failure.code = Some(error.code.clone());
        // In a function the context says the line of the function, which is all there is.
        failure.detail = error.detail.clone().or_else(|| {
            let context: String = error.context.as_ref()?.chars().take(CONTEXT_LIMIT).collect();
            Some(format!("in {context}"))
        });
        failure.hint.clone_from(&error.hint);
        failure
    }

    /// The character of the script, from 1, at which the server stopped.
    fn character(&self, error: &ServerError) -> Option<usize> {
        error.position?.checked_sub(self.characters_before).filter(|number| *number > 0)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use migsafe_core::Dialect;
    use migsafe_core::migrations::{Checksum, MigrationName};
    use migsafe_core::sql::analyse;

    use super::*;

    fn error(position: Option<usize>) -> ServerError {
        ServerError {
            code: "42601".into(),
            message: "syntax error".into(),
            detail: None,
            hint: None,
            context: None,
            position,
            fatal: false,
        }
    }

    fn located(script: &str, position: Option<usize>, completed: usize) -> Location {
        let statements = analyse(Dialect::Postgres, script);
        let (name, sum) = (MigrationName::new("m"), Checksum::of(script));
        let start = DateTime::UNIX_EPOCH;
        let step = StepRequest::new("id", &name, &sum, script, &statements, start);
        Sent::new("é;é;\n", &step).failure(&error(position), completed).location
    }

    fn place(location: Location) -> (Option<usize>, Option<u32>, Option<u32>) {
        (location.statement, location.line, location.column)
    }

    #[test]
    fn the_place_is_counted_in_the_script() {
        let script = "SELECT 'é';\nSELECT x;\n";
        assert_eq!(place(located(script, Some(5 + 20), 3)), (Some(2), Some(2), Some(8)));
        // Without a position: where the statement begins.
        assert_eq!(place(located(script, None, 3)), (Some(2), Some(2), Some(1)));
        // Refused as a whole: the statement at the position.
        assert_eq!(place(located(script, Some(5 + 20), 0)), (Some(2), Some(2), Some(8)));
        // Nothing is known.
        assert_eq!(place(located(script, None, 0)), (None, None, None));
        // More statements than the script has, which cannot be.
        assert_eq!(place(located(script, None, 9)), (Some(8), None, None));
        // At the end of the script.
        assert_eq!(place(located("SELECT (", Some(5 + 9), 0)).1, Some(1));
    }

    #[test]
    fn our_own_statements_are_told_from_the_script() {
        let statements = analyse(Dialect::Postgres, "SELECT 1");
        let (name, sum) = (MigrationName::new("m"), Checksum::of("SELECT 1"));
        let start = DateTime::UNIX_EPOCH;
        let step = StepRequest::new("id", &name, &sum, "SELECT 1", &statements, start);
        let sent = Sent::new("abcd\n", &step);
        assert!(sent.is_ours(&error(Some(3)), 1));
        assert!(sent.is_ours(&error(None), 0));
        assert!(!sent.is_ours(&error(Some(6)), 0));
        assert!(!sent.is_ours(&error(None), 2));
    }
}
