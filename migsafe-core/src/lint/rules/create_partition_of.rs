//! ## What it detects
//!
//! `CREATE TABLE … PARTITION OF` a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! It takes an `ACCESS EXCLUSIVE` lock on the partitioned table (measured): short, but everybody waits behind
//! it while it waits.
//!
//! ## What to do
//!
//! Create the table alone and attach it: `ATTACH PARTITION` takes a weaker lock on the parent, and a new table
//! has no rows to read.
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
//! CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01'); -- found
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
//! CREATE TABLE events_2027 (LIKE events INCLUDING ALL);
//! ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a new partition takes the strongest lock on its parent",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::CreateTable(table) = &site.action.kind else {
            continue;
        };
        let Some((parent, _)) = table.partition_of.as_ref() else {
            continue;
        };
        if !site.is_new(parent) {
            findings.report_site(
                &site,
                format!("nobody can read or write any partition of {parent} meanwhile"),
                "create the table alone, then attach it",
            );
        }
    }
}
