//! ## What it detects
//!
//! A comment `-- migsafe: allow(rule) because …` or `allow-file` that names a rule which finds nothing there. The rules
//! on what is in the database, such as `data-loss`, count only where it was asked.
//!
//! ## Why it hurts
//!
//! It was for something that is gone, or it stands in the wrong place. The next statement that somebody writes there is
//! then not looked at.
//!
//! ## What to do
//!
//! Remove the comment, or the one rule from its list. A comment is about the statement that it stands in, whose last
//! line it ends, or above which it stands.
//!
//! ## Bad
//!
//! ```sql
//! -- migsafe: allow(syntax-error) because the parser does not know it -- found
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! ```
//!
//! ## Good
//!
//! ```sql
//! -- migsafe: allow-file(empty-migration) because another branch has the content
//! ```

use crate::policy::{
    Facts, Findings, Location, Meta, Scope,
    Severity::{Note, Warn},
};

pub(super) const META: Meta = Meta {
    summary: "a comment keeps quiet what nobody finds",
    severities: [Warn, Warn, Warn],
    note: Some(
        "A note where scripts are judged together, since what they make for one another is then new.",
    ),
    suppressible: false,
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    // What is new in a deploy of several migrations is not new in a deploy of each: a comment may be for the other.
    let together = facts.scope() == Scope::Together;
    let mut findings = findings.weigh_at_most(if together { Note } else { Warn });
    for unused in facts.suppressions().map(|known| &*known.unused).unwrap_or_default() {
        findings.report_at(
            &unused.migration,
            Location::at(unused.position),
            format!("the comment keeps `{}` quiet, which finds nothing here", unused.rule),
            "remove the comment, or the rule from its list",
        );
    }
}
