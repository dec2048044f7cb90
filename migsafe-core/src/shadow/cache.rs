//! Keeping what a replay has shown.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::migrations::{Checksum, Migration};
use crate::schema::{SNAPSHOT_FORMAT_VERSION, Scope, SnapshotOptions};

/// Keeps texts by a key. What it does not give back is made anew; it never has to.
pub trait SnapshotCache: Send + Sync + fmt::Debug {
    /// The text of a key, if it has one.
    fn get(&self, key: &str) -> Option<String>;

    /// Keeps a text. What goes wrong is the cache's own business: nothing depends on it.
    fn put(&self, key: &str, text: &str);
}

/// What the schema of a replay depends on, as SHA-256 in hexadecimal: every name and script in order, what is read, and
/// the surroundings ([`ShadowProvider::surroundings`](crate::store::ShadowProvider::surroundings)).
///
/// The version of this crate is part of it: another version may read more.
#[must_use]
pub fn cache_key<'a>(
    migrations: impl IntoIterator<Item = &'a Migration>,
    options: &SnapshotOptions,
    surroundings: &str,
) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    part(env!("CARGO_PKG_VERSION"));
    part(&SNAPSHOT_FORMAT_VERSION.to_string());
    part(surroundings);
    part(&format!("{} {}", options.privileges(), options.bookkeeping()));
    match options.scope() {
        Scope::All => part("all"),
        Scope::Schemas(names) => names.iter().for_each(|name| part(name)),
    }
    part("migrations");
    for migration in migrations {
        part(migration.name().as_str());
        // The text and not its checksum: line ends do not count for that.
        part(migration.script().unwrap_or_default());
    }
    Checksum::from_bytes(hash.finalize().into()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_matters_changes_the_key() {
        let key = |name: &str, script: &str, surroundings: &str, scope: Scope| {
            let migration = Migration::new(name, script.to_owned());
            let options = SnapshotOptions::default().with_scope(scope);
            cache_key([&migration], &options, surroundings)
        };
        let base = || key("a", "SELECT 1", "15", Scope::All);
        assert_eq!(base(), base());
        assert_eq!(base().len(), 64);
        for other in [
            key("b", "SELECT 1", "15", Scope::All),
            key("a", "SELECT 2", "15", Scope::All),
            key("a", "SELECT 1\n", "15", Scope::All),
            key("a", "SELECT 1", "16", Scope::All),
            key("a", "SELECT 1", "15", Scope::schemas(["app"])),
            key("aSELECT 1", "", "15", Scope::All),
        ] {
            assert_ne!(base(), other);
        }
    }
}
