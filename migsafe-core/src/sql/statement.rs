//! `Script`, `Statement` and the facts a statement carries.

use std::ops::Range;

use super::model::{Action, ObjectName};
use super::{Header, Position, Suppression};
use crate::Dialect;

/// How a statement stands to the transaction that migsafe wraps around a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransactionClass {
    /// Runs inside a transaction like any other statement.
    MayRun,
    /// The server refuses it inside a transaction block (SQLSTATE 25001 on PostgreSQL).
    MustNotRun,
    /// Begins, ends or changes the transaction itself.
    Controls,
}

/// One thing that is known about a statement and matters before it is run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fact {
    /// `BEGIN`, `START TRANSACTION`.
    BeginsTransaction,
    /// `COMMIT`, `END`, and on PostgreSQL `COMMIT AND CHAIN`.
    EndsTransaction,
    /// `ROLLBACK`, `ABORT` of the whole transaction (not `ROLLBACK TO SAVEPOINT`).
    RollsBack,
    /// `PREPARE TRANSACTION`, `COMMIT PREPARED`, `ROLLBACK PREPARED`.
    PreparesTransaction,
    /// `SET TRANSACTION`, `SET SESSION CHARACTERISTICS AS TRANSACTION`.
    SetsTransaction,
    /// A body (`DO`, or a `CALL` of a procedure) that contains or may contain COMMIT or ROLLBACK.
    MayCommit {
        /// True for `CALL`, whose body is not in the script.
        opaque: bool,
    },
    /// The server refuses the statement inside a transaction block; the text says which part makes it so,
    /// for example `CREATE INDEX CONCURRENTLY`.
    CannotRunInTransaction(String),
    /// `COPY … FROM STDIN`: the data cannot be sent by the simple protocol without a copy phase.
    CopyFromStdin,
    /// `COPY … TO STDOUT`.
    CopyToStdout,
    /// A line that only `psql` understands, for example `\connect`; without its arguments, which
    /// may hold a password.
    PsqlCommand(String),
    /// `DISCARD ALL`, `pg_advisory_unlock…`: would free the migration lock.
    ReleasesLocks,
    /// `SET search_path` or `set_config('search_path', …)`; `local` for `SET LOCAL` / `is_local = true`.
    SetsSearchPath {
        /// Ends with the transaction.
        local: bool,
    },
    /// `SET ROLE`, `SET SESSION AUTHORIZATION`.
    SetsRole {
        /// Ends with the transaction.
        local: bool,
    },
    /// `SET name` or `RESET name` of any other setting; the name in lower case. `RESET ALL` has
    /// the name `all`, beside [`Fact::SetsSearchPath`].
    SetsSetting {
        /// The setting's name in lower case; empty when `set_config` is given a computed one.
        name: String,
        /// Ends with the transaction.
        local: bool,
    },
    /// SQLite `PRAGMA foreign_keys = …`.
    ForeignKeysPragma {
        /// The value that is set.
        on: bool,
    },
    /// SQLite `PRAGMA journal_mode = …`; the mode in lower case.
    JournalModePragma(String),
    /// SQLite `PRAGMA name` of any other pragma; the name in lower case.
    Pragma(String),
    /// SQLite `ATTACH` or `DETACH`.
    Attach,
    /// SQLite `VACUUM`; together with [`Fact::CannotRunInTransaction`].
    Vacuum,
    /// The parser could not read the statement; the message is the parser's.
    Unparsed(String),
}

