//! ## What it detects
//!
//! SQL that is put together when it runs (`EXECUTE` of a text that is not a constant), a body in another
//! language, and whatever else cannot be read.
//!
//! ## Why it hurts
//!
//! Nothing can be said of what it does: none of the other rules has seen it.
//!
//! ## What to do
//!
//! Write the statements out. If they depend on the database, review the block by hand and say so: `-- migsafe:
//! allow(opaque-dynamic-sql) because …`.
//!
//! ## Bad
//!
//! ```sql runs
//! DO $$ BEGIN EXECUTE format('DROP TABLE IF EXISTS %I', 'old_' || 1); END $$; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! DROP TABLE IF EXISTS old_1;
//! -- also: drop-table, data-loss
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, Fact};

pub(super) const META: Meta = Meta {
    summary: "what a statement does cannot be read",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::Opaque(why) = &site.action.kind else {
            continue;
        };
        // `syntax-error` has said so.
        if !site.statement.has(|fact| matches!(fact, Fact::Unparsed(_) | Fact::PsqlCommand(_))) {
            findings.report_site(
                &site,
                format!("it cannot be said what this does: {why}"),
                "write the statements out, or review it and say so in a suppression",
            );
        }
    }
}
