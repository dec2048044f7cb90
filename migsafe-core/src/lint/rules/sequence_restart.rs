//! ## What it detects
//!
//! `ALTER SEQUENCE … RESTART`, and `TRUNCATE … RESTART IDENTITY`, unless the sequence or the table was made by
//! the same deploy.
//!
//! ## Why it hurts
//!
//! The sequence gives numbers that rows, or rows elsewhere and logs, have already: the next `INSERT` fails on the
//! primary key, or an old reference means a new row. `ALTER SEQUENCE` also keeps everybody from drawing a number
//! until the transaction ends (SHARE ROW EXCLUSIVE on the sequence, measured).
//!
//! ## What to do
//!
//! Set it from what is there: `SELECT setval('users_id_seq', (SELECT max(id) FROM users))`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigserial PRIMARY KEY);
//! ```
//!
//! ```sql runs
//! ALTER SEQUENCE users_id_seq RESTART; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigserial PRIMARY KEY);
//! ```
//!
//! ```sql
//! SELECT setval('users_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM users), false);
//! ```
//!
//! ```sql
//! CREATE SEQUENCE numbers;
//! ALTER SEQUENCE numbers RESTART WITH 100;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a sequence begins anew and gives numbers that are taken",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let (ActionKind::AlterSequence { name, restart: true, .. }
        | ActionKind::Truncate { table: name, restart_identity: true, .. }) = &site.action.kind
        else {
            continue;
        };
        // Of `serial`, a sequence is named after its table.
        let of_new = site.earlier().any(|earlier| match &earlier.action.kind {
            ActionKind::CreateTable(table) => {
                name.name.starts_with(&table.name.name) && name.name.ends_with("_seq")
            }
            _ => false,
        });
        if !site.is_new(name) && !of_new {
            findings.report_site(
                &site,
                format!("numbers of {name} begin anew, and some of them may be taken"),
                "set it from what is there: SELECT setval(sequence, (SELECT max(column) FROM table))",
            );
        }
    }
}
