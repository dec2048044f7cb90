//! ## What it detects
//!
//! `ATTACH PARTITION` of a table that was not made by the same deploy and has no validated check, as far as the
//! migrations say.
//!
//! ## Why it hurts
//!
//! The server reads all rows of the partition under an `ACCESS EXCLUSIVE` lock on it (measured) to see whether
//! they belong there; so it does with the default partition.
//!
//! ## What to do
//!
//! Add a check that says what the bound says, `NOT VALID`, validate it in the next migration, and attach after
//! that: then no row is read.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE events (at date NOT NULL, id bigint, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
//! CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
//! CREATE TABLE events_2026 (at date NOT NULL, id bigint NOT NULL);
//! ```
//!
//! ```sql runs
//! ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01'); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE events (at date NOT NULL, id bigint) PARTITION BY RANGE (at);
//! CREATE TABLE events_2026 (at date NOT NULL, id bigint NOT NULL);
//! ```
//!
//! ```sql
//! ALTER TABLE events_2026 ADD CONSTRAINT in_2026 CHECK (at >= '2026-01-01' AND at < '2027-01-01') NOT VALID;
//! -- next migration
//! ALTER TABLE events_2026 VALIDATE CONSTRAINT in_2026;
//! -- next migration
//! ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "all rows of a partition are read under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AttachPartition { partition, .. } = &site.action.kind else {
            continue;
        };
        let has_check = site.table(partition).is_some_and(|table| {
            table
                .constraints()
                .any(|known| known.validated && matches!(known.kind, ConstraintKind::Check(_)))
        });
        if !has_check && !site.is_new(partition) {
            findings.report_site(
                &site,
                format!("all of {partition} is read while nobody else can read or write it"),
                "add a check that says what the bound says, validate it, then attach",
            );
        }
    }
}
