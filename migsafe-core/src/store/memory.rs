//! A backend in memory: for tests of policies and of start-up code, and the reference of the
//! conformance suite.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use chrono::{DateTime, Utc};

use super::{
    Aborted, AuditNote, Begun, Content, DatabaseFacts, EffectState, HistoryStore, JournalSession,
    LockInspector, Reading, RowChange, ScriptFailure, StatementOutcome, StatementRequest,
    StatementSupport, StepOutcome, StepRequest, StoreError, StoreErrorCode, WriteSession,
};
use crate::Dialect;
use crate::env::{Env, VirtualEnv};
use crate::history::{
    Absence, History, HistoryRow, HistoryTable, Journal, JournalEntry, JournalState, Worker,
};
use crate::lock::{Blockers, LockHolder, LockState};
use crate::migrations::Checksum;
use crate::policy::Location;
use crate::sql::{Effect, ObjectName};

/// Something that goes wrong the next time it can.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemoryFault {
    /// The next read fails.
    ReadFails,
    /// The next step cannot get a lock on a relation in time; nothing remains.
    RelationLocked,
    /// The connection breaks before COMMIT is sent; nothing remains.
    ConnectionLost,
    /// A statement outside a transaction is sent and its answer is lost.
    StatementLost {
        /// Whether the server carried it out.
        done: bool,
    },
    /// An index build fails with a deadlock and leaves an invalid index.
    BuildBreaks,
    /// COMMIT is sent and its answer is lost.
    AnswerLost {
        /// Whether the server had committed.
        committed: bool,
    },
}

/// A database in memory. Clones share it.
///
/// Scripts are read by a toy interpreter: `CREATE TABLE name …`, `DROP TABLE name` and
/// `INSERT INTO name …` behave like SQL as far as the existence of tables goes, a statement that begins with
/// `FAIL` fails, everything else does nothing. A script applies wholly or not at all.
///
/// With the dialect PostgreSQL there is a journal too, and `CREATE INDEX CONCURRENTLY name ON …` and
/// `DROP INDEX CONCURRENTLY name` make and drop an object `index name`.
#[derive(Clone)]
pub struct MemoryStore {
    dialect: Dialect,
    env: Arc<VirtualEnv>,
    database: Arc<Mutex<Database>>,
    interleaving: bool,
}

#[derive(Clone, Debug, Default)]
struct Database {
    rows: Option<Vec<HistoryRow>>,
    tables: BTreeSet<String>,
    audit: Vec<(RowChange, AuditNote)>,
    faults: VecDeque<MemoryFault>,
    foreign_holder: Option<LockHolder>,
    blockers: Option<Blockers>,
    lock_owner: Option<u64>,
    next_session: u64,
    version: u64,
    journals: BTreeMap<String, Vec<JournalEntry>>,
    /// The effects of statements that were sent outside a transaction, and whether they stood before.
    before: BTreeMap<(String, usize), (Effect, bool)>,
    /// The session that holds the lease of a row.
    leases: BTreeMap<String, u64>,
    /// The scripts and statements that took effect.
    effects: Vec<String>,
}

