//! ## What it detects
//!
//! A script that locks a table that is in use against writers and does not set `lock_timeout` before; and one
//! that sets it to 0. Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! Whoever waits for such a lock makes everybody wait who comes later, readers too: one forgotten transaction
//! stops the table.
//!
//! migsafe itself sets `lock_timeout` for each script, to 5 s unless told otherwise (`--lock-timeout`,
//! `Options::with_lock_timeout`), and tries again what ran into it. The rule is for folders that another tool
//! deploys as well, which does not.
//!
//! ## What to do
//!
//! Write `SET LOCAL lock_timeout = '5s'` at the top of the script.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN email text; -- found
//! ```
//!
//! ```sql runs
//! SET LOCAL lock_timeout = 0; -- found
//! ALTER TABLE users ADD COLUMN email text;
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql
//! SET LOCAL lock_timeout = '5s';
//! ALTER TABLE users ADD COLUMN email text;
//! ```
//!
//! ```sql
//! CREATE TABLE notes (id bigint PRIMARY KEY);
//! ```

use crate::Dialect::Postgres;
use crate::lint::settings::locks_without;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a script waits for locks for as long as it takes, unless migsafe deploys it",
    severities: [Off, Off, Off],
    note: Some("`migsafe deploy` sets the time-out itself."),
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (site, table) in locks_without(facts, "lock_timeout") {
        // Only migsafe runs such a script, with its own time-out for each statement.
        if site.script.runs_by_statement() {
            continue;
        }
        findings.report_site(
            &site,
            format!("without lock_timeout, everybody queues behind this when {table} is in use"),
            "write SET LOCAL lock_timeout = '5s' above; migsafe deploy does that by itself",
        );
    }
    for site in sites(facts, Postgres) {
        if let ActionKind::Set { name, value: Some(value), .. } = &site.action.kind
            && name == "lock_timeout"
            && value.trim_end_matches(char::is_alphabetic).trim_end() == "0"
        {
            findings.report_site(
                &site,
                "the time-out that migsafe sets is turned off",
                "give a time; migsafe tries again what ran into it",
            );
        }
    }
}
