//! `resolve`, `locks` and `new`.

use std::path::Path;
use std::time::Duration;

use chrono::DateTime;

use super::*;
use crate::engine::{LocksReport, Resolution};
use crate::lock::LockHolder;
use crate::migrations::create_migration;

fn resolved(scenario: &Scenario, resolution: &Resolution) -> (String, String) {
    let store = store(scenario);
    let migrations = scenario.migrations();
    let plan = block_on(engine::plan_resolution(&store, &migrations, resolution)).unwrap();
    let wait = Duration::from_secs(1);
    let written = block_on(engine::resolve(&store, &migrations, &plan, None, wait)).unwrap();
    let style = Style::plain();
    let text = [text::resolution_plan(&plan, style), text::resolution(&written, style)];
    let json = [json::resolution_plan(&plan), json::resolution(&written)];
    (text.join("-----\n"), json.join(""))
}

#[test]
fn resolve_applied() {
    let scenario = Scenario::new().file("20250101000000_init").failed();
    let (text, json) = resolved(&scenario, &Resolution::Applied("20250101000000_init".into()));
    assert_rendering("resolve_applied", &format!("{text}\n===== json =====\n{json}"));
}

#[test]
fn resolve_rolled_back() {
    let scenario = Scenario::new().file("20250101000000_init").failed();
    let resolution = Resolution::RolledBack("20250101000000_init".into());
    let (text, json) = resolved(&scenario, &resolution);
    assert_rendering("resolve_rolled_back", &format!("{text}\n===== json =====\n{json}"));
    let done = Scenario::new().file("20250101000000_init").rolled_back();
    let (text, _) = resolved(&done, &resolution);
    assert_rendering("resolve_nothing_to_change", &text);
}

#[test]
fn resolve_on_a_database_without_a_history() {
    let scenario = Scenario::new().file("20250101000000_init");
    let store = MemoryStore::new(Dialect::Postgres);
    let resolution = Resolution::Applied("20250101000000_init".into());
    let plan = block_on(engine::plan_resolution(&store, &scenario.migrations(), &resolution));
    let text = text::resolution_plan(&plan.unwrap(), Style::plain());
    assert_rendering("resolve_baseline", &text);
    let error = block_on(engine::plan_resolution(
        &store,
        &scenario.migrations(),
        &Resolution::Applied("nope".into()),
    ));
    let text = text::error(&error.unwrap_err(), Style::plain());
    assert_rendering("resolve_error", &text);
}

#[test]
fn locks() {
    let mut holder = LockHolder::of_pid(4711);
    holder.user = Some("deploy".to_owned());
    holder.address = Some("10.0.0.7".to_owned());
    holder.query = Some("SELECT\n pg_advisory_lock(72707369)\u{1b}[2J".to_owned());
    holder.transaction_age_ms = Some(12_345);
    holder.connection_age_ms = Some(125_000);
    let mut report = LocksReport {
        database: "postgresql://app@db/shop".to_owned(),
        supported: true,
        holders: vec![holder],
        ..LocksReport::default()
    };
    assert_report("locks_held", &text::locks(&report, Style::plain()), &json::locks(&report));
    report.holders.clear();
    assert_report("locks_free", &text::locks(&report, Style::plain()), &json::locks(&report));
    report.supported = false;
    assert_report(
        "locks_unsupported",
        &text::locks(&report, Style::plain()),
        &json::locks(&report),
    );
}

/// An idle reader and a writer that waits behind it, in front of a pending ALTER TABLE.
#[test]
fn blockers() {
    use crate::lock::{Blocker, Blockers, FoundRelation, HeldLock};

    let mut reader = LockHolder::of_pid(4711);
    reader.user = Some("report".to_owned());
    reader.application = Some("psql\u{1b}[2J".to_owned());
    reader.state = Some("idle in transaction".to_owned());
    reader.query = Some("SELECT * FROM users".to_owned());
    reader.transaction_age_ms = Some(840_000);
    let mut reader = Blocker::of(reader);
    reader.backend_start = DateTime::from_timestamp_micros(1_767_225_600_123_456);
    reader.locks = vec![HeldLock::on_relation("app.users", "AccessShareLock", true)];
    let mut waiting = Blocker::of(LockHolder::of_pid(4712));
    waiting.transaction = Some("4/12".to_owned());
    waiting.blocked_by = vec![4711];
    let lock = HeldLock::on_relation("app.users", "AccessExclusiveLock", false);
    waiting.locks = vec![lock.waiting_for(Some(61_000))];
    let sessions = vec![reader, waiting, Blocker::of(LockHolder::of_pid(0))];
    let mut around = Blockers { sessions, ..Blockers::default() };
    around.sessions[2].locks = vec![HeldLock::on_relation("app.users", "ShareLock", true)];
    around.relations = vec![FoundRelation::new(0, "app.users")];
    let store = MemoryStore::new(Dialect::Postgres);
    store.set_blockers(Some(around));
    let migrations = Migrations::from_scripts([
        ("20250101000000_mail", "ALTER TABLE app.users ADD COLUMN mail text;\nDO $$ BEGIN END $$;"),
        ("20250102000000_index", "CREATE INDEX CONCURRENTLY i ON new_table (a);"),
    ])
    .unwrap();
    let report = block_on(engine::locks_in_the_way(&store, &migrations)).unwrap();
    assert_report("locks_blockers", &text::locks(&report, Style::plain()), &json::locks(&report));
}

