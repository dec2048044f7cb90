//! SQL to be written instead.

use serde::Serialize;

/// The complete scripts of one or more migrations that do the same without the danger, in order.
///
/// Names of the tables at hand are filled in. Whoever takes it still reads it: it is written from the scripts alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Suggestion {
    migrations: Vec<String>,
}

impl Suggestion {
    /// Each text is the whole script of one migration. Line ends are set at the end of each.
    pub fn migrations(scripts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let whole = |script: String| format!("{}\n", script.trim_end());
        Self { migrations: scripts.into_iter().map(|script| whole(script.into())).collect() }
    }

    /// The script of each migration, in order.
    #[must_use]
    pub fn scripts(&self) -> &[String] {
        &self.migrations
    }
}
