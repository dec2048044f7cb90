//! ## What it detects
//!
//! `session_replication_role` set to `replica`, also with `set_config`; `local` is the same for this purpose.
//!
//! ## Why it hurts
//!
//! Foreign keys are not checked and triggers do not run: rows that break a foreign key stay in the table, and no
//! later statement finds them. It takes a superuser.
//!
//! ## What to do
//!
//! Bring the rows in an order that the foreign keys allow, or make the foreign keys `DEFERRABLE`. Where it has to
//! be, say why in a suppression, and check the keys afterwards.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql runs
//! SET LOCAL session_replication_role = replica; -- found
//! INSERT INTO users VALUES (1);
//! ```
//!
//! ```sql runs
//! SELECT set_config('session_replication_role', 'replica', true); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql
//! SET LOCAL session_replication_role = DEFAULT;
//! INSERT INTO users VALUES (1);
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Error, Severity::Warn};
use crate::sql::{ActionKind, Fact};

const SETTING: &str = "session_replication_role";

pub(super) const META: Meta = Meta {
    summary: "triggers and foreign keys are switched off",
    severities: [Warn, Error, Error],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let switched = match &site.action.kind {
            ActionKind::Set { name, value, .. } => {
                let harmless = value.as_deref().is_none_or(|value| {
                    value.eq_ignore_ascii_case("origin") || value.eq_ignore_ascii_case("default")
                });
                name == SETTING && !harmless
            }
            ActionKind::Query { .. } => {
                let sets =
                    |fact: &Fact| matches!(fact, Fact::SetsSetting { name, .. } if name == SETTING);
                site.statement.has(sets) && !site.sql().to_ascii_lowercase().contains("'origin'")
            }
            _ => false,
        };
        if switched {
            findings.report_site(
                &site,
                "foreign keys are not checked and triggers do not run from here on",
                "write the rows in an order that the foreign keys allow, or make them DEFERRABLE",
            );
        }
    }
}
