//! ## What it detects
//!
//! `SET` of a setting that is not `LOCAL`, also as `set_config`, also `RESET`. In a script that runs statement by
//! statement [`lost-between-statements`](lost-between-statements.md) says more.
//!
//! ## Why it hurts
//!
//! The author may expect it to last for the following migrations: migsafe sets everything back
//! after each one. With Prisma it does last, and a `statement_timeout` of one migration ends the
//! next.
//!
//! ## What to do
//!
//! Use `SET LOCAL`, in every script that needs the setting.
//!
//! ## Bad
//!
//! ```sql runs
//! SET statement_timeout = 0; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! SET LOCAL statement_timeout = '5s';
//! ```

use crate::lint::statements::statements_together;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script changes a setting for the session",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements_together(facts) {
        for fact in statement.facts() {
            let Fact::SetsSetting { name: setting, local: false } = fact else {
                continue;
            };
            let what = match setting.as_str() {
                "" => "a setting that is named only when it runs",
                "all" => "all settings",
                named => named,
            };
            findings.report_at(
                name,
                location,
                format!("{} changes {what} beyond the transaction", statement.verb()),
                "use SET LOCAL; migsafe sets it back at the end of the migration",
            );
        }
    }
}
