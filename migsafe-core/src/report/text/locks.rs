//! Who holds the migration lock, and who is in whose way.

use super::page::Page;
use super::{blockers, error, impact, safe, values};
use crate::engine::{LocksReport, Place};
use crate::report::Style;

/// The holders, what the pending migrations will lock, who is in their way, and how each could be ended.
#[must_use]
pub fn locks(report: &LocksReport, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(format!("database  {}", safe::line(&report.database, 200)));
    page.blank();
    if !report.supported {
        page.line("This database has no way to tell who holds its migration lock.");
        return page.finish();
    }
    if report.holders.iter().all(|holder| holder.session_began.is_some()) {
        page.line("The migration lock is free.");
    }
    for holder in &report.holders {
        page.blank();
        let by_statement = holder.session_began.is_some();
        page.line(if by_statement {
            "A migration that runs statement by statement is in the hands of:"
        } else {
            "The migration lock is held by:"
        });
        page.fields("  ", &error::fields(holder));
        page.line(if by_statement {
            "Others wait for it. Once it has ended, the next deploy goes on where it was."
        } else {
            "It is one lock for the whole database: the holder may work on another schema."
        });
        page.line("Wait for it; if it is stuck, end its session (same role or pg_signal_backend):");
        page.line(format!("  {}", holder.terminate_statement()));
        page.line("What it has not committed is rolled back.");
    }
    if let Some(remedy) = &report.hidden {
        page.blank();
        page.line(
            "Whether a migration that runs statement by statement is under way, this role may not see before:",
        );
        page.line(format!("  {}", safe::line(remedy, 300)));
    }
    if let Some(pending) = &report.pending {
        impact::will_lock(&mut page, pending);
    }
    if let Some(around) = &report.blockers {
        blockers::blockers(&mut page, report, around);
    }
    notes(&mut page, report);
    page.finish()
}

pub(super) fn place(place: &Place) -> String {
    let Place { migration, statement, line } = place;
    format!("{}, statement {statement}, line {line}", safe::name(migration.as_str()))
}

/// What the report cannot say.
pub(super) fn notes(page: &mut Page, report: &LocksReport) {
    page.blank();
    if let Some(why) = &report.unread {
        page.line(format!("What is pending is not known: {}", safe::line(why, 300)));
    }
    let Some(around) = &report.blockers else {
        page.line("Who is in whose way cannot be told of this database.");
        return;
    };
    if let Some(pending) = &report.pending {
        some(page, &pending.uncertain, "may lock more than the text says");
        some(page, &pending.waits_for_all, "waits for every transaction that is older");
    }
    let hidden = around.sessions.iter().filter(|b| b.session.pid != 0 && b.session.state.is_none());
    let hidden = hidden.count();
    if !around.sees_all && hidden > 0 {
        let sessions = values::count(hidden, "session");
        page.line(format!(
            "Of {sessions} this role may not see state, query, address and times; and a session that \
             is idle in a"
        ));
        page.line("transaction is shown only with a lock. A member of pg_read_all_stats sees all.");
    } else if !around.sees_all {
        page.line(
            "This role does not see sessions of other roles that are idle in a transaction and",
        );
        page.line("lock nothing named here. A member of pg_read_all_stats does.");
    }
}

fn some(page: &mut Page, places: &[Place], what: &str) {
    const NAMED: usize = 3;
    for one in places.iter().take(NAMED) {
        page.line(format!("{} {what}.", place(one)));
    }
    if let Some(more) = places.len().checked_sub(NAMED).filter(|more| *more > 0) {
        page.line(format!("So {} more.", values::count(more, "statement")));
    }
}
