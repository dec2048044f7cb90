//! ## What it detects
//!
//! `DROP OWNED BY`, with `CASCADE` or without.
//!
//! ## Why it hurts
//!
//! Every table of the role goes with its rows, and no migration names them. Which those are differs from database
//! to database: it depends on who ran the migrations there.
//!
//! ## What to do
//!
//! Give what is to stay to another role first, with `REASSIGN OWNED BY … TO …`: then the statement takes only the
//! privileges away. Say so with a suppression. A look at the database, `migsafe lint --live`, says what would go.
//!
//! ## Bad
//!
//! ```sql
//! DROP OWNED BY clerk; -- found
//! ```
//!
//! ```sql
//! DROP OWNED BY clerk, CURRENT_USER CASCADE; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE bills (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql
//! REVOKE ALL ON bills FROM PUBLIC;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::lint::weigh::by_rows;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::sql::{ActionKind, ObjectKind};

pub(super) const META: Meta = Meta {
    summary: "everything that a role owns is dropped",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::Drop { kind: ObjectKind::Owned, name, .. } = &site.action.kind {
            by_rows(&site, findings).report_site(
                &site,
                format!("every table that the role {name} owns is lost, without being named"),
                "give what is to stay to another role first: REASSIGN OWNED BY … TO …",
            );
        }
    }
}
