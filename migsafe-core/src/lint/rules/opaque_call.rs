//! ## What it detects
//!
//! A `CALL`, alone or in a `DO` block. The procedure's body is in the database, not in the script.
//!
//! ## Why it hurts
//!
//! A procedure may commit. Inside the transaction that migsafe runs the script in, the server
//! refuses that (2D000), and the migration is rolled back.
//!
//! ## What to do
//!
//! Nothing, if the procedure does not commit. If it does, call it by hand after the deploy.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE PROCEDURE archive() LANGUAGE sql AS $$ SELECT 1 $$;
//! ```
//!
//! ```sql runs
//! CALL archive(); -- found
//! ```
//!
//! ## Good
//!
//! ```sql fresh
//! CREATE TABLE archive (id bigint PRIMARY KEY);
//! ```

use crate::lint::statements::statements;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script calls a procedure that may commit",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements(facts) {
        if statement.has(|fact| matches!(fact, Fact::MayCommit { opaque: true })) {
            findings.report_at(
                name,
                location,
                "calls a procedure whose body is not in the script; if it commits, the migration \
                 fails",
                "make sure that the procedure does not commit; if it does, call it by hand after \
                 the deploy",
            );
        }
    }
}
