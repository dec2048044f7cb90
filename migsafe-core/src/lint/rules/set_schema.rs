//! ## What it detects
//!
//! `ALTER TABLE … SET SCHEMA` and the same for views, types, functions and sequences that were not made by the
//! same deploy.
//!
//! ## Why it hurts
//!
//! Code finds the object by its old schema or by the `search_path`, and fails from the moment of the commit.
//!
//! ## What to do
//!
//! Leave a view of the old name in the old schema until no code uses it.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE SCHEMA app;
//! ```
//!
//! ```sql runs
//! ALTER TABLE users SET SCHEMA app; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE SCHEMA app;
//! ```
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY);
//! ALTER TABLE t SET SCHEMA app;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "an object moves to another schema while old code runs",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::SetSchema { kind, name, schema } = &site.action.kind
            && !site.is_new(name)
        {
            findings.report_site(
                &site,
                format!(
                    "code that looks for the {} {name} does not find it in {schema}",
                    kind.words()
                ),
                "leave a view of the old name where it was",
            );
        }
    }
}
