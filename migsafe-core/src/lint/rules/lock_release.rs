//! ## What it detects
//!
//! `DISCARD ALL` and the calls of `pg_advisory_unlock`, `pg_advisory_unlock_shared`,
//! `pg_advisory_unlock_all`.
//!
//! ## Why it hurts
//!
//! They free advisory locks of the session. The migration lock is one: without it two deploys may
//! run at once. `DISCARD ALL` is refused inside a transaction besides.
//!
//! ## What to do
//!
//! Remove the statement. A script that needs an advisory lock of its own takes
//! `pg_advisory_xact_lock`, which ends with the transaction.
//!
//! ## Bad
//!
//! ```sql
//! SELECT pg_advisory_unlock_all(); -- found
//! SELECT pg_advisory_unlock(1); -- found
//! ```
//!
//! ```sql
//! DISCARD ALL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! SELECT pg_advisory_xact_lock(1);
//! ```

use crate::lint::statements::statements;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script frees advisory locks",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements(facts) {
        if statement.has(|fact| matches!(fact, Fact::ReleasesLocks)) {
            findings.report_at(
                name,
                location,
                format!(
                    "{} frees advisory locks, the migration lock may be among them",
                    statement.verb()
                ),
                "remove it; locks of pg_advisory_xact_lock end with the transaction",
            );
        }
    }
}
