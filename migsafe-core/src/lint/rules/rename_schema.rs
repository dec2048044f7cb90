//! ## What it detects
//!
//! `ALTER SCHEMA … RENAME TO`.
//!
//! ## Why it hurts
//!
//! Every query that names the schema, and every `search_path` that lists it, fails or finds other tables from
//! the moment of the commit. migsafe's own history table may be in it.
//!
//! ## What to do
//!
//! Make the new schema, move the tables one release at a time, and leave views in the old one.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE SCHEMA app;
//! ```
//!
//! ```sql runs
//! ALTER SCHEMA app RENAME TO application; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE SCHEMA application;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "a schema gets another name while old code runs",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::Rename { kind: ObjectKind::Schema, name, .. } = &site.action.kind
            && !site.is_new(name)
        {
            findings.report_site(
                &site,
                format!(
                    "code that names the schema {name}, or has it in its search_path, fails at once"
                ),
                "make the new schema and move the tables one release at a time",
            );
        }
    }
}
