//! The cases. Each is a public function, so that a backend can also run one by itself.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Harness, TestDatabase};
use crate::diagnosis::State;
use crate::engine::{
    Error, Mode, Options, Resolution, ensure_up_to_date, plan_resolution, resolve, status,
};
use crate::env::uuid_v4;
use crate::history::{Absence, History, HistoryRow};
use crate::migrations::{Migration, MigrationName, Migrations};
use crate::plan::Target;
use crate::report::{ExitCode, Outcome, Report};
use crate::sql;
use crate::store::{
    AuditNote, Begun, Content, HistoryStore, Reading, RowChange, StepOutcome, StepRequest,
    StoreErrorCode, WriteSession,
};
use crate::testkit::join_all;

const CREATE_A: &str = "CREATE TABLE conf_a (id INTEGER PRIMARY KEY);\n";

pub(super) fn folder(count: usize) -> Migrations {
    let scripts = (1..=count).map(|index| {
        let name = format!("20250101{index:06}_step_{index}");
        (name, format!("CREATE TABLE conf_{index} (id INTEGER PRIMARY KEY);\n"))
    });
    Migrations::from_scripts(scripts).unwrap()
}

/// The default policy refuses what it must and lets a plain deploy through.
pub(super) fn options() -> Options {
    Options::default().with_lock_wait(Duration::from_secs(30))
}

pub(super) async fn deploy(
    store: &dyn HistoryStore,
    migrations: &Migrations,
) -> Result<Report, Error> {
    ensure_up_to_date(store, migrations, options()).await
}

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(1_767_225_600_000 + millis)
}

/// Begins, waiting for others to let go; a backend may need a moment to notice a dropped session.
async fn begin(store: &dyn HistoryStore, session: &mut dyn WriteSession) -> Begun {
    let env = store.env();
    for _ in 0..500 {
        match session.begin().await.unwrap() {
            Begun::Held(_) => env.sleep(Duration::from_millis(10)).await,
            begun => return begun,
        }
    }
    panic!("the lock was never free");
}

async fn begin_locked(store: &dyn HistoryStore, session: &mut dyn WriteSession) -> Reading {
    match begin(store, session).await {
        Begun::Locked(reading) => *reading,
        other => panic!("expected Locked, got {other:?}"),
    }
}

async fn apply(
    store: &dyn HistoryStore,
    session: &mut dyn WriteSession,
    migration: &Migration,
) -> (String, StepOutcome) {
    let env = store.env();
    let id = uuid_v4(env.random());
    let script = migration.script().unwrap();
    let statements = sql::analyse(store.dialect(), script);
    let request = StepRequest::new(
        &id,
        migration.name(),
        migration.checksum().unwrap(),
        script,
        &statements,
        env.now(),
    );
    let outcome = session.apply(request).await;
    (id, outcome)
}

/// A session with the history table in place.
async fn prepared(database: &dyn TestDatabase) -> (Box<dyn HistoryStore>, Box<dyn WriteSession>) {
    database.insert_rows(&[]).await;
    let store = database.store().await;
    let session = store.open_session().await.unwrap();
    (store, session)
}

/// An empty database has no history, and looking does not change that.
pub async fn absence_is_proven_and_reading_creates_nothing(harness: &dyn Harness) {
    let database = harness.database().await;
    for _ in 0..2 {
        let store = database.store().await;
        let reading = store.read().await.unwrap();
        assert!(reading.history.is_absent(), "{:?}", reading.history);
        assert_ne!(reading.database.content(), &Content::Unknown);
    }
    assert!(!database.has_table(crate::history::HISTORY_TABLE).await);
}

