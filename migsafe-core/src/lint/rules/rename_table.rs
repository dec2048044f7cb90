//! ## What it detects
//!
//! `ALTER TABLE … RENAME TO` of a table that was not made by the same deploy. The renames inside a rebuild of
//! an SQLite table are none.
//!
//! ## Why it hurts
//!
//! Code that is running names the old table and fails from the moment of the commit until it is replaced.
//!
//! ## What to do
//!
//! Rename it and leave a view of the old name, through which old code reads and writes, until it is gone:
//! `migsafe new --template rename-table`. In Prisma, `@@map` gives the model another name without touching the
//! database.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users RENAME TO people; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql postgres
//! ALTER TABLE users RENAME TO people;
//! CREATE VIEW users AS SELECT * FROM people;
//! ```
//!
//! ```sql sqlite
//! CREATE TABLE people (id bigint PRIMARY KEY);
//! ```

use crate::lint::Rebuilds;
use crate::lint::all_sites;
use crate::lint::expand::first_release;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ObjectKind};
use crate::template::Template;

pub(super) const META: Meta = Meta {
    summary: "a table gets another name while old code runs",
    severities: [Warn, Warn, Warn],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in all_sites(facts) {
        let ActionKind::Rename { kind: ObjectKind::Table, name, to, .. } = &site.action.kind else {
            continue;
        };
        let has_view = || {
            site.later_on(name).any(|later| {
                matches!(&later.action.kind, ActionKind::CreateView(view) if view.name.may_be(name))
            })
        };
        if site.is_new(name) || rebuilds.at(&site).is_some() || has_view() {
            continue;
        }
        let message = format!("code that names {name} fails at once");
        let template = Template::RenameTable { table: name.clone(), to: to.clone() };
        let help = "leave a view of the old name: `migsafe new --template rename-table`";
        match first_release(&site, &template) {
            Some(suggestion) => findings.report_site_with(&site, message, help, suggestion),
            None => findings.report_site(&site, message, "stop the old code before"),
        }
    }
}
