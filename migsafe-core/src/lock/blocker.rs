//! Sessions that are in each other's way, or will be in the way of a migration.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::{LockHolder, TableLock};

/// What goes on in a database around a few relations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Blockers {
    /// The sessions, each once: those with a lock on one of the relations, those that wait or make
    /// others wait, and those that are idle in a transaction.
    pub sessions: Vec<Blocker>,
    /// The relations that were asked for and exist, in the order of the question, each before its partitions and the
    /// children that inherit from it.
    pub relations: Vec<FoundRelation>,
    /// Whether the role may see all of every session. Without `pg_read_all_stats` the state, query,
    /// address and times of other roles' sessions are hidden; their locks are not.
    pub sees_all: bool,
}

/// A relation that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FoundRelation {
    /// Which one of the question, from 0.
    pub asked: usize,
    /// Its name with its schema, as it stands in locks.
    pub name: String,
    /// Whether it is a partition or an inheritance child, at any depth, of the relation that was asked for.
    pub is_below: bool,
    /// How large it is; of what was asked for, together with what is below it.
    #[serde(flatten)]
    pub size: RelationSize,
}

/// How large a relation is, by the catalog: as of its last `VACUUM` or `ANALYZE`, so that nothing has to be waited
/// for. Bytes and rows are `None` when it never had one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RelationSize {
    /// Bytes, with its indexes and what is stored out of line.
    pub bytes: Option<i64>,
    /// Rows.
    pub rows: Option<i64>,
    /// How many indexes it has.
    pub indexes: Option<i64>,
}

impl RelationSize {
    /// A size of which this is known.
    #[must_use]
    pub fn new(bytes: Option<i64>, rows: Option<i64>, indexes: Option<i64>) -> Self {
        Self { bytes, rows, indexes }
    }
}

/// A session that has locks, waits for some, or makes others wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Blocker {
    /// Who it is.
    #[serde(flatten)]
    pub session: LockHolder,
    /// When its connection was made, by which its process is told from a later one of the same number.
    pub backend_start: Option<DateTime<Utc>>,
    /// The number of its transaction among all of the server (`pg_locks.virtualtransaction`), seen with any
    /// rights.
    pub transaction: Option<String>,
    /// The processes it waits for, as `pg_blocking_pids` gives them; 0 is a prepared transaction.
    pub blocked_by: Vec<i32>,
    /// Its locks on the relations, and whatever it waits for.
    pub locks: Vec<HeldLock>,
}

/// A lock that a session has or waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HeldLock {
    /// What is locked: a relation with its schema, or what else the server calls it (`transactionid`,
    /// `tuple`, `advisory`).
    pub on: String,
    /// Whether that is a relation.
    pub is_relation: bool,
    /// The mode, as the server calls it.
    pub mode: String,
    /// False while it waits for it.
    pub granted: bool,
    /// How long it has waited, in milliseconds.
    pub waiting_ms: Option<i64>,
}

impl FoundRelation {
    /// The relation that the question names at an index (from 0).
    pub fn new(asked: usize, name: impl Into<String>) -> Self {
        Self { asked, name: name.into(), is_below: false, size: RelationSize::default() }
    }

    /// One that is a partition or an inheritance child of what was asked for.
    #[must_use]
    pub fn below(mut self) -> Self {
        self.is_below = true;
        self
    }

    /// The same with how large it is.
    #[must_use]
    pub fn with_size(mut self, size: RelationSize) -> Self {
        self.size = size;
        self
    }
}

impl HeldLock {
    /// A lock on a relation.
    pub fn on_relation(name: impl Into<String>, mode: impl Into<String>, granted: bool) -> Self {
        let (on, mode) = (name.into(), mode.into());
        Self { on, is_relation: true, mode, granted, waiting_ms: None }
    }

    /// A lock on something else.
    pub fn on_other(kind: impl Into<String>, mode: impl Into<String>, granted: bool) -> Self {
        Self { is_relation: false, ..Self::on_relation(kind, mode, granted) }
    }

    /// The same with how long it has been waited for, in milliseconds.
    #[must_use]
    pub fn waiting_for(mut self, milliseconds: Option<i64>) -> Self {
        self.waiting_ms = milliseconds;
        self
    }

    /// The mode, if it is one of a table.
    #[must_use]
    pub fn table_lock(&self) -> Option<TableLock> {
        TableLock::from_name(&self.mode).filter(|_| self.is_relation)
    }
}

impl Blocker {
    /// A session of which only this is known.
    #[must_use]
    pub fn of(session: LockHolder) -> Self {
        Self { session, ..Self::default() }
    }

    /// Whether a client holds its transaction open and does nothing.
    #[must_use]
    pub fn is_idle_in_transaction(&self) -> bool {
        self.session.state.as_deref().is_some_and(|state| state.starts_with("idle in transaction"))
    }

    /// The statement that cancels what the session is doing, and leaves it connected. `None` when it
    /// does nothing that could be cancelled, or when its process could not be told from a later one.
    #[must_use]
    pub fn cancel_statement(&self) -> Option<String> {
        let is_active = self.session.state.as_deref().is_none_or(|state| state == "active");
        if is_active { self.signal("pg_cancel_backend") } else { None }
    }