impl MemoryStore {
    /// An empty database.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        let database = Arc::new(Mutex::new(Database::default()));
        Self { dialect, env: Arc::new(VirtualEnv::new()), database, interleaving: false }
    }

    /// Lets every operation take as many polls as a real one takes messages, with other tasks in
    /// between; by default each takes one. A future that is dropped at any of them leaves what a
    /// server would keep: nothing before its COMMIT, everything after it.
    #[must_use]
    pub fn with_interleaving(mut self) -> Self {
        self.interleaving = true;
        self
    }

    /// A database with a history.
    #[must_use]
    pub fn with_rows(dialect: Dialect, rows: Vec<HistoryRow>) -> Self {
        let store = Self::new(dialect);
        store.database().rows = Some(rows);
        store
    }

    /// The rows of the history, or `None` without a history table.
    #[must_use]
    pub fn rows(&self) -> Option<Vec<HistoryRow>> {
        self.database().rows.clone()
    }

    /// The tables, sorted.
    #[must_use]
    pub fn tables(&self) -> Vec<String> {
        self.database().tables.iter().cloned().collect()
    }

    /// The audit entries, oldest first.
    #[must_use]
    pub fn audit(&self) -> Vec<(RowChange, AuditNote)> {
        self.database().audit.clone()
    }

    /// The scripts that took effect, and the single statements of those that ran statement by
    /// statement, in order; once for each time.
    #[must_use]
    pub fn effects(&self) -> Vec<String> {
        self.database().effects.clone()
    }

    /// Says what [`LockInspector::blockers`] answers to every question.
    pub fn set_blockers(&self, blockers: Option<Blockers>) {
        self.database().blockers = blockers;
    }

    /// Whether no session of migsafe's holds the lock or a lease.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let database = self.database();
        database.lock_owner.is_none() && database.leases.is_empty()
    }

    /// Changes rows and tables behind migsafe's back, as another tool would.
    pub fn tamper(&self, change: impl FnOnce(&mut Option<Vec<HistoryRow>>, &mut BTreeSet<String>)) {
        let mut database = self.database();
        let Database { rows, tables, version, .. } = &mut *database;
        change(rows, tables);
        *version += 1;
    }

    /// Lets something go wrong the next time it can; faults queue up.
    pub fn inject(&self, fault: MemoryFault) {
        self.database().faults.push_back(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        self.database().faults.clear();
    }

    /// Lets a foreign session hold the lock, or `None` let it go.
    pub fn hold_lock(&self, holder: Option<LockHolder>) {
        self.database().foreign_holder = holder;
    }

    fn with_support(&self, mut reading: Reading) -> Reading {
        if self.dialect == Dialect::Postgres {
            reading.database = reading.database.with_statements(StatementSupport::Available);
        }
        reading
    }

    /// A message is on its way: others may run.
    async fn turn(&self) {
        if self.interleaving {
            self.env.sleep(Duration::ZERO).await;
        }
    }

    fn database(&self) -> MutexGuard<'_, Database> {
        // A panic of another user of the store does not make its content wrong.
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

#[async_trait]
impl HistoryStore for MemoryStore {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn describe(&self) -> String {
        "memory".to_owned()
    }

    fn env(&self) -> Arc<dyn Env> {
        self.env.clone()
    }

    async fn read(&self) -> Result<Reading, StoreError> {
        self.turn().await;
        let mut database = self.database();
        if database.take(&MemoryFault::ReadFails) {
            return Err(StoreError::new(StoreErrorCode::Connection, "the connection broke"));
        }
        Ok(self.with_support(database.reading(None)))
    }

    async fn open_session(&self) -> Result<Box<dyn WriteSession>, StoreError> {
        self.turn().await;
        let mut database = self.database();
        database.next_session += 1;
        let id = database.next_session;
        Ok(Box::new(MemorySession { store: self.clone(), id, known_version: None, dead: false }))
    }

    async fn probe_statements(&self) -> Result<StatementSupport, StoreError> {
        Ok(match self.dialect {
            Dialect::Postgres => StatementSupport::Available,
            Dialect::Sqlite => StatementSupport::None,
        })
    }

    fn lock_inspector(&self) -> Option<&dyn LockInspector> {
        Some(self)
    }
}

#[async_trait]
impl LockInspector for MemoryStore {
    async fn lock_holders(&self) -> Result<Vec<LockHolder>, StoreError> {
        Ok(self.database().foreign_holder.clone().into_iter().collect())
    }

    async fn blockers(&self, _relations: &[ObjectName]) -> Result<Option<Blockers>, StoreError> {
        Ok(self.database().blockers.clone())
    }
}

impl Database {
    fn take(&mut self, fault: &MemoryFault) -> bool {
        let found = self.faults.front() == Some(fault);
        if found {
            self.faults.pop_front();
        }
        found
    }

    fn reading(&self, session: Option<u64>) -> Reading {
        let history = match &self.rows {
            Some(rows) => {
                let table = HistoryTable::new(rows.clone()).with_journals(self.journals(rows));
                History::Present(Arc::new(table))
            }
            None => History::Absent(Absence::Table),
        };
        let content = match (&self.rows, self.tables.is_empty()) {
            (Some(_), _) => Content::Unknown,
            (None, true) => Content::Empty,
            (None, false) => Content::Objects(self.tables.iter().cloned().collect()),
        };
        let lock = match (&self.foreign_holder, self.lock_owner) {
            (Some(holder), _) => LockState::Held(Box::new(holder.clone())),
            (None, None) => LockState::Free,
            (None, owner) if owner == session => LockState::HeldByUs,
            (None, Some(_)) => LockState::Held(Box::new(LockHolder::of_pid(0))),
        };
        Reading::of(history)
            .with_lock(lock)
            .with_database(DatabaseFacts::default().with_content(content))
    }

    fn journals(&self, rows: &[HistoryRow]) -> Vec<Journal> {
        rows.iter()
            .filter(|row| !row.is_finished())
            .filter_map(|row| {
                let entries = self.journals.get(&row.id)?.clone();
                let worker = match self.leases.get(&row.id) {
                    Some(session) => {
                        Worker::Lease { owner: session.to_string(), expires_in_ms: 1000 }
                    }
                    None => Worker::Gone,
                };
                Some(Journal::new(row.id.clone(), entries, worker))
            })
            .collect()
    }

    /// Runs the toy script on a copy of the tables.
    fn run(&self, script: &str) -> Result<BTreeSet<String>, Box<ScriptFailure>> {
        let mut tables = self.tables.clone();
        let bare: String = script
            .lines()
            .map(|line| line.split("--").next().unwrap_or_default())
            .fold(String::new(), |mut text, line| {
                text.push_str(line);
                text.push('\n');
                text
            });
        let statements = bare.split(';').map(str::trim).filter(|s| !s.is_empty());
        for (index, statement) in statements.enumerate() {
            run_statement(&mut tables, statement).map_err(|message| {
                let location = Location { statement: Some(index + 1), ..Location::default() };
                Box::new(ScriptFailure { location, ..ScriptFailure::new(message) })
            })?;
        }
        Ok(tables)
    }
}

fn run_statement(tables: &mut BTreeSet<String>, statement: &str) -> Result<(), String> {
    let words: Vec<&str> = statement
        .split(|c: char| c.is_whitespace() || c == '(')
        .filter(|word| !word.is_empty())
        .collect();
    let name = |at: usize| words.get(at).map(|word| word.trim_matches('"').to_owned());
    let leading: Vec<String> = words.iter().take(2).map(|w| w.to_uppercase()).collect();
    match (leading.first().map(String::as_str), leading.get(1).map(String::as_str)) {
        (Some("FAIL"), _) => Err("the statement fails".to_owned()),
        (Some("CREATE"), Some("TABLE")) => {
            let table = name(2).unwrap_or_default();
            let exists = format!("table {table} already exists");
            tables.insert(table).then_some(()).ok_or(exists)
        }
        (Some("DROP"), Some("TABLE")) => {
            let table = name(2).unwrap_or_default();
            tables.remove(&table).then_some(()).ok_or(format!("no table {table}"))
        }
        (Some("CREATE" | "DROP"), Some("INDEX")) if words.contains(&"CONCURRENTLY") => {
            let index = format!("index {}", name(3).unwrap_or_default());
            if leading[0] == "DROP" {
                return tables.remove(&index).then_some(()).ok_or(format!("no {index}"));
            }
            let exists = format!("{index} already exists");
            (!tables.contains(&format!("invalid {index}")) && tables.insert(index))
                .then_some(())
                .ok_or(exists)
        }
        (Some("INSERT"), Some("INTO")) => {
            let table = name(2).unwrap_or_default();
            tables.contains(&table).then_some(()).ok_or(format!("no table {table}"))
        }
        _ => Ok(()),
    }
}

#[derive(Debug)]
struct MemorySession {
    store: MemoryStore,
    id: u64,
    known_version: Option<u64>,
    dead: bool,
}

impl MemorySession {
    /// The database, when this session's transaction is open.
    fn in_transaction(&self) -> Result<MutexGuard<'_, Database>, StoreError> {
        let database = self.store.database();
        if self.dead || database.lock_owner != Some(self.id) {
            return Err(StoreError::new(StoreErrorCode::Connection, "no transaction is open"));
        }
        Ok(database)
    }

    /// Takes the lock, or says who has it.
    fn try_lock(&self) -> Result<Option<Begun>, StoreError> {
        if self.dead {
            return Err(StoreError::new(StoreErrorCode::Connection, "the session is closed"));
        }
        let mut database = self.store.database();
        if let Some(holder) = &database.foreign_holder {
            return Ok(Some(Begun::Held(Some(Box::new(holder.clone())))));
        }
        match database.lock_owner {
            Some(owner) if owner != self.id => return Ok(Some(Begun::Held(None))),
            Some(_) => {
                return Err(StoreError::new(StoreErrorCode::Sql, "a transaction is open already"));
            }
            None => database.lock_owner = Some(self.id),
        }
        Ok(None)
    }

    /// The database, when the lease of a row is this session's.
    fn with_lease(&self, row_id: &str) -> Result<MutexGuard<'_, Database>, StoreError> {
        let database = self.store.database();
        if self.dead || database.leases.get(row_id) != Some(&self.id) {
            return Err(StoreError::new(StoreErrorCode::Conflict, "the lease is lost"));
        }
        Ok(database)
    }

    /// Row, script and COMMIT.
    fn commit_step(&mut self, step: StepRequest<'_>) -> StepOutcome {
        let mut database = match self.in_transaction() {
            Ok(database) => database,
            Err(error) => {
                let failure = ScriptFailure::new(error.to_string());
                return StepOutcome::Aborted { reason: Aborted::ConnectionLost, failure };
            }
        };
        if database.take(&MemoryFault::RelationLocked) {
            drop(database);
            return self.abort(Aborted::LockTimeout, "canceling statement due to lock timeout");
        }
        if database.take(&MemoryFault::ConnectionLost) {
            drop(database);
            self.dead = true;
            return self.abort(Aborted::ConnectionLost, "the connection broke");
        }
        let result = database.run(step.script);
        let mut row = HistoryRow::started(
            step.row_id,
            step.name.as_str(),
            step.checksum.to_string(),
            step.started_at,
        );
        let finished_at = self.store.env.now();
        let lost = [true, false]
            .into_iter()
            .find(|committed| database.take(&MemoryFault::AnswerLost { committed: *committed }));
        database.lock_owner = None;
        if lost == Some(false) {
            drop(database);
            self.dead = true;
            return StepOutcome::Unknown(lost_answer());
        }
        let failure = match result {
            Ok(tables) => {
                database.tables = tables;
                database.effects.push(step.script.to_owned());
                row.finished_at = Some(finished_at.into());
                row.applied_steps_count = Some(1);
                None
            }
            Err(failure) => {
                row.logs = Some(failure.log());
                Some(failure)
            }
        };
        database.rows.get_or_insert_default().push(row);
        database.version += 1;
        let version = database.version;
        drop(database);
        self.known_version = Some(version);
        if lost == Some(true) {
            self.dead = true;
            return StepOutcome::Unknown(lost_answer());
        }
        failure
            .map_or(StepOutcome::Applied { finished_at }, |failure| StepOutcome::Failed(*failure))
    }

    fn commit_changes(&self, changes: &[RowChange], note: &AuditNote) -> Result<(), StoreError> {
        let mut database = self.in_transaction()?;
        let mut rows = database.rows.clone().unwrap_or_default();
        for change in changes {
            match change.before() {
                None => rows.extend(change.after()),
                Some(before) => {
                    let Some(row) = rows.iter_mut().find(|row| *row == before) else {
                        database.lock_owner = None;
                        return Err(StoreError::new(
                            StoreErrorCode::Conflict,
                            format!("row {} is no longer what it was", before.id),
                        ));
                    };
                    if let Some(after) = change.after() {
                        *row = after;
                    }
                }
            }
        }
        database.rows = Some(rows);
        database.audit.extend(changes.iter().map(|change| (change.clone(), note.clone())));
        database.version += 1;
        database.lock_owner = None;
        Ok(())
    }

    fn record(&self, request: &StatementRequest<'_>, to: JournalState) -> Result<(), StoreError> {
        self.with_lease(request.row_id)?.record(request, to);
        Ok(())
    }

    /// A build makes its index invalid first, and valid at its end: one that is cut short in between
    /// leaves it invalid.
    fn begin_build(&self, request: &StatementRequest<'_>) -> bool {
        let Some(Effect::BuildsIndex { index: Some(index), .. }) = request.statement.effect()
        else {
            return false;
        };
        let mut database = self.store.database();
        let is_new = !database.tables.contains(&format!("index {}", index.name));
        is_new && database.tables.insert(format!("invalid index {}", index.name))
    }

    /// The statement itself; one that runs in a transaction together with its record.
    fn carry_out(&mut self, request: &StatementRequest<'_>, building: bool) -> StatementOutcome {
        let outside = request.statement.runs_outside_transaction();
        let Ok(mut database) = self.with_lease(request.row_id) else {
            return StatementOutcome::LeaseLost;
        };
        let invalid = match request.statement.effect() {
            Some(Effect::BuildsIndex { index: Some(index), .. }) => {
                format!("invalid index {}", index.name)
            }
            _ => String::new(),
        };
        if building {
            database.tables.remove(&invalid);
        }
        let lost = [true, false]
            .into_iter()
            .find(|done| outside && database.take(&MemoryFault::StatementLost { done: *done }));
        if lost.is_none() && outside && database.take(&MemoryFault::BuildBreaks) {
            if !invalid.is_empty() {
                database.tables.insert(invalid);
            }
            let failure = ScriptFailure::new("deadlock detected");
            return StatementOutcome::Aborted { reason: Aborted::Conflict, failure };
        }
        let result =
            if lost == Some(false) { Ok(None) } else { database.run(request.sql).map(Some) };
        if let Ok(Some(tables)) = &result {
            database.tables = tables.clone();
            database.effects.push(request.sql.to_owned());
        }
        if !outside {
            let state = if result.is_ok() { JournalState::Done } else { JournalState::Failed };
            database.record(request, state);
        }
        drop(database);
        if lost.is_some() {
            self.dead = true;
            return StatementOutcome::Unknown(lost_answer());
        }
        match result {
            Ok(_) => StatementOutcome::Done { rows: 0 },
            Err(failure) => StatementOutcome::Failed(*failure),
        }
    }

    /// The transaction that finishes the row of a migration that ran statement by statement.
    fn commit_end(
        &self,
        row_id: &str,
        checksum: &Checksum,
        finished_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut database = self.in_transaction()?;
        database.lock_owner = None;
        if database.leases.get(row_id) != Some(&self.id) {
            return Err(StoreError::new(StoreErrorCode::Conflict, "the lease is lost"));
        }
        database.leases.remove(row_id);
        let rows = database.rows.get_or_insert_default();
        let Some(row) = rows.iter_mut().find(|row| row.id == row_id && !row.is_finished()) else {
            return Err(StoreError::new(StoreErrorCode::Conflict, "the row is gone"));
        };
        row.finished_at = Some(finished_at.into());
        row.applied_steps_count = Some(1);
        row.checksum = checksum.to_string();
        row.logs = None;
        database.version += 1;
        Ok(())
    }

    fn abort(&mut self, reason: Aborted, message: &str) -> StepOutcome {
        self.store.database().lock_owner = None;
        StepOutcome::Aborted { reason, failure: ScriptFailure::new(message) }
    }
}

