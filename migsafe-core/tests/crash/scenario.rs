//! Folders and troubles, and what must be true of the database at every moment.

use migsafe_core::engine::{Options, ensure_up_to_date};
use migsafe_core::history::HistoryRow;
use migsafe_core::lock::LockHolder;
use migsafe_core::store::{MemoryFault, MemoryStore};
use migsafe_core::testkit::block_on;
use migsafe_core::{Dialect, Migrations};

const BY_STATEMENT: &str = "-- migsafe: no-transaction because of the index\n";

#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) title: String,
    dialect: Dialect,
    migrations: Migrations,
    /// Per migration what must have taken effect when it is finished, in order.
    effects: Vec<Vec<String>>,
    faults: Vec<MemoryFault>,
    /// Whether somebody else holds the lock at first.
    held: bool,
}

impl Scenario {
    /// Each migration is a list of statements; more than one statement runs one by one. Every statement
    /// but the index builds can be run again without an error, so that a second time is not hidden by one.
    fn new(dialect: Dialect, migrations: &[&[&str]], faults: &[MemoryFault]) -> Self {
        let script = |statements: &[&str]| match statements {
            [one] => format!("{one};\n"),
            many => format!("{BY_STATEMENT}{};\n", many.join(";\n")),
        };
        let scripts = migrations.iter().enumerate();
        let scripts = scripts.map(|(at, statements)| (format!("{at}_m"), script(statements)));
        let effects = migrations.iter().map(|statements| match statements {
            [one] => vec![script(&[one])],
            many => many.iter().map(|&one| one.to_owned()).collect(),
        });
        Self {
            title: format!("{dialect:?} {migrations:?} {faults:?}"),
            dialect,
            effects: effects.collect(),
            migrations: Migrations::from_scripts(scripts).expect("the names differ"),
            faults: faults.to_vec(),
            held: false,
        }
    }

    fn held(mut self) -> Self {
        self.held = true;
        self.title.push_str(" held");
        self
    }

    pub(crate) fn migrations(&self) -> &Migrations {
        &self.migrations
    }

    pub(crate) fn store(&self) -> MemoryStore {
        let store = MemoryStore::new(self.dialect).with_interleaving();
        for fault in &self.faults {
            store.inject(fault.clone());
        }
        store.hold_lock(self.held.then(|| LockHolder::of_pid(7)));
        store
    }

    /// What holds at every moment: nothing took effect twice or out of order, and a migration is
    /// recorded as finished exactly when all of it took effect (one that runs statement by statement may
    /// have taken effect and not be recorded yet).
    pub(crate) fn check(&self, store: &MemoryStore) {
        let happened = store.effects();
        let expected: Vec<&String> = self.effects.iter().flatten().collect();
        assert!(happened.len() <= expected.len(), "{}: {happened:?}", self.title);
        assert_eq!(
            happened.iter().collect::<Vec<_>>(),
            expected[..happened.len()],
            "{}",
            self.title
        );
        let rows = store.rows().unwrap_or_default();
        let mut so_far = 0;
        for (migration, effects) in self.migrations.iter().zip(&self.effects) {
            so_far += effects.len();
            let of_name =
                || rows.iter().filter(|row| row.name() == Some(migration.name().as_str()));
            assert!(of_name().count() <= 1, "{}: {rows:?}", self.title);
            assert!(of_name().all(|row| row.logs.is_none()), "{}: {rows:?}", self.title);
            let finished = of_name().any(HistoryRow::is_finished);
            let complete = happened.len() >= so_far;
            assert!(complete || !finished, "{}: recorded and not there", self.title);
            assert!(finished || !complete || effects.len() > 1, "{}: not recorded", self.title);
        }
    }

    /// Nothing goes wrong any more: one run finishes.
    pub(crate) fn recover(&self, store: &MemoryStore) {
        assert!(store.is_idle(), "{}: a dead deployer holds something", self.title);
        store.clear_faults();
        store.hold_lock(None);
        let run = ensure_up_to_date(store, &self.migrations, Options::default());
        let report = block_on(run).unwrap_or_else(|error| panic!("{}: {error}", self.title));
        assert!(report.status().is_up_to_date(), "{}", self.title);
        self.check(store);
        assert_eq!(store.effects().len(), self.effects.iter().flatten().count(), "{}", self.title);
        let rows = store.rows().expect("a deploy creates the table");
        assert_eq!(rows.len(), self.migrations.len(), "{}", self.title);
        assert!(rows.iter().all(HistoryRow::is_finished), "{}: {rows:?}", self.title);
        let leftovers = store.tables().into_iter().any(|table| table.starts_with("invalid"));
        assert!(!leftovers && store.is_idle(), "{}", self.title);
    }
}

/// Three migrations in one transaction each.
const PLAIN: &[&[&str]] = &[&["SELECT 'a'"], &["SELECT 'b'"], &["SELECT 'c'"]];

/// One by statement between two in a transaction.
const MIXED: &[&[&str]] = &[
    &["SELECT 'a'"],
    &["SELECT 'b1'", "CREATE INDEX CONCURRENTLY i ON a (id)", "SELECT 'b2'"],
    &["SELECT 'c'"],
];

/// A few scenarios with much trouble in them, for tests that take pairs of points.
pub(crate) fn few() -> Vec<Scenario> {
    use MemoryFault::{AnswerLost, BuildBreaks, StatementLost};
    let lost = AnswerLost { committed: true };
    vec![
        Scenario::new(Dialect::Sqlite, PLAIN, &[AnswerLost { committed: false }, lost.clone()]),
        Scenario::new(Dialect::Postgres, MIXED, &[lost, BuildBreaks, StatementLost { done: true }]),
    ]
}

/// Every kind of migration with every kind of trouble.
pub(crate) fn all() -> Vec<Scenario> {
    use MemoryFault::{
        AnswerLost, BuildBreaks, ConnectionLost, ReadFails, RelationLocked, StatementLost,
    };
    let mut scenarios = Vec::new();
    let troubles: [&[MemoryFault]; 8] = [
        &[],
        &[ReadFails],
        &[RelationLocked],
        &[ConnectionLost],
        &[AnswerLost { committed: true }],
        &[AnswerLost { committed: false }],
        &[AnswerLost { committed: false }, AnswerLost { committed: true }],
        &[RelationLocked, AnswerLost { committed: true }, ConnectionLost],
    ];
    for faults in troubles {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            scenarios.push(Scenario::new(dialect, PLAIN, faults));
        }
    }
    scenarios.push(Scenario::new(Dialect::Sqlite, PLAIN, &[]).held());
    let troubles: [&[MemoryFault]; 7] = [
        &[],
        &[BuildBreaks],
        &[BuildBreaks, BuildBreaks, StatementLost { done: true }],
        &[StatementLost { done: true }],
        &[StatementLost { done: false }],
        &[AnswerLost { committed: true }, StatementLost { done: false }, BuildBreaks],
        &[AnswerLost { committed: false }, BuildBreaks, StatementLost { done: true }],
    ];
    for faults in troubles {
        scenarios.push(Scenario::new(Dialect::Postgres, MIXED, faults));
    }
    scenarios.push(Scenario::new(Dialect::Postgres, MIXED, &[BuildBreaks]).held());
    scenarios
}
