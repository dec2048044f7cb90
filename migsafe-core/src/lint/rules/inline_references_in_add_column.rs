//! ## What it detects
//!
//! `ADD COLUMN … REFERENCES` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! It locks both tables at once: `ACCESS EXCLUSIVE` on this one and `SHARE ROW EXCLUSIVE` on the parent
//! (measured). With a default every row is looked up under them too.
//!
//! ## What to do
//!
//! Add the column first, then the key with `NOT VALID`, then validate it, each in a migration of its own.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql setup
//! CREATE TABLE posts (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql runs
//! ALTER TABLE posts ADD COLUMN org_id bigint REFERENCES orgs (id); -- found
//! ```
//!
//! ```sql runs
//! INSERT INTO orgs VALUES (1);
//! ALTER TABLE posts ADD COLUMN org_id bigint DEFAULT 1 REFERENCES orgs (id); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql setup
//! CREATE TABLE posts (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql
//! ALTER TABLE posts ADD COLUMN org_id bigint;
//! -- next migration
//! ALTER TABLE posts ADD CONSTRAINT posts_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs (id) NOT VALID;
//! -- next migration
//! ALTER TABLE posts VALIDATE CONSTRAINT posts_org_id_fkey;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Note, Warn},
};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a new column with a foreign key locks two tables",
    severities: [Warn, Warn, Warn],
    note: Some(
        "A note where the column has no default: no row is looked up then, and the locks are short.",
    ),
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let parent = column.constraints.iter().find_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(&key.table),
            _ => None,
        });
        let Some(parent) = parent.filter(|_| !site.is_new(table)) else {
            continue;
        };
        let filled = column.default.as_ref().is_some_and(|default| !default.is_null);
        let help =
            "add the column, then the key NOT VALID, then validate it, each in its own migration";
        if filled {
            let message = format!("every row is looked up in {parent} while {table} is locked");
            findings.report_site(&site, message, help);
        } else {
            let message = format!("{table} and {parent} are locked together");
            findings.weigh_at_most(Note).report_site(&site, message, help);
        }
    }
}
