//! ## What it detects
//!
//! `TRUNCATE … CASCADE`.
//!
//! ## Why it hurts
//!
//! Every table whose foreign keys lead to the named one loses all its rows too, and those that refer to these,
//! without being named.
//!
//! ## What to do
//!
//! Name every table that is meant, without `CASCADE`: then it fails where another one refers to them.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs (id));
//! CREATE INDEX users_org_id_idx ON users (org_id);
//! ```
//!
//! ```sql runs
//! TRUNCATE orgs CASCADE; -- found
//! -- also: truncate, data-loss
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs (id));
//! CREATE INDEX users_org_id_idx ON users (org_id);
//! ```
//!
//! ```sql
//! -- migsafe: allow(truncate) because both hold test data only
//! TRUNCATE orgs, users;
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
    summary: "tables that are not named lose their rows",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::Truncate { table, cascade: true, .. } = &site.action.kind
            && !site.is_new(table)
        {
            by_rows(&site, findings).report_site(
                &site,
                format!("every table that refers to {table} loses its rows too"),
                "name every table that is meant, and leave out CASCADE",
            );
        }
    }
}
