//! ## What it detects
//!
//! A new name that is a word of SQL, such as `user`, `order` or `group`. Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! It has to be in quotes wherever it is used, and where they are forgotten it may mean something else: `SELECT
//! user` gives the name of the role.
//!
//! ## What to do
//!
//! Choose another name, such as `users`.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TABLE "user" (id bigint PRIMARY KEY, "order" bigint); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY, position_in_list bigint);
//! ```

use crate::lint::all_sites;
use crate::lint::named::given;
use crate::lint::quote::is_reserved;
use crate::policy::{Facts, Findings, Meta, Severity::Off};

pub(super) const META: Meta =
    Meta { summary: "a name is a word of SQL", severities: [Off, Off, Off], ..Meta::SQL };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        for name in given(&site.action.kind).filter(|name| is_reserved(name)) {
            findings.report_site(
                &site,
                format!("{name} is a word of SQL, and has to be in quotes wherever it is used"),
                "choose another name",
            );
        }
    }
}