impl Drop for MemorySession {
    fn drop(&mut self) {
        let mut database = self.store.database();
        if database.lock_owner == Some(self.id) {
            database.lock_owner = None;
        }
        database.leases.retain(|_, owner| *owner != self.id);
    }
}

#[async_trait]
impl WriteSession for MemorySession {
    async fn begin(&mut self) -> Result<Begun, StoreError> {
        self.store.turn().await;
        if let Some(held) = self.try_lock()? {
            return Ok(held);
        }
        // The look is a message of its own: what others committed before the lock was had is seen.
        self.store.turn().await;
        let database = self.store.database();
        let version = Some(database.version);
        let unchanged = self.known_version == version;
        let reading = database.reading(Some(self.id));
        drop(database);
        let reading = self.store.with_support(reading);
        self.known_version = version;
        Ok(if unchanged { Begun::Unchanged } else { Begun::Locked(Box::new(reading)) })
    }

    async fn create_history_table(&mut self) -> Result<(), StoreError> {
        self.store.turn().await;
        {
            let mut database = self.in_transaction()?;
            if database.rows.is_some() {
                return Err(StoreError::new(StoreErrorCode::Sql, "the table exists already"));
            }
            database.rows = Some(Vec::new());
            database.version += 1;
            database.lock_owner = None;
        }
        self.store.turn().await;
        Ok(())
    }

