//! What `ADD COLUMN` brings along, and what writes do that no script shows.

use crate::plans::tried;

const ROW: &str = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, a text, b text); \
     INSERT INTO t VALUES (101, 'x', NULL)";
const ROWS: &str = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, a text, b text); \
     INSERT INTO p VALUES (1); INSERT INTO t VALUES (101, 'x', NULL), (102, 'y', 'z')";
const NONE: &str = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int, a text, b text)";

#[test]
fn constraints_of_a_column_that_is_added() {
    tried([
        (ROWS, "ALTER TABLE t ADD COLUMN c int UNIQUE DEFAULT 5", "fails 23505 2"),
        (ROW, "ALTER TABLE t ADD COLUMN c int UNIQUE DEFAULT 5", "fine"),
        (ROWS, "ALTER TABLE t ADD COLUMN c int UNIQUE", "nothing"),
        (ROWS, "ALTER TABLE t ADD COLUMN c uuid UNIQUE DEFAULT gen_random_uuid()", "nothing"),
        (ROWS, "ALTER TABLE t ADD COLUMN c timestamptz UNIQUE DEFAULT now()", "unknown"),
        (ROWS, "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD COLUMN c serial PRIMARY KEY", "nothing"),
        (
            ROWS,
            "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD COLUMN c int DEFAULT 0 PRIMARY KEY",
            "fails 23505 2",
        ),
        (ROW, "ALTER TABLE t ADD COLUMN c int DEFAULT 0 CHECK (c > 0)", "fails 23514 1"),
        (ROW, "ALTER TABLE t ADD COLUMN c int DEFAULT 1 CHECK (c > 0)", "fine"),
        (ROW, "ALTER TABLE t ADD COLUMN c int CHECK (c > 0)", "fine"),
        (ROW, "ALTER TABLE t ADD COLUMN c int CHECK (c IS NOT NULL)", "fails 23514 1"),
        (ROW, "ALTER TABLE t ADD COLUMN c int DEFAULT 500 CHECK (c < id)", "fails 23514 1"),
        (NONE, "ALTER TABLE t ADD COLUMN c int DEFAULT 0 CHECK (c > 0)", "fine"),
        (ROW, "ALTER TABLE t ADD COLUMN c int DEFAULT 1 REFERENCES p", "fails 23503 1"),
        (ROWS, "ALTER TABLE t ADD COLUMN c int DEFAULT 1 REFERENCES p (id)", "fine"),
        (ROW, "ALTER TABLE t ADD COLUMN c int REFERENCES p", "nothing"),
        (
            ROW,
            "INSERT INTO p VALUES (1); ALTER TABLE t ADD COLUMN c int DEFAULT 1 REFERENCES p",
            "unknown: statement 1",
        ),
    ]);
}

#[test]
fn columns_that_are_computed() {
    tried([
        (
            ROW,
            "ALTER TABLE t ADD c text NOT NULL GENERATED ALWAYS AS (a || b) STORED",
            "fails 23502 1",
        ),
        (ROW, "ALTER TABLE t ADD c text GENERATED ALWAYS AS (a || b) STORED", "fine"),
        (ROW, "ALTER TABLE t ADD c int GENERATED ALWAYS AS (a::int) STORED", "fails 22P02 about 1"),
        (NONE, "ALTER TABLE t ADD c int GENERATED ALWAYS AS (a::int) STORED", "fine"),
        (
            ROW,
            "ALTER TABLE t ADD c int GENERATED ALWAYS AS (id * 2) STORED CHECK (c < 200)",
            "fails 23514 1",
        ),
        (
            ROWS,
            "ALTER TABLE t ADD c int GENERATED ALWAYS AS (id % 1) STORED UNIQUE",
            "fails 23505 2",
        ),
    ]);
}

#[test]
fn writes_are_passed_on() {
    let with = |more: &str| format!("{ROW}; {more}");
    let view = with("CREATE VIEW v AS SELECT * FROM t");
    let function = with(
        "CREATE TABLE l (m text); CREATE FUNCTION mend() RETURNS text LANGUAGE sql AS \
         'UPDATE t SET b = 1; SELECT ''a''::text'",
    );
    let trigger = with(
        "CREATE TABLE l (m text); CREATE FUNCTION mend() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN UPDATE t SET b = 1; RETURN NEW; END'; \
         CREATE TRIGGER tr AFTER INSERT ON l FOR EACH ROW EXECUTE FUNCTION mend()",
    );
    let rule =
        with("CREATE TABLE l (m text); CREATE RULE r AS ON INSERT TO l DO ALSO UPDATE t SET b = 1");
    let cascade = "CREATE TABLE p (id int PRIMARY KEY); \
         CREATE TABLE t (id int REFERENCES p ON DELETE CASCADE, b text); \
         INSERT INTO p VALUES (101); INSERT INTO t VALUES (101, NULL)";
    let parent = "CREATE TABLE t (id int, b text); CREATE TABLE c () INHERITS (t); INSERT INTO c VALUES (101, NULL)";
    let nn = |first: &str| format!("{first}; ALTER TABLE t ALTER b SET NOT NULL");
    let updated = nn("UPDATE v SET b = 'a' WHERE b IS NULL");
    let (called, set) =
        (nn("INSERT INTO l SELECT mend()"), nn("UPDATE l SET m = mend() WHERE true"));
    let inserted = nn("INSERT INTO l VALUES ('m')");
    let deleted = nn("DELETE FROM p WHERE id = 101");
    let of_child = nn("UPDATE c SET b = 'a' WHERE b IS NULL");
    let made = nn(
        "CREATE TRIGGER tr2 AFTER INSERT ON l FOR EACH ROW EXECUTE FUNCTION mend(); INSERT INTO l VALUES ('m')",
    );
    tried([
        (view.as_str(), updated.as_str(), "unknown: a view, a rule"),
        (&function, &called, "unknown: statement 1 of 20250101000000_m calls mend"),
        (&function, &set, "unknown: statement 1 of 20250101000000_m calls mend"),
        (&trigger, &inserted, "unknown: a view, a rule"),
        (&trigger, &made, "unknown"),
        (&rule, &inserted, "unknown: a view, a rule"),
        (&function, &inserted, "fails 23502 1"),
        (cascade, &deleted, "unknown: a view, a rule"),
        (parent, &of_child, "unknown: a view, a rule"),
    ]);
}

