//! ## What it detects
//!
//! `CREATE EXTENSION` of one that takes a superuser; and any without `IF NOT EXISTS`.
//!
//! ## Why it hurts
//!
//! The role that deploys is seldom a superuser, and not every host offers every extension. With `IF NOT EXISTS`
//! the server asks for no rights when the extension is there (measured).
//!
//! ## What to do
//!
//! Install extensions where databases are set up, and write `IF NOT EXISTS` in the migration, which then does
//! nothing but say what it needs. Extensions that are "trusted" since PostgreSQL 13, such as `citext`, `pg_trgm`
//! and `pgcrypto`, take no superuser but the right `CREATE` on the database.
//!
//! ## Bad
//!
//! ```sql
//! CREATE EXTENSION postgres_fdw; -- found
//! CREATE EXTENSION citext; -- found
//! ```
//!
//! ## Good
//!
//! ```sql skip
//! CREATE EXTENSION IF NOT EXISTS citext;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, ObjectKind};

/// The extensions of the server itself that are marked `trusted` (PostgreSQL manual, appendix F).
const TRUSTED: &[&str] = &[
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dict_int",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "pg_trgm",
    "pgcrypto",
    "plpgsql",
    "seg",
    "tablefunc",
    "tcn",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
];

pub(super) const META: Meta = Meta {
    summary: "an extension is installed by a migration",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::CreateOther {
            kind: ObjectKind::Extension,
            name: Some(name),
            if_not_exists,
            ..
        } = &site.action.kind
        else {
            continue;
        };
        let name = &name.name;
        if !TRUSTED.contains(&name.as_str()) {
            findings.report_site(
                &site,
                format!("unless it is there already, {name} may take a superuser"),
                "install it where databases are set up, and write IF NOT EXISTS here",
            );
        } else if !if_not_exists {
            findings.report_site(
                &site,
                format!("this fails where {name} is installed already"),
                "write IF NOT EXISTS",
            );
        }
    }
}
