//! ## What it detects
//!
//! An `UPDATE` without `WHERE` of a table that was not made by the same deploy. A `WHERE` that holds for every
//! row, such as `WHERE true`, is none; and a `MERGE … ON true WHEN MATCHED THEN UPDATE` is one too.
//!
//! ## Why it hurts
//!
//! Every row is written, and stays locked until the migration ends. Was it meant?
//!
//! ## What to do
//!
//! Say which rows are meant. If all are, run it [in batches](../no-transaction.md), or say so with a
//! suppression.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! UPDATE users SET age = 18; -- found
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
//! UPDATE users SET age = 18 WHERE age IS NULL;
//! ```
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY, n int);
//! INSERT INTO t VALUES (1, 1);
//! UPDATE t SET n = 2;
//! ```

use crate::lint::all_sites;
use crate::lint::weigh::by_rows;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "every row of a table is changed",
    severities: [Warn, Warn, Warn],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        let table = match &site.action.kind {
            ActionKind::Update { table, filtered: false, .. } => table,
            ActionKind::Merge { table, updates_all, .. } if !updates_all.is_empty() => table,
            _ => continue,
        };
        if !site.is_new(table) && !site.statement.repeats() {
            by_rows(&site, findings).report_site(
                &site,
                format!("every row of {table} is changed"),
                "say which rows are meant; change many in batches",
            );
        }
    }
}
