//! `status`.

use std::sync::Arc;

use super::*;
use crate::diagnosis::diagnose;
use crate::history::{
    History, HistoryTable, Journal, JournalEntry, JournalState, StoredTime, Worker,
};
use crate::lock::{LockHolder, LockState};

fn assert_status(name: &str, status: &Status) {
    let text = text::status(status, Style::plain());
    let json = json::status(status);
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(read["summary"].as_object().unwrap().len(), 12);
    assert_report(name, &text, &json);
}

#[test]
fn clean() {
    let scenario = Scenario::new()
        .file("20250101000000_init")
        .applied()
        .file("20250102000000_posts")
        .applied();
    assert_status("status_clean", &status_of(&scenario));
}

#[test]
fn nothing_at_all() {
    let mut status = status_of(&Scenario::new());
    let options = Options::default();
    let store = MemoryStore::new(Dialect::Sqlite);
    let empty = block_on(engine::status(&store, &Migrations::empty(), &options)).unwrap();
    status.diagnosis = empty.diagnosis;
    status.dialect = Dialect::Sqlite;
    assert_status("status_nothing_at_all", &status);
}

#[test]
fn pending() {
    assert_status("status_pending", &status_of(&two_pending()));
}

/// Every state and every mark at once: a database that nobody looked after.
#[test]
fn refused() {
    let scenario = Scenario::new()
        .file("20250101000000_init")
        .applied()
        .file("20250102000000_edited")
        .edited()
        .file("20250103000000_ghost_a")
        .ghost()
        .file("20250104000000_ghost_b")
        .ghost()
        .file("20250105000000_baseline")
        .marked_applied()
        .file("20250106000000_late")
        .file("20250107000000_twice")
        .applied()
        .applied()
        .file("20250108000000_failed")
        .failed()
        .file("20250109000000_tried")
        .rolled_back()
        .file("20250110000000_tried_then_done")
        .rolled_back()
        .applied()
        .file("20250111000000_next")
        .orphan("20250104120000_renamed")
        .orphan("20250201000000_from_a_newer_program")
        .named("20240101000000_forgotten")
        .rolled_back();
    assert_status("status_refused", &status_of(&scenario));
    let text = text::status(&status_with(&scenario, development()), Style::plain());
    assert_rendering("status_refused_development", &text);
}

#[test]
fn diverged() {
    let scenario = Scenario::new()
        .file("20250101000000_init")
        .applied()
        .file("20250103000000_ours")
        .orphan("20250102000000_theirs");
    assert_status("status_diverged", &status_of(&scenario));
}

fn holder() -> LockHolder {
    let mut holder = LockHolder::of_pid(4711);
    holder.user = Some("deploy".to_owned());
    holder.application = Some("migsafe".to_owned());
    holder.address = Some("10.0.0.7".to_owned());
    holder.state = Some("active".to_owned());
    holder.query = Some("CREATE INDEX i ON t (c)".to_owned());
    holder.transaction_age_ms = Some(12_345);
    holder.connection_age_ms = Some(99_000);
    holder
}

#[test]
fn running() {
    let scenario = Scenario::new()
        .file("20250101000000_init")
        .applied()
        .file("20250102000000_posts")
        .failed()
        .file("20250103000000_comments")
        .locked_by(holder());
    assert_status("status_running", &status_of(&scenario));
}

#[test]
fn failed_or_running_where_the_lock_cannot_be_seen() {
    let scenario = Scenario::new().file("20250101000000_init").failed();
    let mut status = status_of(&scenario);
    let migrations = scenario.migrations();
    status.diagnosis = diagnose(&migrations, &scenario.history(), &LockState::Unknown);
    let text = text::status(&status, Style::plain());
    assert_rendering("status_uncertain", &text);
    assert!(json::status(&status).contains("\"uncertain\": true"));
    status.diagnosis = diagnose(&migrations, &scenario.history(), &LockState::HeldByUs);
    assert!(text::status(&status, Style::plain()).contains("held by this session"));
    assert!(json::status(&status).contains("\"state\": \"held_by_us\""));
}

#[test]
fn a_migration_that_runs_statement_by_statement() {
    let scenario = Scenario::new().file("20250101000000_indexes").failed();
    let mut status = status_of(&scenario);
    let entries = vec![
        JournalEntry::new(1, "aa", JournalState::Done).in_transaction(true),
        JournalEntry::new(2, "bb", JournalState::Failed).with_sql_code(Some("23505".to_owned())),
    ];
    let journal = Journal::new(scenario.rows()[0].id.clone(), entries, Worker::Gone);
    let table = HistoryTable::new(scenario.rows()).with_journals(vec![journal]);
    let history = History::Present(Arc::new(table));
    status.diagnosis = diagnose(&scenario.migrations(), &history, &LockState::Free);
    assert_status("status_journal", &status);
}

#[test]
fn long_lists_are_folded_unless_all_is_asked_for() {
    let mut scenario = Scenario::new();
    for n in 1..=9 {
        scenario = scenario.file(&format!("2025010{n}000000_step_{n}")).applied();
    }
    for n in 1..=8 {
        scenario = scenario.file(&format!("2025020{n}000000_ghost_{n}")).ghost();
    }
    let status = status_of(&scenario.file("20250301000000_next"));
    let folded = text::status(&status, Style::plain());
    assert_rendering("status_folded", &folded);
    let all = text::status(&status, Style::plain().showing_all(true));
    assert_rendering("status_all", &all);
}

#[test]
fn colours() {
    let status = status_of(&two_pending().file("20250104000000_x").failed());
    let text = text::status(&status, Style::coloured()).replace('\u{1b}', "␛");
    assert_rendering("status_coloured", &text);
}

/// Names, logs and times may hold anything; nothing of it steers the terminal.
#[test]
fn hostile_content() {
    let mut scenario = Scenario::new()
        .file("20250101000000_a\u{1b}[2J")
        .failed()
        .file("20250102000000_b\nApplied everything.")
        .orphan("c\u{202e}d\u{9b}31m")
        .orphan("");
    scenario = scenario.named("20250103000000_times").row(|row| {
        row.started_at = Some(StoredTime::from_text("yes\u{1b}]0;title\u{7}terday"));
        row.finished_at = Some(StoredTime::NegativeInfinity);
        row.logs = Some("\u{1b}[31mred\u{1b}[0m".to_owned());
        row.applied_steps_count = None;
    });
    let mut status = status_of(&scenario);
    status.database = "db\u{1b}[31m\nname".to_owned();
    assert_status("status_hostile", &status);
    for output in [text::status(&status, Style::plain()), json::status(&status)] {
        assert!(!output.chars().any(|c| c.is_control() && c != '\n'));
        assert!(!output.contains('\u{202e}'));
    }
}
