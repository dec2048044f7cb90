//! ## What it detects
//!
//! `SET TABLESPACE` of a table or index that was not made by the same deploy, and `ALL IN TABLESPACE … SET TABLESPACE`.
//!
//! ## Why it hurts
//!
//! Its files are copied under an `ACCESS EXCLUSIVE` lock (PostgreSQL manual, ALTER TABLE): nobody can read or
//! write it until that is through.
//!
//! ## What to do
//!
//! Do it at a quiet time, or fill a new table in the other tablespace in batches and swap the two. An index can
//! be built anew there with `CONCURRENTLY`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users SET TABLESPACE pg_default; -- found
//! ```
//!
//! ```sql
//! ALTER TABLE ALL IN TABLESPACE slow SET TABLESPACE fast; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY) TABLESPACE pg_default;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a table is copied under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let name = match &site.action.kind {
            ActionKind::SetTablespace { name, .. } if !site.is_new(name) => name.to_string(),
            // Only the form with ALL IN TABLESPACE names no object.
            ActionKind::AlterOther { name: None, text, .. } if is_all_in(text) => {
                "everything in the tablespace".to_owned()
            }
            _ => continue,
        };
        findings.report_site(
            &site,
            format!("{name} is copied while nobody else can read or write it"),
            "choose a quiet time, or fill a new one in batches and swap the two",
        );
    }
}

fn is_all_in(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(3).any(|three| {
        three.iter().zip(["ALL", "IN", "TABLESPACE"]).all(|(a, b)| a.eq_ignore_ascii_case(b))
    })
}
