//! A backend of one's own: the history of a "database" that is one text file.
//!
//! `cargo run --example own_backend`
//!
//! The database is a file of JSON lines: one line per table, per row of the history, per audit entry. That is a
//! toy, but what migsafe asks of a backend is asked of it in full: the conformance suite at the end of
//! this file is the one that the SQLite and PostgreSQL backends pass. The comments say why each part is as it is.
//!
//! Two traits are to be implemented, nothing else:
//!
//! - [`HistoryStore`] reads, without a lock and without writing anything, and opens the session that writes;
//! - [`WriteSession`] runs one transaction at a time, under an exclusive lock.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use migsafe_core::env::{Env, TokioEnv};
use migsafe_core::history::{Absence, Cell, HistoryRow, RawRow};
use migsafe_core::policy::Location;
use migsafe_core::store::{
    Aborted, AuditNote, Begun, Content, DatabaseFacts, Reading, RowChange, ScriptFailure,
    StepOutcome, StepRequest, StoreError, StoreErrorCode, WriteSession,
};
use migsafe_core::{
    Dialect, History, HistoryStore, Migrations, Options, Target, ensure_up_to_date,
};
use serde_json::{Value, json};

// ---------------------------------------------------------------------------------------------
// The file: everything in one, so that one rename commits everything at once.

/// What the file holds.
#[derive(Clone, Debug, Default)]
struct Database {
    /// Grows with every commit; tells a session whether anybody else has written.
    version: u64,
    tables: BTreeSet<String>,
    /// `None` while there is no history table.
    rows: Option<Vec<HistoryRow>>,
    audit: Vec<Value>,
}

impl Database {
    /// Reads the file; `None` when there is none.
    ///
    /// Only "not found" means that there is nothing. A file that cannot be read or understood is an
    /// error: an empty history would have every migration run again.
    fn load(path: &Path) -> Result<Option<Self>, StoreError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(path, &error.to_string())),
        };
        let mut database = Self::default();
        for line in text.lines() {
            let line: Value =
                serde_json::from_str(line).map_err(|e| unreadable(path, &e.to_string()))?;
            if let Some(version) = line["version"].as_u64() {
                database.version = version;
            } else if let Some(table) = line["table"].as_str() {
                database.tables.insert(table.to_owned());
            } else if line["history"] == json!(true) {
                database.rows = Some(Vec::new());
            } else if line["row"].is_object() {
                database.rows.get_or_insert_default().push(decode(&line["row"]));
            } else if line["audit"].is_object() {
                database.audit.push(line["audit"].clone());
            } else {
                return Err(unreadable(path, "a line of an unknown kind"));
            }
        }
        Ok(Some(database))
    }

    fn render(&self) -> String {
        let lines = std::iter::once(json!({ "version": self.version }))
            .chain(self.tables.iter().map(|table| json!({ "table": table })))
            .chain(self.rows.iter().map(|_| json!({ "history": true })))
            .chain(self.rows.iter().flatten().map(|row| json!({ "row": row })))
            .chain(self.audit.iter().map(|entry| json!({ "audit": entry })));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// Commits: the new content goes into a file of another name and is flushed to the disk, then takes the
    /// place of the old one. A reader sees the old file or the new one, never a part of either, and so does
    /// whoever opens the folder after a power cut.
    fn save(&self, path: &Path) -> Result<(), Unsaved> {
        let draft = path.with_extension("draft");
        let before = |error: io::Error| Unsaved::Nothing(error.to_string());
        let mut file = File::create(&draft).map_err(before)?;
        file.write_all(self.render().as_bytes()).map_err(before)?;
        file.sync_all().map_err(before)?;
        fs::rename(&draft, path).map_err(before)?;
        // The rename itself is certain only when the folder is on the disk. Should that fail we do not know, and
        // must say so: neither "applied" nor "failed" would be true.
        let folder = path.parent().unwrap_or(Path::new("."));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| Unsaved::Unknown(error.to_string()))
    }

    fn reading(database: Option<&Self>) -> Reading {
        let history = match database {
            // Each says what is proven to be missing; a report then says the right thing.
            None => History::Absent(Absence::Database),
            Some(Self { rows: None, .. }) => History::Absent(Absence::Table),
            Some(Self { rows: Some(rows), .. }) => History::present(rows.clone()),
        };
        // Without a history, what the database holds decides whether a first deploy is safe.
        let content = match database {
            Some(Self { rows: Some(_), .. }) => Content::Unknown,
            Some(Self { tables, .. }) if !tables.is_empty() => {
                Content::Objects(tables.iter().cloned().collect())
            }
            _ => Content::Empty,
        };
        // The lock is not mentioned: a file lock cannot be looked at without taking it, and reading takes none. So
        // its state is unknown, and migsafe reports an unfinished row as "failed or running".
        Reading::of(history).with_database(DatabaseFacts::default().with_content(content))
    }
}

