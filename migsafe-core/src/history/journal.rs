//! What was recorded of a migration that runs statement by statement.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::migrations::Checksum;
use crate::sql::{Fact, Script, Statement};

/// How far a statement came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JournalState {
    /// It was sent, outside a transaction; what became of it is not recorded.
    Started,
    /// It was carried out. For a statement that runs in a transaction this was committed together with it.
    Done,
    /// The server answered with an error.
    Failed,
}

/// One statement as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JournalEntry {
    /// Which statement, from 1.
    pub statement: usize,
    /// SHA-256 of the statement's text, in hexadecimal.
    pub hash: String,
    /// How far it came.
    pub state: JournalState,
    /// Whether it ran in a transaction together with its record: then nothing is left of a failure.
    pub in_transaction: bool,
    /// SQLSTATE of a failure.
    pub sql_code: Option<String>,
}

impl JournalEntry {
    /// An entry of a statement that ran outside a transaction.
    pub fn new(statement: usize, hash: impl Into<String>, state: JournalState) -> Self {
        Self { statement, hash: hash.into(), state, in_transaction: false, sql_code: None }
    }

    /// The same for a statement that ran in a transaction together with its record.
    #[must_use]
    pub fn in_transaction(mut self, in_transaction: bool) -> Self {
        self.in_transaction = in_transaction;
        self
    }

    /// The same with the SQLSTATE of a failure.
    #[must_use]
    pub fn with_sql_code(mut self, code: Option<String>) -> Self {
        self.sql_code = code;
        self
    }
}

/// Whether somebody is at work on a journalled migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "worker", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Worker {
    /// Nobody: the lease has run out by the server's clock and the recorded backend is gone.
    Gone,
    /// A lease that has not run out.
    Lease {
        /// Who took it, for people.
        owner: String,
        /// Milliseconds until it runs out, by the server's clock.
        expires_in_ms: i64,
    },
    /// The lease has run out, but the backend that ran the last statement is still there.
    Backend {
        /// The server process.
        pid: i32,
    },
}

/// The journal of one attempt. It refers to the history row by id, never by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Journal {
    /// The id of the history row.
    pub row_id: String,
    /// The statements recorded, in order.
    pub entries: Vec<JournalEntry>,
    /// Who is at work on it.
    pub worker: Worker,
}

/// Where and whether an interrupted migration can go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "resume", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resume {
    /// The statement (from 1) was never sent, or what it did was rolled back: go on there. One more
    /// than the number of statements when only the end of the migration is to be recorded.
    At {
        /// The next statement, from 1.
        statement: usize,
    },
    /// The statement (from 1) was sent outside a transaction and its end is not recorded: the catalog
    /// will tell what became of it.
    Inspect {
        /// The statement in doubt, from 1.
        statement: usize,
    },
    /// The server answered the statement (from 1) with an error: what it left half done is mended, and it is
    /// run again, or what stands in its place now.
    Again {
        /// The statement that failed, from 1.
        statement: usize,
        /// Whether its text is another now.
        changed: bool,
    },
    /// A person has to decide.
    Decide {
        /// The statement in doubt, from 1.
        statement: usize,
        /// Why nothing else can.
        reason: String,
    },
}

impl Journal {
    /// A journal; entries are put in order.
    pub fn new(row_id: impl Into<String>, mut entries: Vec<JournalEntry>, worker: Worker) -> Self {
        entries.sort_by_key(|entry| entry.statement);
        Self { row_id: row_id.into(), entries, worker }
    }

    /// The hash that stands for a statement's text. Line ends do not count, as they do not in a script: the checkout of
    /// another machine may have others.
    #[must_use]
    pub fn hash(statement: &str) -> String {
        let text = statement.replace("\r\n", "\n");
        Checksum::from_bytes(Sha256::digest(text.as_bytes()).into()).to_string()
    }

    /// How many statements were carried out.
    #[must_use]
    pub fn done(&self) -> usize {
        self.entries.iter().filter(|entry| entry.state == JournalState::Done).count()
    }

    /// Where to go on with this script. The statements that are done must be there as they were; what
    /// follows may have been mended meanwhile.
    #[must_use]
    pub fn resume(&self, text: &str, script: &Script) -> Resume {
        let decide =
            |statement, reason: &str| Resume::Decide { statement, reason: reason.to_owned() };
        if !script.is_split() {
            return decide(1, "the script cannot be taken apart");
        }
        for (expected, entry) in (1..).zip(&self.entries) {
            let statement = script.statements().get(expected - 1);
            let same = statement
                .and_then(|s| text.get(s.range()))
                .is_some_and(|sql| Self::hash(sql) == entry.hash);
            if entry.statement != expected {
                return decide(expected, "the journal has a gap");
            }
            match entry.state {
                JournalState::Done if same => {}
                JournalState::Done => {
                    return decide(expected, "a statement that is done was changed or removed");
                }
                JournalState::Failed if !entry.in_transaction => {
                    let may_commit = |s: &Statement| s.has(|f| matches!(f, Fact::MayCommit { .. }));
                    return match statement {
                        Some(s) if same && may_commit(s) => decide(
                            expected,
                            "the statement may have committed a part before it failed",
                        ),
                        _ => Resume::Again { statement: expected, changed: !same },
                    };
                }
                JournalState::Failed | JournalState::Started => {
                    return match statement {
                        _ if entry.in_transaction => Resume::At { statement: expected },
                        Some(s) if same && s.effect().is_some() => {
                            Resume::Inspect { statement: expected }
                        }
                        Some(_) if same => decide(
                            expected,
                            "whether the statement was carried out cannot be seen in the catalog",
                        ),
                        _ => decide(expected, "the statement in doubt was changed or removed"),
                    };
                }
            }
        }
        Resume::At { statement: self.entries.len() + 1 }
    }

