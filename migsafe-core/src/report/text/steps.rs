//! The releases of a template.

use super::page::Page;
use super::safe;
use crate::report::style::Paint;
use crate::report::{Steps, Style};
use crate::text::printable;

/// The numbered releases, what the code does in each, and the SQL or the files of the chosen one.
#[must_use]
pub fn steps(steps: &Steps, style: Style) -> String {
    let mut page = Page::new(style);
    for (index, release) in steps.releases.iter().enumerate() {
        let number = index + 1;
        page.blank();
        page.labelled(&format!("{number}. "), &printable(&release.title));
        page.labelled("   the code ", &printable(&release.code));
        match &steps.created {
            Some(created) if index == steps.chosen => {
                let mark = page.paint(Paint::Good, "✓");
                for made in created {
                    if let Some(path) = made.lock_file() {
                        page.line(format!("   {mark} {}", safe::name(&path.display().to_string())));
                    }
                    let path = safe::name(&made.script().display().to_string());
                    page.line(format!("   {mark} {path}"));
                }
                if created.is_empty() {
                    page.line("   no migration");
                }
            }
            Some(_) => {}
            None => {
                for draft in &release.migrations {
                    page.blank();
                    page.line(format!("   {}", page.paint(Paint::Strong, &printable(&draft.slug))));
                    for line in draft.script.lines() {
                        page.line(format!("     {}", printable(line)));
                    }
                }
            }
        }
    }
    page.blank();
    let next = steps.chosen + 2;
    if steps.created.is_none() {
        page.line("Nothing was written.");
    } else if next <= steps.releases.len() {
        page.line(format!(
            "Next: read the SQL, deploy, and when no process of an older release runs any more: the same command with --release {next}"
        ));
    } else {
        page.line("Next: read the SQL, then see what a deploy would do: migsafe deploy --dry-run");
    }
    page.finish()
}
