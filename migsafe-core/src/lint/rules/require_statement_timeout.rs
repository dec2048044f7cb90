//! ## What it detects
//!
//! A script that locks a table that is in use against writers and does not set `statement_timeout` before. Off
//! unless a team asks for it.
//!
//! ## Why it hurts
//!
//! A statement that takes longer than anybody thought keeps its locks meanwhile. migsafe sets none unless told to
//! (`--statement-timeout`, `Options::with_statement_timeout`).
//!
//! ## What to do
//!
//! Write `SET LOCAL statement_timeout = '15min'` at the top of the script, with the time that is bearable.
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
//! SET LOCAL statement_timeout = '1min';
//! ALTER TABLE users ADD COLUMN email text;
//! ```
//!
//! ```sql
//! CREATE TABLE notes (id bigint PRIMARY KEY);
//! ```

use crate::lint::settings::locks_without;
use crate::policy::{Facts, Findings, Meta, Severity::Off};

pub(super) const META: Meta = Meta {
    summary: "a script locks a table for as long as it takes",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (site, table) in locks_without(facts, "statement_timeout") {
        let help = if site.script.runs_by_statement() {
            "deploy with --statement-timeout"
        } else {
            "write SET LOCAL statement_timeout above, or deploy with --statement-timeout"
        };
        findings.report_site(
            &site,
            format!("without statement_timeout, {table} stays locked for as long as it takes"),
            help,
        );
    }
}
