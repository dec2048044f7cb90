//! ## What it detects
//!
//! A `migration_lock.toml` that names another provider than the database's, or that cannot be read
//! as Prisma reads it. Without the file nothing is checked.
//!
//! ## Why it hurts
//!
//! The scripts are written for another database, or the URL points to the wrong one. Prisma refuses
//! too (P3019), except in `migrate reset`, which drops everything first.
//!
//! ## What to do
//!
//! Check the URL and the folder. If both are right, the file must hold the line
//! `provider = "postgresql"` or `provider = "sqlite"` exactly so: one blank on both sides of the
//! sign, double quotes, nothing behind them.

use crate::policy::{Facts, Findings, Meta, Severity::Error};

pub(super) const META: Meta = Meta {
    summary: "migration_lock.toml is for another database",
    severities: [Error, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let dialect = facts.dialect();
    if let Some(mismatch) = facts.migrations().lock_file().mismatch(dialect) {
        findings.report(
            mismatch,
            format!(
                "check the database URL and the folder; for this database the file must hold the \
                 line `provider = \"{}\"`",
                dialect.provider()
            ),
        );
    }
}