/// Every legal value comes back as it was stored, in any number and order.
pub async fn rows_are_read_as_they_are_stored(harness: &dyn Harness) {
    let database = harness.database().await;
    let mut rows = vec![
        HistoryRow::started("1", "20250101000000_running", "a".repeat(64), at(0)),
        HistoryRow::marked_applied("2", "20250102000000_marked", "b".repeat(64), at(1)),
        HistoryRow::started("3", "quote'\"; --\\ , \u{7f} ünï", "c".repeat(64), at(2)),
    ];
    rows[0].logs = Some("line 1\nline 2, 'quoted' \"twice\"\ttab \\ ☃".to_owned());
    rows[2].finished_at = Some(at(5000).into());
    rows[2].rolled_back_at = Some(at(-5000).into());
    rows[2].applied_steps_count = Some(1);
    database.insert_rows(&rows).await;
    let store = database.store().await;
    let reading = store.read().await.unwrap();
    let mut read = reading.history.rows().to_vec();
    read.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(read, rows);
    assert!(reading.history.table_problems().is_empty());
    let more: Vec<HistoryRow> = (0..2000)
        .map(|index| {
            let mut row =
                HistoryRow::started(format!("n{index}"), "many", "d".repeat(64), at(index));
            row.finished_at = Some(at(index + 1).into());
            row
        })
        .collect();
    database.insert_rows(&more).await;
    assert_eq!(store.read().await.unwrap().history.rows().len(), rows.len() + more.len());
}

/// Created under the lock, in Prisma's shape, and never a second time.
pub async fn the_history_table_is_created_once(harness: &dyn Harness) {
    let database = harness.database().await;
    let store = database.store().await;
    let mut session = store.open_session().await.unwrap();
    let reading = begin_locked(&*store, &mut *session).await;
    assert!(reading.history.is_absent());
    session.create_history_table().await.unwrap();
    assert_eq!(store.read().await.unwrap().history, History::present(Vec::new()));
    let reading = begin_locked(&*store, &mut *session).await;
    assert_eq!(reading.history, History::present(Vec::new()));
    assert!(session.create_history_table().await.is_err());
    session.finish().await;
    assert_eq!(store.read().await.unwrap().history, History::present(Vec::new()));
}

/// Script and row are there together, in the shape a Prisma deploy leaves.
pub async fn a_step_is_applied_with_its_row(harness: &dyn Harness) {
    let database = harness.database().await;
    let (store, mut session) = prepared(&*database).await;
    let migration = Migration::new("20250101000000_a", CREATE_A);
    begin(&*store, &mut *session).await;
    let (id, outcome) = apply(&*store, &mut *session, &migration).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    session.finish().await;
    assert!(database.has_table("conf_a").await);
    let reading = store.read().await.unwrap();
    let row = reading.history.row(&id).unwrap();
    assert_eq!(row.name(), Some("20250101000000_a"));
    assert_eq!(row.checksum, migration.checksum().unwrap().to_string());
    assert_eq!(row.applied_steps_count, Some(1));
    assert_eq!(row.logs, None);
    assert_eq!(row.rolled_back_at, None);
    assert!(row.finished_at >= row.started_at);
    assert!(row.problems().is_empty());
}

/// The schema is as it was, and one row says failed, with the statement that failed.
pub async fn a_failing_script_leaves_one_failed_row_and_nothing_else(harness: &dyn Harness) {
    let database = harness.database().await;
    let (store, mut session) = prepared(&*database).await;
    let script = format!(
        "{CREATE_A}CREATE TABLE conf_b (id INTEGER PRIMARY KEY);\n\n  DROP TABLE conf_missing;\n"
    );
    let migration = Migration::new("20250101000000_a", script);
    begin(&*store, &mut *session).await;
    let (id, outcome) = apply(&*store, &mut *session, &migration).await;
    let StepOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.location.statement, Some(3), "{failure:?}");
    assert!(failure.message.contains("conf_missing"), "{failure:?}");
    session.finish().await;
    assert!(!database.has_table("conf_a").await);
    assert!(!database.has_table("conf_b").await);
    let reading = store.read().await.unwrap();
    assert_eq!(reading.history.rows().len(), 1);
    let row = reading.history.row(&id).unwrap();
    assert!(!row.is_finished() && row.is_live());
    assert_eq!(row.applied_steps_count, Some(0));
    let logs = row.logs.as_deref().unwrap();
    assert!(logs.contains("conf_missing") && logs.contains("statement 3"), "{logs}");
    assert!(!logs.contains('\u{1b}'), "{logs}");
}

/// While one session is in its transaction another gets no lock, and can still read.
pub async fn a_second_session_is_kept_out(harness: &dyn Harness) {
    let database = harness.database().await;
    let (store, mut first) = prepared(&*database).await;
    let other = database.store().await;
    let mut second = other.open_session().await.unwrap();
    begin(&*store, &mut *first).await;
    for _ in 0..2 {
        let begun = second.begin().await.unwrap();
        assert!(matches!(begun, Begun::Held(_)), "{begun:?}");
    }
    assert_eq!(other.read().await.unwrap().history, History::present(Vec::new()));
    first.rollback().await.unwrap();
    let begun = begin(&*other, &mut *second).await;
    assert!(matches!(begun, Begun::Locked(_)), "{begun:?}");
}

