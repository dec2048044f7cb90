//! What statements before have to do with it.

use crate::carried_out::{carry_out, fits, reset};
use crate::common::{block_on, database};
use crate::{outcomes, short};

/// Every value tells where it comes from.
const TABLE: &str = "CREATE SEQUENCE s; CREATE TABLE t (id int PRIMARY KEY, a int, b int); \
     INSERT INTO t VALUES (101, 201, NULL), (102, 201, 305)";

/// Scripts on [`TABLE`] and the beginning of what is found out.
const CASES: &[(&str, &str)] = &[
    // What the plan creates is empty.
    (
        "CREATE TABLE n (a int); ALTER TABLE n ALTER a SET NOT NULL; ALTER TABLE n ADD UNIQUE (a); DROP TABLE n",
        "fine",
    ),
    (
        "CREATE TABLE n (a int); INSERT INTO n VALUES (NULL); ALTER TABLE n ALTER a SET NOT NULL",
        "unknown: statement 2",
    ),
    ("CREATE TABLE n AS SELECT a FROM t; ALTER TABLE n ADD UNIQUE (a)", "unknown: statement 1"),
    ("CREATE TABLE n (a int); INSERT INTO n VALUES (1); DROP TABLE n", "fine"),
    ("CREATE TABLE IF NOT EXISTS t (a int); ALTER TABLE t ADD UNIQUE (a)", "fails 23505 2"),
    ("CREATE TABLE IF NOT EXISTS n (a int); ALTER TABLE n ADD UNIQUE (a)", "fine"),
    // Renames are followed.
    (
        "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN a TO c; ALTER TABLE u ADD UNIQUE (c)",
        "fails 23505 2",
    ),
    ("ALTER TABLE t RENAME TO u; DROP TABLE u", "loss 2"),
    (
        "ALTER TABLE t RENAME COLUMN a TO c; ALTER TABLE t ADD CHECK (c > 300)",
        "unknown: its expression names c",
    ),
    (
        "ALTER TABLE t RENAME COLUMN a TO x; ALTER TABLE t RENAME COLUMN b TO a; ALTER TABLE t DROP COLUMN a",
        "loss 1",
    ),
    // Changes that matter.
    (
        "UPDATE t SET b = 0 WHERE b IS NULL; ALTER TABLE t ALTER b SET NOT NULL",
        "unknown: statement 1",
    ),
    ("UPDATE t SET a = 9 WHERE id = 101; ALTER TABLE t ALTER b SET NOT NULL", "fails 23502 1"),
    ("DELETE FROM t WHERE b IS NULL; ALTER TABLE t ALTER b SET NOT NULL", "unknown: statement 1"),
    ("DELETE FROM t WHERE b IS NULL; ALTER TABLE t ALTER a SET NOT NULL", "fine"),
    ("INSERT INTO t VALUES (3, 3, 3); ALTER TABLE t ALTER b SET NOT NULL", "fails 23502 1"),
    (
        "INSERT INTO t VALUES (3, NULL, 3); ALTER TABLE t ALTER a SET NOT NULL",
        "unknown: statement 1",
    ),
    (
        "DO $$ BEGIN EXECUTE 'DELETE FROM t'; END $$; ALTER TABLE t ALTER b SET NOT NULL",
        "unknown: statement 1",
    ),
    ("SELECT mend(); ALTER TABLE t ALTER b SET NOT NULL", "unknown: statement 1"),
    ("SELECT setval('s', 1); ALTER TABLE t ALTER b SET NOT NULL", "fails 23502 1"),
    ("SET search_path = other; ALTER TABLE t ALTER b SET NOT NULL", "unknown: statement 1"),
    ("SET search_path = other; ALTER TABLE public.t ALTER b SET NOT NULL", "fails 23502 1"),
    // Columns of the plan.
    ("ALTER TABLE t ADD c int; ALTER TABLE t ALTER c SET NOT NULL", "fails 23502 2"),
    ("ALTER TABLE t ADD c int DEFAULT 1; ALTER TABLE t ALTER c SET NOT NULL", "fine"),
    (
        "ALTER TABLE t ADD c int; UPDATE t SET c = a; ALTER TABLE t ALTER c SET NOT NULL",
        "unknown: statement 2",
    ),
    ("ALTER TABLE t ADD c int; ALTER TABLE t DROP COLUMN c", "fine"),
    ("ALTER TABLE t ADD c int; ALTER TABLE t ADD UNIQUE (c)", "unknown: the column c is added"),
    (
        "CREATE TABLE p (a int PRIMARY KEY); ALTER TABLE t ADD c int; ALTER TABLE t ADD FOREIGN KEY (c) REFERENCES p",
        "fine",
    ),
    // Copies.
    (
        "ALTER TABLE t ADD c int; UPDATE t SET c = b; ALTER TABLE t DROP COLUMN b",
        "unknown: statement 2",
    ),
    ("UPDATE t SET a = 2 WHERE id = 101; ALTER TABLE t DROP COLUMN b", "loss 1"),
    ("CREATE TABLE n AS SELECT * FROM t; DROP TABLE t", "unknown: statement 1"),
    // Twice.
    ("DELETE FROM t; DROP TABLE t", "loss 2"),
    ("TRUNCATE t; ALTER TABLE t ADD c int NOT NULL", "loss 2"),
    ("DROP TABLE t; CREATE TABLE t (a int)", "loss 2"),
    ("ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN b int", "loss 1"),
    (
        "ALTER TABLE t ADD CONSTRAINT k CHECK (a > 300) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k",
        "fails 23514 2",
    ),
    // A DO block may not do it.
    (
        "DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT k UNIQUE (a); EXCEPTION WHEN OTHERS THEN NULL; END $$",
        "unknown: it stands in a DO block",
    ),
    // Nothing to say about what is safe.
    ("CREATE INDEX ON t (a); ALTER TABLE t ADD c int; COMMENT ON TABLE t IS 'x'", "nothing"),
    // Expressions that could do something.
    ("ALTER TABLE t ADD CHECK (mend(a))", "unknown: its expression calls mend"),
    ("CREATE UNIQUE INDEX ON t ((random()))", "unknown: its expression calls"),
    ("ALTER TABLE t ADD CHECK (pg_advisory_lock(1) IS NULL)", "unknown: its expression calls"),
];

