//! What became of expectations.

use super::{Cell, Page, code};
use crate::report::text;
use crate::verify::{CheckOutcome, Generated, Verification};

/// The numbers, and a table of what is missed and what could not be found out. Without a time, so that an unchanged
/// database gives an unchanged text.
#[must_use]
pub fn verify(verification: &Verification) -> String {
    let mut page = Page::default();
    let title = match verification.counts() {
        (_, 0, 0) => "Verified",
        (_, _, 0) => "Not verified",
        _ => "Not verified: not everything could be found out",
    };
    page.heading(2, title);
    body(&mut page, verification);
    page.finish()
}

/// Everything below the heading.
pub(super) fn body(page: &mut Page, verification: &Verification) {
    let database = verification.database().map(|name| format!(" Database: {}.", code(name)));
    let summary = text::verification_summary(verification);
    page.paragraph(&format!("{summary}{}", database.unwrap_or_default()));
    let rows = verification.checks().iter().filter_map(|check| {
        let subject = Cell::code(&check.subject().to_string());
        let expected = Cell::text(check.expected());
        match check.outcome() {
            CheckOutcome::Met => None,
            CheckOutcome::Missed { found, help, .. } => {
                Some([subject, expected, Cell::text(found), Cell::text(help)])
            }
            CheckOutcome::Unknown { why } => {
                Some([subject, expected, Cell::text("unknown"), Cell::text(why)])
            }
        }
    });
    page.table(["expectation", "expected", "found", "next"], rows);
}

/// What was written, and of what nothing is expected. `file` is the path.
#[must_use]
pub fn generated(generated: &Generated, file: &str) -> String {
    let mut page = Page::default();
    page.heading(2, "Expectations");
    page.paragraph(&format!("Wrote {}.", code(file)));
    let rows = generated
        .left_out
        .iter()
        .map(|one| [Cell::code(&one.object.to_string()), Cell::text(&one.why)]);
    page.table(["nothing is expected of", "why"], rows);
    page.finish()
}
