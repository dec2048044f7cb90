//! The laws of the core, each a property over generated folders, histories and policies.

use std::collections::{BTreeMap, BTreeSet};

use migsafe_core::diagnosis::{Diagnosis, Relation, State, diagnose};
use migsafe_core::history::{Fingerprint, History, HistoryRow};
use migsafe_core::lock::LockState;
use migsafe_core::migrations::{MigrationName, Migrations};
use migsafe_core::plan::Target;
use migsafe_core::policy::{Environment, Facts, Policy, Rule, Severity, Verdict, built_in_rules};
use migsafe_core::report::Outcome;
use migsafe_core::store::{DatabaseFacts, MemoryFault, MemoryStore};
use migsafe_core::testkit::{Scenario, block_on, strategy};
use migsafe_core::{Dialect, Options, ensure_up_to_date, sql};
use proptest::collection::vec;
use proptest::prelude::*;

fn judge(policy: &Policy, migrations: &Migrations, diagnosis: &Diagnosis) -> Verdict {
    let database = DatabaseFacts::default();
    let scripts: BTreeMap<MigrationName, sql::Script> = diagnosis
        .pending()
        .filter_map(|entry| {
            let script = migrations.find(entry.name().as_str())?.script()?;
            Some((entry.name().clone(), sql::analyse(Dialect::Sqlite, script)))
        })
        .collect();
    let facts = Facts::new(Dialect::Sqlite, migrations, diagnosis, &database, &scripts);
    policy.judge(&facts, &Target::All)
}