/// Why a commit did not come to its end.
enum Unsaved {
    /// The old file is untouched.
    Nothing(String),
    /// The new file may or may not be there after a crash.
    Unknown(String),
}

/// Values as they are, without judgement: `RawRow::decode` turns what does not fit into a problem of the row,
/// which the rule `corrupt-row` reports. A backend never panics on data and never skips a row.
fn decode(row: &Value) -> HistoryRow {
    let cell = |column: &str| match row.get(column) {
        None => Cell::Missing,
        Some(Value::Null) => Cell::Null,
        Some(Value::String(text)) => Cell::Text(text.clone()),
        Some(Value::Number(number)) => {
            number.as_i64().map_or_else(|| Cell::Other(number.to_string()), Cell::Integer)
        }
        Some(other) => Cell::Other(other.to_string()),
    };
    RawRow {
        id: cell("id"),
        checksum: cell("checksum"),
        finished_at: cell("finished_at"),
        migration_name: cell("migration_name"),
        logs: cell("logs"),
        rolled_back_at: cell("rolled_back_at"),
        started_at: cell("started_at"),
        applied_steps_count: cell("applied_steps_count"),
    }
    .decode()
}

fn unreadable(path: &Path, why: &str) -> StoreError {
    let message = format!("cannot read {}: {why}", path.display());
    StoreError::new(StoreErrorCode::HistoryUnreadable, message)
}

fn io_error(what: &str, error: &io::Error) -> StoreError {
    let code = match error.kind() {
        ErrorKind::PermissionDenied => StoreErrorCode::Permission,
        ErrorKind::ReadOnlyFilesystem => StoreErrorCode::ReadOnly,
        _ => StoreErrorCode::Connection,
    };
    StoreError::new(code, format!("{what}: {error}"))
}

// ---------------------------------------------------------------------------------------------
// Reading.

/// A database in one file.
#[derive(Clone, Debug)]
struct FileStore {
    path: PathBuf,
}

impl FileStore {
    fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn lock_path(&self) -> PathBuf {
        self.path.with_extension("lock")
    }
}

#[async_trait]
impl HistoryStore for FileStore {
    /// The scripts are read as SQLite's; this "database" understands three statements of it.
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn describe(&self) -> String {
        self.path.display().to_string()
    }

    fn env(&self) -> Arc<dyn Env> {
        Arc::new(TokioEnv)
    }

    /// No lock is needed: a rename is atomic. (Reading a small file blocks for microseconds; a backend with
    /// real work to do here would use its runtime's blocking pool.)
    async fn read(&self) -> Result<Reading, StoreError> {
        Ok(Database::reading(Database::load(&self.path)?.as_ref()))
    }

    /// Creates the lock file: from here on somebody means to write. Reading never comes here.
    async fn open_session(&self) -> Result<Box<dyn WriteSession>, StoreError> {
        File::create(self.lock_path())
            .map_err(|error| io_error("cannot create the lock file", &error))?;
        Ok(Box::new(FileSession { store: self.clone(), transaction: None, known: None }))
    }
}

