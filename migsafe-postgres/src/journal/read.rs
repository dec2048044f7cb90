//! Reading the journals of unfinished rows.

use std::collections::BTreeMap;

use migsafe_core::history::{History, HistoryTable, Journal, JournalEntry, JournalState, Worker};
use migsafe_core::store::Reading;

use crate::connection::{Answer, text};

/// The ids of the rows that may have a journal: live and unfinished. Usually there is none, and then
/// nothing more is asked.
pub(crate) fn unfinished(reading: &Reading) -> Vec<&str> {
    let rows = reading.history.rows().iter();
    rows.filter(|row| row.is_live() && !row.is_finished()).map(|row| &*row.id).collect()
}

/// The reading with the journals of the two answers of [`crate::sql::entries`] and
/// [`crate::sql::workers`], the first of which is at `first`.
pub(crate) fn attach(reading: Reading, answer: &Answer, first: usize) -> Reading {
    let mut entries: BTreeMap<String, Vec<JournalEntry>> = BTreeMap::new();
    for row in answer.rows(first) {
        let Some(id) = text(row, 0) else { continue };
        let entries = entries.entry(id.into_owned()).or_default();
        let value = |column| text(row, column).map(|value| value.into_owned());
        let (Some(statement), Some(hash), Some(state)) =
            (value(1).and_then(|n| n.parse().ok()), value(2), value(3))
        else {
            continue;
        };
        let state = match &*state {
            "done" => JournalState::Done,
            "failed" => JournalState::Failed,
            _ => JournalState::Started,
        };
        let entry = JournalEntry::new(statement, hash, state)
            .in_transaction(value(4).as_deref() == Some("t"))
            .with_sql_code(value(5));
        entries.push(entry);
    }
    let mut workers: BTreeMap<String, Worker> = BTreeMap::new();
    for row in answer.rows(first + 1) {
        let Some(id) = text(row, 0) else { continue };
        let expires = text(row, 2).and_then(|ms| ms.parse().ok());
        let backend = text(row, 3).and_then(|pid| pid.parse().ok());
        let worker = match (expires, backend) {
            (Some(expires_in_ms), _) => Worker::Lease {
                owner: text(row, 1).unwrap_or_default().into_owned(),
                expires_in_ms,
            },
            (None, Some(pid)) => Worker::Backend { pid },
            (None, None) => Worker::Gone,
        };
        workers.insert(id.into_owned(), worker);
    }
    let journals: Vec<Journal> = entries
        .into_iter()
        .map(|(id, entries)| {
            let worker = workers.remove(&id).unwrap_or(Worker::Gone);
            Journal::new(id, entries, worker)
        })
        .collect();
    with_journals(reading, journals)
}

fn with_journals(mut reading: Reading, journals: Vec<Journal>) -> Reading {
    if let History::Present(table) = &reading.history
        && !journals.is_empty()
    {
        let table = HistoryTable::clone(table).with_journals(journals);
        reading.history = History::Present(table.into());
    }
    reading
}