#[test]
fn statements_before_decide_what_can_be_known() {
    tried(CASES.iter().map(|(script, expected)| (TABLE, *script, *expected)));
}

/// Asks about each plan, and then carries it out.
pub(crate) fn tried<'c>(cases: impl IntoIterator<Item = (&'c str, &'c str, &'c str)>) {
    let database = database();
    let mut client = database.client();
    let mut wrong = Vec::new();
    block_on(async {
        for (setup, script, expected) in cases {
            reset(&mut client, setup);
            let found = short(&outcomes(&database, script).await);
            let happened = carry_out(&mut client, script);
            let is_expected =
                found == expected || expected.starts_with("unknown") && found.starts_with(expected);
            if !is_expected || !fits(&found, &happened) {
                wrong.push(format!(
                    "{setup}\n  {script}\n  expected {expected}, found {found}, {happened:?}"
                ));
            }
        }
    });
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_later_migration_is_judged_with_the_earlier_ones() {
    let database = database();
    database.query(TABLE).unwrap();
    block_on(async {
        let store = crate::store(&database.url()).await;
        let migrations = crate::folder(&[
            ("20250101000000_a", "ALTER TABLE t RENAME COLUMN b TO c;"),
            ("20250102000000_b", "ALTER TABLE t ALTER c SET NOT NULL;"),
        ]);
        let options = migsafe_postgres::Options::default();
        let report = migsafe_postgres::core::engine::inspect_data(&store, &migrations, &options)
            .await
            .unwrap()
            .unwrap();
        let messages: Vec<String> = report.judged().iter().map(|judged| judged.message()).collect();
        assert_eq!(
            messages,
            [
                "makes the column c of t NOT NULL: fails with 23502, 1 row has NULL there (such as 101)"
            ]
        );
    });
}
