//! ## What it detects
//!
//! A comment `-- migsafe: allow(rule) because …` or `allow-file` that has no reason, names a rule that does not exist or
//! that no comment may keep quiet, or is not written as it has to be.
//!
//! ## Why it hurts
//!
//! It keeps nothing quiet. Without a reason nobody can tell later whether it still holds.
//!
//! ## What to do
//!
//! Correct it: `-- migsafe: allow(rule, other-rule) because the table is empty`. Rules on what makes a deploy impossible
//! can only be answered by changing the script.
//!
//! ## Bad
//!
//! ```sql
//! -- migsafe: allow(syntax-error)
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! ```
//!
//! ```sql
//! -- migsafe: allow(syntax-eror) because the parser does not know it -- found
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! ```
//!
//! ```sql
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! -- migsafe: allow-file(empty-migration) because it stands too low -- found
//! CREATE TABLE posts (id INTEGER PRIMARY KEY);
//! ```
//!
//! ```sql
//! -- migsafe: allow(transaction-nesting) because it has always been there -- found
//! COMMIT;
//! ```
//!
//! ## Good
//!
//! ```sql
//! -- migsafe: allow-file(empty-migration) because another branch has the content
//! ```

use crate::policy::{Facts, Findings, Location, Meta, Severity::Warn};
use crate::text::similar;

pub(super) const META: Meta = Meta {
    summary: "a comment that shall keep a finding quiet cannot be followed",
    severities: [Warn, Warn, Warn],
    suppressible: false,
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let Some(known) = facts.suppressions() else {
        return;
    };
    for (name, script) in facts.scripts() {
        for suppression in script.suppressions() {
            let location = Location::at(suppression.position());
            if let Some(problem) = suppression.problem() {
                findings.report_at(
                    name,
                    location,
                    format!("the comment keeps nothing quiet: {problem}"),
                    "correct the comment, or remove it",
                );
                continue;
            }
            for rule in suppression.rules() {
                if let Some((_, why)) = known.exempt.iter().find(|(exempt, _)| exempt == rule) {
                    findings.report_at(
                        name,
                        location,
                        format!("the comment does not keep `{rule}` quiet: {why}"),
                        "remove the rule from the comment, and change what it finds",
                    );
                } else if !known.known.contains(rule) {
                    let meant = similar(rule, known.known.iter().map(String::as_str));
                    findings.report_at(
                        name,
                        location,
                        format!("the comment keeps nothing quiet: no rule is named `{rule}`"),
                        meant.map_or_else(
                            || "correct the name, or remove it".to_owned(),
                            |meant| format!("perhaps `{meant}` is meant"),
                        ),
                    );
                }
            }
        }
    }
}
