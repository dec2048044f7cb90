//! `ServerVersion`: which server a schema was read from.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::one_line;

/// The version of a server or of the SQLite library.
///
/// The major number decides which differences are legitimate between two snapshots
/// ([`Tolerance`](super::diff::Tolerance)); the text is for people and never compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServerVersion {
    major: u32,
    text: String,
}

impl ServerVersion {
    /// The major number, and the version as the server tells it.
    #[must_use]
    pub fn new(major: u32, text: impl Into<String>) -> Self {
        Self { major, text: text.into() }
    }

    /// The major number: 15 of PostgreSQL 15.20, 3 of SQLite 3.51.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The version as the server tells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.text, 60))
    }
}