/// On PostgreSQL: a large table, one that was never analysed, a session in the way.
fn busy() -> (MemoryStore, Migrations) {
    use crate::lock::{Blocker, Blockers, FoundRelation, HeldLock, RelationSize};

    let mut reader = LockHolder::of_pid(4711);
    reader.state = Some("idle in transaction".to_owned());
    reader.transaction_age_ms = Some(840_000);
    let mut reader = Blocker::of(reader);
    reader.locks = vec![HeldLock::on_relation("app.users", "AccessShareLock", true)];
    let size = RelationSize::new(Some(4_831_838_208), Some(21_400_123), Some(3));
    let never = RelationSize::new(None, None, Some(0));
    let mut around = Blockers { sessions: vec![reader], ..Blockers::default() };
    around.relations = vec![
        FoundRelation::new(0, "app.users").with_size(size),
        FoundRelation::new(1, "app.teams").with_size(never),
    ];
    let store = MemoryStore::new(Dialect::Postgres);
    store.set_blockers(Some(around));
    let migrations = Migrations::from_scripts([
        (
            "20250101000000_team",
            "ALTER TABLE app.users ADD COLUMN team int REFERENCES app.teams;\n\
             ALTER TABLE app.users ALTER COLUMN mail SET NOT NULL;",
        ),
        (
            "20250102000000_key",
            "CREATE TABLE fresh (id int);\nALTER TABLE fresh ADD UNIQUE (id);\n\
             ALTER TABLE app.users ALTER COLUMN id TYPE bigint;\nCALL app.fill();",
        ),
    ])
    .unwrap();
    (store, migrations)
}

#[test]
fn dry_run_with_locks() {
    let (store, migrations) = busy();
    let options = Options::default().dry_run(true);
    let report = block_on(crate::ensure_up_to_date(&store, &migrations, options)).unwrap();
    assert!(report.locks().is_some_and(|locks| locks.is_in_the_way(4711)));
    assert_report(
        "deploy_dry_run_locks",
        &text::deploy(&report, Style::plain()),
        &json::deploy(&report),
    );
}

/// What `lint` says of locks is what a dry run says, and it changes no verdict.
#[test]
fn lint_with_locks() {
    use crate::policy::{Rule as _, Severity};

    let (store, migrations) = busy();
    let look = |store: &MemoryStore, migrations: &Migrations| {
        block_on(engine::preview_locks(store, migrations, &Options::default())).unwrap()
    };
    let locks = look(&store, &migrations);
    let dry = Options::default().dry_run(true);
    let dry = block_on(crate::ensure_up_to_date(&store, &migrations, dry)).unwrap();
    assert_eq!(locks.as_ref(), dry.locks());
    let quiet = crate::policy::built_in_rules()
        .filter(|rule| !rule.is_fixed())
        .fold(Policy::default(), |policy, rule| {
            policy.with_override(rule.id(), Severity::Off, "not tested here").unwrap()
        });
    let options = engine::LintOptions::new(Dialect::Postgres).with_policy(quiet.clone());
    let report = engine::lint(&migrations, &options).with_locks(locks);
    assert!(!report.is_refused());
    assert_report("lint_locks", &text::lint(&report, Style::plain()), &json::lint(&report));
    let none = Migrations::from_scripts([("", ""); 0]).unwrap();
    assert_eq!(look(&store, &none), None, "nothing is pending");
    let options = engine::LintOptions::new(Dialect::Sqlite).with_policy(quiet);
    let migrations = Migrations::from_scripts([("20250101000000_a", "DROP TABLE t;")]).unwrap();
    let locks = look(&MemoryStore::new(Dialect::Sqlite), &migrations);
    let report = engine::lint(&migrations, &options).with_locks(locks);
    assert_report("lint_locks_sqlite", &text::lint(&report, Style::plain()), &json::lint(&report));
}

#[test]
fn new() {
    let dir = tempfile::tempdir().unwrap();
    let here = |text: String| text.replace(&dir.path().display().to_string(), "<dir>");
    let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    let path: &Path = dir.path();
    let created = create_migration(path, "Add users", now, Dialect::Sqlite).unwrap();
    assert_report(
        "new_first",
        &here(text::created(&created, Style::plain())),
        &here(json::created(&created)),
    );
    let created = create_migration(path, "Add users", now, Dialect::Sqlite).unwrap();
    assert_report(
        "new_second",
        &here(text::created(&created, Style::plain())),
        &here(json::created(&created)),
    );
}
