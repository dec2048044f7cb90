//! Who is measured.

use crate::Result;

/// A runner, or what limits every runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// The raw statements that no runner can do without.
    Limit,
    /// All scripts in one transaction.
    OneTransaction,
    /// The order in which Prisma sends them: four commits for each migration.
    PrismaOrder,
    Migsafe,
    Sqlx,
    Refinery,
    Diesel,
    RusqliteMigration,
}

impl Runner {
    const ALL: [Self; 8] = [
        Self::Limit,
        Self::OneTransaction,
        Self::PrismaOrder,
        Self::Migsafe,
        Self::Sqlx,
        Self::Refinery,
        Self::Diesel,
        Self::RusqliteMigration,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::OneTransaction => "one transaction for all",
            Self::PrismaOrder => "Prisma's order by hand",
            Self::Migsafe => "migsafe",
            Self::Sqlx => "sqlx",
            Self::Refinery => "refinery",
            Self::Diesel => "diesel_migrations",
            Self::RusqliteMigration => "rusqlite_migration",
        }
    }

    pub(crate) fn parse(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|runner| runner.name() == name)
            .ok_or_else(|| format!("no runner is named {name:?}").into())
    }
}