#[test]
fn tables_that_inherit_are_left_out() {
    let zero = "CREATE TABLE t (id int, x int); CREATE TABLE c () INHERITS (t); INSERT INTO c VALUES (101, 0)";
    let null = "CREATE TABLE t (id int, x int); CREATE TABLE c () INHERITS (t); INSERT INTO c VALUES (101, NULL)";
    tried([
        (zero, "ALTER TABLE t ADD CHECK (x > 0) NO INHERIT", "unknown: it says NO INHERIT"),
        (zero, "ALTER TABLE t ADD CHECK (x > 0)", "fails 23514 1"),
        (null, "ALTER TABLE ONLY t ALTER x SET NOT NULL", "unknown: it says ONLY"),
        (null, "ALTER TABLE t ALTER x SET NOT NULL", "fails 23502 1"),
        (null, "DELETE FROM ONLY t; ALTER TABLE t ALTER x SET NOT NULL", "unknown"),
    ]);
}

#[test]
fn keys_and_checks_in_another_type() {
    let doubles = "CREATE EXTENSION citext; CREATE TABLE t (x text UNIQUE); INSERT INTO t VALUES ('ab'), ('AB')";
    let numbers = "CREATE TABLE t (x text UNIQUE); INSERT INTO t VALUES ('1.0'), ('1.00')";
    let times = "CREATE TABLE t (x timestamp UNIQUE); INSERT INTO t VALUES ('2024-01-01 10:00'), ('2024-01-01 11:00')";
    let checked = "CREATE TABLE t (x text CHECK (x < '9')); INSERT INTO t VALUES ('10')";
    let nan = "CREATE TABLE t (x numeric(5,0)); INSERT INTO t VALUES ('NaN')";
    let late = "CREATE TABLE t (x date); INSERT INTO t VALUES ('300000-01-01')";
    let whole = "CREATE TABLE t (x numeric(5,0)); INSERT INTO t VALUES (7)";
    let bigint = "CREATE TABLE t (x bigint UNIQUE CHECK (x > 0)); INSERT INTO t VALUES (201)";
    let domain =
        "CREATE DOMAIN d AS int NOT NULL; CREATE TABLE t (id int); INSERT INTO t VALUES (101)";
    let empty = "CREATE DOMAIN d AS int NOT NULL; CREATE TABLE t (id int)";
    let kind = "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int); INSERT INTO t VALUES (101)";
    tried([
        (doubles, "ALTER TABLE t ALTER x TYPE citext", "unknown: whether its values"),
        (
            numbers,
            "ALTER TABLE t ALTER x TYPE numeric USING x::numeric",
            "unknown: whether its values",
        ),
        (numbers, "ALTER TABLE t ALTER x TYPE varchar(9)", "fine"),
        (times, "UPDATE t SET x = x WHERE false; ALTER TABLE t ALTER x TYPE date", "unknown"),
        (checked, "ALTER TABLE t ALTER x TYPE int USING x::int", "unknown: whether its values"),
        (nan, "ALTER TABLE t ALTER x TYPE integer", "fails 0A000 about 1"),
        (whole, "ALTER TABLE t ALTER x TYPE integer", "fine"),
        (late, "ALTER TABLE t ALTER x TYPE timestamp", "fails 22008 about 1"),
        (bigint, "ALTER TABLE t ALTER x TYPE int", "unknown: whether its values"),
        (domain, "ALTER TABLE t ADD COLUMN x d", "fails 23502 about 1"),
        (domain, "ALTER TABLE t ADD COLUMN x d DEFAULT 5", "fine"),
        (empty, "ALTER TABLE t ADD COLUMN x d", "fine"),
        (kind, "ALTER TABLE t ADD COLUMN x e", "fine"),
    ]);
}

#[test]
fn keys_that_are_not_asked_about() {
    let pair = "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE t (a int, b int); \
         INSERT INTO t VALUES (1, NULL)";
    let index =
        "CREATE TABLE t (id int); INSERT INTO t VALUES (NULL); CREATE UNIQUE INDEX ui ON t (id)";
    let case = "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
         CREATE TABLE t (x text); INSERT INTO t VALUES ('x'), ('X')";
    tried([
        (
            pair,
            "ALTER TABLE t ADD FOREIGN KEY (a, b) REFERENCES p (a, b) MATCH FULL",
            "unknown: a key of MATCH FULL",
        ),
        (
            index,
            "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX ui",
            "unknown: whether the columns",
        ),
        (case, "CREATE UNIQUE INDEX i ON t (x COLLATE ci)", "unknown: a collation"),
    ]);
}
