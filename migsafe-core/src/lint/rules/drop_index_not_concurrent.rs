//! ## What it detects
//!
//! `DROP INDEX` without `CONCURRENTLY` of an index that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! It takes an `ACCESS EXCLUSIVE` lock on the table and the index (measured): short, but while it waits for a
//! long query everybody else waits behind it.
//!
//! ## What to do
//!
//! Write `DROP INDEX CONCURRENTLY` alone into a migration of its own. The index of a constraint goes with
//! `ALTER TABLE … DROP CONSTRAINT` and takes no `CONCURRENTLY`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE INDEX users_email_idx ON users (email);
//! ```
//!
//! ```sql runs
//! DROP INDEX users_email_idx; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE INDEX users_email_idx ON users (email);
//! ```
//!
//! ```sql
//! DROP INDEX CONCURRENTLY users_email_idx;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note, Suggestion};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "an index is dropped under a lock that stops readers too",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::Drop {
            kind: ObjectKind::Index,
            name,
            if_exists,
            cascade,
            concurrently: false,
            ..
        } = &site.action.kind
        else {
            continue;
        };
        let table = site.index(name).map(|index| &index.table);
        if site.is_new(name) || table.is_some_and(|table| site.is_new(table)) {
            continue;
        }
        let message = format!("while index {name} is dropped nobody can read or write its table");
        let help = "drop it with CONCURRENTLY, alone in a migration of its own";
        if *cascade {
            findings.report_site(
                &site,
                message,
                "drop what depends on it first, then it with CONCURRENTLY",
            );
        } else {
            let word = if *if_exists { " IF EXISTS" } else { "" };
            let script = format!("DROP INDEX CONCURRENTLY{word} {};\n", site.quote_name(name));
            findings.report_site_with(&site, message, help, Suggestion::migrations([script]));
        }
    }
}
