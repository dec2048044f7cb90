//! The table of migrations.

use super::page::Page;
use super::{safe, values};
use crate::diagnosis::{Diagnosis, Entry, Mark, State};
use crate::history::{HistoryRow, Journal, JournalEntry, JournalState};
use crate::report::style::Paint;

/// How many clean applied migrations a folded table shows.
const LAST_APPLIED: usize = 3;

/// Names longer than this do not widen the column.
const WIDEST_NAME: usize = 60;

struct Row {
    symbol: &'static str,
    state: &'static str,
    paint: Paint,
    name: String,
    marks: String,
    when: String,
}

/// One line per migration; applied ones without a mark are folded, except the last few.
pub(super) fn table(page: &mut Page, diagnosis: &Diagnosis) {
    let folded = folded(page, diagnosis);
    let is_clean = |entry: &&Entry| entry.state() == State::Applied && entry.marks().is_empty();
    let mut passed = 0;
    let rows: Vec<Row> = diagnosis
        .entries()
        .iter()
        .filter(|entry| {
            passed += usize::from(is_clean(entry));
            !is_clean(entry) || passed > folded
        })
        .map(|entry| row(diagnosis, entry))
        .collect();
    if folded > 0 {
        let (symbol, _, paint) = look(State::Applied, false);
        let symbol = page.paint(paint, symbol);
        let text = format!("{folded} more applied, not listed (--all lists them)");
        let text = page.paint(Paint::Faint, &text);
        page.line(format!("  {symbol} {text}"));
    }
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let states = width(|row| row.state.len());
    let names = width(|row| row.name.chars().count()).min(WIDEST_NAME);
    let marks = width(|row| row.marks.len());
    for row in &rows {
        let state = page.paint(row.paint, &format!("{} {:states$}", row.symbol, row.state));
        let when = page.paint(Paint::Faint, &row.when);
        let mut line = format!("  {state}  {:names$}", row.name);
        if marks > 0 {
            let mark = format!("{:marks$}", row.marks);
            line = format!("{line}  {}", page.paint(Paint::Doubtful, &mark));
        }
        page.line(format!("{line}  {when}"));
    }
}

fn folded(page: &Page, diagnosis: &Diagnosis) -> usize {
    let clean = diagnosis
        .entries()
        .iter()
        .filter(|entry| entry.state() == State::Applied && entry.marks().is_empty())
        .count();
    let hidden = clean.saturating_sub(LAST_APPLIED);
    // A line that says "1 more" is as long as the line it hides.
    if page.style().shows_all() || hidden < 2 { 0 } else { hidden }
}

fn row(diagnosis: &Diagnosis, entry: &Entry) -> Row {
    let (symbol, state, paint) = look(entry.state(), entry.is_uncertain());
    let marks: Vec<&str> = entry.marks().iter().map(mark).collect();
    Row {
        symbol,
        state,
        paint,
        name: safe::name(entry.name().as_str()),
        marks: marks.join(", "),
        when: when(diagnosis, entry),
    }
}

/// Symbol, word and colour of a state.
pub(super) fn look(state: State, uncertain: bool) -> (&'static str, &'static str, Paint) {
    match state {
        State::Pending => ("•", "pending", Paint::Open),
        State::RolledBack => ("↺", "rolled back", Paint::Open),
        State::Running => ("▸", "running", Paint::Open),
        State::Failed if uncertain => ("✗", "failed or running", Paint::Bad),
        State::Failed => ("✗", "failed", Paint::Bad),
        State::Ghost => ("?", "ghost", Paint::Doubtful),
        State::Orphaned => ("!", "orphaned", Paint::Doubtful),
        State::Applied => ("✓", "applied", Paint::Good),
    }
}

pub(super) fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Edited => "edited",
        Mark::OutOfOrder => "out of order",
        Mark::Duplicate => "duplicate",
        Mark::MarkedApplied => "marked applied",
        Mark::Newer => "newer",
    }
}

/// How far a migration came that runs statement by statement.
fn progress(journal: Option<&Journal>) -> String {
    let is_done = |entry: &&JournalEntry| entry.state == JournalState::Done;
    journal.map_or_else(String::new, |journal| {
        let done = journal.entries.iter().filter(is_done).count();
        format!(", {} done", values::count(done, "statement"))
    })
}

fn when(diagnosis: &Diagnosis, entry: &Entry) -> String {
    let time = |row: Option<&HistoryRow>, of: fn(&HistoryRow) -> Option<String>| {
        row.and_then(of).unwrap_or_default()
    };
    let finished = |row: &HistoryRow| row.finished_at.as_ref().map(values::stored);
    let started = |row: &HistoryRow| {
        let at = row.started_at.as_ref().map(values::stored)?;
        Some(format!("started {at}"))
    };
    let rolled_back = |row: &HistoryRow| {
        let at = row.rolled_back_at.as_ref().map(values::stored)?;
        Some(format!("rolled back {at}"))
    };
    let live = diagnosis.newest_live(entry);
    let newest = diagnosis.attempts(entry).next_back();
    match entry.state() {
        State::Pending if diagnosis.lock().is_held_by_another() => "deploy in progress".to_owned(),
        State::Pending => String::new(),
        State::RolledBack => time(newest, rolled_back),
        State::Running | State::Failed => {
            let mut unfinished = diagnosis.attempts(entry).rev();
            let started = time(unfinished.find(|row| row.is_live() && !row.is_finished()), started);
            format!("{started}{}", progress(diagnosis.journal(entry)))
        }
        State::Orphaned if live.is_none() => time(newest, rolled_back),
        State::Ghost | State::Orphaned | State::Applied => time(live, finished),
    }
}
