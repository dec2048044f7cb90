//! ## What it detects
//!
//! `OWNER TO` of an object that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! The next migration may run as a role that is not the owner any more and then cannot alter the object; an
//! `ACCESS EXCLUSIVE` lock is taken for a moment (measured).
//!
//! ## What to do
//!
//! Change owners of all objects together, outside migrations, to the role that deploys.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users OWNER TO CURRENT_USER; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY);
//! ALTER TABLE t OWNER TO CURRENT_USER;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "an object gets another owner",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::OwnerTo { kind, name, .. } = &site.action.kind
            && !site.is_new(name)
        {
            findings.report_site(
                &site,
                format!("who may alter the {} {name} changes with this migration", kind.words()),
                "make sure that the role which deploys stays a member of the owner",
            );
        }
    }
}
