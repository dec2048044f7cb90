//! Single cases that are easily done wrong.

use migsafe_sqlite::core::schema::diff::{IgnoreRule, IgnoreRules};
use migsafe_sqlite::core::schema::{DiffOptions, diff, script};
use migsafe_sqlite::core::store::StepOutcome;

use crate::run::{between, compare, deploy, execute, lead, made, rows, snapshot};

/// Leads from one schema to the other and back; the script there.
async fn there_and_back(from: &str, rows_of: &str, to: &str) -> String {
    let target = snapshot(&made(to).await).await;
    let origin = snapshot(&made(from).await).await;
    let store = made(&format!("{from};{rows_of}")).await;
    let there = lead(&store, &target).await;
    assert!(there.is_complete(), "{:?}", there.manual());
    execute(&store, "DELETE FROM _prisma_migrations").await;
    let back = lead(&store, &origin).await;
    assert!(back.is_complete(), "{:?}", back.manual());
    there.to_sql()
}

#[tokio::test]
async fn pairs_that_are_easily_done_wrong() {
    for (from, rows_of, to, part) in [
        // A text in double quotation marks stays one.
        (
            "CREATE TABLE t (a CHECK (a <> \"none\"), b)",
            "INSERT INTO t VALUES ('x', 1)",
            "CREATE TABLE t (a CHECK (a <> \"none\"), b TEXT); CREATE INDEX i ON t (b) WHERE a = \"active\";
             CREATE VIEW v AS SELECT a FROM t WHERE \"b\" = \"some\"",
            "CHECK (a <> \"none\")",
        ),
        // The table's name before its own columns.
        (
            "CREATE TABLE \"my t\" (a CHECK (\"my t\".a > 0), b AS (a + 1))",
            "INSERT INTO \"my t\" (a) VALUES (1)",
            "CREATE TABLE \"my t\" (a TEXT CHECK (\"my t\".a > 0), b AS (a + 1))",
            "CHECK (a > 0)",
        ),
        // The primary key of a table that a foreign key refers to without naming columns.
        (
            "CREATE TABLE p (a INTEGER PRIMARY KEY, b UNIQUE); CREATE TABLE c (x REFERENCES p)",
            "INSERT INTO p VALUES (1, 1); INSERT INTO c VALUES (1)",
            "CREATE TABLE p (a INTEGER UNIQUE, b PRIMARY KEY); CREATE TABLE c (x REFERENCES p (a))",
            "CREATE TABLE new_c",
        ),
        (
            "CREATE TABLE p (a, b, PRIMARY KEY (a DESC, b)); CREATE TABLE c (x, y, FOREIGN KEY (x, y) REFERENCES p)",
            "INSERT INTO p VALUES (1, 2); INSERT INTO c VALUES (1, 2)",
            "CREATE TABLE p (a, b, PRIMARY KEY (a DESC, b)); \
             CREATE TABLE c (x, y NOT NULL DEFAULT 2, FOREIGN KEY (x, y) REFERENCES p ON DELETE CASCADE)",
            "REFERENCES p (a, b)",
        ),
        // Names that differ in their case only are the same to SQLite.
        (
            "CREATE TABLE User (Id INTEGER PRIMARY KEY, name); CREATE TABLE c (u REFERENCES User ON DELETE CASCADE)",
            "INSERT INTO User VALUES (1, 'x'); INSERT INTO c VALUES (1)",
            "CREATE TABLE user (id INTEGER PRIMARY KEY, Name); CREATE TABLE c (u REFERENCES user ON DELETE CASCADE)",
            "RENAME TO \"user\"",
        ),
        // A table becomes a view, an index becomes a table.
        (
            "CREATE TABLE a (x); CREATE TABLE b (x); CREATE INDEX i ON b (x)",
            "INSERT INTO b VALUES (1)",
            "CREATE VIEW a AS SELECT x FROM b; CREATE TABLE b (x); CREATE TABLE i (x)",
            "CREATE VIEW a",
        ),
        // Two constraints of one name, which SQLite allows.
        (
            "CREATE TABLE t (a CONSTRAINT c CHECK (a > 0), b, CONSTRAINT c CHECK (a > b), CONSTRAINT c UNIQUE (b))",
            "INSERT INTO t VALUES (2, 1)",
            "CREATE TABLE t (a CONSTRAINT c CHECK (a > 0), b INT, CONSTRAINT c CHECK (a > b), CONSTRAINT c UNIQUE (b))",
            "CONSTRAINT c CHECK (a > b)",
        ),
        // Everything that a table had goes away, and the rows stay.
        (
            "CREATE TABLE t (a, b)",
            "INSERT INTO t VALUES (1, 2), (3, 4)",
            "CREATE TABLE t (c, d NOT NULL DEFAULT CURRENT_TIMESTAMP)",
            "INSERT INTO new_t (rowid) SELECT rowid FROM t",
        ),
        (
            "CREATE TABLE t (rowid, _rowid_, oid, a)",
            "INSERT INTO t VALUES (1, 2, 3, 4)",
            "CREATE TABLE t (rowid, _rowid_, oid, a TEXT)",
            "INSERT INTO new_t (rowid, _rowid_, oid, a)",
        ),
        // References in a circle, and to the table itself.
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES b ON DELETE CASCADE, s REFERENCES a ON DELETE CASCADE);
             CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a ON DELETE CASCADE)",
            "INSERT INTO a VALUES (1, 1, NULL), (2, 1, 1); INSERT INTO b VALUES (1, 1), (2, 2)",
            "CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b ON DELETE CASCADE, s INT REFERENCES a ON DELETE CASCADE);
             CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a ON DELETE CASCADE)",
            "REFERENCES a (id) ON DELETE CASCADE",
        ),
        // A column with its constraints, in place.
        (
            "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t",
            "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1)",
            "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT a FROM t;
             CREATE TABLE t (a, b INT DEFAULT -1 CHECK (b < 5), c CONSTRAINT r REFERENCES p ON DELETE CASCADE, d AS (a + b))",
            "ALTER TABLE t ADD COLUMN c CONSTRAINT r REFERENCES p (id) ON DELETE CASCADE;",
        ),
        ("CREATE TABLE t (a, b); CREATE INDEX i ON t (b)", "INSERT INTO t VALUES (1, 2)", "CREATE TABLE t (a)", "DROP COLUMN b"),
        // What a virtual table is told, blanks and all.
        (
            "CREATE TABLE t (a)",
            "INSERT INTO t VALUES (1)",
            "CREATE TABLE t (a); CREATE VIRTUAL TABLE f USING fts5(x, tokenize = \"unicode61 tokenchars '  '\")",
            "tokenchars '  '",
        ),
    ] {
        let sql = there_and_back(from, rows_of, to).await;
        assert!(sql.contains(part), "{part}\n{sql}");
    }
}

