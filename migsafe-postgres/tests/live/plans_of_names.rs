//! Plans in which one name means several things, or several names one.

use crate::plans::tried;

/// Two columns whose names differ in case only.
const CASE: &str =
    "CREATE TABLE t (id int PRIMARY KEY, userid int); INSERT INTO t VALUES (101, 201), (102, 202)";
const NULLS: &str = "CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t VALUES (101, NULL)";
const VALUES: &str =
    "CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t VALUES (101, 'keep')";
const KEYS: &str = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, p_id int); \
     INSERT INTO t VALUES (101, 207)";
const TWO: &str = "CREATE TABLE users (id int PRIMARY KEY, x text); \
     CREATE TABLE users_v2 (id int PRIMARY KEY, x text, y text); INSERT INTO users_v2 VALUES (101, NULL, 'keep')";
const REBUILT: &str = "CREATE TABLE n (id int PRIMARY KEY, x text); INSERT INTO n (id, x) SELECT id, x FROM t; \
     DROP TABLE t; ALTER TABLE n RENAME TO t; ";

#[test]
fn names_differ_in_case() {
    tried([
        (
            CASE,
            "ALTER TABLE t ADD COLUMN \"userId\" int; ALTER TABLE t DROP COLUMN userid",
            "loss 2",
        ),
        (
            CASE,
            "ALTER TABLE t ADD COLUMN \"userId\" int; ALTER TABLE t DROP COLUMN \"userId\"",
            "fine",
        ),
        (
            "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (101, 'keep')",
            "ALTER TABLE t RENAME COLUMN a TO \"A\"; ALTER TABLE t ADD COLUMN a text; ALTER TABLE t DROP COLUMN \"A\"",
            "loss 1",
        ),
        (
            "CREATE TABLE t (id int PRIMARY KEY, \"userId\" int); INSERT INTO t VALUES (101, NULL)",
            "ALTER TABLE t ADD COLUMN userid int DEFAULT 4; ALTER TABLE t ALTER COLUMN \"userId\" SET NOT NULL",
            "fails 23502 1",
        ),
        (
            "CREATE TABLE t (id int PRIMARY KEY, \"userId\" int, userid int); INSERT INTO t VALUES (101, NULL, NULL)",
            "UPDATE t SET userid = 1; ALTER TABLE t ALTER COLUMN \"userId\" SET NOT NULL",
            "fails 23502 1",
        ),
        (
            "CREATE TABLE \"T\" (a int); CREATE TABLE t (a int); INSERT INTO \"T\" VALUES (201)",
            "DROP TABLE t; DROP TABLE \"T\"",
            "loss 1",
        ),
    ]);
}

#[test]
fn a_column_that_is_there_is_not_added() {
    let in_a_block = |column: &str| {
        format!(
            "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' \
             AND column_name = 'x') THEN ALTER TABLE t ADD COLUMN {column}; END IF; END $$; "
        )
    };
    let not_null = in_a_block("x text DEFAULT 'a'") + "ALTER TABLE t ALTER COLUMN x SET NOT NULL";
    let dropped = in_a_block("x text DEFAULT 'a'") + "ALTER TABLE t DROP COLUMN x";
    let none = "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (101)";
    tried([
        (
            VALUES,
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS x text; ALTER TABLE t DROP COLUMN x",
            "loss 1",
        ),
        (
            none,
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS x text; ALTER TABLE t DROP COLUMN x",
            "fine",
        ),
        (
            NULLS,
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS x text DEFAULT 'a'; ALTER TABLE t ALTER x SET NOT NULL",
            "fails 23502 1",
        ),
        (
            none,
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS x text DEFAULT 'a'; ALTER TABLE t ALTER x SET NOT NULL",
            "fine",
        ),
        (
            none,
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS x text; ALTER TABLE t ALTER x SET NOT NULL",
            "fails 23502 1",
        ),
        (
            VALUES,
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS x text; ALTER TABLE t ALTER x SET NOT NULL",
            "fine",
        ),
        (
            KEYS,
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS p_id int; ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p (id)",
            "fails 23503 1",
        ),
        (
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (101)",
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS p_id int; ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p (id)",
            "fine",
        ),
        (NULLS, &not_null, "fails 23502 1"),
        (VALUES, &dropped, "loss 1"),
    ]);
}

