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
    let mark = page.paint(Paint::Good, "✓");
    if let Some(path) = created.lock_file() {
        let path = safe::name(&path.display().to_string());
        page.line(format!("  {mark} {path}"));
    }
    let script = safe::name(&created.script().display().to_string());
    page.line(format!("  {mark} {script}"));
    page.blank();
    page.line("Next: write its SQL, then see what a deploy would do: migsafe deploy --dry-run");
    page.finish()
}
