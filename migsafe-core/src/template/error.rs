//! Why a template has no steps.

use thiserror::Error;

/// There is no order of steps for a change on a database.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{why}")]
pub struct NotOffered {
    why: &'static str,
    help: &'static str,
}

impl NotOffered {
    pub(super) fn new(why: &'static str, help: &'static str) -> Self {
        Self { why, help }
    }

    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "template-not-offered"
    }

    /// What to do instead.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.help
    }
}
