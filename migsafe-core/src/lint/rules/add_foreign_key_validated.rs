//! ## What it detects
//!
//! `ADD CONSTRAINT … FOREIGN KEY` without `NOT VALID` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! The server looks up the parent of every row while neither table can be written (`SHARE ROW EXCLUSIVE` on
//! both, measured), and fails on the first row without one.
//!
//! ## What to do
//!
//! Add the key with `NOT VALID`, which only looks at new rows, and validate it in the next migration: that
//! reads the table while everybody works on. `migsafe new --template add-foreign-key` writes both, and the
//! index that the key needs.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD CONSTRAINT users_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs (id) ON DELETE CASCADE; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD CONSTRAINT users_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs (id) NOT VALID;
//! -- next migration
//! ALTER TABLE users VALIDATE CONSTRAINT users_org_id_fkey;
//! ```
//!
//! ```sql
//! CREATE TABLE posts (id bigint PRIMARY KEY, org_id bigint);
//! ALTER TABLE posts ADD CONSTRAINT posts_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs (id);
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::{is_partitioned, validated_later};
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a foreign key looks up every row while both tables cannot be written",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddConstraint { table, constraint } = &site.action.kind else {
            continue;
        };
        let ConstraintKind::ForeignKey(key) = &constraint.kind else {
            continue;
        };
        if constraint.not_valid || site.is_new(table) {
            continue;
        }
        let message =
            format!("nobody can write to {table} or {} while every row is looked up", key.table);
        if is_partitioned(&site, table) && !site.server_is_at_least(180_000) {
            let help = "add it to each partition NOT VALID and validate it there, then add it to the partitioned \
                        table, which takes those over";
            findings.report_site(&site, message, help);
            continue;
        }
        let help = "add it NOT VALID, and validate it in the next migration";
        findings.report_site_with(&site, message, help, validated_later(&site, table, constraint));
    }
}