    async fn apply(&mut self, step: StepRequest<'_>) -> StepOutcome {
        // Row and script, COMMIT, and the answer to it.
        self.store.turn().await;
        self.store.turn().await;
        let outcome = self.commit_step(step);
        self.store.turn().await;
        outcome
    }

    async fn change_rows(
        &mut self,
        changes: &[RowChange],
        note: &AuditNote,
    ) -> Result<(), StoreError> {
        self.store.turn().await;
        let changed = self.commit_changes(changes, note);
        self.store.turn().await;
        changed
    }

    fn journal(&mut self) -> Option<&mut dyn JournalSession> {
        (self.store.dialect == Dialect::Postgres).then_some(self)
    }

    async fn rollback(&mut self) -> Result<(), StoreError> {
        self.store.turn().await;
        self.in_transaction()?.lock_owner = None;
        Ok(())
    }

    async fn finish(self: Box<Self>) {}
}

#[async_trait]
impl JournalSession for MemorySession {
    async fn start(&mut self, row: &HistoryRow, is_new: bool) -> Result<(), StoreError> {
        self.store.turn().await;
        {
            let mut database = self.in_transaction()?;
            database.lock_owner = None;
            if database.leases.contains_key(&row.id) {
                return Err(StoreError::new(
                    StoreErrorCode::Conflict,
                    "another session is at work",
                ));
            }
            if is_new {
                database.rows.get_or_insert_default().push(row.clone());
            }
            database.leases.insert(row.id.clone(), self.id);
            database.journals.entry(row.id.clone()).or_default();
            database.version += 1;
        }
        self.store.turn().await;
        Ok(())
    }