/// Every word that SQLite's parser knows, and worse, as the name of everything.
#[tokio::test]
async fn any_name_can_be_written() {
    let mut names: Vec<String> = KEY_WORDS.split_whitespace().map(str::to_owned).collect();
    names.extend(
        [
            "true",
            "a b",
            "a\"b",
            "a'b",
            "a\nb",
            "a;b",
            "--",
            "/*",
            "日本",
            "🙂",
            "a]b",
            "`",
            "1a",
            "ROWID",
            "a.b",
            "\u{a0}",
            "x\"; DROP TABLE keep; --",
            "tab\there",
            "new_t",
            "é$",
        ]
        .map(str::to_owned),
    );
    for name in names {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let schema = |ty: &str| {
            let more = if ty == "INT" { format!(", {quoted}") } else { String::new() };
            format!(
                "CREATE TABLE keep (id INTEGER PRIMARY KEY{more}); CREATE TABLE \"t_{ty}\" (a); CREATE TABLE {quoted} (id INTEGER PRIMARY KEY, {quoted} {ty} DEFAULT 1, \"d{ty}\" INT, \
                 c {ty} AS ({quoted}), r REFERENCES {quoted} ({quoted}), CONSTRAINT {quoted} CHECK ({quoted} <> 0), UNIQUE ({quoted})); \
                 CREATE INDEX {} ON {quoted} ({quoted}, lower({quoted})); \
                 CREATE VIEW {} AS SELECT {quoted} AS {quoted} FROM {quoted} AS {quoted}; \
                 CREATE TRIGGER {quoted} AFTER UPDATE OF {quoted} ON {quoted} BEGIN \
                 UPDATE {quoted} SET {quoted} = new.{quoted} WHERE {quoted} = old.{quoted}; END",
                quoted.replacen('"', "\"i", 1),
                quoted.replacen('"', "\"v", 1)
            )
        };
        let rows_of = format!(
            "INSERT INTO {quoted} (id, {quoted}, r) VALUES (1, 5, 5); INSERT INTO keep (id) VALUES (1)"
        );
        let sql = there_and_back(&schema("INT"), &rows_of, &schema("TEXT NOT NULL")).await;
        assert!(sql.contains("RENAME TO"), "{sql}");
    }
}