    /// Whether the last statement recorded failed with an error of the server, in contrast to an
    /// interruption.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.entries.last().is_some_and(|entry| entry.state == JournalState::Failed)
    }

    /// Whether somebody is at work on it.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.worker != Worker::Gone
    }
}

#[cfg(all(test, feature = "postgres-sql"))]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::sql::analyse;

    const TEXT: &str = "-- migsafe: no-transaction because of the index\n\
        ALTER TABLE t ADD COLUMN a int;\n\
        CREATE INDEX CONCURRENTLY i ON t (a);\n\
        CREATE DATABASE d;\n";

    fn resume(entries: &[(usize, JournalState)]) -> Resume {
        let script = analyse(Dialect::Postgres, TEXT);
        let entries = entries
            .iter()
            .map(|(n, state)| {
                let sql = &TEXT[script.statements()[n - 1].range()];
                JournalEntry::new(*n, Journal::hash(sql), *state).in_transaction(*n == 1)
            })
            .collect();
        Journal::new("id", entries, Worker::Gone).resume(TEXT, &script)
    }

    #[test]
    fn goes_on_where_nothing_is_in_doubt() {
        use JournalState::{Done, Failed, Started};
        assert_eq!(resume(&[]), Resume::At { statement: 1 });
        assert_eq!(resume(&[(1, Done)]), Resume::At { statement: 2 });
        assert_eq!(resume(&[(1, Failed)]), Resume::At { statement: 1 });
        assert_eq!(resume(&[(1, Done), (2, Started)]), Resume::Inspect { statement: 2 });
        let again = |statement| Resume::Again { statement, changed: false };
        assert_eq!(resume(&[(1, Done), (2, Failed)]), again(2));
        assert_eq!(resume(&[(1, Done), (2, Done), (3, Failed)]), again(3));
        assert_eq!(resume(&[(2, Done), (1, Done), (3, Done)]), Resume::At { statement: 4 });
    }

    #[test]
    fn line_ends_do_not_count() {
        let text = TEXT.replace("ADD COLUMN", "\nADD COLUMN");
        let script = analyse(Dialect::Postgres, &text);
        let sql = &text[script.statements()[0].range()];
        let entries = vec![JournalEntry::new(1, Journal::hash(sql), JournalState::Done)];
        let converted = text.replace('\n', "\r\n");
        let script = analyse(Dialect::Postgres, &converted);
        let journal = Journal::new("id", entries, Worker::Gone);
        assert_eq!(journal.resume(&converted, &script), Resume::At { statement: 2 });
    }

    #[test]
    fn what_failed_may_be_another_statement_now_or_gone() {
        let entry = JournalEntry::new(
            1,
            Journal::hash("CREATE INDEX CONCURRENTLY i ON t (z)"),
            JournalState::Failed,
        );
        for text in ["CREATE INDEX CONCURRENTLY i ON t (a);", "-- nothing is left\n"] {
            let script = analyse(Dialect::Postgres, text);
            let journal = Journal::new("id", vec![entry.clone()], Worker::Gone);
            let again = Resume::Again { statement: 1, changed: true };
            assert_eq!(journal.resume(text, &script), again, "{text}");
            let started = JournalEntry { state: JournalState::Started, ..entry.clone() };
            let journal = Journal::new("id", vec![started], Worker::Gone);
            assert!(matches!(journal.resume(text, &script), Resume::Decide { .. }), "{text}");
        }
    }

    #[test]
    fn a_body_that_may_have_committed_is_a_decision_until_it_is_changed() {
        let text = "CALL p();";
        let script = analyse(Dialect::Postgres, text);
        let resume = |before: &str| {
            let entry = JournalEntry::new(1, Journal::hash(before), JournalState::Failed);
            Journal::new("id", vec![entry], Worker::Gone).resume(text, &script)
        };
        assert!(matches!(resume("CALL p()"), Resume::Decide { statement: 1, .. }));
        assert_eq!(resume("CALL q()"), Resume::Again { statement: 1, changed: true });
    }

    #[test]
    fn asks_when_the_catalog_cannot_tell_or_the_past_was_changed() {
        use JournalState::{Done, Started};
        assert!(matches!(
            resume(&[(1, Done), (2, Done), (3, Started)]),
            Resume::Decide { statement: 3, .. }
        ));
        assert!(matches!(resume(&[(2, Done)]), Resume::Decide { statement: 1, .. }));
        let script = analyse(Dialect::Postgres, TEXT);
        let changed = vec![JournalEntry::new(1, Journal::hash("other"), Done)];
        let resume = Journal::new("id", changed, Worker::Gone).resume(TEXT, &script);
        assert!(matches!(resume, Resume::Decide { statement: 1, .. }));
    }
}