/// A lock held outside of migsafe counts as well.
pub async fn a_foreign_lock_keeps_sessions_out(harness: &dyn Harness) {
    let database = harness.database().await;
    let (store, mut session) = prepared(&*database).await;
    let held = database.hold_lock().await;
    let begun = session.begin().await.unwrap();
    assert!(matches!(begun, Begun::Held(_)), "{begun:?}");
    drop(held);
    begin_locked(&*store, &mut *session).await;
}

/// An error, a panic or a cancelled future must not keep the lock.
pub async fn a_dropped_session_frees_the_lock(harness: &dyn Harness) {
    let database = harness.database().await;
    let (store, mut session) = prepared(&*database).await;
    begin(&*store, &mut *session).await;
    drop(session);
    let mut next = store.open_session().await.unwrap();
    begin_locked(&*store, &mut *next).await;
}

/// Rolling back changes nothing, and the session can begin again.
pub async fn a_rolled_back_transaction_leaves_nothing(harness: &dyn Harness) {
    let database = harness.database().await;
    let store = database.store().await;
    let mut session = store.open_session().await.unwrap();
    for _ in 0..3 {
        begin_locked_or_unchanged(&*store, &mut *session).await;
        session.rollback().await.unwrap();
    }
    session.finish().await;
    assert!(store.read().await.unwrap().history.is_absent());
    assert!(!database.has_table(crate::history::HISTORY_TABLE).await);
}

async fn begin_locked_or_unchanged(store: &dyn HistoryStore, session: &mut dyn WriteSession) {
    let begun = begin(store, session).await;
    assert!(matches!(begun, Begun::Locked(_) | Begun::Unchanged), "{begun:?}");
}

/// `Unchanged` is said only when it is true: any row written, changed or deleted by somebody else makes
/// the session read again.
pub async fn what_the_session_wrote_itself_is_no_change(harness: &dyn Harness) {
    let database = harness.database().await;
    let (store, mut session) = prepared(&*database).await;
    let migrations = folder(4);
    let reading = begin_locked(&*store, &mut *session).await;
    let mut known = reading.history.rows().to_vec();
    for (index, migration) in migrations.iter().enumerate() {
        let (id, outcome) = apply(&*store, &mut *session, migration).await;
        assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
        known.push(store.read().await.unwrap().history.row(&id).unwrap().clone());
        let foreign = index == 1;
        if foreign {
            let row = HistoryRow::started("foreign", "z", "e".repeat(64), at(0));
            database.insert_rows(std::slice::from_ref(&row)).await;
            known.push(row);
        }
        match begin(&*store, &mut *session).await {
            Begun::Unchanged => assert!(!foreign, "a foreign row was not noticed"),
            Begun::Locked(reading) => {
                let mut rows = reading.history.rows().to_vec();
                rows.sort_by(|a, b| a.id.cmp(&b.id));
                known.sort_by(|a, b| a.id.cmp(&b.id));
                assert_eq!(rows, known);
            }
            Begun::Held(_) => unreachable!("begin waits"),
        }
    }
    session.rollback().await.unwrap();
}

/// The row before and the row after are kept with every change by hand.
pub async fn rows_are_changed_with_an_audit_entry(harness: &dyn Harness) {
    let database = harness.database().await;
    let failed = HistoryRow::started("1", "20250101000000_a", "a".repeat(64), at(0));
    database.insert_rows(std::slice::from_ref(&failed)).await;
    let store = database.store().await;
    let mut session = store.open_session().await.unwrap();
    begin(&*store, &mut *session).await;
    let marked = HistoryRow::marked_applied("2", "20250101000000_a", "a".repeat(64), at(9));
    let changes = [
        RowChange::MarkRolledBack { before: failed.clone(), at: at(9) },
        RowChange::Insert { row: marked.clone() },
    ];
    let note = AuditNote::new("test", at(10)).by(Some("o'brien".to_owned()));
    session.change_rows(&changes, &note).await.unwrap();
    session.finish().await;
    let mut rows = store.read().await.unwrap().history.rows().to_vec();
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    let mut rolled_back = failed;
    rolled_back.rolled_back_at = Some(at(9).into());
    assert_eq!(rows, [rolled_back, marked]);
    assert_eq!(database.audit_count().await, 2);
}

