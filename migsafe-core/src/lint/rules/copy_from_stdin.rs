//! ## What it detects
//!
//! `COPY … FROM STDIN`, as `pg_dump` writes it without `--inserts`.
//!
//! ## Why it hurts
//!
//! The rows below it are data for `psql`, not SQL. A script is sent to the server as SQL, and the
//! server would wait for data that never comes or read the rows as statements.
//!
//! ## What to do
//!
//! Write the rows as `INSERT`, for example with `pg_dump --inserts`.
//!
//! ## Bad
//!
//! ```sql
//! COPY users (id) FROM STDIN;
//! 1
//! \.
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
//! ```
//!
//! ```sql
//! INSERT INTO users (id, name) VALUES (1, 'Ada');
//! ```

use crate::lint::statements::statements;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script copies rows from standard input",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements(facts) {
        if statement.has(|fact| matches!(fact, Fact::CopyFromStdin)) {
            findings.report_at(
                name,
                location,
                "copies rows from standard input, which a script does not have",
                "write the rows as INSERT statements (`pg_dump --inserts`)",
            );
        }
    }
}
