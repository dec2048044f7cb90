//! Who holds the migration lock.

use super::page::Page;
use super::{error, safe};
use crate::engine::LocksReport;
use crate::report::Style;

/// The holders, and how each could be ended.
#[must_use]
pub fn locks(report: &LocksReport, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(format!("database  {}", safe::line(&report.database, 200)));
    page.blank();
    if !report.supported {
        page.line("This database has no way to tell who holds its migration lock.");
        return page.finish();
    }
    if report.holders.is_empty() {
        page.line("The migration lock is free.");
    }
    for holder in &report.holders {
        page.blank();
        page.line("The migration lock is held by:");
        page.fields("  ", &error::fields(holder));
        page.line("It is one lock for the whole database: the holder may work on another schema.");
        page.line("Wait for it; if it is stuck, end its session (same role or pg_signal_backend):");
        page.line(format!("  {}", holder.terminate_statement()));
        page.line("What it has not committed is rolled back.");
    }
    page.finish()
}
