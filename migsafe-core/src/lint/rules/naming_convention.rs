//! ## What it detects
//!
//! A new name that is not made of lower-case letters, digits and underscores. Off unless a team asks for it:
//! Prisma names tables and columns after its models.
//!
//! ## Why it hurts
//!
//! On PostgreSQL such a name has to be in quotes wherever it is used.
//!
//! ## What to do
//!
//! Write names in lower case with underscores; with Prisma, by `@map` and `@@map`.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TABLE "blogPosts" (id bigint PRIMARY KEY, "createdAt" text); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE blog_posts (id bigint PRIMARY KEY, created_at text);
//! ```

use crate::lint::all_sites;
use crate::lint::named::given;
use crate::policy::{Facts, Findings, Meta, Severity::Off};

pub(super) const META: Meta = Meta {
    summary: "a name is not in lower case with underscores",
    severities: [Off, Off, Off],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    for site in all_sites(facts) {
        for name in given(&site.action.kind).filter(|name| !name.chars().all(plain)) {
            findings.report_site(
                &site,
                format!("{name} is not in lower case with underscores"),
                "choose another name; with Prisma, by @map and @@map",
            );
        }
    }
}
