//! ## What it detects
//!
//! `CREATE TYPE … AS ENUM`. Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! A value of an enum cannot be removed and the order cannot be changed: both take a new type and a rewrite of
//! every table that uses it. A new value cannot be used in the transaction that adds it.
//!
//! ## What to do
//!
//! Where the values will change, use a table of values with a foreign key, or `text` with a check.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TYPE status AS ENUM ('draft', 'sent'); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE status (name text PRIMARY KEY);
//! INSERT INTO status VALUES ('draft'), ('sent');
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "values of an enum cannot be removed",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::CreateEnum { name, .. } = &site.action.kind {
            findings.report_site(
                &site,
                format!("no value of {name} can be removed again without a new type"),
                "use a table of values with a foreign key, or text with a check, if they will change",
            );
        }
    }
}