    /// The statement that ends the session; its transaction is rolled back. It does nothing once the
    /// process number belongs to somebody else, or, where the role may not see when the connection was
    /// made, once the transaction has ended. `None` when neither is known.
    #[must_use]
    pub fn terminate_statement(&self) -> Option<String> {
        self.signal("pg_terminate_backend")
    }

    /// The values are numbers and a time, never text of somebody else.
    fn signal(&self, function: &str) -> Option<String> {
        let pid = self.session.pid;
        if pid == 0 {
            return None;
        }
        if let Some(start) = self.backend_start {
            let start = start.to_rfc3339_opts(SecondsFormat::Micros, true);
            return Some(format!(
                "SELECT {function}(pid) FROM pg_stat_activity WHERE pid = {pid} AND backend_start = '{start}'"
            ));
        }
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '/' | '-');
        let transaction = self.transaction.as_deref().filter(|text| text.chars().all(is_number))?;
        Some(format!(
            "SELECT {function}(pid) FROM pg_locks WHERE pid = {pid} AND locktype = 'virtualxid' \
             AND virtualtransaction = '{transaction}'"
        ))
    }
}

impl Blockers {
    /// The session of a process.
    #[must_use]
    pub fn session(&self, pid: i32) -> Option<&Blocker> {
        self.sessions.iter().find(|blocker| blocker.session.pid == pid)
    }

    /// The processes that wait for this one, each once.
    #[must_use]
    pub fn blocks(&self, pid: i32) -> Vec<i32> {
        let waiting = self.sessions.iter().filter(|blocker| blocker.blocked_by.contains(&pid));
        waiting.map(|blocker| blocker.session.pid).collect()
    }

    /// From a session that waits to one that does not: `[waits, waits, at work]`. Where a session waits
    /// for several, the first is followed; a circle (the server is about to end one of them) is cut.
    #[must_use]
    pub fn chain(&self, pid: i32) -> Vec<i32> {
        let mut chain = vec![pid];
        let mut next = pid;
        while let Some(by) = self.session(next).and_then(|blocker| blocker.blocked_by.first()) {
            if chain.contains(by) {
                break;
            }
            chain.push(*by);
            next = *by;
        }
        chain
    }

    /// How large a relation is that was asked for, with what is below it.
    #[must_use]
    pub fn size(&self, asked: usize) -> RelationSize {
        self.itself(asked).map(|found| found.size).unwrap_or_default()
    }

    /// The name in locks of a relation that was asked for; `None` if it does not exist.
    #[must_use]
    pub fn found(&self, asked: usize) -> Option<&str> {
        self.itself(asked).map(|found| found.name.as_str())
    }

    /// The partitions and inheritance children of a relation that was asked for.
    pub fn below(&self, asked: usize) -> impl Iterator<Item = &FoundRelation> {
        self.relations.iter().filter(move |found| found.asked == asked && found.is_below)
    }

    fn itself(&self, asked: usize) -> Option<&FoundRelation> {
        self.relations.iter().find(|found| found.asked == asked && !found.is_below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocker(pid: i32, blocked_by: &[i32]) -> Blocker {
        Blocker { blocked_by: blocked_by.to_vec(), ..Blocker::of(LockHolder::of_pid(pid)) }
    }

    #[test]
    fn statements_are_bound_to_the_session() {
        let mut session = blocker(4711, &[]);
        assert_eq!(session.terminate_statement(), None);
        session.transaction = Some("3/17".to_owned());
        assert_eq!(
            session.terminate_statement().unwrap(),
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE pid = 4711 AND locktype = \
             'virtualxid' AND virtualtransaction = '3/17'"
        );
        session.backend_start = DateTime::from_timestamp_micros(1_700_000_000_123_456);
        assert_eq!(
            session.cancel_statement().unwrap(),
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = 4711 AND \
             backend_start = '2023-11-14T22:13:20.123456Z'"
        );
        session.session.state = Some("idle in transaction".to_owned());
        assert!(session.cancel_statement().is_none() && session.terminate_statement().is_some());
        session.session.pid = 0;
        assert_eq!(session.terminate_statement(), None);
    }

    #[test]
    fn nothing_of_others_gets_into_a_statement() {
        let mut session = blocker(1, &[]);
        session.transaction = Some("3/17' OR true --".to_owned());
        assert_eq!(session.terminate_statement(), None);
    }

    #[test]
    fn chains_end_at_who_does_not_wait() {
        let sessions = vec![blocker(1, &[2]), blocker(2, &[3, 9]), blocker(3, &[])];
        let blockers = Blockers { sessions, ..Blockers::default() };
        assert_eq!(blockers.chain(1), [1, 2, 3]);
        assert_eq!(blockers.chain(3), [3]);
        assert_eq!(blockers.blocks(2), [1]);
        let circle =
            Blockers { sessions: vec![blocker(1, &[2]), blocker(2, &[1])], ..Blockers::default() };
        assert_eq!(circle.chain(1), [1, 2]);
    }
}