const KEY_WORDS: &str = "ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN \
    BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE \
    CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END \
    ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FALSE FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB \
    GROUP GROUPS HAVING IF IGNORE IMMEDIATE IN INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN \
    KEY LAST LEFT LIKE LIMIT MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OTHERS \
    OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REGEXP REINDEX RELEASE RENAME \
    REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWS SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION \
    TRIGGER UNBOUNDED UNION UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT WITHIN STORED";

/// A row that the new table does not take fails the script; it is not left out.
#[tokio::test]
async fn what_the_new_table_does_not_take_fails() {
    for (from, rows_of, to, message, loss) in [
        ("a", "(1), (NULL)", "a NOT NULL", "NOT NULL", "the copy fails where the column a is NULL"),
        ("a", "(1), (NULL)", "a, b NOT NULL", "NOT NULL", "the copy fails if there are rows"),
        ("a", "(1), (1)", "a UNIQUE ON CONFLICT IGNORE", "UNIQUE", ""),
        ("a", "(1), (1)", "a UNIQUE ON CONFLICT REPLACE", "UNIQUE", ""),
        (
            "a",
            "(NULL)",
            "a NOT NULL ON CONFLICT IGNORE",
            "NOT NULL",
            "the copy fails where the column a is NULL",
        ),
        ("a", "(0)", "a CHECK (a > 0)", "CHECK", ""),
    ] {
        let store = made(&format!("CREATE TABLE t ({from}); INSERT INTO t VALUES {rows_of}")).await;
        let target = snapshot(&made(&format!("CREATE TABLE t ({to})")).await).await;
        let before = rows(&store, "SELECT * FROM t").await;
        let script = between(&snapshot(&store).await, &target);
        let losses: Vec<&str> = script.steps().iter().filter_map(|step| step.loss()).collect();
        assert_eq!(losses.is_empty(), loss.is_empty(), "{losses:?}");
        assert!(losses.iter().all(|found| found.contains(loss)), "{losses:?}");
        let outcome = deploy(&store, &script.to_sql()).await;
        let StepOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert!(failure.message.contains(message), "{}", failure.message);
        assert_eq!(rows(&store, "SELECT * FROM t").await, before);
    }
}

/// NULL becomes the default, and that is said.
#[tokio::test]
async fn a_column_that_takes_no_null_any_more_gets_its_default() {
    let store = made("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, NULL), (NULL, 2)").await;
    let to = "CREATE TABLE t (a NOT NULL DEFAULT 7, b NOT NULL DEFAULT (abs(-8)))";
    let script = lead(&store, &snapshot(&made(to).await).await).await;
    assert_eq!(rows(&store, "SELECT * FROM t").await, ["1|8", "7|2"]);
    assert_eq!(script.destructive(), 1);
    assert!(script.to_sql().contains("NULL in the column a becomes the default"));
}