// ---------------------------------------------------------------------------------------------
// Writing.

#[derive(Debug)]
struct FileSession {
    store: FileStore,
    transaction: Option<Transaction>,
    /// The version that this session has seen or written last.
    known: Option<u64>,
}

/// An open transaction. Dropping it closes the lock file and thereby frees the lock: on an error, in
/// a panic, when the future is cancelled, and when the process is killed.
#[derive(Debug)]
struct Transaction {
    _lock: File,
    database: Database,
}

impl FileSession {
    /// Ends the transaction: whatever the caller returns with, the lock is free afterwards.
    fn take(&mut self) -> Result<Transaction, StoreError> {
        let none = || StoreError::new(StoreErrorCode::Connection, "no transaction is open");
        self.transaction.take().ok_or_else(none)
    }

    /// Writes while the lock is still held, then lets go of it.
    fn commit(&mut self, transaction: Transaction) -> Result<(), Unsaved> {
        let mut database = transaction.database;
        database.version += 1;
        database.save(&self.store.path)?;
        self.known = Some(database.version);
        Ok(())
    }
}

fn not_saved(unsaved: Unsaved) -> StoreError {
    let (Unsaved::Nothing(why) | Unsaved::Unknown(why)) = unsaved;
    StoreError::new(StoreErrorCode::Connection, format!("cannot write the database: {why}"))
}

#[async_trait]
impl WriteSession for FileSession {
    /// Tries once and never waits: the engine waits, with a deadline, holding nothing.
    async fn begin(&mut self) -> Result<Begun, StoreError> {
        if self.transaction.is_some() {
            return Err(StoreError::new(StoreErrorCode::Sql, "a transaction is open already"));
        }
        let lock = File::open(self.store.lock_path())
            .map_err(|error| io_error("cannot open the lock file", &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Begun::Held(None)),
            Err(TryLockError::Error(error)) => return Err(io_error("cannot lock", &error)),
        }
        // Read after the lock is had, never before: between the two somebody may have deployed.
        let stored = Database::load(&self.store.path)?;
        let version = stored.as_ref().map(|database| database.version);
        let unchanged = version.is_some() && version == self.known;
        self.known = version;
        let reading = Database::reading(stored.as_ref());
        let database = stored.unwrap_or_default();
        self.transaction = Some(Transaction { _lock: lock, database });
        Ok(if unchanged { Begun::Unchanged } else { Begun::Locked(Box::new(reading)) })
    }

    async fn create_history_table(&mut self) -> Result<(), StoreError> {
        let mut transaction = self.take()?;
        if transaction.database.rows.is_some() {
            return Err(StoreError::new(StoreErrorCode::Sql, "there is a history already"));
        }
        transaction.database.rows = Some(Vec::new());
        self.commit(transaction).map_err(not_saved)?;
        // "Unchanged" speaks of rows: after a table came into being the next transaction reads it.
        self.known = None;
        Ok(())
    }

    /// Script and row in one commit: there is no moment at which only one of them is there.
    async fn apply(&mut self, step: StepRequest<'_>) -> StepOutcome {
        let mut transaction = match self.take() {
            Ok(transaction) => transaction,
            Err(error) => return aborted(Aborted::ConnectionLost, error.to_string()),
        };
        let mut row = HistoryRow::started(
            step.row_id,
            step.name.as_str(),
            step.checksum.to_string(),
            step.started_at,
        );
        let finished_at = TokioEnv.now();
        // On a copy: a script that fails leaves nothing behind.
        let mut tables = transaction.database.tables.clone();
        let failure = run(&mut tables, &step).err();
        match &failure {
            None => {
                transaction.database.tables = tables;
                row.finished_at = Some(finished_at.into());
                row.applied_steps_count = Some(1);
            }
            // A failed row stops every later deploy until somebody decides. Only errors of the script
            // write one; trouble with the file does not.
            Some(failure) => row.logs = Some(failure.log()),
        }
        transaction.database.rows.get_or_insert_default().push(row);
        match (self.commit(transaction), failure) {
            (Ok(()), None) => StepOutcome::Applied { finished_at },
            (Ok(()), Some(failure)) => StepOutcome::Failed(*failure),
            (Err(Unsaved::Nothing(why)), _) => aborted(Aborted::Server, why),
            // The engine now opens a new session and looks for the row by its id.
            (Err(unknown @ Unsaved::Unknown(_)), _) => StepOutcome::Unknown(not_saved(unknown)),
        }
    }