/// What a statement that cannot run in a transaction leaves in the catalog. It is what tells, after
/// a crash, whether the statement was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// `CREATE INDEX CONCURRENTLY`. A build that fails leaves an invalid index behind.
    BuildsIndex {
        /// The index; `None` when the server chooses the name.
        index: Option<ObjectName>,
        /// Its table.
        table: ObjectName,
        /// `IF NOT EXISTS`, which takes an invalid index for the index.
        if_not_exists: bool,
    },
    /// `DROP INDEX CONCURRENTLY`.
    DropsIndex {
        /// The index.
        index: ObjectName,
    },
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`.
    DetachesPartition {
        /// The partitioned table.
        parent: ObjectName,
        /// The partition.
        partition: ObjectName,
    },
    /// `REINDEX … CONCURRENTLY`, which may be run again without harm, and when it fails leaves invalid indexes under
    /// names of their own.
    Reindexes(Reindexed),
    /// A statement that may be run again without harm: `VACUUM`, another `REINDEX`, `CLUSTER`, `ALTER SYSTEM`.
    Repeatable,
}

impl Effect {
    /// Whether the statement may be run again without harm, whatever became of it.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        matches!(self, Self::Reindexes(_) | Self::Repeatable)
    }
}

/// What `REINDEX CONCURRENTLY` builds anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reindexed {
    /// One index.
    Index(ObjectName),
    /// The indexes of a table.
    Table(ObjectName),
    /// Those of a schema or of the database.
    Many,
}

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub(super) range: Range<usize>,
    pub(super) start: Position,
    pub(super) class: TransactionClass,
    pub(super) verb: String,
    pub(super) facts: Vec<Fact>,
    pub(super) effect: Option<Effect>,
    pub(super) repeats: bool,
    pub(super) actions: Vec<Action>,
}

impl Statement {
    /// The bytes of the statement in the script, without the trailing semicolon and without the
    /// white space and comments around it.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Where the statement begins.
    #[must_use]
    pub fn start(&self) -> Position {
        self.start
    }

    /// How it stands to a transaction.
    #[must_use]
    pub fn class(&self) -> TransactionClass {
        self.class
    }

    /// Its leading key words in upper case, for messages: `CREATE TABLE`, `ALTER TABLE`, `INSERT`.
    #[must_use]
    pub fn verb(&self) -> &str {
        &self.verb
    }

    /// What is known about it.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Whether a script that runs by statement sends it outside a transaction: the server refuses it
    /// in one, or its body may commit.
    #[must_use]
    pub fn runs_outside_transaction(&self) -> bool {
        self.class == TransactionClass::MustNotRun
            || self.has(|fact| matches!(fact, Fact::MayCommit { .. }))
    }

    /// Whether a comment before it says `-- migsafe: repeat`: it changes a batch of rows, and is run
    /// again, each time in a transaction of its own, until it changes none.
    #[must_use]
    pub fn repeats(&self) -> bool {
        self.repeats
    }

    /// What it leaves in the catalog, for statements that cannot run in a transaction and whose text
    /// tells it.
    #[must_use]
    pub fn effect(&self) -> Option<&Effect> {
        self.effect.as_ref()
    }

    /// What it does, object by object, in the order in which the server does it. Never empty for a statement
    /// that was read; one that was not read has [`ActionKind::Opaque`](super::ActionKind::Opaque).
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Whether any fact fits.
    pub fn has(&self, fits: impl Fn(&Fact) -> bool) -> bool {
        self.facts.iter().any(fits)
    }
}

/// Something the analysis could not read, or would not (limits).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub(super) position: Position,
    pub(super) message: String,
}

impl Problem {
    /// Where it is.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// What it is, a lower-case fragment.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A script taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    pub(super) dialect: Dialect,
    pub(super) statements: Vec<Statement>,
    pub(super) problems: Vec<Problem>,
    pub(super) header: Header,
    pub(super) suppressions: Vec<Suppression>,
    pub(super) split: bool,
}

impl Script {
    /// The dialect it was read in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The statements in order; empty ones (`;;`, comments only) are left out.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// What could not be read. A problem never means that the script is wrong, only that
    /// nothing is known about that part.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The comment header of the script.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The comments that keep findings quiet, in order.
    #[must_use]
    pub fn suppressions(&self) -> &[Suppression] {
        &self.suppressions
    }

    /// Whether the script has to run statement by statement, each recorded for itself: its header asks
    /// for it, or its only statement cannot run in a transaction.
    #[must_use]
    pub fn runs_by_statement(&self) -> bool {
        let alone =
            matches!(&*self.statements, [only] if only.class == TransactionClass::MustNotRun);
        self.split && (alone || self.header.no_transaction().is_some())
    }

    /// False when the script could not be taken apart safely (the parser rejected it, or it is over
    /// the limits): then [`Script::statements`] must not be used to run it piece by piece.
    #[must_use]
    pub fn is_split(&self) -> bool {
        self.split
    }

    /// True when the script holds no statement at all (empty, or comments only).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.split && self.statements.is_empty()
    }
}
