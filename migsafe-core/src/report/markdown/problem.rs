//! Errors.

use super::{Page, escape};
use crate::report::Problem;

/// Why there is no report, and what to do next.
#[must_use]
pub fn problem(problem: &Problem) -> String {
    let mut page = Page::default();
    page.heading(2, "migsafe could not find out");
    page.paragraph(&format!("{}: {}", escape(problem.code()), escape(problem.message())));
    if !problem.help().is_empty() {
        page.paragraph(&format!("Next: {}", escape(problem.help())));
    }
    page.finish()
}
