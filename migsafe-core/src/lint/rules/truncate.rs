//! ## What it detects
//!
//! `TRUNCATE` of a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! Every row is gone when the migration commits, and the table is locked against readers until then. No tool
//! that compares schemas sees it.
//!
//! ## What to do
//!
//! If that is meant, say why: `-- migsafe: allow(truncate) because …`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! TRUNCATE users; -- found
//! -- also: data-loss
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY);
//! TRUNCATE t;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::lint::weigh::by_rows;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "every row of a table is deleted",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::Truncate { table, .. } = &site.action.kind
            && !site.is_new(table)
        {
            by_rows(&site, findings).report_site(
                &site,
                format!("every row of {table} is deleted"),
                "if that is meant, say why: `-- migsafe: allow(truncate) because …`",
            );
        }
    }
}