#[test]
fn a_name_is_taken_over() {
    let rebuilt = |then: &str| format!("{REBUILT}{then}");
    let unique = rebuilt("CREATE UNIQUE INDEX i ON t (x)");
    let not_null = rebuilt("ALTER TABLE t ALTER COLUMN x SET NOT NULL");
    let dropped = rebuilt("DROP TABLE t");
    let column = rebuilt("ALTER TABLE t DROP COLUMN x");
    let twice = rebuilt(REBUILT) + "ALTER TABLE t DROP COLUMN x";
    let doubles = "CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t VALUES (101, 'one'), (102, 'one')";
    let swap = "ALTER TABLE users_v2 ADD COLUMN z int; DROP TABLE users; ALTER TABLE users_v2 RENAME TO users; ";
    let [nn, all, late] = [
        "ALTER TABLE users ALTER COLUMN x SET NOT NULL",
        "DROP TABLE users",
        "ALTER TABLE users DROP y",
    ]
    .map(|then| format!("{swap}{then}"));
    tried([
        (doubles, unique.as_str(), "fails 23505 2"),
        (NULLS, &not_null, "fails 23502 1"),
        (VALUES, &dropped, "loss 1"),
        (VALUES, &column, "loss 1"),
        (VALUES, &twice, "loss 1"),
        (VALUES, REBUILT, "fine"),
        (TWO, &nn, "fails 23502 1"),
        (TWO, &all, "loss 1"),
        (TWO, &late, "loss 1"),
        (
            VALUES,
            "CREATE TABLE n AS SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t; ALTER TABLE t DROP COLUMN x",
            "unknown",
        ),
        (VALUES, "CREATE TABLE n AS SELECT * FROM t; DROP TABLE t; DROP TABLE n", "unknown"),
        (VALUES, "ALTER TABLE t RENAME TO u; DROP TABLE IF EXISTS t", "unknown"),
        (
            VALUES,
            "ALTER TABLE t RENAME TO u; CREATE TABLE t (y int); ALTER TABLE t DROP COLUMN y",
            "fine",
        ),
        (VALUES, "ALTER TABLE t RENAME TO u; CREATE TABLE t (x int); DROP TABLE u", "loss 1"),
        (
            "CREATE TABLE a (x text); CREATE TABLE b (x text); INSERT INTO a VALUES (NULL); INSERT INTO b VALUES ('k')",
            "ALTER TABLE a RENAME TO tmp; ALTER TABLE b RENAME TO a; ALTER TABLE tmp RENAME TO b; \
             ALTER TABLE b ALTER COLUMN x SET NOT NULL",
            "fails 23502 1",
        ),
    ]);
}

