//! ## What it detects
//!
//! `DETACH PARTITION` without `CONCURRENTLY`.
//!
//! ## Why it hurts
//!
//! It takes an `ACCESS EXCLUSIVE` lock on the whole partitioned table (measured): short, but everybody who uses
//! any partition waits behind it while it waits.
//!
//! ## What to do
//!
//! Write `DETACH PARTITION … CONCURRENTLY` alone into a migration of its own (PostgreSQL 14). It does not go
//! while there is a default partition.
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
//! ALTER TABLE events DETACH PARTITION events_2025; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE events (at date NOT NULL, id bigint, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
//! CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
//! CREATE TABLE events_2026 (at date NOT NULL, id bigint NOT NULL);
//! ```
//!
//! ```sql
//! ALTER TABLE events DETACH PARTITION events_2025 CONCURRENTLY;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn, Suggestion};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a partition goes under the strongest lock on all of them",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::DetachPartition { table, partition, concurrently: false, finalize: false } =
            &site.action.kind
        else {
            continue;
        };
        if site.is_new(table) {
            continue;
        }
        let script = format!(
            "ALTER TABLE {} DETACH PARTITION {} CONCURRENTLY;\n",
            site.quote_name(table),
            site.quote_name(partition)
        );
        findings.report_site_with(
            &site,
            format!("nobody can read or write any partition of {table} meanwhile"),
            "detach it with CONCURRENTLY, alone in a migration of its own",
            Suggestion::migrations([script]),
        );
    }
}