/// Nothing is changed when a row is not what the change was made for.
pub async fn a_row_that_changed_meanwhile_is_a_conflict(harness: &dyn Harness) {
    let database = harness.database().await;
    let row = HistoryRow::started("1", "20250101000000_a", "a".repeat(64), at(0));
    database.insert_rows(std::slice::from_ref(&row)).await;
    let store = database.store().await;
    let mut session = store.open_session().await.unwrap();
    begin(&*store, &mut *session).await;
    let mut before = row.clone();
    before.checksum = "b".repeat(64);
    let inserted = HistoryRow::marked_applied("2", "20250101000000_a", "a".repeat(64), at(9));
    let changes =
        [RowChange::Insert { row: inserted }, RowChange::MarkRolledBack { before, at: at(9) }];
    let error = session.change_rows(&changes, &AuditNote::new("test", at(9))).await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::Conflict);
    session.finish().await;
    assert_eq!(store.read().await.unwrap().history, History::present(vec![row]));
    assert_eq!(database.audit_count().await, 0);
}

/// The main job: everything the first time, nothing the second time.
pub async fn deploy_applies_everything_once_then_nothing(harness: &dyn Harness) {
    let database = harness.database().await;
    let store = database.store().await;
    let migrations = folder(5);
    let report = deploy(&*store, &migrations).await.unwrap();
    assert_eq!(report.outcome(), Outcome::Applied);
    assert!(report.created_history_table());
    assert_eq!(names(&report), migrations.iter().map(|m| m.name().clone()).collect::<Vec<_>>());
    assert!(report.status().is_up_to_date());
    for index in 1..=5 {
        assert!(database.has_table(&format!("conf_{index}")).await);
    }
    // What the report says is what is stored.
    let read = status(&*store, &migrations, &options()).await.unwrap();
    assert_eq!(read.diagnosis().summary(), report.status().diagnosis().summary());
    let report = deploy(&*store, &migrations).await.unwrap();
    assert_eq!(report.outcome(), Outcome::UpToDate);
    assert!(report.applied().is_empty());
    assert_eq!(store.read().await.unwrap().history.rows().len(), 5);
}

fn names(report: &Report) -> Vec<MigrationName> {
    report.applied().iter().map(|step| step.name.clone()).collect()
}

/// Ten at once on an empty database: all succeed, each migration is applied by exactly one.
pub async fn many_deployers_apply_each_migration_once(harness: &dyn Harness) {
    let database = harness.database().await;
    let migrations = folder(6);
    let mut stores = Vec::new();
    for _ in 0..10 {
        stores.push(database.store().await);
    }
    let runs = stores
        .iter()
        .map(|store| {
            let run: std::pin::Pin<Box<dyn Future<Output = _> + Send>> =
                Box::pin(deploy(&**store, &migrations));
            run
        })
        .collect();
    let reports = join_all(runs).await;
    let mut applied: Vec<MigrationName> = Vec::new();
    for report in &reports {
        let report = report.as_ref().unwrap();
        assert!(report.status().is_up_to_date());
        applied.extend(names(report));
    }
    applied.sort();
    assert_eq!(applied, migrations.iter().map(|m| m.name().clone()).collect::<Vec<_>>());
    assert_eq!(stores[0].read().await.unwrap().history.rows().len(), 6);
}

/// A name or a count ends a deploy early; the next one goes on from there.
pub async fn a_target_limits_a_deploy(harness: &dyn Harness) {
    let database = harness.database().await;
    let store = database.store().await;
    let migrations = folder(5);
    let second = migrations.as_slice()[1].name().clone();
    let through = options().with_target(Target::Through(second.clone()));
    let report = ensure_up_to_date(&*store, &migrations, through.clone()).await.unwrap();
    assert_eq!(names(&report).last(), Some(&second));
    assert_eq!(report.applied().len(), 2);
    let report = ensure_up_to_date(&*store, &migrations, through).await.unwrap();
    assert!(report.applied().is_empty());
    let count = options().with_target(Target::Count(2));
    let report = ensure_up_to_date(&*store, &migrations, count).await.unwrap();
    assert_eq!(report.applied().len(), 2);
    assert_eq!(deploy(&*store, &migrations).await.unwrap().applied().len(), 1);
    let nowhere = options().with_target(Target::Through("nowhere".into()));
    let error = ensure_up_to_date(&*store, &migrations, nowhere).await.unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("unknown-migration", ExitCode::Usage));
}