fn shuffled(rows: Vec<HistoryRow>) -> impl Strategy<Value = Vec<HistoryRow>> {
    Just(rows).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Every name that a file or a row has gets exactly one entry, and nothing else does.
    #[test]
    fn classification_is_total_and_exclusive(
        scenario in strategy::scenario(10),
        extra in vec(strategy::any_row(), 0..6),
        lock in strategy::lock(),
    ) {
        let migrations = scenario.migrations();
        let rows: Vec<HistoryRow> = scenario.rows().into_iter().chain(extra).collect();
        let diagnosis = diagnose(&migrations, &History::present(rows.clone()), &lock);
        let expected: BTreeSet<&str> = migrations
            .iter()
            .map(|m| m.name().as_str())
            .chain(rows.iter().filter_map(HistoryRow::name))
            .collect();
        let found: Vec<&str> = diagnosis.entries().iter().map(|e| e.name().as_str()).collect();
        prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        let summary = diagnosis.summary();
        let total: usize = State::ALL.iter().map(|state| summary.state(*state)).sum();
        prop_assert_eq!(total, diagnosis.entries().len());
        let attempts: usize = diagnosis.entries().iter().map(|e| e.attempt_count()).sum();
        prop_assert_eq!(attempts, rows.iter().filter(|row| row.name().is_some()).count());
    }

    /// The order in which the database returns the rows means nothing.
    #[test]
    fn classification_is_independent_of_row_order(
        (rows, other) in vec(strategy::any_row(), 0..8)
            .prop_flat_map(|rows| (Just(rows.clone()), shuffled(rows))),
        scenario in strategy::scenario(5),
        lock in strategy::lock(),
    ) {
        let migrations = scenario.migrations();
        let of = |rows: Vec<HistoryRow>| {
            let history = History::present(rows);
            let diagnosis = diagnose(&migrations, &history, &lock);
            let lines: Vec<_> = diagnosis
                .entries()
                .iter()
                .map(|e| (e.name().clone(), e.state(), e.marks(), e.attempt_count()))
                .collect();
            (lines, diagnosis.relation().clone(), Fingerprint::of(&history).to_string())
        };
        // Rows that are alike in everything that orders attempts may differ in the rest; ids tell them apart.
        let numbered = |rows: Vec<HistoryRow>| -> Vec<HistoryRow> {
            rows.into_iter()
                .map(|mut row| {
                    row.id = format!("{row:?}");
                    row
                })
                .collect()
        };
        prop_assert_eq!(of(numbered(rows)), of(numbered(other)));
    }

    /// A folder against the history of its own deploy has nothing to report.
    #[test]
    fn a_folder_against_its_own_history_is_clean(scenario in strategy::healthy(12)) {
        let migrations = scenario.migrations();
        let applied = migrations.iter().fold(Scenario::new(), |told, migration| {
            told.file_with(migration.name().as_str(), migration.script().unwrap_or_default()).applied()
        });
        let diagnosis = applied.diagnose();
        prop_assert!(diagnosis.entries().iter().all(|e| e.state() == State::Applied));
        prop_assert!(diagnosis.entries().iter().all(|e| e.marks().is_empty()));
        prop_assert_eq!(diagnosis.relation(), &Relation::InSync);
        let verdict = judge(&Policy::default().failing_at(Severity::Note), &migrations, &diagnosis);
        prop_assert!(verdict.findings().is_empty(), "{:?}", verdict.findings());
    }

    /// A stricter policy never lets through what a laxer one refused.
    #[test]
    fn judge_is_monotone_in_severity(
        scenario in strategy::scenario(8),
        policy in strategy::policy(),
        rule in strategy::rule_id(),
    ) {
        let migrations = scenario.migrations();
        let diagnosis = scenario.diagnose();
        let raised = Severity::ALL
            .into_iter()
            .filter(|level| *level > policy.severity(&rule))
            .map(|level| policy.clone().with_override(rule.clone(), level, "raised").unwrap());
        if judge(&policy, &migrations, &diagnosis).is_refusal() {
            for stricter in raised {
                prop_assert!(judge(&stricter, &migrations, &diagnosis).is_refusal());
            }
        }
    }

    /// Production refuses whatever staging refuses, and staging whatever development refuses.
    #[test]
    fn environments_grow_stricter(scenario in strategy::scenario(8)) {
        let migrations = scenario.migrations();
        let diagnosis = scenario.diagnose();
        let refuses = |environment| {
            judge(&Policy::for_environment(environment), &migrations, &diagnosis).is_refusal()
        };
        let [development, staging, production] = [
            refuses(Environment::development()),
            refuses(Environment::staging()),
            refuses(Environment::production()),
        ];
        prop_assert!(!development || staging);
        prop_assert!(!staging || production);
    }

    /// A plan names pending migrations only, each once, in order.
    #[test]
    fn a_plan_applies_in_order_and_only_pending_names(
        scenario in strategy::scenario(10),
        policy in strategy::policy(),
    ) {
        let migrations = scenario.migrations();
        let diagnosis = scenario.diagnose();
        if let Verdict::Proceed(plan) = judge(&policy, &migrations, &diagnosis) {
            let names: Vec<&MigrationName> = plan.steps().iter().map(|s| s.name()).collect();
            let pending: Vec<&MigrationName> = diagnosis.pending().map(|e| e.name()).collect();
            prop_assert_eq!(&names, &pending);
            prop_assert!(names.is_sorted());
            prop_assert_eq!(plan.id(), plan.clone().id());
        }
    }

    /// A finding names a rule that exists and a migration that has a file or a row.
    #[test]
    fn a_finding_names_only_what_exists(
        scenario in strategy::scenario(10),
        extra in vec(strategy::any_row(), 0..4),
    ) {
        let migrations = scenario.migrations();
        let rows: Vec<HistoryRow> = scenario.rows().into_iter().chain(extra).collect();
        let diagnosis = diagnose(&migrations, &History::present(rows), &LockState::Free);
        let verdict = judge(&Policy::default(), &migrations, &diagnosis);
        for finding in verdict.findings() {
            let known = built_in_rules().any(|rule| Rule::id(rule) == finding.rule);
            prop_assert!(known, "{:?}", finding);
            if let Some(name) = &finding.migration {
                prop_assert!(diagnosis.entry(name.as_str()).is_some(), "{:?}", finding);
            }
            prop_assert!(!finding.message.is_empty() && !finding.help.is_empty(), "{:?}", finding);
        }
    }

    /// Deploying a plan and diagnosing again is clean; deploying again does nothing.
    #[test]
    fn deploying_and_diagnosing_again_is_clean(scenario in strategy::healthy(10)) {
        let migrations = scenario.migrations();
        let pending = scenario.diagnose().pending().count();
        let store = MemoryStore::with_rows(Dialect::Sqlite, scenario.rows());
        let report =
            block_on(ensure_up_to_date(&store, &migrations, Options::default())).unwrap();
        prop_assert_eq!(report.applied().len(), pending);
        let history = History::present(store.rows().unwrap());
        let diagnosis = diagnose(&migrations, &history, &LockState::Free);
        prop_assert!(diagnosis.entries().iter().all(|e| e.state() == State::Applied));
        prop_assert_eq!(&diagnosis.summary(), &report.status().diagnosis().summary());
        let again = block_on(ensure_up_to_date(&store, &migrations, Options::default())).unwrap();
        prop_assert_eq!(again.outcome(), Outcome::UpToDate);
        prop_assert_eq!(Fingerprint::of(&history), Fingerprint::of(&History::present(store.rows().unwrap())));
    }

    /// Whatever goes wrong, every migration's effect is there at most once, a row exists exactly where
    /// the effect does, and running again finishes the job.
    #[test]
    fn faults_never_apply_twice_or_lose_a_row(
        scenario in strategy::healthy(6),
        faults in vec(
            prop_oneof![
                Just(MemoryFault::ConnectionLost),
                Just(MemoryFault::RelationLocked),
                Just(MemoryFault::ReadFails),
                any::<bool>().prop_map(|committed| MemoryFault::AnswerLost { committed }),
            ],
            0..6,
        ),
    ) {
        let migrations = scenario.migrations();
        let store = MemoryStore::new(Dialect::Sqlite);
        for fault in faults {
            store.inject(fault);
        }
        let mut finished = false;
        for _ in 0..12 {
            let result = block_on(ensure_up_to_date(&store, &migrations, Options::default()));
            let rows = store.rows().unwrap_or_default();
            let applied: BTreeSet<&str> =
                rows.iter().filter(|r| r.is_finished()).filter_map(HistoryRow::name).collect();
            prop_assert_eq!(rows.len(), applied.len(), "one row per applied migration");
            let tables = store.tables();
            prop_assert_eq!(tables.iter().map(String::as_str).collect::<BTreeSet<_>>(), applied);
            match result {
                Ok(_) => { finished = true; break }
                Err(error) => {
                    prop_assert!(!error.is_refusal(), "{}", error);
                    prop_assert!(!error.is_outcome_unknown(), "{}", error);
                }
            }
        }
        prop_assert!(finished);
    }
}

/// Near-linear: a hundred thousand files and rows in well under a second is a figure of the benches;
/// here the growth is checked by counting, not by a clock: twice the input gives twice the entries.
#[test]
fn a_large_history_is_diagnosed() {
    let of = |count: usize| {
        let scripts = (0..count).map(|i| (format!("2025{i:010}_x"), "SELECT 1;"));
        let migrations = Migrations::from_scripts(scripts).unwrap();
        let rows = (0..count).rev().map(|i| HistoryRow::applied(format!("2025{i:010}_x"), "x"));
        diagnose(&migrations, &History::present(rows.collect()), &LockState::Free)
    };
    assert_eq!(of(50_000).entries().len(), 50_000);
    assert_eq!(of(100_000).summary().edited, 100_000);
}
