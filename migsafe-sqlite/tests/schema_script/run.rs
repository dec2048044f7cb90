//! Making schemas, and leading from one to another.

use migsafe_sqlite::core::schema::{
    ChangeScript, Diff, DiffOptions, Snapshot, SnapshotOptions, diff, script,
};
use migsafe_sqlite::core::store::{Begun, SchemaReader as _, StepOutcome};
use migsafe_sqlite::{HistoryStore as _, SqliteStore};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use crate::common::{HISTORY, apply};

/// A database in memory that this SQL was run in.
pub(crate) async fn made(sql: &str) -> SqliteStore {
    let store = SqliteStore::in_memory();
    execute(&store, HISTORY).await;
    execute(&store, &format!("PRAGMA foreign_keys = OFF; {sql}")).await;
    store
}

pub(crate) async fn execute(store: &SqliteStore, sql: &str) {
    let mut connection = store.connection().await.unwrap();
    let result = connection.execute(AssertSqlSafe(sql.to_owned())).await;
    assert!(result.is_ok(), "{result:?}\n{sql}");
}

/// The rows of a query, each as its values joined.
pub(crate) async fn rows(store: &SqliteStore, sql: &str) -> Vec<String> {
    let mut connection = store.connection().await.unwrap();
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut *connection).await;
    let rows = rows.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let value = |row: &sqlx::sqlite::SqliteRow, column| {
        row.try_get_unchecked::<Option<String>, _>(column).unwrap().unwrap_or("NULL".to_owned())
    };
    rows.iter()
        .map(|row| (0..row.len()).map(|column| value(row, column)).collect::<Vec<_>>().join("|"))
        .collect()
}

pub(crate) async fn snapshot(store: &SqliteStore) -> Snapshot {
    store.read_schema(&SnapshotOptions::default()).await.unwrap()
}

pub(crate) fn compare(from: &Snapshot, to: &Snapshot) -> Diff {
    diff(from, to, &DiffOptions::default()).unwrap()
}

pub(crate) fn between(from: &Snapshot, to: &Snapshot) -> ChangeScript {
    script(from, to, &compare(from, to))
}

/// Runs a script as a deploy runs a migration.
pub(crate) async fn deploy(store: &SqliteStore, sql: &str) -> StepOutcome {
    let mut session = store.open_session().await.unwrap();
    let begun = session.begin().await.unwrap();
    assert!(matches!(begun, Begun::Locked(_)), "{begun:?}");
    let outcome = apply(&mut *session, "20250101000000_step", sql).await;
    session.finish().await;
    outcome
}

/// The rest after the script was deployed: only what it left to a person.
pub(crate) async fn lead(store: &SqliteStore, to: &Snapshot) -> ChangeScript {
    let from = snapshot(store).await;
    let script = between(&from, to);
    let sql = script.to_sql();
    let outcome = deploy(store, &sql).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}\n{sql}");
    let rest = compare(&snapshot(store).await, to);
    let left: Vec<_> = script.manual().iter().map(|manual| manual.change().clone()).collect();
    assert_eq!(rest.changes(), left, "{rest:#?}\n{sql}");
    assert!(rows(store, "PRAGMA foreign_key_check").await.is_empty(), "{sql}");
    assert_eq!(rows(store, "PRAGMA integrity_check").await, ["ok"], "{sql}");
    script
}