/// Saying what would be done does nothing.
pub async fn a_dry_run_and_verify_write_nothing(harness: &dyn Harness) {
    let database = harness.database().await;
    let store = database.store().await;
    let migrations = folder(2);
    let report = ensure_up_to_date(&*store, &migrations, options().dry_run(true)).await.unwrap();
    assert_eq!(report.outcome(), Outcome::WouldApply);
    assert_eq!(report.planned().len(), 2);
    let verify = options().with_mode(Mode::Verify);
    let error = ensure_up_to_date(&*store, &migrations, verify.clone()).await.unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("not-up-to-date", ExitCode::NotUpToDate));
    assert!(!database.has_table(crate::history::HISTORY_TABLE).await);
    deploy(&*store, &migrations).await.unwrap();
    let report = ensure_up_to_date(&*store, &migrations, verify).await.unwrap();
    assert_eq!(report.outcome(), Outcome::UpToDate);
}

/// A waiting replica takes no lock, writes nothing and returns when the other one is done.
pub async fn waiting_ends_when_another_has_finished(harness: &dyn Harness) {
    let database = harness.database().await;
    let migrations = folder(3);
    let (waiter, deployer) = (database.store().await, database.store().await);
    let short = options().with_mode(Mode::Wait).with_lock_wait(Duration::from_millis(100));
    let error = ensure_up_to_date(&*waiter, &migrations, short).await.unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::NotUpToDate);
    assert!(!database.has_table(crate::history::HISTORY_TABLE).await);
    let wait = ensure_up_to_date(&*waiter, &migrations, options().with_mode(Mode::Wait));
    let runs: Vec<std::pin::Pin<Box<dyn Future<Output = _> + Send>>> =
        vec![Box::pin(wait), Box::pin(deploy(&*deployer, &migrations))];
    let reports: Vec<Report> = join_all(runs).await.into_iter().map(Result::unwrap).collect();
    assert!(reports[0].applied().is_empty());
    assert_eq!(reports[1].applied().len(), 3);
}

/// The wait is bounded; the error says that it was the lock.
pub async fn a_held_lock_times_out_and_names_the_wait(harness: &dyn Harness) {
    let database = harness.database().await;
    database.insert_rows(&[]).await;
    let store = database.store().await;
    let migrations = folder(1);
    let held = database.hold_lock().await;
    let short = options().with_lock_wait(Duration::from_millis(200));
    let error = ensure_up_to_date(&*store, &migrations, short).await.unwrap_err();
    assert!(error.is_lock_timeout(), "{error:?}");
    assert_eq!((error.code(), error.exit_code()), ("lock-not-obtained", ExitCode::Lock));
    assert!(!database.has_table("conf_1").await);
    drop(held);
    deploy(&*store, &migrations).await.unwrap();
}

/// Tables without a history: somebody must say which migrations are there already.
pub async fn a_database_with_tables_and_no_history_is_refused(harness: &dyn Harness) {
    let database = harness.database().await;
    database.execute("CREATE TABLE conf_old (id INTEGER PRIMARY KEY)").await;
    let store = database.store().await;
    let error = deploy(&*store, &folder(1)).await.unwrap_err();
    assert!(error.is_refusal(), "{error:?}");
    let rules: Vec<&str> = error.refusal().unwrap().causes().map(|f| &*f.rule).collect();
    assert_eq!(rules, ["not-empty"]);
    assert_eq!(error.exit_code(), ExitCode::Refused);
    assert!(!database.has_table(crate::history::HISTORY_TABLE).await);
}

