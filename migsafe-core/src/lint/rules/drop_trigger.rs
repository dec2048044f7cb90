//! ## What it detects
//!
//! `DROP TRIGGER` of a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! What it kept right is not kept any more, at once, while old code still relies on it. It takes an `ACCESS
//! EXCLUSIVE` lock for a moment (measured).
//!
//! ## What to do
//!
//! Drop it when no code relies on it. One that is made again in the same script is not reported.
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
//! DROP TRIGGER users_audit ON users; -- found
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
//! DROP TRIGGER users_audit ON users;
//! CREATE TRIGGER users_audit AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION audit();
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "what a trigger kept right is kept no more",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::Drop { kind: ObjectKind::Trigger, name, on: Some(table), .. } =
            &site.action.kind
        else {
            continue;
        };
        let again = site.later_on(table).any(|later| {
            matches!(&later.action.kind, ActionKind::CreateTrigger(trigger) if trigger.table.may_be(table))
        });
        if !again && !site.is_new(table) {
            findings.report_site(
                &site,
                format!("what the trigger {name} does on {table} stops at once"),
                "drop it when no code relies on it",
            );
        }
    }
}
