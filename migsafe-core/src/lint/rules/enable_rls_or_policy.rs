//! ## What it detects
//!
//! `ENABLE ROW LEVEL SECURITY` on a table that was not made by the same deploy, without a `CREATE POLICY` for
//! it in the same script.
//!
//! ## Why it hurts
//!
//! Without a policy, every role but the owner sees no row at all from the moment of the commit, and no error
//! either.
//!
//! ## What to do
//!
//! Create the policies in the same script.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ENABLE ROW LEVEL SECURITY; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! CREATE POLICY everybody ON users USING (true);
//! ALTER TABLE users ENABLE ROW LEVEL SECURITY;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "rows vanish for everybody but the owner",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::RowSecurity { table, enable: true, .. } = &site.action.kind else {
            continue;
        };
        let is_policy = |kind: &ActionKind| matches!(kind, ActionKind::CreatePolicy { table: on, .. } if on.may_be(table));
        let has_policy = site.earlier_on(table).any(|site| is_policy(&site.action.kind))
            || site.later_on(table).any(|site| is_policy(&site.action.kind));
        if !has_policy && !site.is_new(table) {
            findings.report_site(
                &site,
                format!("only the owner of {table} sees its rows until there is a policy"),
                "create the policies in the same script",
            );
        }
    }
}
