//! History tables with anything in them.

use std::fs;
use std::path::Path;

use migsafe_core::report::{Style, json, text};
use migsafe_core::{HistoryStore as _, Migrations, Options, engine};
use migsafe_sqlite::SqliteStore;
use proptest::collection::vec;
use proptest::prelude::*;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use crate::{assert_shown, binary, block_on};

const COLUMNS: [&str; 8] = [
    "id",
    "checksum",
    "finished_at",
    "migration_name",
    "logs",
    "rolled_back_at",
    "started_at",
    "applied_steps_count",
];

/// A literal of SQL, of any type.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("NULL".to_owned()),
        3 => (0_i64..4_102_444_800_000).prop_map(|number| number.to_string()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| format!("{number:e}").replace("inf", "9e999").replace("NaN", "NULL")),
        1 => vec(any::<u8>(), 0..12).prop_map(|bytes| format!("x'{}'", hex(&bytes))),
        // Text that is no UTF-8: SQLite keeps it.
        1 => vec(any::<u8>(), 0..12).prop_map(|bytes| format!("CAST(x'{}' AS TEXT)", hex(&bytes))),
        2 => "\\PC{0,12}".prop_map(|text| quoted(&text)),
        2 => any::<String>().prop_map(|text| quoted(&text)),
        3 => Just("'2025-01-01T00:00:00Z'".to_owned()),
        2 => prop_oneof![
            Just("'20250101000000_init'".to_owned()),
            Just("'20250102000000_posts'".to_owned()),
            Just("'20990101000000_later'".to_owned()),
        ],
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SQL ends at a NUL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

/// A table without any constraint, some columns missing, some more, or no table but a view.
fn table() -> impl Strategy<Value = String> {
    let columns = proptest::sample::subsequence(COLUMNS.to_vec(), 6..=8);
    (columns, vec(vec(cell(), 8), 0..5), any::<bool>(), 0..12_u8).prop_map(
        |(mut columns, rows, shuffled, shape)| {
            if shuffled {
                columns.reverse();
            }
            if shape == 0 {
                columns.push("more");
            }
            let rows: Vec<String> = rows
                .into_iter()
                .map(|mut cells| {
                    cells.resize(columns.len(), "1".to_owned());
                    format!("INSERT INTO _prisma_migrations VALUES ({});", cells.join(", "))
                })
                .collect();
            let list = columns.join(", ");
            match shape {
                1 => "CREATE VIEW _prisma_migrations AS SELECT 1 AS id".to_owned(),
                2 => format!(
                    "CREATE TABLE _prisma_migrations ({list}) ; CREATE TABLE _migsafe_journal (x)"
                ),
                _ => format!("CREATE TABLE _prisma_migrations ({list});\n{}", rows.join("\n")),
            }
        },
    )
}

async fn make(path: &Path, sql: &str) {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

fn project(sql: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in ["20250101000000_init", "20250102000000_posts"] {
        let folder = dir.path().join("migrations").join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("migration.sql"), format!("CREATE TABLE t_{name} (id INTEGER);"))
            .unwrap();
    }
    block_on(make(&dir.path().join("dev.db"), sql));
    dir
}

async fn look_at(dir: &Path) {
    let migrations = Migrations::from_directory(dir.join("migrations")).unwrap();
    let store = SqliteStore::from_path(dir.join("dev.db")).unwrap();
    let style = Style::plain().showing_all(true);
    match engine::status(&store, &migrations, &Options::default()).await {
        Ok(status) => {
            assert_shown(&text::status(&status, style));
            serde_json::from_str::<serde_json::Value>(&json::status(&status)).unwrap();
        }
        Err(error) => {
            assert!(!error.code().is_empty() && !error.help().is_empty(), "{error:?}");
            assert_shown(&text::error(&error, style));
            serde_json::from_str::<serde_json::Value>(&json::error(&error)).unwrap();
        }
    }
    // A second look says the same, whatever the first one kept.
    let (first, second) = (store.read().await, store.read().await);
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_is_read_or_refused(sql in table()) {
        let dir = project(&sql);
        block_on(look_at(dir.path()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_is_deployed_to_or_refused(sql in table()) {
        let dir = project(&sql);
        let url = "file:./dev.db";
        binary::run(dir.path(), url, None, &["status"]);
        binary::run(dir.path(), url, None, &["deploy", "--dry-run"]);
        binary::run(dir.path(), url, None, &["resolve", "--rolled-back", "20250101000000_init"]);
        binary::run(dir.path(), url, None, &["resolve", "--applied", "20250102000000_posts"]);
        binary::run(dir.path(), url, None, &["deploy", "--env", "development"]);
        binary::run(dir.path(), url, None, &["locks"]);
    }
}
