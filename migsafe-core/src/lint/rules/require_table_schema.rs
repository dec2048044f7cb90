//! ## What it detects
//!
//! A new table, view, type, sequence or function whose name has no schema. Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! It lands in the first schema of the `search_path` that is there, which is a setting of the role, the database
//! and the connection.
//!
//! ## What to do
//!
//! Write the schema: `public.users`.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TABLE users (id bigint PRIMARY KEY); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE public.users (id bigint PRIMARY KEY);
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "a new object is put where the search_path says",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        use ActionKind as A;
        let name = match &site.action.kind {
            A::CreateTable(table) if !table.temporary => &table.name,
            A::CreateView(view) if !view.temporary => &view.name,
            A::CreateEnum { name, .. } | A::CreateDomain { name, .. } => name,
            A::CreateOther {
                kind: ObjectKind::Type | ObjectKind::Sequence,
                name: Some(name),
                ..
            } => name,
            A::CreateRoutine(routine) => &routine.name,
            _ => continue,
        };
        if name.schema.is_none() {
            findings.report_site(
                &site,
                format!("the schema of {name} depends on the search_path"),
                "write the schema before the name",
            );
        }
    }
}
