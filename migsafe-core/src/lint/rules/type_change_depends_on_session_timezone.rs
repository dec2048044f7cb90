//! ## What it detects
//!
//! A change between `timestamp` and `timestamptz` without `USING`.
//!
//! ## Why it hurts
//!
//! How the values are read depends on the `TimeZone` of whoever runs the migration: in UTC the rows stay as
//! they are, in another zone the whole table is written anew (measured) and every value means another moment.
//!
//! ## What to do
//!
//! Say which zone the values are in: `USING made AT TIME ZONE 'UTC'`, or put `SET LOCAL TimeZone = 'UTC'`
//! before it.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), age integer, made timestamp, price numeric(10, 2));
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ALTER COLUMN made TYPE timestamptz; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), age integer, made timestamp, price numeric(10, 2));
//! ```
//!
//! ```sql
//! SET LOCAL TimeZone = 'UTC';
//! ALTER TABLE users ALTER COLUMN made TYPE timestamptz;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::lint::types::is_zone_change;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "what becomes of the values depends on the session's time zone",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AlterColumnType { table, column, ty, using: None, .. } = &site.action.kind
        else {
            continue;
        };
        let Some(old) = site.column(table, column).and_then(|column| column.ty.as_ref()) else {
            continue;
        };
        // Where each statement has a transaction of its own, a zone that was set is gone again.
        let zone_is_set = || {
            !site.script.runs_by_statement()
                && site.earlier().any(|earlier| {
                    matches!(&earlier.action.kind, ActionKind::Set { name, value: Some(_), .. }
                    if name.eq_ignore_ascii_case("timezone"))
                })
        };
        if is_zone_change(old, ty) && !site.is_new(table) && !zone_is_set() {
            findings.report_site(
                &site,
                format!("the values of {table}.{column} are read in the session's time zone"),
                "say which zone they are in, with SET LOCAL TimeZone or USING … AT TIME ZONE",
            );
        }
    }
}