#[test]
fn a_schema_is_written_or_not() {
    tried([
        (
            NULLS,
            "UPDATE public.t SET x = '' WHERE x IS NULL; ALTER TABLE t ALTER x SET NOT NULL",
            "unknown",
        ),
        (
            NULLS,
            "UPDATE t SET x = '' WHERE x IS NULL; ALTER TABLE public.t ALTER x SET NOT NULL",
            "unknown",
        ),
        (
            NULLS,
            "ALTER TABLE public.t ADD y text; UPDATE t SET y = ''; ALTER TABLE public.t ALTER y SET NOT NULL",
            "unknown",
        ),
        (
            NULLS,
            "ALTER TABLE t ADD y text DEFAULT 'a'; UPDATE public.t SET y = NULL; ALTER TABLE t ALTER y SET NOT NULL",
            "unknown",
        ),
        (
            KEYS,
            "DELETE FROM public.t WHERE p_id NOT IN (SELECT id FROM p); ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p",
            "unknown",
        ),
        (
            KEYS,
            "INSERT INTO public.p VALUES (207); ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p",
            "unknown",
        ),
        (
            VALUES,
            "ALTER TABLE public.t RENAME COLUMN x TO y; ALTER TABLE t DROP COLUMN IF EXISTS x",
            "unknown",
        ),
        (VALUES, "ALTER TABLE public.t RENAME TO u; DROP TABLE IF EXISTS t", "unknown"),
        (VALUES, "ALTER TABLE t ADD COLUMN c int; ALTER TABLE public.t DROP COLUMN c", "unknown"),
        (NULLS, "DELETE FROM public.t; ALTER TABLE t ALTER x SET NOT NULL", "loss 1"),
        (
            "CREATE SCHEMA app; CREATE TABLE app.t (x text); CREATE TABLE t (x text); INSERT INTO t VALUES (NULL)",
            "UPDATE app.t SET x = ''; ALTER TABLE public.t ALTER x SET NOT NULL",
            "fails 23502 1",
        ),
    ]);
}

#[test]
fn rows_are_new_and_columns_renamed() {
    let doubles = "CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t VALUES (101, 'one'), (102, 'one')";
    tried([
        // The old rows are gone, which is said; the new ones are not known.
        (
            NULLS,
            "DELETE FROM t WHERE true IS NULL; INSERT INTO t VALUES (1, 'x'); ALTER TABLE t ALTER x SET NOT NULL",
            "unknown",
        ),
        (
            "CREATE TABLE t (id int, x text)",
            "DELETE FROM t; INSERT INTO t VALUES (1, NULL); ALTER TABLE t ALTER x SET NOT NULL",
            "unknown",
        ),
        (
            doubles,
            "CREATE TEMP TABLE keep AS SELECT DISTINCT ON (x) * FROM t; TRUNCATE t; INSERT INTO t SELECT * FROM keep; \
             CREATE UNIQUE INDEX ks ON t (x)",
            "unknown",
        ),
        (
            NULLS,
            "ALTER TABLE t ADD COLUMN tmp int; UPDATE t SET tmp = 5; ALTER TABLE t RENAME COLUMN tmp TO amount; \
             ALTER TABLE t ALTER amount SET NOT NULL",
            "unknown",
        ),
        (
            NULLS,
            "ALTER TABLE t ADD COLUMN tmp int; ALTER TABLE t RENAME COLUMN tmp TO amount; \
             ALTER TABLE t ALTER amount SET NOT NULL",
            "fails 23502 1",
        ),
        (
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (101)",
            "ALTER TABLE t ADD x2 int; UPDATE t SET x2 = 9; ALTER TABLE t RENAME x2 TO p_id; \
             ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p (id)",
            "unknown",
        ),
        (
            VALUES,
            "ALTER TABLE t ADD b text; ALTER TABLE t RENAME b TO c; ALTER TABLE t RENAME x TO b; ALTER TABLE t DROP b",
            "loss 1",
        ),
        (
            VALUES,
            "ALTER TABLE t ADD c int DEFAULT 1; ALTER TABLE t DROP COLUMN c; ALTER TABLE t ADD c int; \
             ALTER TABLE t ALTER c SET NOT NULL",
            "fails 23502 1",
        ),
        (
            VALUES,
            "ALTER TABLE t RENAME x TO y; ALTER TABLE t ADD x text; ALTER TABLE t DROP x; ALTER TABLE t ALTER y SET NOT NULL",
            "fine",
        ),
        (
            VALUES,
            "ALTER TABLE t DROP COLUMN IF EXISTS y; ALTER TABLE t RENAME x TO y; ALTER TABLE t DROP COLUMN y",
            "loss 1",
        ),
        (
            VALUES,
            "ALTER TABLE t ADD c int; ALTER TABLE t ALTER c TYPE text",
            "unknown: the column c is added",
        ),
    ]);
}