    async fn run(&mut self, request: StatementRequest<'_>) -> StatementOutcome {
        self.store.turn().await;
        let outside = request.statement.runs_outside_transaction();
        if outside {
            if self.record(&request, JournalState::Started).is_err() {
                return StatementOutcome::LeaseLost;
            }
            self.store.turn().await;
        }
        let building = self.store.interleaving && self.begin_build(&request);
        if building {
            self.store.turn().await;
        }
        let outcome = self.carry_out(&request, building);
        self.store.turn().await;
        if outside && matches!(outcome, StatementOutcome::Failed(_)) {
            if self.record(&request, JournalState::Failed).is_err() {
                return StatementOutcome::LeaseLost;
            }
            self.store.turn().await;
        }
        outcome
    }

    async fn inspect(&mut self, row_id: &str, statement: usize) -> Result<EffectState, StoreError> {
        self.store.turn().await;
        let database = self.with_lease(row_id)?;
        Ok(match database.before.get(&(row_id.to_owned(), statement)) {
            Some((effect, stood)) => database.look_for(effect, *stood),
            None => EffectState::Unknown("not known in memory".to_owned()),
        })
    }

    async fn mend(&mut self, row_id: &str, statement: usize) -> Result<(), StoreError> {
        self.store.turn().await;
        let mut database = self.with_lease(row_id)?;
        let before = database.before.get(&(row_id.to_owned(), statement));
        if let Some((Effect::BuildsIndex { index: Some(index), .. }, _)) = before {
            let invalid = format!("invalid index {}", index.name);
            database.tables.remove(&invalid);
        }
        Ok(())
    }