/// Failed, refused, rolled back, mended, applied: the whole way.
pub async fn a_failed_migration_stops_and_can_be_resolved(harness: &dyn Harness) {
    let database = harness.database().await;
    let store = database.store().await;
    let good = ("20250101000001_good", CREATE_A);
    let broken = Migrations::from_scripts([
        good,
        (
            "20250101000002_broken",
            "DROP TABLE conf_missing; -- migsafe: allow(drop-table) because it is not there\n",
        ),
        ("20250101000003_later", "CREATE TABLE conf_later (id INTEGER PRIMARY KEY);\n"),
    ])
    .unwrap();
    let error = deploy(&*store, &broken).await.unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("migration-failed", ExitCode::Failure));
    let report = error.report().unwrap();
    assert_eq!(report.outcome(), Outcome::Failed);
    assert_eq!(names(report), [MigrationName::from("20250101000001_good")]);
    let failure = report.failure().unwrap();
    assert_eq!(failure.migration, "20250101000002_broken");
    assert_eq!(failure.location.statement, Some(1));
    assert_eq!(report.status().diagnosis().summary().failed, 1);
    assert!(!database.has_table("conf_later").await);
    // Every further deploy is refused, until somebody decides.
    let error = deploy(&*store, &broken).await.unwrap_err();
    assert!(error.is_refusal(), "{error:?}");
    let name = MigrationName::from("20250101000002_broken");
    resolve_now(&*store, &broken, &Resolution::RolledBack(name)).await.unwrap();
    let mended = Migrations::from_scripts([
        good,
        ("20250101000002_broken", "CREATE TABLE conf_mended (id INTEGER PRIMARY KEY);\n"),
        ("20250101000003_later", "CREATE TABLE conf_later (id INTEGER PRIMARY KEY);\n"),
    ])
    .unwrap();
    let report = deploy(&*store, &mended).await.unwrap();
    assert_eq!(report.applied().len(), 2);
    assert!(report.status().is_up_to_date());
    assert_eq!(report.status().diagnosis().summary().edited, 0);
    assert_eq!(database.audit_count().await, 1);
}

pub(super) async fn resolve_now(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    resolution: &Resolution,
) -> Result<usize, Error> {
    let plan = plan_resolution(store, migrations, resolution).await?;
    let wait = Duration::from_secs(5);
    let report = resolve(store, migrations, &plan, Some("tester".to_owned()), wait).await?;
    Ok(report.plan.changes.len())
}

/// On a database without a history table, marking creates the table, as Prisma does.
pub async fn marking_applied_begins_a_baseline(harness: &dyn Harness) {
    let database = harness.database().await;
    database.execute("CREATE TABLE conf_1 (id INTEGER PRIMARY KEY)").await;
    let store = database.store().await;
    let migrations = folder(2);
    let first = migrations.as_slice()[0].name().clone();
    let plan = plan_resolution(&*store, &migrations, &Resolution::Applied(first)).await.unwrap();
    assert!(plan.creates_history_table);
    assert_eq!(plan.changes.len(), 1);
    let absent = store.read().await.unwrap().history;
    assert_eq!(absent, History::Absent(Absence::Table), "showing writes nothing");
    let wait = Duration::from_secs(5);
    let report = resolve(&*store, &migrations, &plan, None, wait).await.unwrap();
    assert!(report.plan.creates_history_table);
    let rows = store.read().await.unwrap().history.rows().to_vec();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].is_marked_applied());
    let report = deploy(&*store, &migrations).await.unwrap();
    assert_eq!(report.applied().len(), 1);
    assert_eq!(report.status().diagnosis().entries()[0].state(), State::Ghost);
}

/// Prisma's preconditions, and the dead end that is never made.
pub async fn resolve_keeps_the_preconditions(harness: &dyn Harness) {
    let database = harness.database().await;
    let store = database.store().await;
    let migrations = folder(2);
    let first = migrations.as_slice()[0].name().clone();
    let code = |result: Result<usize, Error>| result.unwrap_err().code();
    let rolled_back = |name: &MigrationName| Resolution::RolledBack(name.clone());
    let applied = |name: &MigrationName| Resolution::Applied(name.clone());
    let nobody = MigrationName::from("nobody");
    assert_eq!(
        code(resolve_now(&*store, &migrations, &rolled_back(&first)).await),
        "no-such-migration"
    );
    deploy(&*store, &migrations).await.unwrap();
    for (resolution, expected) in [
        (applied(&nobody), "no-such-migration"),
        (rolled_back(&nobody), "no-such-migration"),
        (applied(&first), "already-applied"),
        (rolled_back(&first), "not-failed"),
    ] {
        assert_eq!(code(resolve_now(&*store, &migrations, &resolution).await), expected);
    }
    assert_eq!(database.audit_count().await, 0);
}