    /// All changes or none: rows that are not as they were when the change was planned are a conflict.
    async fn change_rows(
        &mut self,
        changes: &[RowChange],
        note: &AuditNote,
    ) -> Result<(), StoreError> {
        let mut transaction = self.take()?;
        let database = &mut transaction.database;
        let rows = database.rows.get_or_insert_default();
        for change in changes {
            match (change.before(), change.after()) {
                (Some(before), Some(after)) => {
                    let Some(row) = rows.iter_mut().find(|row| *row == before) else {
                        let message = format!("row {} is no longer what it was", before.id);
                        return Err(StoreError::new(StoreErrorCode::Conflict, message));
                    };
                    *row = after;
                }
                (None, Some(after)) => rows.push(after),
                _ => {
                    let message = "this backend does not know such a change";
                    return Err(StoreError::new(StoreErrorCode::Sql, message));
                }
            }
            let entry = json!({ "note": note, "before": change.before(), "after": change.after() });
            database.audit.push(entry);
        }
        self.commit(transaction).map_err(not_saved)
    }

    async fn rollback(&mut self) -> Result<(), StoreError> {
        self.take().map(drop)
    }

    async fn finish(self: Box<Self>) {}
}

fn aborted(reason: Aborted, why: String) -> StepOutcome {
    StepOutcome::Aborted { reason, failure: ScriptFailure::new(why) }
}

/// Runs a script statement by statement. Core has taken it apart already, so the failing statement
/// can be named with its line.
fn run(tables: &mut BTreeSet<String>, step: &StepRequest<'_>) -> Result<(), Box<ScriptFailure>> {
    if !step.statements.is_split() {
        return Err(Box::new(ScriptFailure::new("the script cannot be taken apart")));
    }
    for (index, statement) in step.statements.statements().iter().enumerate() {
        let text = step.script.get(statement.range()).unwrap_or_default();
        let result = run_statement(tables, statement.verb(), text);
        result.map_err(|message| {
            let mut failure = ScriptFailure::new(message);
            failure.location = Location::of_statement(index, statement);
            Box::new(failure)
        })?;
    }
    Ok(())
}

fn run_statement(tables: &mut BTreeSet<String>, verb: &str, text: &str) -> Result<(), String> {
    let words: Vec<&str> = text.split([' ', '\n', '(']).filter(|word| !word.is_empty()).collect();
    let table = words.get(2).copied().unwrap_or_default().trim_matches('"');
    match verb {
        "CREATE TABLE" => {
            tables.insert(table.to_owned()).then_some(()).ok_or_else(|| exists(table))
        }
        "DROP TABLE" => tables.remove(table).then_some(()).ok_or_else(|| missing(table)),
        "INSERT" => tables.contains(table).then_some(()).ok_or_else(|| missing(table)),
        other => Err(format!("this database does not know {other}")),
    }
}

fn exists(table: &str) -> String {
    format!("table {table} already exists")
}

fn missing(table: &str) -> String {
    format!("no such table: {table}")
}

