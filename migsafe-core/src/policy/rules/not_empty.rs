//! ## What it detects
//!
//! A database without a history table that already has tables or other objects of its own.
//!
//! ## Why it hurts
//!
//! A deploy would run every migration from the first one against a schema that has their changes
//! already, and fail at the first `CREATE TABLE`; or it would not fail and mix two applications in
//! one schema. Prisma refuses too (P3005).
//!
//! ## What to do
//!
//! Check that the URL names the right database and schema. If it does, take it as the baseline:
//! mark the migrations whose changes are already there with `migsafe resolve --applied NAME`, one
//! at a time, oldest first. The next deploy applies the rest.

use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::store::Content;

pub(super) const META: Meta = Meta {
    summary: "the database has objects and no history",
    severities: [Error, Error, Error],
    ..Meta::HISTORY
};

/// How many objects a message names.
const NAMED: usize = 5;

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    if !facts.diagnosis().history().is_absent() {
        return;
    }
    if let Content::Objects(names) = facts.database().content()
        && !names.is_empty()
    {
        findings.report(
            format!("there is no history table, and the database already holds {}", list(names)),
            "check that this is the right database; if so, mark the migrations that are already \
             there with `migsafe resolve --applied NAME`, one per migration, oldest first",
        );
    }
}

fn list(names: &[String]) -> String {
    let named = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > NAMED { format!("{named} and more") } else { named }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn names_five_at_most() {
        let names: Vec<String> = (1..=6).map(|n| format!("t{n}")).collect();
        assert_eq!(list(&names[..1]), "t1");
        assert_eq!(list(&names[..5]), "t1, t2, t3, t4, t5");
        assert_eq!(list(&names), "t1, t2, t3, t4, t5 and more");
    }
}
