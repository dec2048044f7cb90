//! ## What it detects
//!
//! `ALTER COLUMN … TYPE` on a table that was not made by the same deploy, unless the old type is known and the
//! change leaves the rows as they are: a longer `varchar`, `varchar` to `text`, more digits of a `numeric` with
//! the same scale, more precise times.
//!
//! ## Why it hurts
//!
//! The server writes the whole table and its indexes anew under an `ACCESS EXCLUSIVE` lock (measured): nobody
//! can read or write it until that is through, and twice the space is needed.
//!
//! ## What to do
//!
//! Add a column of the new type, keep both the same with a trigger, fill it in batches and drop the old one:
//! `migsafe new --template change-type` writes the steps.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), age integer, made timestamp, price numeric(10, 2));
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ALTER COLUMN age TYPE bigint; -- found
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ALTER COLUMN price TYPE numeric(12, 4); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), age integer, made timestamp, price numeric(10, 2));
//! ```
//!
//! ```sql
//! ALTER TABLE users ALTER COLUMN email TYPE varchar(200);
//! ALTER TABLE users ALTER COLUMN email TYPE text;
//! ALTER TABLE users ALTER COLUMN price TYPE numeric(14, 2);
//! ```
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY, n integer);
//! ALTER TABLE t ALTER COLUMN n TYPE bigint;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::lint::types::{is_zone_change, keeps_rows};
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a change of type writes the table anew under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AlterColumnType { table, column, ty, using, .. } = &site.action.kind else {
            continue;
        };
        if site.is_new(table) {
            continue;
        }
        let old = site.column(table, column).and_then(|column| column.ty.as_ref());
        match old {
            Some(old) if using.is_none() && keeps_rows(old, ty) => {}
            Some(old) if using.is_none() && is_zone_change(old, ty) => {}
            Some(_) => findings.report_site(
                &site,
                format!("{table} is written anew while nobody else can read or write it"),
                "fill a new column instead: `migsafe new --template change-type`",
            ),
            None => findings.report_site(
                &site,
                format!("{table} may be written anew while nobody else can read or write it"),
                "unless the rows stay as they are (a longer varchar, text), fill a new column: \
                 `migsafe new --template change-type`",
            ),
        }
    }
}
