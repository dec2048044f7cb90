//! ## What it detects
//!
//! A new name of more than 63 bytes: of a table, column, constraint, index, type, view, routine, sequence.
//!
//! ## Why it hurts
//!
//! PostgreSQL cuts it without an error. The object is not called what the script says, and another name that
//! begins the same is refused as taken, or, with `IF NOT EXISTS`, taken for it.
//!
//! ## What to do
//!
//! Choose a shorter name.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TABLE t (id bigint PRIMARY KEY, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_long text); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY, name text);
//! ```

use crate::Dialect::Postgres;
use crate::lint::named::given;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};

/// The longest name that the server keeps, in bytes (manual, section 4.1.1).
const LONGEST: usize = 63;

pub(super) const META: Meta = Meta {
    summary: "a name is longer than the server keeps",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        for name in given(&site.action.kind).filter(|name| name.len() > LONGEST) {
            let kept: String = name
                .char_indices()
                .take_while(|(at, c)| at + c.len_utf8() <= LONGEST)
                .map(|(_, c)| c)
                .collect();
            findings.report_site(
                &site,
                format!("{name} has {} bytes; the server keeps {LONGEST}: {kept}", name.len()),
                "choose a shorter name",
            );
        }
    }
}
