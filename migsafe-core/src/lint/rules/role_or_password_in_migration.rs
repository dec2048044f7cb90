//! ## What it detects
//!
//! A password in a script: of a role, a subscription, a user mapping. A role that is made without one is a note.
//!
//! ## Why it hurts
//!
//! Who can read the repository or its history can log in. And roles belong to all databases of a server: the
//! script fails on the second of them. migsafe never prints the password, but the script stays in git, and in the
//! log of the server.
//!
//! ## What to do
//!
//! Make roles where servers are set up, with the password from a store of secrets. When a password was committed,
//! change it.
//!
//! ## Bad
//!
//! ```sql
//! CREATE ROLE app LOGIN PASSWORD 'x'; -- no place is given, so that no report shows the line
//! ```
//!
//! ```sql
//! CREATE ROLE app NOLOGIN;
//! ```
//!
//! ```sql
//! ALTER ROLE app PASSWORD 'x';
//! ```
//!
//! ## Good
//!
//! ```sql
//! ALTER ROLE CURRENT_USER SET statement_timeout = DEFAULT;
//! ```

use crate::Dialect::Postgres;
use crate::lint::{Site, sites};
use crate::policy::{Facts, Findings, Location, Meta, Severity::Error, Severity::Note};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "a password, or the making of a role, is in a script",
    severities: [Error, Error, Error],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if has_password(&site) {
            // Without a place in the text, no report shows the line.
            let place = Location { statement: Some(site.index + 1), ..Location::default() };
            findings.report_at(
                site.migration,
                place,
                format!("statement {} holds a password", site.index + 1),
                "change the password, and set it where servers are set up, from a store of secrets",
            );
        } else if let ActionKind::Role { name, create: true, .. } = &site.action.kind {
            let name = name.as_deref().unwrap_or("the role");
            findings.weigh_at_most(Note).report_site(
                &site,
                format!("{name} belongs to all databases of the server, not to this one"),
                "make roles where servers are set up",
            );
        }
    }
}

fn has_password(site: &Site<'_>) -> bool {
    let connects = match &site.action.kind {
        ActionKind::Role { password, .. } => return *password,
        ActionKind::CreateOther { kind, .. } | ActionKind::AlterOther { kind, .. } => {
            matches!(kind, ObjectKind::Subscription | ObjectKind::Server | ObjectKind::Other)
        }
        _ => false,
    };
    connects && site.sql().to_ascii_lowercase().contains("password")
}
