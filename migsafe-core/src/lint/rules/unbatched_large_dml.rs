//! ## What it detects
//!
//! An `UPDATE` or `DELETE` in a transaction, on a table that was not made by the same deploy, that is not run
//! in batches.
//!
//! ## Why it hurts
//!
//! Every row it touches stays locked until the end of the migration, dead rows pile up, and replicas fall
//! behind. How many rows that are, the file does not say.
//!
//! ## What to do
//!
//! Run it [in batches](../no-transaction.md) by the primary key: `-- migsafe: no-transaction because …` and `--
//! migsafe: repeat`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! UPDATE users SET age = 18 WHERE age < 18; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! -- migsafe: no-transaction because the rows are changed in batches
//! -- migsafe: repeat
//! UPDATE users SET age = 18 WHERE id IN (SELECT id FROM users WHERE age < 18 ORDER BY id LIMIT 5000);
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::ActionKind;

pub(super) const META: Meta =
    Meta { summary: "rows are changed all at once", severities: [Off, Off, Off], ..Meta::POSTGRES };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let (ActionKind::Update { table, .. } | ActionKind::Delete { table, .. }) =
            &site.action.kind
        else {
            continue;
        };
        if !site.is_new(table) && !site.statement.repeats() {
            findings.report_site(
                &site,
                format!(
                    "every row of {table} that it touches stays locked until the migration ends"
                ),
                "run it in batches by the primary key, with `-- migsafe: repeat`",
            );
        }
    }
}
