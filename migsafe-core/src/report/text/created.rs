//! A migration that was created.

use super::page::Page;
use super::safe;
use crate::migrations::Created;
use crate::report::Style;
use crate::report::style::Paint;

/// The files that were written, and what comes next.
#[must_use]
pub fn created(created: &Created, style: Style) -> String {
    let mut page = Page::new(style);
    files(&mut page, created);
    page.line("Next: write its SQL, then see what a deploy would do: migsafe deploy --dry-run");
    page.finish()
}

/// The files that were written, and a blank line.
pub(super) fn files(page: &mut Page, created: &Created) {
    let mark = page.paint(Paint::Good, "✓");
    for path in created.lock_file().into_iter().chain([created.script()]) {
        page.line(format!("  {mark} {}", safe::name(&path.display().to_string())));
    }
    page.blank();
}
