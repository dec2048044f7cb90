//! ## What it detects
//!
//! `RENAME COLUMN` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! Code that is running names the old column and fails from the moment of the commit until it is replaced; code
//! that is replaced first names one that is not there yet.
//!
//! ## What to do
//!
//! Add the new column, keep both the same with a trigger, move the code, and drop the old one: `migsafe new
//! --template rename-column` writes the steps. In Prisma, `@map` gives the field another name without touching
//! the database.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users RENAME COLUMN name TO full_name; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN full_name text;
//! ```

use crate::lint::expand::first_release;
use crate::lint::{Site, all_sites};
use crate::policy::{Facts, Findings, Meta, Severity::Warn, Suggestion};
use crate::sql::{ActionKind, ObjectKind, ObjectName};
use crate::template::Template;

pub(super) const META: Meta = Meta {
    summary: "a column gets another name while old code runs",
    severities: [Warn, Warn, Warn],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        let ActionKind::Rename { kind: ObjectKind::Column, name, on: Some(table), to } =
            &site.action.kind
        else {
            continue;
        };
        if site.is_new(table) {
            continue;
        }
        let message = format!("code that names {table}.{} fails at once", name.name);
        let help = "go in several releases: `migsafe new --template rename-column`";
        match steps(&site, table, &name.name, to) {
            Some(suggestion) => findings.report_site_with(&site, message, help, suggestion),
            None => findings.report_site(&site, message, help),
        }
    }
}

/// The first release, where the column's type and the table's key are known.
fn steps(site: &Site<'_>, table: &ObjectName, column: &str, to: &str) -> Option<Suggestion> {
    let ty = site.column(table, column)?.ty.as_ref()?.text.clone();
    let key = site.table(table)?.primary_key().filter(|key| !key.is_empty())?.to_vec();
    let (table, column, to) = (table.clone(), column.to_owned(), to.to_owned());
    first_release(site, &Template::RenameColumn { table, column, to, ty, key })
}
