//! ## What it detects
//!
//! `SET search_path`, `SET ROLE`, `SET SESSION AUTHORIZATION` (also as `set_config`, also `RESET`)
//! that is not `LOCAL`. Every dump of `pg_dump` begins with one. In a script that runs statement by statement
//! [`lost-between-statements`](lost-between-statements.md) says more.
//!
//! ## Why it hurts
//!
//! Objects named without a schema land in another schema, or belong to another role. migsafe sets
//! both back after each migration; Prisma does not, loses its own history table and leaves the
//! migration unfinished (P1014).
//!
//! ## What to do
//!
//! Write schema names before the names of objects, or use `SET LOCAL`.
//!
//! ## Bad
//!
//! ```sql
//! SET search_path = app; -- found
//! SET ROLE owner; -- found
//! ```
//!
//! ```sql runs
//! SELECT pg_catalog.set_config('search_path', '', false); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE SCHEMA app;
//! SET LOCAL search_path = app;
//! CREATE TABLE users (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql
//! SELECT set_config('search_path', 'app', true);
//! ```

use crate::lint::statements::statements_together;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script changes search_path or role for the session",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements_together(facts) {
        for fact in statement.facts() {
            let what = match fact {
                Fact::SetsSearchPath { local: false } => "search_path",
                Fact::SetsRole { local: false } => "the role",
                _ => continue,
            };
            findings.report_at(
                name,
                location,
                format!(
                    "{} changes {what} for the session; objects of the following statements may \
                     land elsewhere",
                    statement.verb()
                ),
                "write the schema before each name, or use SET LOCAL; migsafe sets it back after \
                 the migration",
            );
        }
    }
}
