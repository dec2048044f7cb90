//! ## What it detects
//!
//! A column of type `timestamp` without a time zone. Off unless a team asks for it: it is what Prisma writes for
//! every `DateTime`.
//!
//! ## Why it hurts
//!
//! What is stored is a reading of a clock on some wall. Which wall is known to the code that wrote it, at best: a
//! server or a client in another zone reads another moment.
//!
//! ## What to do
//!
//! Use `timestamptz`: with Prisma, `@db.Timestamptz(3)`.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TABLE users (id bigint PRIMARY KEY, born timestamp, "createdAt" TIMESTAMP(3) NOT NULL); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY, born timestamptz);
//! ```

use crate::Dialect::Postgres;
use crate::lint::columns::report_types;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};

pub(super) const META: Meta = Meta {
    summary: "a moment is stored without its time zone",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let help = "use timestamptz; with Prisma: @db.Timestamptz";
        report_types(findings, &site, "without a time zone", help, |_, ty| {
            let precision = match ty.modifiers[..] {
                [precision] => format!("({precision})"),
                _ => String::new(),
            };
            (ty.name.name == "timestamp without time zone" && ty.dimensions == 0)
                .then(|| format!("timestamptz{precision}"))
        });
    }
}