// ---------------------------------------------------------------------------------------------
// The program.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let store = FileStore::new(folder.path().join("shop.jsonl"));
    let migrations = Migrations::from_scripts([
        ("20250301080000_users", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n"),
        ("20250302080000_posts", "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n"),
        ("20250303080000_tags", "CREATE TABLE tags (id INTEGER PRIMARY KEY);\n"),
    ])?;
    let options = Options::default().with_target(Target::Count(2));
    let report = ensure_up_to_date(&store, &migrations, options).await?;
    println!("first run, at most two: {} applied", report.applied().len());
    let report = ensure_up_to_date(&store, &migrations, Options::default()).await?;
    println!("second run: {} applied", report.applied().len());
    let report = ensure_up_to_date(&store, &migrations, Options::default()).await?;
    println!("third run: {} applied", report.applied().len());
    println!("the file:\n{}", fs::read_to_string(&store.path)?);
    Ok(())
}

// ---------------------------------------------------------------------------------------------
// The proof: the same suite that the backends of migsafe pass, one test per case.

#[cfg(test)]
mod tests {
    use migsafe_core::testkit::conformance::{Harness, TestDatabase};
    use tempfile::TempDir;

    use super::*;

    migsafe_core::conformance!(FileHarness, block_on);

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Runtime::new().unwrap().block_on(future)
    }

    /// Makes fresh databases.
    struct FileHarness;

    #[async_trait]
    impl Harness for FileHarness {
        async fn database(&self) -> Box<dyn TestDatabase> {
            Box::new(FileDatabase(tempfile::tempdir().unwrap()))
        }
    }

    struct FileDatabase(TempDir);

    impl FileDatabase {
        fn file_store(&self) -> FileStore {
            FileStore::new(self.0.path().join("test.jsonl"))
        }

        fn load(&self) -> Option<Database> {
            Database::load(&self.file_store().path).unwrap()
        }

        fn lock(&self) -> File {
            let file = File::create(self.file_store().lock_path()).unwrap();
            file.lock().unwrap();
            file
        }

        /// What another program would do: lock, change, commit.
        fn change(&self, change: impl FnOnce(&mut Database)) {
            let _lock = self.lock();
            let mut database = self.load().unwrap_or_default();
            change(&mut database);
            database.version += 1;
            assert!(database.save(&self.file_store().path).is_ok());
        }
    }

    #[async_trait]
    impl TestDatabase for FileDatabase {
        async fn store(&self) -> Box<dyn HistoryStore> {
            Box::new(self.file_store())
        }

        async fn has_table(&self, name: &str) -> bool {
            self.load().is_some_and(|database| {
                let history = name == migsafe_core::history::HISTORY_TABLE;
                (history && database.rows.is_some()) || database.tables.contains(name)
            })
        }

        async fn execute(&self, sql: &str) {
            let verb = sql.split(' ').take(2).collect::<Vec<_>>().join(" ");
            self.change(|database| run_statement(&mut database.tables, &verb, sql).unwrap());
        }

        async fn insert_rows(&self, rows: &[HistoryRow]) {
            self.change(|database| {
                database.rows.get_or_insert_default().extend_from_slice(rows);
            });
        }

        async fn audit_count(&self) -> usize {
            self.load().map_or(0, |database| database.audit.len())
        }

        async fn hold_lock(&self) -> Box<dyn Send + Sync> {
            Box::new(self.lock())
        }
    }

    /// What the suite cannot know: how this backend's own file can be damaged.
    #[test]
    fn a_damaged_file_is_an_error_and_a_damaged_row_a_finding() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("test.jsonl"));
        fs::write(&store.path, "{\"version\":1}\n{\"history\":true}\n{\"row\":").unwrap();
        let error = block_on(store.read()).unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::HistoryUnreadable);
        fs::write(&store.path, "{\"version\":1}\n{\"row\":{\"id\":7}}\n").unwrap();
        let nothing = Migrations::empty();
        let run = ensure_up_to_date(&store, &nothing, Options::default());
        let error = block_on(run).unwrap_err();
        assert_eq!(error.refusal().unwrap().causes().next().unwrap().rule, "corrupt-row");
    }
}
