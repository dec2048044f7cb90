//! Changing rows by decision, with what the audit keeps.

use chrono::DateTime;
use migsafe_postgres::core::history::HistoryRow;
use migsafe_postgres::core::store::{AuditNote, RowChange, StoreErrorCode, WriteSession};
use migsafe_postgres::{HistoryStore, PostgresStore};

use crate::common::*;

async fn locked(store: &PostgresStore) -> Box<dyn WriteSession> {
    let mut session = store.open_session().await.unwrap();
    session.begin().await.unwrap();
    session
}

#[test]
fn an_audit_entry_keeps_the_row_before_and_after() {
    let database = database_with_history();
    database
        .query(
            "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs, started_at)
                VALUES ('1', 'c', 'it''s', repeat('log ', 2000), '2026-11-20 12:57:52.123456+00')",
        )
        .unwrap();
    let at = DateTime::from_timestamp_micros(1_795_178_878_531_002).unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        let before = rows(&store).await.remove(0);
        let note = AuditNote::new("resolve-rolled-back", at).by(Some("o'brien \\".to_owned()));
        let mark = RowChange::MarkRolledBack { before, at };
        let row = HistoryRow::marked_applied("2", "it's", "d", at);
        let insert = RowChange::Insert { row: row.clone() };
        locked(&store).await.change_rows(&[mark.clone(), insert], &note).await.unwrap();
        let mut found = rows(&store).await;
        found.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(found[0].rolled_back_at, Some(at.into()));
        assert_eq!(found[1], row);
        let audit = database
            .query("SELECT action, actor, migration_name, history_schema, row_before ->> 'id',
                    length(row_before ->> 'logs'), row_before ->> 'rolled_back_at',
                    (row_after ->> 'rolled_back_at')::timestamptz = (SELECT at FROM migsafe.audit LIMIT 1),
                    row_after ->> 'id', tool_version FROM migsafe.audit ORDER BY id")
            .unwrap();
        let text = |value: &str| Some(value.to_owned());
        let version = text(env!("CARGO_PKG_VERSION"));
        let who = [text("resolve-rolled-back"), text("o'brien \\"), text("it's"), text("public")];
        let first = [text("1"), text("8000"), None, text("t"), text("1"), version.clone()];
        assert_eq!(audit[0], [&who[..], &first[..]].concat());
        let second = [None, None, None, None, text("2"), version];
        assert_eq!(audit[1], [&who[..], &second[..]].concat());
        // The same again: the row is not what it was.
        let error = locked(&store).await.change_rows(&[mark], &note).await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::Conflict);
        assert_eq!(value(&database, "SELECT count(*) FROM migsafe.audit"), "2");
    });
}

#[test]
fn a_conflict_changes_nothing_at_all() {
    let database = database_with_history();
    let at = DateTime::UNIX_EPOCH;
    block_on(async {
        let store = store(&database.url()).await;
        let before = HistoryRow::started("gone", "m", "c", at);
        let insert = RowChange::Insert { row: HistoryRow::marked_applied("2", "m", "c", at) };
        let mark = RowChange::MarkRolledBack { before, at };
        let note = AuditNote::new("test", at);
        let error = locked(&store).await.change_rows(&[insert, mark], &note).await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::Conflict);
        assert!(rows(&store).await.is_empty());
        assert!(!has_table(&database, "migsafe.audit"), "not even the table of the audit");
        assert_lock_free(&database);
    });
}

#[test]
fn calls_out_of_order_are_errors() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let mut session = store.open_session().await.unwrap();
        assert!(session.rollback().await.is_err());
        assert!(session.create_history_table().await.is_err());
        let note = AuditNote::new("test", DateTime::UNIX_EPOCH);
        assert!(session.change_rows(&[], &note).await.is_err());
        session.begin().await.unwrap();
        session.change_rows(&[], &note).await.unwrap();
        session.begin().await.unwrap();
        session.rollback().await.unwrap();
        session.finish().await;
    });
}
