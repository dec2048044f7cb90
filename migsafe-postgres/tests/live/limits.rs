//! What cannot be found out, and what it costs to try.

use std::time::{Duration, Instant};

use migsafe_postgres::core::data::{DataLimits, DataOutcome};

use crate::common::{block_on, database, store};
use crate::{report, short};

/// Slow enough for every limit below, and nothing that could be waited for by others.
const SLOW: &str = "CREATE TABLE t (id int PRIMARY KEY, a int, b text); \
     INSERT INTO t SELECT n, CASE WHEN n % 10 > 0 THEN n END, md5(n::text) FROM generate_series(1, 2000000) n; \
     ANALYZE t";

fn quick() -> DataLimits {
    DataLimits::default()
        .with_per_question(Duration::from_millis(60))
        .with_total(Duration::from_secs(3))
}

async fn found(url: &str, script: &str, limits: DataLimits) -> (String, String) {
    let report = report(&store(url).await, script, limits).await;
    let outcomes: Vec<DataOutcome> = report.judged().iter().map(|j| j.outcome.clone()).collect();
    let messages: Vec<String> = report.judged().iter().map(|j| j.message()).collect();
    (short(&outcomes), messages.join("\n"))
}

#[test]
fn a_large_table_is_sampled_and_the_limits_are_kept() {
    let database = database();
    database.query(SLOW).unwrap();
    block_on(async {
        let url = database.url();
        for (script, expected) in [
            // Found at once; only how many there are takes long.
            ("ALTER TABLE t ALTER a SET NOT NULL", "fails 23502 about "),
            // No row: certain only after all were looked at.
            (
                "ALTER TABLE t ALTER b SET NOT NULL",
                "unknown: looking at every row took longer than 60 ms",
            ),
            (
                "ALTER TABLE t ADD UNIQUE (b)",
                "unknown: looking at every row took longer than 60 ms",
            ),
            (
                "ALTER TABLE t ALTER b TYPE uuid USING b::uuid",
                "unknown: looking at every row took longer",
            ),
            // About all rows the statistics know.
            ("DROP TABLE t", "loss of about 2000000"),
        ] {
            let start = Instant::now();
            let (found, _) = found(&url, script, quick()).await;
            assert!(found.starts_with(expected), "{script}: {found}");
            assert!(start.elapsed() < Duration::from_secs(4), "{script}: {:?}", start.elapsed());
        }
        let none = quick().with_total(Duration::ZERO);
        let (found, _) = found(&url, "DROP TABLE t", none).await;
        assert_eq!(found, "unknown: the time for all questions was over");
    });
}

#[test]
fn duplicates_in_a_sample_are_not_taken_for_a_share_of_all() {
    let database = database();
    // Every row has its like, and few of those that a sample shows have it in the sample.
    database
        .query(
            "CREATE TABLE t (b int, c text); \
             INSERT INTO t SELECT n % 200000, repeat('x', 400) FROM generate_series(1, 400000) n; ANALYZE t",
        )
        .unwrap();
    block_on(async {
        let limits = DataLimits::default().with_per_question(Duration::from_millis(60));
        let (found, message) = found(&database.url(), "ALTER TABLE t ADD UNIQUE (b)", limits).await;
        let said = message.contains("at least ") || message.contains("a sample shows none");
        assert!(said && !message.contains("about "), "{found}: {message}");
    });
}

#[test]
fn counting_ends_somewhere() {
    let database = database();
    database
        .query("CREATE TABLE t (a int); INSERT INTO t SELECT NULL FROM generate_series(1, 50)")
        .unwrap();
    block_on(async {
        let limits = DataLimits::default().with_count_up_to(10);
        let (found, message) =
            found(&database.url(), "ALTER TABLE t ALTER a SET NOT NULL", limits).await;
        assert_eq!(found, "fails 23502 about 10");
        assert!(message.contains("fails with 23502, at least 10 rows"), "{message}");
    });
}

#[test]
fn keys_are_shown_cut_or_not_at_all() {
    let database = database();
    let set = "CREATE TABLE t (id text PRIMARY KEY, a int, secret text); \
         INSERT INTO t SELECT repeat('k', 70) || n, NULL, 'hidden' FROM generate_series(1, 9) n";
    database.query(set).unwrap();
    block_on(async {
        let url = database.url();
        let script = "ALTER TABLE t ALTER a SET NOT NULL";
        let (_, message) = found(&url, script, DataLimits::default()).await;
        assert_eq!(message.matches(&format!("{}…", "k".repeat(64))).count(), 5, "{message}");
        assert!(!message.contains("hidden"), "{message}");
        let (_, message) = found(&url, script, DataLimits::default().without_samples()).await;
        assert_eq!(
            message,
            "makes the column a of t NOT NULL: fails with 23502, 9 rows have NULL there"
        );
        let (_, message) = found(
            &url,
            "ALTER TABLE t ADD UNIQUE (secret)",
            DataLimits::default().without_samples(),
        )
        .await;
        assert!(!message.contains("hidden"), "{message}");
    });
}

#[test]
fn no_rights_row_security_and_locks_are_unknown() {
    let database = database();
    database
        .query(
            "CREATE TABLE t (id int, a int); INSERT INTO t VALUES (1, NULL); \
             CREATE TABLE p (id int, a int); INSERT INTO p VALUES (1, NULL); ALTER TABLE p ENABLE ROW LEVEL SECURITY; \
             DROP ROLE IF EXISTS live_reader; CREATE ROLE live_reader LOGIN; \
             GRANT USAGE ON SCHEMA public TO live_reader; GRANT SELECT ON p TO live_reader",
        )
        .unwrap();
    block_on(async {
        let reader = database.url_as("live_reader");
        for (script, expected) in [
            ("ALTER TABLE t ALTER a SET NOT NULL", "unknown: the role may not read t"),
            (
                "ALTER TABLE p ALTER a SET NOT NULL",
                "unknown: row-level security would hide rows of p",
            ),
            ("DROP TABLE p", "unknown: row-level security would hide rows of p"),
            ("DROP TABLE nowhere", "unknown: nowhere was not found in the database"),
        ] {
            let (found, _) = found(&reader, script, DataLimits::default()).await;
            assert_eq!(found, expected, "{script}");
        }
        let mut other = database.client();
        other.query("BEGIN; LOCK TABLE t").unwrap();
        let (found, _) = found(&database.url(), "DROP TABLE t", DataLimits::default()).await;
        assert_eq!(found, "unknown: t is locked by another session");
    });
    database.query("DROP OWNED BY live_reader; DROP ROLE live_reader").unwrap();
}

#[test]
fn a_question_changes_and_holds_nothing() {
    let database = database();
    database.query("CREATE TABLE t (id int, a int); INSERT INTO t VALUES (1, NULL)").unwrap();
    // A row that was written has another transaction or another place; a table too, in the catalog.
    let rows = "SELECT (SELECT string_agg(xmin::text || ctid || t, ',') FROM t) || string_agg(xmin::text || ctid, ',') \
                FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let before = database.client().value(rows).unwrap();
    block_on(async {
        let script =
            "ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t ADD CHECK (a > 0); DROP TABLE t";
        let (found, _) = found(&database.url(), script, DataLimits::default()).await;
        assert_eq!(found, "fails 23502 1");
    });
    assert_eq!(database.client().value(rows).unwrap(), before);
    // Nobody is left in a transaction, and nothing is locked.
    database.query("SET lock_timeout = '1s'; DROP TABLE t").unwrap();
}
