//! ## What it detects
//!
//! `ALTER TYPE … RENAME VALUE` of an enum that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! From this moment code that is running is refused when it writes or looks for the old value (SQLSTATE 22P02),
//! and does not know the new one when it reads it.
//!
//! ## What to do
//!
//! Add the new value, let the code read both and write the new one, change the rows, and leave the old value
//! unused. An unused value costs nothing.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TYPE status AS ENUM ('draft', 'sent');
//! ```
//!
//! ```sql runs
//! ALTER TYPE status RENAME VALUE 'sent' TO 'delivered'; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TYPE status AS ENUM ('draft', 'sent');
//! ```
//!
//! ```sql
//! ALTER TYPE status ADD VALUE 'delivered';
//! ```
//!
//! ```sql
//! CREATE TYPE kind AS ENUM ('a');
//! ALTER TYPE kind RENAME VALUE 'a' TO 'b';
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn, Suggestion};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "running code still uses the old value of the enum",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::RenameEnumValue { name, from, to } = &site.action.kind else {
            continue;
        };
        if site.is_new(name) {
            continue;
        }
        let to_sql = to.replace('\'', "''");
        let add = format!("ALTER TYPE {} ADD VALUE '{to_sql}';", site.quote_name(name));
        findings.report_site_with(
            &site,
            format!("code that is running fails as soon as it uses '{from}' of {name}"),
            format!("add '{to}', let the code use it, change the rows, and leave '{from}' unused"),
            Suggestion::migrations([add]),
        );
    }
}
