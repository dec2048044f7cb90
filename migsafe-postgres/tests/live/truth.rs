//! First the question, then the statement: the server has the last word.

use migsafe_postgres::core::data::DataLimits;
use migsafe_testing::Client;

use crate::common::{block_on, database, store};
use crate::{report, short};

/// Tables and rows, the statement, and what is to be found out about it.
const CASES: &[(&str, &str, &str)] = &[
    // Tables.
    ("CREATE TABLE t (a int)", "DROP TABLE t", "fine"),
    ("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)", "DROP TABLE t", "loss 2"),
    ("CREATE TABLE t (a int)", "TRUNCATE t", "fine"),
    ("CREATE TABLE t (a int); INSERT INTO t VALUES (1)", "TRUNCATE t", "loss 1"),
    ("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)", "DELETE FROM t", "loss 3"),
    ("CREATE TABLE t (a int)", "DELETE FROM t", "fine"),
    (
        "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (2, NULL)",
        "UPDATE t SET b = 7",
        "loss 1",
    ),
    ("CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, NULL)", "UPDATE t SET b = a", "fine"),
    (
        "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (a int REFERENCES t); \
         INSERT INTO t VALUES (1); INSERT INTO u VALUES (1), (1)",
        "TRUNCATE t CASCADE",
        "loss 3",
    ),
    ("CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t", "DROP TABLE t CASCADE", "loss 0"),
    ("SELECT 1", "DROP TABLE IF EXISTS t", "fine"),
    // Columns.
    (
        "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, NULL)",
        "ALTER TABLE t DROP COLUMN b",
        "fine",
    ),
    (
        "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (2, NULL)",
        "ALTER TABLE t DROP b",
        "loss 1",
    ),
    ("CREATE TABLE t (a int)", "ALTER TABLE t DROP COLUMN IF EXISTS b", "fine"),
    ("CREATE TABLE t (a int)", "ALTER TABLE t ADD COLUMN b int NOT NULL", "fine"),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
        "ALTER TABLE t ADD COLUMN b int NOT NULL",
        "fails 23502 1",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
        "ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 1",
        "nothing",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
        "ALTER TABLE t ADD COLUMN b serial",
        "nothing",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
        "ALTER TABLE t ADD COLUMN b int NOT NULL GENERATED ALWAYS AS IDENTITY",
        "nothing",
    ),
    (
        "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1)",
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS b int NOT NULL",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
        "ALTER TABLE t ALTER a SET NOT NULL",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (NULL), (NULL)",
        "ALTER TABLE t ALTER a SET NOT NULL",
        "fails 23502 2",
    ),
    (
        "CREATE TABLE t (a int); CREATE TABLE u () INHERITS (t); INSERT INTO u VALUES (NULL)",
        "ALTER TABLE t ALTER a SET NOT NULL",
        "fails 23502 1",
    ),
    // Types.
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('abc'), ('abcdef')",
        "ALTER TABLE t ALTER a TYPE varchar(5)",
        "fails 22001 1",
    ),
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('abcde')",
        "ALTER TABLE t ALTER a TYPE varchar(5)",
        "fine",
    ),
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('abcde   ')",
        "ALTER TABLE t ALTER a TYPE varchar(5)",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('abcdef')",
        "ALTER TABLE t ALTER a TYPE varchar(5) USING a::varchar(5)",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a varchar(5)); INSERT INTO t VALUES ('abcde')",
        "ALTER TABLE t ALTER a TYPE text",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (123456)",
        "ALTER TABLE t ALTER a TYPE varchar(5)",
        "fails 22001 1",
    ),
    (
        "CREATE TABLE t (a bigint); INSERT INTO t VALUES (3000000000), (1)",
        "ALTER TABLE t ALTER a TYPE int",
        "fails 22003 1",
    ),
    (
        "CREATE TABLE t (a bigint); INSERT INTO t VALUES (3)",
        "ALTER TABLE t ALTER a TYPE int",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (3)",
        "ALTER TABLE t ALTER a TYPE bigint",
        "fine",
    ),
    (
        "CREATE TABLE t (a numeric); INSERT INTO t VALUES (1.25), (2)",
        "ALTER TABLE t ALTER a TYPE int",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a numeric); INSERT INTO t VALUES ('NaN')",
        "ALTER TABLE t ALTER a TYPE int",
        "fails 0A000 about 1",
    ),
    (
        "CREATE TABLE t (a numeric); INSERT INTO t VALUES (1000), (1)",
        "ALTER TABLE t ALTER a TYPE numeric(5,2)",
        "fails 22003 1",
    ),
    (
        "CREATE TABLE t (a numeric); INSERT INTO t VALUES (1.234), (1)",
        "ALTER TABLE t ALTER a TYPE numeric(5,2)",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a double precision); INSERT INTO t VALUES (1.5), (2)",
        "ALTER TABLE t ALTER a TYPE int",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a double precision); INSERT INTO t VALUES (1e40)",
        "ALTER TABLE t ALTER a TYPE int",
        "fails 22003 1",
    ),
    (
        "CREATE TABLE t (a double precision); INSERT INTO t VALUES (0.5), (0.1)",
        "ALTER TABLE t ALTER a TYPE real",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a bigint); INSERT INTO t VALUES (9007199254740993), (1)",
        "ALTER TABLE t ALTER a TYPE double precision",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a bigint); INSERT INTO t VALUES (9223372036854775807)",
        "ALTER TABLE t ALTER a TYPE double precision",
        "loss of about 1",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (2147483647), (1)",
        "ALTER TABLE t ALTER a TYPE real",
        "loss of about 1",
    ),
    (
        "CREATE TABLE t (a timestamp); INSERT INTO t VALUES ('2025-01-01 10:00'), ('2025-01-01')",
        "ALTER TABLE t ALTER a TYPE date",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a timestamp(3)); INSERT INTO t VALUES ('2025-01-01 10:00:00.678')",
        "ALTER TABLE t ALTER a TYPE timestamp(1)",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a json); INSERT INTO t VALUES ('{\"a\":1,\"a\":2}')",
        "ALTER TABLE t ALTER a TYPE jsonb",
        "loss 1",
    ),
    ("CREATE TABLE t (a text)", "ALTER TABLE t ALTER a TYPE int", "fails 42804 0"),
    ("CREATE TABLE t (a int)", "ALTER TABLE t ALTER a TYPE boolean", "fails 42804 0"),
    ("CREATE TABLE t (a int[])", "ALTER TABLE t ALTER a TYPE bigint[]", "fine"),
    ("CREATE TABLE t (a text[])", "ALTER TABLE t ALTER a TYPE int[]", "fails 42804 0"),
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('7')",
        "ALTER TABLE t ALTER a TYPE int USING a::int",
        "fine",
    ),
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('7'), ('x')",
        "ALTER TABLE t ALTER a TYPE int USING a::int",
        "fails 22P02 about 1",
    ),
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('007')",
        "ALTER TABLE t ALTER a TYPE int USING a::int",
        "loss 1",
    ),
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('7')",
        "ALTER TABLE t ALTER a TYPE int USING (CASE WHEN a = '' THEN NULL ELSE a END)::int",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (0), (1)",
        "ALTER TABLE t ALTER a TYPE boolean USING a <> 0",
        "fine",
    ),
    // Keys.
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (NULL), (NULL)",
        "CREATE UNIQUE INDEX i ON t (a)",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1), (2), (2), (2), (3)",
        "CREATE UNIQUE INDEX i ON t (a)",
        "fails 23505 5",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)",
        "fails 23505 2",
    ),
    (
        "CREATE TABLE t (a int, b bool); INSERT INTO t VALUES (1, false), (1, true)",
        "CREATE UNIQUE INDEX i ON t (a) WHERE b",
        "fine",
    ),
    (
        "CREATE TABLE t (a int, b bool); INSERT INTO t VALUES (1, true), (1, true)",
        "CREATE UNIQUE INDEX i ON t (a) WHERE b",
        "fails 23505 2",
    ),
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('A'), ('a')",
        "CREATE UNIQUE INDEX i ON t (lower(a))",
        "fails 23505 2",
    ),
    (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('A'), ('a')",
        "CREATE UNIQUE INDEX i ON t (a)",
        "fine",
    ),
    (
        "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (1, 2), (1, NULL), (1, NULL)",
        "ALTER TABLE t ADD UNIQUE (a, b)",
        "fine",
    ),
    (
        "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (1, 1)",
        "ALTER TABLE t ADD UNIQUE (a, b)",
        "fails 23505 2",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1); CREATE INDEX i ON t (a)",
        "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a)",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); CREATE TABLE u () INHERITS (t); INSERT INTO t VALUES (1); INSERT INTO u VALUES (1)",
        "CREATE UNIQUE INDEX i ON t (a)",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)",
        "ALTER TABLE t ADD PRIMARY KEY (a)",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)",
        "ALTER TABLE t ADD PRIMARY KEY (a)",
        "fails 23505 2",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (NULL)",
        "ALTER TABLE t ADD PRIMARY KEY (a)",
        "fails 23502 1",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1), (NULL)",
        "ALTER TABLE t ADD PRIMARY KEY (a)",
        "fails 23505 2",
    ),
    // References.
    (
        "CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE t (a int); INSERT INTO p VALUES (1); INSERT INTO t VALUES (1), (NULL)",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p",
        "fine",
    ),
    (
        "CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE t (a int); INSERT INTO p VALUES (1); INSERT INTO t VALUES (2), (3)",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (a)",
        "fails 23503 2",
    ),
    (
        "CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE t (a int); INSERT INTO t VALUES (2)",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (a) NOT VALID",
        "nothing",
    ),
    (
        "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE t (x int, y int); \
         INSERT INTO t VALUES (1, NULL), (NULL, 1)",
        "ALTER TABLE t ADD FOREIGN KEY (x, y) REFERENCES p",
        "fine",
    ),
    (
        "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE t (x int, y int); \
         INSERT INTO p VALUES (1, 2); INSERT INTO t VALUES (1, 2), (2, 1)",
        "ALTER TABLE t ADD FOREIGN KEY (x, y) REFERENCES p (a, b)",
        "fails 23503 1",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
        "CREATE TABLE p (a int PRIMARY KEY); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p",
        "fails 23503 1",
    ),
    (
        "CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE t (a int); INSERT INTO t VALUES (2); \
         ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT f",
        "fails 23503 1",
    ),
    // Checks.
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (NULL)",
        "ALTER TABLE t ADD CHECK (a > 0)",
        "fine",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (0), (-1), (1)",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
        "fails 23514 2",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (0)",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (10 / a > 0)",
        "fails 22012 about 1",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (0)",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "nothing",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (0); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT c",
        "fails 23514 1",
    ),
    (
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT c",
        "fine",
    ),
    // Enums.
    (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (x e); INSERT INTO t VALUES ('a'), ('b'), ('b')",
        "CREATE TYPE \"e_new\" AS ENUM ('a'); ALTER TABLE t ALTER COLUMN x TYPE \"e_new\" USING (x::text::\"e_new\")",
        "fails 22P02 2",
    ),
    (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (x e); INSERT INTO t VALUES ('a')",
        "CREATE TYPE \"e_new\" AS ENUM ('a'); ALTER TABLE t ALTER COLUMN x TYPE \"e_new\" USING (x::text::\"e_new\")",
        "fine",
    ),
    // What goes along.
    (
        "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e, y int); INSERT INTO t VALUES ('a', 1)",
        "DROP TYPE e CASCADE",
        "loss 1",
    ),
    ("CREATE TYPE e AS ENUM ('a')", "DROP TYPE e CASCADE", "fine"),
    (
        "CREATE VIEW v AS SELECT 1 AS a; CREATE VIEW w AS SELECT a FROM v",
        "DROP VIEW v CASCADE",
        "loss 0",
    ),
    ("CREATE VIEW v AS SELECT 1 AS a", "DROP VIEW v CASCADE", "fine"),
    (
        "CREATE COLLATION c (provider = libc, locale = 'C'); CREATE TABLE t (x text COLLATE c, y text); \
         INSERT INTO t VALUES ('a', 'b')",
        "DROP COLLATION c CASCADE",
        "loss 1",
    ),
    (
        "CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'; \
         CREATE TABLE t (x int, y int GENERATED ALWAYS AS (f(x)) STORED); INSERT INTO t VALUES (1), (2)",
        "DROP FUNCTION f CASCADE",
        "loss 2",
    ),
];

