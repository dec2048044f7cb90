//! The state of the model: what the server has committed, what is under way in its backends, and where
//! every client is.

use crate::promises::{Broken, Promise};

/// The two kinds of migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Migration {
    /// Runs in one transaction with its row.
    Table,
    /// Runs by statement: one that runs in a transaction, then an index built concurrently.
    Index,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RowState {
    Unfinished,
    /// Unfinished with `applied_steps_count` 1: between Prisma's two updates.
    Stepped,
    /// Unfinished, with logs.
    Failed,
    Finished,
    RolledBack,
}

/// The journal of a row: how far the two statements came, and the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Journal {
    pub(crate) first_done: bool,
    pub(crate) second: Second,
    /// Whether the index was there and valid before its statement was sent.
    pub(crate) stood: bool,
    pub(crate) lease: Option<Lease>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Second {
    NotRecorded,
    Started,
    Done,
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Lease {
    /// The backend that was recorded; `None` when it is gone.
    pub(crate) owner: Option<usize>,
    pub(crate) expired: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) migration: Migration,
    pub(crate) state: RowState,
    /// The client that still remembers the row's id.
    pub(crate) writer: Option<usize>,
    pub(crate) by_prisma: bool,
    pub(crate) journal: Option<Journal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum IndexState {
    Absent,
    Invalid,
    Valid,
}

/// What a transaction holds that is not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Uncommitted {
    Nothing,
    /// The finished row and the script's effect.
    Applied,
    /// The failed row with its log.
    ScriptFailed,
}

/// A backend of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Backend {
    /// Which client it serves: ours, then Prisma.
    pub(crate) client: usize,
    /// False when the client has died or the connection broke: the server finishes what was sent.
    pub(crate) attached: bool,
    /// For one that is detached: the statement that was sent.
    pub(crate) sent: Option<Sent>,
    pub(crate) uncommitted: Uncommitted,
}

/// A statement on its way when its client was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Sent {
    Ours(Step),
    Prisma(PrismaStep),
}

/// Where a deployer of ours is; the statement named is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    Off,
    /// `begin`: BEGIN, and the lock is tried for.
    TryLock,
    /// Only where reading and locking are one statement: the snapshot is taken, the lock comes next.
    TryLockWithSnapshot,
    LookAgain,
    CreateHistoryTable,
    Apply,
    Commit,
    /// Only where script and row are two transactions: the row.
    RecordApart,
    /// A new connection tries for the lock, to learn what became of a COMMIT.
    Learn,
    LearnRow,
    /// `start`: the unfinished row, the journal and the lease are committed, and the lock is let go.
    JournalStart,
    /// `start` for a row that is there: the lease is taken.
    JournalResume,
    RunFirst,
    /// Only where statement and journal are two transactions: the journal.
    RecordFirst,
    RecordStarted,
    BuildBegins,
    BuildEnds,
    /// `settle` for a statement in doubt, or one that was mended.
    Inspect,
    /// `is_there`: the server said yes, and nothing is recorded of that yet.
    Look,
    Mend,
    RecordDone,
    RecordFailed,
    /// `begin` for the end of a migration that ran by statement.
    LockToFinish,
    Finish,
    Wait,
}

/// What a plan says about the migration that runs by statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum IndexPlan {
    Nothing,
    New,
    At(u8),
    Inspect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Plan {
    pub(crate) table: bool,
    pub(crate) index: IndexPlan,
}

impl Plan {
    pub(crate) const EMPTY: Self = Self { table: false, index: IndexPlan::Nothing };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Deployer {
    pub(crate) step: Step,
    pub(crate) backend: Option<usize>,
    /// The session may say `Unchanged`: nobody else has written since its last transaction.
    pub(crate) known: bool,
    pub(crate) plan: Plan,
    pub(crate) starts: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum PrismaStep {
    Off,
    /// Waits in `pg_advisory_lock`, with a snapshot.
    Lock,
    Look,
    Insert(Migration),
    Script(Migration),
    RecordStep(Migration),
    RecordFinished(Migration),
    RecordLogs(Migration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Prisma {
    pub(crate) step: PrismaStep,
    pub(crate) backend: Option<usize>,
    pub(crate) starts: u8,
}

pub(crate) const OURS: usize = 2;
pub(crate) const PRISMA: usize = OURS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct World {
    pub(crate) table_exists: bool,
    pub(crate) rows: [Option<Row>; 4],
    /// How often the transactional migration and the two statements of the other one took effect.
    pub(crate) effects: [u8; 3],
    pub(crate) index: IndexState,
    /// Whether the statement that builds it says `IF NOT EXISTS`.
    pub(crate) if_not_exists: bool,
    /// The backend that holds the advisory lock.
    pub(crate) lock: Option<usize>,
    pub(crate) backends: [Option<Backend>; 5],
    pub(crate) deployers: [Deployer; OURS],
    pub(crate) prisma: Prisma,
    /// How often the operator may still act.
    pub(crate) resolves: u8,
    /// An operator who looked while somebody was at work, and has decided.
    pub(crate) decided: Option<Migration>,
    pub(crate) faults: u8,
    pub(crate) broken: Broken,
}

impl World {
    pub(crate) fn new(starts: [u8; OURS], prisma: u8, resolves: u8, faults: u8) -> Self {
        let deployer = |starts| Deployer {
            step: Step::Off,
            backend: None,
            known: false,
            plan: Plan::EMPTY,
            starts,
        };
        Self {
            table_exists: false,
            rows: [None; 4],
            effects: [0; 3],
            index: IndexState::Absent,
            if_not_exists: false,
            lock: None,
            backends: [None; 5],
            deployers: starts.map(deployer),
            prisma: Prisma { step: PrismaStep::Off, backend: None, starts: prisma },
            resolves,
            decided: None,
            faults,
            broken: Broken::default(),
        }
    }

    /// With an index that is there from the beginning.
    pub(crate) fn with_index(self, index: IndexState, if_not_exists: bool) -> Self {
        Self { index, if_not_exists, ..self }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().flatten()
    }

    /// The rows of a migration that are not rolled back.
    pub(crate) fn live(&self, migration: Migration) -> impl Iterator<Item = &Row> {
        self.rows()
            .filter(move |row| row.migration == migration && row.state != RowState::RolledBack)
    }

    pub(crate) fn is_finished(&self, migration: Migration) -> bool {
        self.live(migration).any(|row| row.state == RowState::Finished)
    }

    pub(crate) fn must(&mut self, holds: bool, promise: Promise) {
        if !holds {
            self.broken.add(promise);
        }
    }
}
