//! ## What it detects
//!
//! A column that is dropped and added again in one script, as tools do when they see no way to change its type.
//!
//! ## Why it hurts
//!
//! The new column is empty: every value is lost, although the schema looks as it should. Nothing fails.
//!
//! ## What to do
//!
//! Change the type with `ALTER COLUMN … TYPE … USING`, or bring the values over in a new column: `migsafe new
//! --template change-type`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users DROP COLUMN age; -- found
//! ALTER TABLE users ADD COLUMN age bigint;
//! -- also: data-loss
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql postgres
//! ALTER TABLE users ALTER COLUMN age TYPE bigint USING age::bigint;
//! -- also: change-column-type
//! ```
//!
//! ```sql sqlite
//! ALTER TABLE users ADD COLUMN age_big bigint;
//! ```

use crate::lint::all_sites;
use crate::lint::weigh::by_rows;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a column is dropped and added again without its values",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        let ActionKind::DropColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let again = site.later_on(table).any(|later| {
            matches!(&later.action.kind, ActionKind::AddColumn { table: on, column: added, .. }
                if on.may_be(table) && added.name == *column)
        });
        if again && !site.is_new(table) {
            by_rows(&site, findings).report_site(
                &site,
                format!("{table}.{column} comes back empty: its values are lost"),
                "change its type with USING, or fill a new column first: `migsafe new --template change-type`",
            );
        }
    }
}