#[test]
fn what_is_found_out_is_what_happens() {
    let database = database();
    let mut client = database.client();
    let mut wrong = Vec::new();
    block_on(async {
        for (number, (setup, statement, expected)) in CASES.iter().enumerate() {
            let schema = format!("case_{number}");
            let set = format!("CREATE SCHEMA {schema}; SET search_path = {schema}; {setup}");
            client.query(&set).unwrap_or_else(|error| panic!("{setup}: {error:?}"));
            let url = format!(
                "{}{}schema={schema}",
                database.url(),
                if database.url().contains('?') { "&" } else { "?" }
            );
            let store = store(&url).await;
            let report = report(&store, statement, DataLimits::default()).await;
            let outcomes: Vec<_> = report.judged().iter().map(|j| j.outcome.clone()).collect();
            let found = short(&outcomes);
            let before = values(&mut client, &schema);
            let code = run(&mut client, statement);
            let lost = before > values(&mut client, &schema);
            let happened = match (&code, lost) {
                (Some(code), _) => format!("failed with {code}"),
                (None, true) => "lost values".to_owned(),
                (None, false) => "was fine".to_owned(),
            };
            let fits = match &*found {
                "fine" | "nothing" => code.is_none() && !lost,
                text if text.starts_with("fails") => {
                    code.is_some_and(|code| text.split(' ').nth(1) == Some(&*code))
                }
                // What `UPDATE`, conversions and lost views do is not a matter of numbers of values.
                text if text.starts_with("loss") => code.is_none(),
                _ => false,
            };
            if found != *expected || !fits {
                wrong.push(format!(
                    "{setup}\n  {statement}\n  expected {expected}, found {found}, {happened}"
                ));
            }
        }
    });
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

/// The SQLSTATE of the first statement that fails.
fn run(client: &mut Client, statements: &str) -> Option<String> {
    // Each for itself: CONCURRENTLY cannot be sent together with others.
    let found = statements.split("; ").find_map(|statement| client.query(statement).err());
    found.map(|error| error.code)
}

/// How many values there are in all tables of a schema.
fn values(client: &mut Client, schema: &str) -> usize {
    let query = format!(
        "SELECT coalesce(sum((xpath('//v/text()', query_to_xml(format(\
         'SELECT count(%I) AS v FROM ONLY %I.%I', a.attname, '{schema}', c.relname), \
         false, true, '')))[1]::text::int), 0) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
         AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind = 'r' AND c.relnamespace = '{schema}'::regnamespace"
    );
    client.value(&query).unwrap().unwrap().parse().unwrap()
}
