//! ## What it detects
//!
//! `DROP VIEW` of a view that was not made by the same deploy and is not made again in the same script.
//!
//! ## Why it hurts
//!
//! Code that reads it fails from the moment of the commit.
//!
//! ## What to do
//!
//! Drop it when no code reads it any more.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE VIEW emails AS SELECT email FROM users;
//! ```
//!
//! ```sql runs
//! DROP VIEW emails; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE VIEW emails AS SELECT email FROM users;
//! ```
//!
//! ```sql
//! DROP VIEW emails;
//! CREATE VIEW emails AS SELECT email, id FROM users;
//! ```

use crate::lint::all_sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta =
    Meta { summary: "code that reads a view fails", severities: [Note, Note, Note], ..Meta::SQL };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        let ActionKind::Drop {
            kind: ObjectKind::View | ObjectKind::MaterializedView, name, ..
        } = &site.action.kind
        else {
            continue;
        };
        let again = site.later().any(|later| match &later.action.kind {
            ActionKind::CreateView(view) => view.name.may_be(name),
            ActionKind::CreateTable(table) => table.name.may_be(name),
            ActionKind::Rename { to, .. } => *to == name.name,
            _ => false,
        });
        if !again && !site.is_new(name) {
            findings.report_site(
                &site,
                format!("code that reads {name} fails at once"),
                "drop it when no code reads it any more",
            );
        }
    }
}
