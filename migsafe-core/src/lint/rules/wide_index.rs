//! ## What it detects
//!
//! An index over more than three columns that is not unique.
//!
//! ## Why it hurts
//!
//! Each further column makes the index larger and every write slower, and the later ones rarely narrow a search
//! that the first ones already narrowed.
//!
//! ## What to do
//!
//! Keep the columns that the query compares for equality, then one for the range or the order; put columns that
//! are only read into `INCLUDE`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql postgres runs
//! CREATE INDEX CONCURRENTLY users_all_idx ON users (org_id, email, age, id); -- found
//! ```
//!
//! ```sql sqlite runs
//! CREATE INDEX users_all_idx ON users (org_id, email, age, id); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql postgres
//! CREATE INDEX CONCURRENTLY users_org_idx ON users (org_id, email) INCLUDE (age);
//! ```
//!
//! ```sql sqlite
//! CREATE INDEX users_org_idx ON users (org_id, email);
//! ```

use crate::lint::all_sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

/// More than these rarely help.
const MOST: usize = 3;

pub(super) const META: Meta = Meta {
    summary: "an index over more than three columns",
    severities: [Note, Note, Note],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        let ActionKind::CreateIndex(index) = &site.action.kind else {
            continue;
        };
        if !index.unique && index.parts.len() > MOST {
            findings.report_site(
                &site,
                format!(
                    "an index over {} columns is large and slows every write",
                    index.parts.len()
                ),
                "keep the columns that narrow the search; move those that are only read to INCLUDE",
            );
        }
    }
}
