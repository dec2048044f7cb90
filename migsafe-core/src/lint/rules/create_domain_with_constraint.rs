//! ## What it detects
//!
//! `CREATE DOMAIN` with a check or `NOT NULL`.
//!
//! ## Why it hurts
//!
//! The constraint cannot be made stricter without reading every table that uses the domain, and no list of the
//! columns stands anywhere near it.
//!
//! ## What to do
//!
//! Put the check on the columns, where it can be added with `NOT VALID` for one table at a time.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%'); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY, email text CHECK (email LIKE '%@%'));
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a domain has a constraint, and a later change of it reads every table that uses it",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::CreateDomain { name, constraints, not_null, .. } = &site.action.kind
            && (*not_null || !constraints.is_empty())
        {
            findings.report_site(
                &site,
                format!(
                    "to change the constraint of {name}, every table that uses it has to be read"
                ),
                "put the constraint on the columns",
            );
        }
    }
}
