//! ## What it detects
//!
//! `REPLICA IDENTITY` of a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! Whoever reads the changes of the table by logical replication gets other old values from then on; with
//! `NOTHING`, updates and deletes of a published table fail.
//!
//! ## What to do
//!
//! Coordinate it with those who read the changes.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users REPLICA IDENTITY FULL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY);
//! ALTER TABLE t REPLICA IDENTITY FULL;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "readers of changes get other old values",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::ReplicaIdentity { table, .. } = &site.action.kind
            && !site.is_new(table)
        {
            findings.report_site(
                &site,
                format!("readers of the changes of {table} get other old values from now on"),
                "coordinate it with those who read them",
            );
        }
    }
}
