//! One migration: a name and a script.

use std::borrow::Cow;

use super::{Checksum, MigrationName};

/// Why a migration has no script that could be run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScriptProblem {
    /// There is no `migration.sql` in the folder.
    Missing,
    /// `migration.sql` is there and cannot be read (no permission, a directory, an I/O error).
    Unreadable(String),
}

/// One migration: its folder's name, its script and the script's checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    name: MigrationName,
    script: Result<Script, ScriptProblem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Script {
    text: Cow<'static, str>,
    checksum: Checksum,
    invalid_utf8_at: Option<usize>,
}

impl Migration {
    /// A migration with a script; the checksum is computed.
    pub fn new(name: impl Into<MigrationName>, script: impl Into<Cow<'static, str>>) -> Self {
        let text = script.into();
        let checksum = Checksum::of(&text);
        Self::with_checksum(name.into(), text, checksum)
    }

    /// A migration whose checksum is already known (embedded at compile time).
    pub(super) fn with_checksum(
        name: MigrationName,
        text: Cow<'static, str>,
        checksum: Checksum,
    ) -> Self {
        Self { name, script: Ok(Script { text, checksum, invalid_utf8_at: None }) }
    }

    /// A migration read from bytes. Bytes that are not UTF-8 become U+FFFD **before** hashing, as
    /// Prisma does, so that the checksum stays compatible; the place of the first one is kept.
    pub(super) fn from_bytes(name: MigrationName, bytes: Vec<u8>) -> Self {
        let (text, invalid_utf8_at) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(at))
            }
        };
        let checksum = Checksum::of(&text);
        Self { name, script: Ok(Script { text: text.into(), checksum, invalid_utf8_at }) }
    }

    /// A folder whose script cannot be had.
    pub(super) fn without_script(name: MigrationName, problem: ScriptProblem) -> Self {
        Self { name, script: Err(problem) }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &MigrationName {
        &self.name
    }

    /// The script's text, or `None` when it is missing or unreadable.
    #[must_use]
    pub fn script(&self) -> Option<&str> {
        self.script.as_ref().ok().map(|script| &*script.text)
    }

    /// The script's checksum, or `None` when it is missing or unreadable.
    #[must_use]
    pub fn checksum(&self) -> Option<&Checksum> {
        self.script.as_ref().ok().map(|script| &script.checksum)
    }

    /// Why there is no script.
    #[must_use]
    pub fn script_problem(&self) -> Option<&ScriptProblem> {
        self.script.as_ref().err()
    }

    /// The byte offset of the first byte that was not UTF-8, if there was one.
    #[must_use]
    pub fn invalid_utf8_at(&self) -> Option<usize> {
        self.script.as_ref().ok().and_then(|script| script.invalid_utf8_at)
    }

    /// Whether a stored checksum belongs to this script; `None` when there is no script to compare.
    #[must_use]
    pub fn accepts_checksum(&self, stored: &str) -> Option<bool> {
        let script = self.script.as_ref().ok()?;
        Some(script.checksum.accepts(stored, &script.text))
    }
}
