//! ## What it detects
//!
//! A script whose checksum is not the one that its newest live row holds. Other line ends do not
//! count, as in Prisma.
//!
//! ## Why it hurts
//!
//! The file no longer says what was done to this database. Databases that apply it from now on get
//! something else, under the same name. Prisma's deploy does not notice.
//!
//! ## What to do
//!
//! Restore the script as it was applied and put the change into a new migration. If the difference
//! is in comments or white space only, restoring it is still the simplest way.

use crate::diagnosis::{Mark, State};
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};

pub(super) const META: Meta = Meta {
    summary: "a script was changed after it was recorded",
    severities: [Warn, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let diagnosis = facts.diagnosis();
    for entry in diagnosis.entries().iter().filter(|e| e.marks().contains(Mark::Edited)) {
        let stored = diagnosis.newest_live(entry).map_or("", |row| &row.checksum);
        let file = entry.checksum().map(ToString::to_string).unwrap_or_default();
        // The part that is still to run may be mended; the part that is done was compared.
        if facts.is_resumable(entry) {
            continue;
        }
        let (when, help) = if matches!(entry.state(), State::Failed | State::Running) {
            (
                "its unfinished attempt began",
                "decide on the unfinished attempt first; the next attempt records the new checksum",
            )
        } else {
            (
                "it was recorded as applied",
                "restore the script from version control and put the change into a new migration",
            )
        };
        findings.report_on(
            entry.name(),
            format!(
                "changed after {when}: the history has checksum {}, the file has {}",
                head(stored),
                head(&file)
            ),
            help,
        );
    }
}

/// The first eight characters: enough to recognise a checksum in a log.
fn head(checksum: &str) -> String {
    if checksum.is_empty() { "(none)".to_owned() } else { checksum.chars().take(8).collect() }
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn any_stored_text_has_a_head() {
        assert_eq!(head("0123456789"), "01234567");
        assert_eq!(head("ééééééééé"), "éééééééé");
        assert_eq!(head(""), "(none)");
    }
}
