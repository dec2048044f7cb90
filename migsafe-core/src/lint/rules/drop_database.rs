//! ## What it detects
//!
//! `DROP DATABASE`.
//!
//! ## Why it hurts
//!
//! A migration changes one database. Dropping a whole one has no place in a file that runs wherever it is
//! deployed.
//!
//! ## What to do
//!
//! Do it by hand, where you see which server you are on.
//!
//! ## Bad
//!
//! ```sql skip
//! DROP DATABASE old; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY);
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta =
    Meta { summary: "a database goes", severities: [Error, Error, Error], ..Meta::POSTGRES };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::Drop { kind: ObjectKind::Database, name, .. } = &site.action.kind {
            findings.report_site(
                &site,
                format!("the database {name} is lost"),
                "drop it by hand, not in a migration",
            );
        }
    }
}
