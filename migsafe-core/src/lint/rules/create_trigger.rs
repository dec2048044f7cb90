//! ## What it detects
//!
//! `CREATE TRIGGER` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! Writers wait while it is made (`SHARE ROW EXCLUSIVE`, measured), and from then on each of them pays for what
//! it does, unseen by the code that writes.
//!
//! ## What to do
//!
//! Nothing, if it is meant. Keep what it does small, and drop it when its purpose is over.
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
//! CREATE TRIGGER users_check BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION audit(); -- found
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
//! CREATE TABLE t (id bigint PRIMARY KEY);
//! CREATE TRIGGER t_audit AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION audit();
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "every writer pays for a trigger",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::CreateTrigger(trigger) = &site.action.kind
            && !site.is_new(&trigger.table)
        {
            findings.report_site(
                &site,
                format!("every writer of {} pays for this trigger from now on", trigger.table),
                "keep what it does small",
            );
        }
    }
}
