//! ## What it detects
//!
//! `GRANT … TO PUBLIC`; and `GRANT ALL`, which is a note.
//!
//! ## Why it hurts
//!
//! `PUBLIC` is every role that there is and every one that there will be. `ALL` holds what an application hardly
//! needs, such as `TRUNCATE` and `TRIGGER`, and on newer servers more.
//!
//! ## What to do
//!
//! Name the role and the rights.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql runs
//! GRANT SELECT ON users TO PUBLIC; -- found
//! GRANT ALL PRIVILEGES ON users TO current_user; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql
//! GRANT SELECT, INSERT ON users TO current_user;
//! REVOKE ALL ON users FROM PUBLIC;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "rights for everybody, or all of them",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::Grant { revoke: false, all_privileges, to_public, .. } = &site.action.kind
        else {
            continue;
        };
        if *to_public {
            findings.report_site(
                &site,
                "every role gets the right, also those that are still to come",
                "name the role",
            );
        } else if *all_privileges {
            findings.weigh_at_most(Note).report_site(
                &site,
                "all rights, also those that are seldom needed",
                "name the rights",
            );
        }
    }
}
