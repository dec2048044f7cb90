//! The name of a migration.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest name that the history table holds (`migration_name VARCHAR(255)`), in characters.
pub(crate) const MAX_NAME_CHARS: usize = 255;

/// The name of a migration: the name of its folder and the value of `migration_name`.
///
/// Any folder name is a name; `<14 digits>_<slug>` is a convention that a rule checks. Names are
/// compared and ordered by their bytes, never by locale: the order must be the same on every machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MigrationName(Cow<'static, str>);

impl MigrationName {
    /// Wraps a name; nothing is checked, see [`crate::migrations::FolderProblemKind`] for what a rule reports.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The leading timestamp (`YYYYMMDDHHMMSS`, UTC by convention) when the name begins with
    /// exactly 14 digits followed by `_` or by nothing.
    #[must_use]
    pub fn timestamp(&self) -> Option<&str> {
        let digits = self.0.get(..14)?;
        let rest = &self.0[14..];
        let well_formed = digits.bytes().all(|b| b.is_ascii_digit())
            && (rest.is_empty() || rest.starts_with('_'));
        well_formed.then_some(digits)
    }

    /// What follows the timestamp and its underscore, or the whole name without one.
    #[must_use]
    pub fn slug(&self) -> &str {
        match self.timestamp() {
            Some(_) => self.0[14..].trim_start_matches('_'),
            None => &self.0,
        }
    }
}

impl fmt::Display for MigrationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for MigrationName {
    fn from(name: &str) -> Self {
        Self::new(name.to_owned())
    }
}

impl From<String> for MigrationName {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl PartialEq<str> for MigrationName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for MigrationName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamp_needs_exactly_fourteen_digits() {
        assert_eq!(MigrationName::from("20250101000000_init").timestamp(), Some("20250101000000"));
        assert_eq!(MigrationName::from("20250101000000").timestamp(), Some("20250101000000"));
        assert_eq!(MigrationName::from("202501010000001_x").timestamp(), None);
        assert_eq!(MigrationName::from("20250101_x").timestamp(), None);
        assert_eq!(MigrationName::from("2025010100000é_x").timestamp(), None);
        assert_eq!(MigrationName::from("").timestamp(), None);
    }

    #[test]
    fn slug_is_what_follows_the_timestamp() {
        assert_eq!(MigrationName::from("20250101000000_add_users").slug(), "add_users");
        assert_eq!(MigrationName::from("hotfix").slug(), "hotfix");
    }
}
