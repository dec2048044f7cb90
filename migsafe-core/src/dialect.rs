//! Which SQL a database speaks.
//!
//! ```
//! use migsafe_core::Dialect;
//! assert_eq!(Dialect::Sqlite.provider(), "sqlite");
//! assert_eq!(Dialect::from_provider("postgresql"), Some(Dialect::Postgres));
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

/// The SQL dialect of a store, a folder of migrations or a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dialect {
    /// PostgreSQL 14 and newer.
    Postgres,
    /// SQLite 3.
    Sqlite,
}

impl Dialect {
    /// The name that `migration_lock.toml` uses (`postgresql` or `sqlite`).
    #[must_use]
    pub fn provider(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::Sqlite => "sqlite",
        }
    }

    /// The inverse of [`Dialect::provider`]: exact names only, as Prisma compares them.
    #[must_use]
    pub fn from_provider(name: &str) -> Option<Self> {
        match name {
            "postgresql" => Some(Self::Postgres),
            "sqlite" => Some(Self::Sqlite),
            _ => None,
        }
    }

    /// A name as it is compared: SQLite does not tell capital letters from small ones (A to Z only), and PostgreSQL's
    /// names are folded already.
    pub(crate) fn fold(self, name: &str) -> String {
        match self {
            Self::Postgres => name.to_owned(),
            Self::Sqlite => name.to_ascii_lowercase(),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        })
    }
}
