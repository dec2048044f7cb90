//! ## What it detects
//!
//! A script that runs in a transaction, locks a table that is in use against writers, and does not set
//! `idle_in_transaction_session_timeout` before. Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! When the machine that deploys is cut off between two statements, the server notices late, and the locks stay
//! until it does. migsafe sends a script in one message, so that there is hardly such a pause; other tools send
//! statement by statement.
//!
//! ## What to do
//!
//! Write `SET LOCAL idle_in_transaction_session_timeout = '1min'` at the top of the script, or set it for the
//! role that deploys.
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
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql
//! SET LOCAL idle_in_transaction_session_timeout = '1min';
//! ALTER TABLE users ADD COLUMN email text;
//! ```
//!
//! ```sql
//! CREATE TABLE notes (id bigint PRIMARY KEY);
//! ```

use crate::lint::settings::locks_without;
use crate::policy::{Facts, Findings, Meta, Severity::Off};

pub(super) const META: Meta = Meta {
    summary: "locks of a client that is cut off stay",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (site, table) in locks_without(facts, "idle_in_transaction_session_timeout") {
        if facts.runs_in_transaction(site.script) {
            findings.report_site(
                &site,
                format!(
                    "should the client be cut off, {table} stays locked until the server sees it"
                ),
                "write SET LOCAL idle_in_transaction_session_timeout above, or set it for the role",
            );
        }
    }
}
