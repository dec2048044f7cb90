//! ## What it detects
//!
//! A column that is turned over to a new enum which lacks values of the old one. That is how Prisma removes a
//! value: it makes a new type, casts the columns to it through `text`, and gives it the name of the old one. Also
//! a `DELETE` on `pg_enum`. Where no script says what the old type held, that is said.
//!
//! ## Why it hurts
//!
//! One row with a value that is gone fails the cast (SQLSTATE 22P02) and the migration with it. Until it is done,
//! the table is rewritten and nobody can read or write it. A `DELETE` on `pg_enum` leaves rows and indexes behind
//! that cannot be read.
//!
//! ## What to do
//!
//! Let the code stop writing the value, change the rows that hold it in a migration before, and remove it in a
//! later release.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN', 'GUEST');
//! CREATE TABLE "User" (id bigint PRIMARY KEY, role "Role" NOT NULL);
//! INSERT INTO "User" VALUES (1, 'GUEST');
//! ```
//!
//! ```sql fails:22P02
//! CREATE TYPE "Role_new" AS ENUM ('USER', 'ADMIN');
//! ALTER TABLE "User" ALTER COLUMN role TYPE "Role_new" USING (role::text::"Role_new"); -- found
//! ALTER TYPE "Role" RENAME TO "Role_old";
//! ALTER TYPE "Role_new" RENAME TO "Role";
//! DROP TYPE "Role_old";
//! ```
//!
//! ```sql
//! ALTER TYPE "Role" RENAME TO "Role_old";
//! CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
//! ALTER TABLE "User" ALTER COLUMN role TYPE "Role" USING (role::text::"Role"); -- found
//! DROP TYPE "Role_old";
//! ```
//!
//! ```sql
//! DELETE FROM pg_enum WHERE enumlabel = 'GUEST'; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
//! CREATE TABLE "User" (id bigint PRIMARY KEY, role "Role" NOT NULL);
//! ```
//!
//! ```sql
//! CREATE TYPE "Role_new" AS ENUM ('ADMIN', 'USER');
//! ALTER TABLE "User" ALTER COLUMN role TYPE "Role_new" USING (role::text::"Role_new");
//! ALTER TYPE "Role" RENAME TO "Role_old";
//! ALTER TYPE "Role_new" RENAME TO "Role";
//! DROP TYPE "Role_old";
//! -- also: change-column-type, alter-column-type, statement-after-access-exclusive, wide-lock-window, column-type-rewrite
//! ```

use crate::Dialect::Postgres;
use crate::lint::{Site, sites};
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ObjectKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "values of an enum go away, and rows that hold one fail the migration",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        match &site.action.kind {
            ActionKind::Delete { table, .. } if is_catalogue(table) => findings.report_site(
                &site,
                "rows and indexes that hold the value can no longer be read",
                "never change pg_enum: make a new type without the value, when no row holds it",
            ),
            ActionKind::AlterColumnType { table, column, ty, using: Some(_), .. }
                if !site.is_new(table) =>
            {
                report(findings, &site, (table, column), &ty.name);
            }
            _ => {}
        }
    }
}

fn is_catalogue(table: &ObjectName) -> bool {
    table.name == "pg_enum" && table.schema.as_deref().is_none_or(|schema| schema == "pg_catalog")
}

fn report(
    findings: &mut Findings<'_>,
    site: &Site<'_>,
    (table, column): (&ObjectName, &str),
    ty: &ObjectName,
) {
    let made = site.earlier().find_map(|earlier| match &earlier.action.kind {
        ActionKind::CreateEnum { name, values } if name.may_be(ty) => Some(values),
        _ => None,
    });
    let Some(values) = made else {
        return;
    };
    let known = site.column(table, column).and_then(|column| column.ty.as_ref());
    let Some(old) = replaced(site, ty).or_else(|| {
        // Not by its name, then by the column's type, if that is an enum.
        known.map(|known| known.name.clone()).filter(|name| site.enum_values(name).is_some())
    }) else {
        return;
    };
    let Some(before) = site.enum_values(&old) else {
        let message = format!(
            "a row of {table} whose {column} is none of the values of the new type fails the \
             migration; what the old type held is not known here"
        );
        findings.report_site(site, message, "look whether a value goes away and a row holds it");
        return;
    };
    let gone: Vec<String> = before
        .iter()
        .filter(|value| !values.contains(value))
        .map(|value| format!("'{}'", value.replace('\'', "''")))
        .collect();
    if gone.is_empty() {
        return;
    }
    let gone = gone.join(", ");
    findings.report_site(
        site,
        format!("{gone} of {old}: gone, and a row of {table} that holds it fails the migration"),
        format!(
            "change the rows in a migration before; to see whether there are any: SELECT count(*) \
             FROM {} WHERE {}::text IN ({gone})",
            site.quote_name(table),
            site.quote(column),
        ),
    );
}

/// The type that the new one takes the place of, under its name at this moment: the old one was renamed before, or
/// the new one will get its name.
fn replaced(site: &Site<'_>, new: &ObjectName) -> Option<ObjectName> {
    let renames = |site: &Site<'_>| match &site.action.kind {
        ActionKind::Rename { kind: ObjectKind::Type | ObjectKind::Enum, name, to, .. } => {
            Some((name.clone(), ObjectName { schema: name.schema.clone(), name: to.clone() }))
        }
        _ => None,
    };
    let before = site.earlier().filter_map(|earlier| renames(&earlier));
    let after = site.later().filter_map(|later| renames(&later));
    before
        .into_iter()
        .find(|(from, _)| from.may_be(new))
        .map(|(_, to)| to)
        .or_else(|| after.into_iter().find(|(from, _)| from.may_be(new)).map(|(_, to)| to))
}
