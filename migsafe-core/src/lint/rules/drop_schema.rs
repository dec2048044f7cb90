//! ## What it detects
//!
//! `DROP SCHEMA`.
//!
//! ## Why it hurts
//!
//! With `CASCADE` everything in it goes, tables that no migration has ever named among it.
//!
//! ## What to do
//!
//! Drop what is in it by name first, then the empty schema. Say why it may go: `-- migsafe: allow(drop-schema)
//! because …`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE SCHEMA old;
//! ```
//!
//! ```sql runs
//! DROP SCHEMA old CASCADE; -- found
//! -- also: data-loss, drop-cascade
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE SCHEMA old;
//! ```
//!
//! ```sql
//! -- migsafe: allow(drop-schema) because it is empty since the release before
//! DROP SCHEMA old;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::lint::weigh::by_rows;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "a schema goes with all that is in it",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::Drop { kind: ObjectKind::Schema, name, .. } = &site.action.kind
            && !site.is_new(name)
        {
            by_rows(&site, findings).report_site(
                &site,
                format!("everything in the schema {name} is lost"),
                "drop what is in it by name first, and say why it may go: `-- migsafe: allow(drop-schema) because …`",
            );
        }
    }
}
