//! ## What it detects
//!
//! `ALTER TYPE … ADD VALUE` without `BEFORE` or `AFTER`. Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! The value becomes the last. Where values are compared or sorted, that is rarely meant, and it cannot be
//! changed later. Prisma never writes a position.
//!
//! ## What to do
//!
//! Write `BEFORE` or `AFTER` and the value beside it.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TYPE size AS ENUM ('small', 'large');
//! ```
//!
//! ```sql runs
//! ALTER TYPE size ADD VALUE 'medium'; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TYPE size AS ENUM ('small', 'large');
//! ```
//!
//! ```sql
//! ALTER TYPE size ADD VALUE 'medium' BEFORE 'large';
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a new value of an enum has no place among the others",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::AddEnumValue { name, value, positioned: false, .. } = &site.action.kind {
            findings.report_site(
                &site,
                format!("'{value}' becomes the last value of {name}"),
                "write BEFORE or AFTER and the value that it stands beside",
            );
        }
    }
}