    async fn record_done(&mut self, request: StatementRequest<'_>) -> Result<(), StoreError> {
        self.store.turn().await;
        self.record(&request, JournalState::Done)?;
        self.store.turn().await;
        Ok(())
    }

    async fn record_failed(&mut self, request: StatementRequest<'_>) -> Result<(), StoreError> {
        self.store.turn().await;
        self.record(&request, JournalState::Failed)?;
        self.store.turn().await;
        Ok(())
    }

    async fn release(&mut self, row_id: &str) -> Result<(), StoreError> {
        self.store.database().leases.remove(row_id);
        Ok(())
    }

    async fn fail(&mut self, row_id: &str, failure: &ScriptFailure) -> Result<(), StoreError> {
        self.store.turn().await;
        let mut database = self.with_lease(row_id)?;
        database.leases.remove(row_id);
        let rows = database.rows.get_or_insert_default();
        if let Some(row) = rows.iter_mut().find(|row| row.id == row_id) {
            row.logs = Some(failure.log());
        }
        database.version += 1;
        Ok(())
    }

    async fn finish(
        &mut self,
        row_id: &str,
        checksum: &Checksum,
    ) -> Result<DateTime<Utc>, StoreError> {
        self.store.turn().await;
        let finished_at = self.store.env.now();
        self.commit_end(row_id, checksum, finished_at)?;
        self.store.turn().await;
        Ok(finished_at)
    }
}

