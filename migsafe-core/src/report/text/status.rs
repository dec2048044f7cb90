//! The state of a database.

use super::page::Page;
use super::{findings, safe, table, values};
use crate::Dialect;
use crate::diagnosis::{Mark, State};
use crate::lock::LockState;
use crate::migrations::Origin;
use crate::policy::Finding;
use crate::report::style::Paint;
use crate::report::{Status, Style};

/// The whole state: what was looked at, every migration, the findings, the conclusion.
#[must_use]
pub fn status(status: &Status, style: Style) -> String {
    page(status, status.findings(), style)
}

/// The same without the findings on SQL, which are shown with their SQL elsewhere.
#[cfg(feature = "render")]
pub(super) fn status_without_sql(status: &Status, style: Style) -> String {
    let is_other = |finding: &&Finding| finding.location.statement.is_none();
    let findings: Vec<Finding> = status.findings().iter().filter(is_other).cloned().collect();
    page(status, &findings, style)
}

fn page(status: &Status, findings: &[Finding], style: Style) -> String {
    let mut page = Page::new(style);
    page.fields("", &header(status));
    page.blank();
    table::table(&mut page, status.diagnosis());
    page.blank();
    findings::findings(&mut page, findings);
    page.blank();
    findings::suppressed(&mut page, status.suppressed());
    page.blank();
    conclusion(&mut page, status);
    page.finish()
}

fn header(status: &Status) -> Vec<(&'static str, String)> {
    let facts = status.facts();
    let dialect = status.dialect().to_string();
    let mut server = match facts.server().map(|server| safe::line(server, 60)) {
        Some(server) if server.starts_with(&dialect) => server,
        Some(version) => format!("{dialect} {version}"),
        None => dialect,
    };
    if let Some(schema) = facts.schema() {
        server = format!("{server}, schema {}", safe::name(schema));
    }
    if facts.is_read_replica() {
        server.push_str(", read replica");
    }
    let origin = match status.origin() {
        Origin::Directory(path) => safe::name(path),
        Origin::Embedded => "embedded in the program".to_owned(),
        Origin::Files => "single files".to_owned(),
    };
    let mut fields = vec![("database", safe::line(status.database(), 200))];
    fields.extend(status.writes_to().map(|direct| ("direct", safe::line(direct, 200))));
    fields.extend([
        ("server", server),
        ("migrations", format!("{origin} ({})", status.file_count())),
        ("environment", safe::name(status.environment())),
    ]);
    if status.diagnosis().history().is_absent() {
        fields.push(("history", "none yet".to_owned()));
    }
    fields.extend(lock(status).map(|lock| ("lock", lock)));
    fields
}

/// What is worth saying of the lock: nothing while it is free, and nothing where no database of
/// the dialect can tell.
fn lock(status: &Status) -> Option<String> {
    match status.diagnosis().lock() {
        LockState::Held(holder) => Some(format!(
            "held by {}\n(one lock for the whole database: it may be at work on another schema)",
            safe::line(&holder.to_string(), 300)
        )),
        LockState::HeldByUs => Some("held by this session".to_owned()),
        LockState::Unknown if status.dialect() != Dialect::Sqlite => {
            Some("cannot be seen with this role".to_owned())
        }
        LockState::Free | LockState::Unknown => None,
    }
}

/// The counts and what they mean.
pub(super) fn conclusion(page: &mut Page, status: &Status) {
    counts(page, status);
    let (paint, text) = verdict(status);
    page.line(page.paint(paint, &text));
}

/// How many migrations are in which state.
pub(super) fn counts(page: &mut Page, status: &Status) {
    page.line(summary(status));
}

fn summary(status: &Status) -> String {
    let diagnosis = status.diagnosis();
    let summary = diagnosis.summary();
    let states: Vec<String> = [
        State::Applied,
        State::Pending,
        State::RolledBack,
        State::Running,
        State::Failed,
        State::Ghost,
        State::Orphaned,
    ]
    .into_iter()
    .filter(|state| summary.state(*state) > 0)
    .map(|state| {
        let uncertain =
            diagnosis.entries().iter().any(|entry| entry.state() == state && entry.is_uncertain());
        let (_, word, _) = table::look(state, uncertain);
        format!("{} {word}", summary.state(state))
    })
    .collect();
    let marks: Vec<String> = Mark::ALL
        .into_iter()
        .filter(|mark| summary.mark(*mark) > 0)
        .map(|mark| format!("{} {}", summary.mark(mark), table::mark(mark)))
        .collect();
    let mut text = values::count(diagnosis.entries().len(), "migration");
    if !states.is_empty() {
        text = format!("{text}: {}", states.join(", "));
    }
    if !marks.is_empty() {
        text = format!("{text} ({})", marks.join(", "));
    }
    text
}

fn verdict(status: &Status) -> (Paint, String) {
    let causes = status.causes().count();
    if causes > 0 {
        let must = if causes == 1 { "finding must" } else { "findings must" };
        let text = format!("A deploy is refused: {causes} {must} be dealt with first.");
        return (Paint::Bad, text);
    }
    let summary = status.diagnosis().summary();
    if summary.running > 0
        || (summary.pending > 0 && status.diagnosis().lock().is_held_by_another())
    {
        let text = "Not up to date: a deploy is in progress.".to_owned();
        return (Paint::Open, text);
    }
    if status.is_up_to_date() {
        return (Paint::Good, "Up to date.".to_owned());
    }
    // An entry that failed and does not refuse: the policy was told so.
    let pending = summary.pending + summary.rolled_back;
    let text = if pending > 0 {
        format!("Not up to date: {pending} to apply. Next: migsafe deploy")
    } else {
        format!("Not up to date: {} failed.", summary.failed)
    };
    (Paint::Open, text)
}
