//! ## What it detects
//!
//! `SET TABLESPACE` of a table or index that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! Its files are copied under an `ACCESS EXCLUSIVE` lock (PostgreSQL manual, ALTER TABLE): nobody can read or
//! write it until that is through.
//!
//! ## What to do
//!
//! Do it at a quiet time, or fill a new table in the other tablespace in batches and swap the two. An index can
//! be built anew there with `CONCURRENTLY`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users SET TABLESPACE pg_default; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY) TABLESPACE pg_default;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a table is copied under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::SetTablespace { name, .. } = &site.action.kind
            && !site.is_new(name)
        {
            findings.report_site(
                &site,
                format!("{name} is copied while nobody else can read or write it"),
                "choose a quiet time, or fill a new one in batches and swap the two",
            );
        }
    }
}
