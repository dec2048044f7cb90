//! ## What it detects
//!
//! `DISABLE TRIGGER` without `ENABLE TRIGGER` later in the same script.
//!
//! ## Why it hurts
//!
//! Foreign keys and audits are triggers too: with `ALL` nothing is checked any more, and rows that were written
//! meanwhile are not checked later.
//!
//! ## What to do
//!
//! Enable it again in the same script, or drop it.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY);
//! CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
//! CREATE TRIGGER users_audit AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION audit();
//! ```
//!
//! ```sql runs
//! ALTER TABLE users DISABLE TRIGGER users_audit; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY);
//! CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
//! CREATE TRIGGER users_audit AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION audit();
//! ```
//!
//! ```sql
//! ALTER TABLE users DISABLE TRIGGER users_audit;
//! INSERT INTO users VALUES (1);
//! ALTER TABLE users ENABLE TRIGGER users_audit;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta =
    Meta { summary: "a trigger stays off", severities: [Warn, Warn, Warn], ..Meta::POSTGRES };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::SwitchTrigger { table, trigger, enable: false } = &site.action.kind else {
            continue;
        };
        let again = site.later_on(table).any(|later| {
            matches!(&later.action.kind, ActionKind::SwitchTrigger { table: on, trigger: other, enable: true }
                if on.may_be(table) && (other == trigger || other.eq_ignore_ascii_case("all")))
        });
        if !again {
            findings.report_site(
                &site,
                format!("{trigger} on {table} stays off after the migration"),
                "enable it again in the same script",
            );
        }
    }
}
