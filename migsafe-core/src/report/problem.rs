//! What stops a program before the engine is reached: wrong usage, an interruption.

use std::borrow::Cow;

use serde::Serialize;

use crate::Error;

/// An error as reports show it: a stable code, a message, what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    code: Cow<'static, str>,
    message: String,
    help: String,
}

impl Problem {
    /// A problem; the message is a lower-case fragment without secrets.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), help: String::new() }
    }

    /// The same with what to do next.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What happened.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next; empty when nothing is to be said.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self::new(error.code(), error.to_string()).with_help(error.help())
    }
}
