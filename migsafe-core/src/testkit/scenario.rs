//! A builder that reads like the story of a database.

use chrono::{DateTime, TimeDelta, Utc};

use crate::diagnosis::{Diagnosis, diagnose};
use crate::history::{History, HistoryRow};
use crate::lock::{LockHolder, LockState};
use crate::migrations::{Checksum, Migrations};

/// Files and rows, step by step; each verb speaks of the file or row named last.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    files: Vec<(String, String)>,
    rows: Vec<HistoryRow>,
    current: String,
    lock: LockState,
}

impl Scenario {
    /// No files, no rows, the lock free.
    #[must_use]
    pub fn new() -> Self {
        Self { lock: LockState::Free, ..Self::default() }
    }

    /// A file with a script of its own.
    #[must_use]
    pub fn file(self, name: &str) -> Self {
        let script = format!("CREATE TABLE \"{name}\" (id INTEGER PRIMARY KEY);\n");
        self.file_with(name, &script)
    }

    /// A file with this script.
    #[must_use]
    pub fn file_with(mut self, name: &str, script: &str) -> Self {
        name.clone_into(&mut self.current);
        self.files.push((name.to_owned(), script.to_owned()));
        self
    }

    /// A row of a deploy that went well.
    #[must_use]
    pub fn applied(self) -> Self {
        self.push(|row, at| {
            row.finished_at = Some((at + TimeDelta::milliseconds(20)).into());
            row.applied_steps_count = Some(1);
        })
    }

    /// A finished row with steps 0 that no Prisma command writes.
    #[must_use]
    pub fn ghost(self) -> Self {
        self.push(|row, at| row.finished_at = Some((at + TimeDelta::milliseconds(20)).into()))
    }

    /// A row as `resolve --applied` writes it.
    #[must_use]
    pub fn marked_applied(self) -> Self {
        self.push(|row, at| {
            row.finished_at = Some(at.into());
            row.logs = Some(String::new());
        })
    }

    /// An unfinished row.
    #[must_use]
    pub fn failed(self) -> Self {
        self.push(|row, _| row.logs = Some("ERROR 42P07: relation already exists".to_owned()))
    }

    /// A failed row that was marked rolled back.
    #[must_use]
    pub fn rolled_back(self) -> Self {
        self.push(|row, at| row.rolled_back_at = Some((at + TimeDelta::seconds(5)).into()))
    }

    /// A row of a deploy that went well with another script than the file has now.
    #[must_use]
    pub fn edited(self) -> Self {
        self.push(|row, at| {
            row.checksum = Checksum::of("-- as it was").to_string();
            row.finished_at = Some((at + TimeDelta::milliseconds(20)).into());
            row.applied_steps_count = Some(1);
        })
    }

    /// An applied row without a file.
    #[must_use]
    pub fn orphan(self, name: &str) -> Self {
        self.named(name).applied()
    }

    /// The following rows are of this name, which has no file.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.current);
        self
    }

    /// A row of any shape for the current name.
    #[must_use]
    pub fn row(self, shape: impl FnOnce(&mut HistoryRow)) -> Self {
        self.push(|row, _| shape(row))
    }

    /// Another session holds the lock.
    #[must_use]
    pub fn locked_by(mut self, holder: LockHolder) -> Self {
        self.lock = LockState::Held(Box::new(holder));
        self
    }

    /// The files. A name given twice counts once, the last.
    #[must_use]
    pub fn migrations(&self) -> Migrations {
        let unique: std::collections::BTreeMap<String, String> =
            self.files.iter().cloned().collect();
        Migrations::from_scripts(unique).unwrap_or_else(|_| Migrations::empty())
    }

    /// The rows, in the order in which they were told.
    #[must_use]
    pub fn rows(&self) -> Vec<HistoryRow> {
        self.rows.clone()
    }

    /// The history.
    #[must_use]
    pub fn history(&self) -> History {
        History::present(self.rows())
    }

    /// The state of the lock.
    #[must_use]
    pub fn lock(&self) -> &LockState {
        &self.lock
    }

    /// The diagnosis.
    #[must_use]
    pub fn diagnose(&self) -> Diagnosis {
        diagnose(&self.migrations(), &self.history(), &self.lock)
    }

    /// Adds a row; each row begins a minute after the one before.
    fn push(mut self, shape: impl FnOnce(&mut HistoryRow, DateTime<Utc>)) -> Self {
        let count = i32::try_from(self.rows.len()).unwrap_or(i32::MAX);
        let at = DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default()
            + TimeDelta::minutes(1) * count;
        let script = self.files.iter().rfind(|(name, _)| *name == self.current);
        let checksum = Checksum::of(script.map_or("-- gone", |(_, script)| script)).to_string();
        let id = format!("00000000-0000-4000-8000-{:012}", self.rows.len() + 1);
        let mut row = HistoryRow::started(id, self.current.clone(), checksum, at);
        shape(&mut row, at);
        self.rows.push(row);
        self
    }
}
