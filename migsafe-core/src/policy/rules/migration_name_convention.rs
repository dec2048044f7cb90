//! ## What it detects
//!
//! A migration that waits to be applied and whose name is not of the form
//! `YYYYMMDDHHMMSS_words_in_lower_case`.
//!
//! ## Why it hurts
//!
//! The timestamp gives every migration its place, the same for every tool and on every machine.
//! Names without one are left out by the rules on order; capitals and other characters sort
//! differently elsewhere or need quoting in a shell.
//!
//! ## What to do
//!
//! Rename the folder before any database has applied it.

use crate::migrations::MigrationName;
use crate::policy::{Facts, Findings, Meta, Severity::Note};

pub(super) const META: Meta = Meta {
    summary: "a new migration's name is not of the usual form",
    severities: [Note, Note, Note],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for entry in facts.diagnosis().pending() {
        if let Some(what) = deviation(entry.name()) {
            findings.report_on(
                entry.name(),
                what,
                "name it like 20250131235959_add_users, before any database has applied it",
            );
        }
    }
}

fn deviation(name: &MigrationName) -> Option<&'static str> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.timestamp().is_none() {
        Some("the name does not begin with a timestamp of 14 digits and an underscore")
    } else if !name.slug().chars().all(plain) {
        Some("the name holds something else than lower-case letters, digits and underscores")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prisma_writes_is_the_convention() {
        for name in ["20250101000000_add_users2", "20250101000000", "20250101000000_"] {
            assert_eq!(deviation(&name.into()), None, "{name}");
        }
        for name in ["init", "20250101_init", "20250101000000_Init", "20250101000000_a-b"] {
            assert!(deviation(&name.into()).is_some(), "{name}");
        }
    }
}