impl Database {
    fn record(&mut self, request: &StatementRequest<'_>, state: JournalState) {
        let entries = self.journals.entry(request.row_id.to_owned()).or_default();
        entries.retain(|entry| entry.statement != request.number);
        let inside = !request.statement.runs_outside_transaction();
        let hash = Journal::hash(request.sql);
        entries.push(JournalEntry::new(request.number, hash, state).in_transaction(inside));
        self.version += 1;
        if state == JournalState::Started {
            let place = (request.row_id.to_owned(), request.number);
            match request.statement.effect() {
                Some(effect) => {
                    let stood = self.look_for(effect, false) == EffectState::Present;
                    self.before.insert(place, (effect.clone(), stood));
                }
                None => drop(self.before.remove(&place)),
            }
        }
    }

    fn look_for(&self, effect: &Effect, stood: bool) -> EffectState {
        let has = |name: &str| self.tables.contains(name);
        let there = if stood { EffectState::Stood } else { EffectState::Present };
        match effect {
            Effect::BuildsIndex { index: Some(index), .. } => {
                let index = format!("index {}", index.name);
                if has(&format!("invalid {index}")) {
                    EffectState::Half(index)
                } else if has(&index) {
                    there
                } else {
                    EffectState::Absent
                }
            }
            Effect::DropsIndex { index } if has(&format!("index {}", index.name)) => {
                EffectState::Absent
            }
            Effect::DropsIndex { .. } => there,
            _ => EffectState::Unknown("not known in memory".to_owned()),
        }
    }
}

fn lost_answer() -> StoreError {
    StoreError::new(StoreErrorCode::Connection, "the connection broke while COMMIT was under way")
}
