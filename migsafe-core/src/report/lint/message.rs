//! A finding in one text, for forms that have no place of their own for its parts.

use std::fmt::Write as _;

use super::LintFinding;
use crate::text::printable;

impl LintFinding {
    /// What was found, what to do, and the SQL to write instead.
    pub(in crate::report) fn message(&self) -> String {
        let finding = &self.finding;
        let mut text = printable(&finding.message);
        if !finding.help.is_empty() {
            text.extend(["\nhelp: ", &*printable(&finding.help)]);
        }
        let scripts = finding.suggestion.as_ref().map(|suggestion| suggestion.scripts());
        let scripts = scripts.unwrap_or_default();
        for (number, script) in (1..).zip(scripts) {
            // Writing to a String cannot fail.
            let _ = match scripts.len() {
                1 => write!(text, "\n\nas a migration:\n"),
                count => write!(text, "\n\nmigration {number} of {count}:\n"),
            };
            text.push_str(printable(script).trim_end());
        }
        text
    }
}
