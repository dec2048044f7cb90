//! ## What it detects
//!
//! A new column that is `NOT NULL`, of which Prisma's comment in the script says that its default is made by
//! Prisma's client: `cuid()`, `uuid()`, `@updatedAt`.
//!
//! ## Why it hurts
//!
//! The database knows nothing of such a default. The statement fails as soon as the table has one row (SQLSTATE
//! 23502).
//!
//! ## What to do
//!
//! Add the column without `NOT NULL`, let the application fill it, and require it in a later migration:
//! `migsafe new --template required-column`; or give a default of the database, such as `gen_random_uuid()`,
//! knowing that it writes the table anew.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! /*
//!   Warnings:
//!
//!   - The required column `token` was added to the `users` table with a prisma-level default value. This is not possible if the table is not empty. Please add this column as optional, then populate it before making it required.
//! */
//! ALTER TABLE users ADD COLUMN token text NOT NULL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN token text;
//! ```

use super::add_required_column_without_default::{PrismaNotes, required_without_value};
use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::lint::weigh::by_rows;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};

pub(super) const META: Meta = Meta {
    summary: "a required column whose default the database does not know",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut notes = PrismaNotes::default();
    for site in sites(facts, Postgres) {
        if let Some((table, column)) = required_without_value(&site)
            && notes.name(&site, &column.name)
        {
            by_rows(&site, findings).report_site(
                &site,
                format!("the default of {table}.{} is not in the database: fails if there is a row", column.name),
                "add it as optional, fill it, then require it: `migsafe new --template required-column`",
            );
        }
    }
}