/// Only what is a change is carried out.
#[tokio::test]
async fn what_is_ignored_stays_and_what_needs_it_is_left_to_a_person() {
    let from = "CREATE TABLE t (a, b); CREATE TABLE tmp_x (a); CREATE INDEX old ON t (a)";
    let to = "CREATE TABLE t (a TEXT, c); CREATE INDEX i ON t (c)";
    let (store, target) = (made(from).await, snapshot(&made(to).await).await);
    let rule = |pattern: &str| IgnoreRule::new(pattern, "team", "known").unwrap();
    let options = |patterns: &[&'static str]| {
        let rules = patterns.iter().map(|pattern| rule(pattern));
        DiffOptions::default().with_ignore(IgnoreRules::new(rules))
    };
    let origin = snapshot(&store).await;
    // The column `c` is not wanted, so the index on it cannot be made; nor is the rest of the table touched.
    let found = diff(&origin, &target, &options(&["table:tmp_*", "column:t.c"])).unwrap();
    let left = script(&origin, &target, &found);
    assert!(!left.manual().is_empty());
    assert!(
        left.manual().iter().all(|m| m.what_to_do().contains("needs the column c")),
        "{left:?}"
    );
    assert!(left.steps().is_empty(), "{left:?}");
    let patterns = ["table:tmp_*", "column:t.b", "index:t.old"];
    let found = diff(&origin, &target, &options(&patterns)).unwrap();
    let done = script(&origin, &target, &found);
    assert!(done.is_complete());
    let outcome = deploy(&store, &done.to_sql()).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    let now = snapshot(&store).await;
    assert!(diff(&now, &target, &options(&patterns)).unwrap().is_empty());
    assert_eq!(compare(&now, &target).changes().len(), 4, "{:#?}", compare(&now, &target));
    assert_eq!(rows(&store, "SELECT name FROM pragma_table_info('t')").await, ["a", "c", "b"]);
}

/// The order of columns, when somebody asks for it.
#[tokio::test]
async fn the_order_of_columns_can_be_a_change() {
    let store = made("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2)").await;
    let target = snapshot(&made("CREATE TABLE t (b, a)").await).await;
    assert!(between(&snapshot(&store).await, &target).is_empty());
    let exact = DiffOptions::default().exact();
    let found = diff(&snapshot(&store).await, &target, &exact).unwrap();
    let script = script(&snapshot(&store).await, &target, &found);
    let outcome = deploy(&store, &script.to_sql()).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    assert_eq!(snapshot(&store).await, target);
    assert_eq!(rows(&store, "SELECT * FROM t").await, ["2|1"]);
}

/// What the parser cannot read is made word by word, and dropped; only a table cannot be changed.
#[tokio::test]
async fn what_cannot_be_parsed_is_made_word_by_word() {
    let deep = format!("{}1{}", "(".repeat(600), ")".repeat(600));
    let deep = &deep;
    let from = "CREATE TABLE t (a)".to_owned();
    let with = |ty: &str| {
        format!(
            "CREATE TABLE t (a {ty}); CREATE VIEW v AS SELECT 'it''s  so', {deep}; CREATE INDEX i ON t (a) WHERE a > {deep};
             CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = {deep}; END; CREATE TABLE u (a CHECK (a > {deep}))"
        )
    };
    let parsed = snapshot(&made(&with("")).await).await;
    let unread = parsed.objects().filter(|o| o.attributes().keys().any(|a| a.name() == "unparsed"));
    assert_eq!(unread.count(), 4, "{}", parsed.to_json());
    there_and_back(&from, "INSERT INTO t VALUES (1)", &with("")).await;
    there_and_back(&with(""), "INSERT INTO t VALUES (1)", &with("TEXT")).await;
    let changed = with("").replace("CREATE TABLE u (a CHECK", "CREATE TABLE u (a, b CHECK");
    let manual = between(&parsed, &snapshot(&made(&changed).await).await);
    assert_eq!(manual.manual().len(), 1, "{manual:?}");
    assert!(
        manual.manual()[0].what_to_do().contains("cannot be parsed") && manual.steps().is_empty()
    );
}
