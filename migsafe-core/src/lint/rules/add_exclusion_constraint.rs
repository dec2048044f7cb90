//! ## What it detects
//!
//! `ADD CONSTRAINT … EXCLUDE` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! Its index is built under an `ACCESS EXCLUSIVE` lock (measured), and there is no form with `NOT VALID`,
//! `CONCURRENTLY` or `USING INDEX`.
//!
//! ## What to do
//!
//! Do it at a quiet time and with a `lock_timeout`, or make a new table with the constraint, copy the rows in
//! batches and swap the names.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE bookings (id bigint PRIMARY KEY, during tstzrange);
//! ```
//!
//! ```sql runs
//! ALTER TABLE bookings ADD CONSTRAINT bookings_no_overlap EXCLUDE USING gist (during WITH &&); -- found
//! ```
//!
//! ## Good
//!
//! ```sql fresh
//! CREATE TABLE bookings (id bigint PRIMARY KEY, during tstzrange, CONSTRAINT bookings_no_overlap EXCLUDE USING gist (during WITH &&));
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "an exclusion constraint builds its index under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::AddConstraint { table, constraint } = &site.action.kind
            && matches!(constraint.kind, ConstraintKind::Exclude)
            && !site.is_new(table)
        {
            findings.report_site(
                &site,
                format!("nobody can read or write {table} while its index is built"),
                "choose a quiet time, or build a new table with it and swap the two",
            );
        }
    }
}
