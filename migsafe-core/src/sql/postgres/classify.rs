//! What a statement means for the transaction around it, read from its tokens.

use super::body;
use super::session;
use crate::sql::statement::{Fact, TransactionClass};
use crate::sql::token::Tokens;

/// The class and the facts of one statement.
pub(super) fn classify(t: Tokens<'_>) -> (TransactionClass, Vec<Fact>) {
    let mut facts = Vec::new();
    if let Some(fact) = transaction_control(t) {
        facts.push(fact);
    }
    if let Some(what) = refused_in_transaction(t) {
        facts.push(Fact::CannotRunInTransaction(what.to_owned()));
    }
    facts.extend(copy(t));
    if t.is(0, "SET") || t.is(0, "RESET") {
        facts.extend(session::set_or_reset(t));
    }
    if t.is(0, "CALL") {
        facts.push(Fact::MayCommit { opaque: true });
    }
    if t.are(0, &["DISCARD", "ALL"]) {
        facts.push(Fact::ReleasesLocks);
    }
    if t.is(0, "DO") {
        body::read_do(t, &mut facts);
    }
    if !defines_routine(t) {
        session::calls(t, &mut facts);
    }
    (class(&facts), facts)
}

/// `COPY … FROM STDIN`.
pub(super) fn is_copy_from_stdin(t: Tokens<'_>) -> bool {
    matches!(copy(t), Some(Fact::CopyFromStdin))
}

fn class(facts: &[Fact]) -> TransactionClass {
    let any = |fits: fn(&Fact) -> bool| facts.iter().any(fits);
    if any(|fact| matches!(fact, Fact::CannotRunInTransaction(_))) {
        TransactionClass::MustNotRun
    } else if any(|fact| {
        matches!(
            fact,
            Fact::BeginsTransaction
                | Fact::EndsTransaction
                | Fact::RollsBack
                | Fact::PreparesTransaction
                | Fact::SetsTransaction
        )
    }) {
        TransactionClass::Controls
    } else {
        TransactionClass::MayRun
    }
}

/// A routine's body runs when it is called, not when it is defined.
fn defines_routine(t: Tokens<'_>) -> bool {
    t.is(0, "CREATE") && t.is_any(t.object_index(), &["FUNCTION", "PROCEDURE"])
}

fn transaction_control(t: Tokens<'_>) -> Option<Fact> {
    if t.is(0, "BEGIN") || t.are(0, &["START", "TRANSACTION"]) {
        return Some(Fact::BeginsTransaction);
    }
    if t.are(0, &["PREPARE", "TRANSACTION"])
        || (t.is_any(0, &["COMMIT", "ROLLBACK"]) && t.is(1, "PREPARED"))
    {
        return Some(Fact::PreparesTransaction);
    }
    if t.is_any(0, &["COMMIT", "END"]) {
        return Some(Fact::EndsTransaction);
    }
    if t.is_any(0, &["ROLLBACK", "ABORT"]) {
        let next = if t.is_any(1, &["WORK", "TRANSACTION"]) { 2 } else { 1 };
        return (!t.is(next, "TO")).then_some(Fact::RollsBack);
    }
    None
}

/// What makes the server answer 25001 inside a transaction block, for the statements where the
/// text alone tells it. Not knowable here: REINDEX and CLUSTER of a partitioned table.
fn refused_in_transaction(t: Tokens<'_>) -> Option<&'static str> {
    match t.word(0)?.to_ascii_uppercase().as_str() {
        "CREATE" => {
            let i = t.object_index();
            match t.word(i)?.to_ascii_uppercase().as_str() {
                "INDEX" if t.is(i + 1, "CONCURRENTLY") => Some("CREATE INDEX CONCURRENTLY"),
                "DATABASE" => Some("CREATE DATABASE"),
                "TABLESPACE" => Some("CREATE TABLESPACE"),
                "SUBSCRIPTION" => {
                    let no = |name| option(t, name) == Some(Some(false));
                    let creates_slot = !no("create_slot") && !no("connect");
                    creates_slot.then_some("CREATE SUBSCRIPTION with create_slot")
                }
                _ => None,
            }
        }
        "DROP" => match t.word(1)?.to_ascii_uppercase().as_str() {
            "INDEX" if t.is(2, "CONCURRENTLY") => Some("DROP INDEX CONCURRENTLY"),
            "DATABASE" => Some("DROP DATABASE"),
            "TABLESPACE" => Some("DROP TABLESPACE"),
            "SUBSCRIPTION" => Some("DROP SUBSCRIPTION"),
            _ => None,
        },
        "ALTER" => match t.word(1)?.to_ascii_uppercase().as_str() {
            "SYSTEM" => Some("ALTER SYSTEM"),
            "TABLE" => {
                let detach = (2..t.len()).find(|&i| t.are(i, &["DETACH", "PARTITION"]))?;
                let concurrently = (detach + 3..t.len()).any(|i| t.is(i, "CONCURRENTLY"));
                concurrently.then_some("ALTER TABLE … DETACH PARTITION … CONCURRENTLY")
            }
            "DATABASE" => {
                t.are(3, &["SET", "TABLESPACE"]).then_some("ALTER DATABASE … SET TABLESPACE")
            }
            "SUBSCRIPTION" => alter_subscription(t),
            _ => None,
        },
        "REINDEX" => reindex(t),
        "VACUUM" => Some("VACUUM"),
        "CLUSTER" => {
            let i = t.after_parens(1);
            let i = if t.is(i, "VERBOSE") { i + 1 } else { i };
            (i >= t.len()).then_some("CLUSTER without a table")
        }
        "DISCARD" if t.is(1, "ALL") => Some("DISCARD ALL"),
        "COMMIT" if t.is(1, "PREPARED") => Some("COMMIT PREPARED"),
        "ROLLBACK" if t.is(1, "PREPARED") => Some("ROLLBACK PREPARED"),
        _ => None,
    }
}

fn reindex(t: Tokens<'_>) -> Option<&'static str> {
    let i = t.after_parens(1);
    let requested =
        i > 1 && option(t.slice(0..i), "concurrently").is_some_and(|v| v != Some(false));
    match t.word(i)?.to_ascii_uppercase().as_str() {
        "DATABASE" => Some("REINDEX DATABASE"),
        "SYSTEM" => Some("REINDEX SYSTEM"),
        "SCHEMA" => Some("REINDEX SCHEMA"),
        _ => (requested || t.is(i + 1, "CONCURRENTLY")).then_some("REINDEX CONCURRENTLY"),
    }
}

fn alter_subscription(t: Tokens<'_>) -> Option<&'static str> {
    if t.are(3, &["REFRESH", "PUBLICATION"]) {
        return Some("ALTER SUBSCRIPTION … REFRESH PUBLICATION");
    }
    if t.is_any(3, &["SET", "ADD", "DROP"]) && t.is(4, "PUBLICATION") {
        let refreshes = option(t, "refresh") != Some(Some(false));
        return refreshes.then_some("ALTER SUBSCRIPTION … PUBLICATION with refresh");
    }
    if t.is(3, "SET") && t.punct(4, b'(') {
        let changes = ["failover", "two_phase"].iter().any(|name| option(t, name).is_some());
        return changes.then_some("ALTER SUBSCRIPTION … SET (failover or two_phase)");
    }
    None
}

/// The value of a boolean option in a parenthesised list: `None` when it is not there,
/// `Some(None)` when its value is not a boolean we can read.
fn option(t: Tokens<'_>, name: &str) -> Option<Option<bool>> {
    let begins = |i: &usize| t.punct(i - 1, b'(') || t.punct(i - 1, b',');
    let named = |i: &usize| t.name(*i).is_some_and(|found| found == name);
    let i = (1..t.len()).filter(begins).find(named)? + 1;
    let i = if t.punct(i, b'=') { i + 1 } else { i };
    if t.punct(i, b',') || t.punct(i, b')') {
        return Some(Some(true));
    }
    let value = t.unquoted(i).unwrap_or_else(|| t.raw(i).to_owned());
    Some(match value.to_ascii_lowercase().as_str() {
        "true" | "on" | "1" => Some(true),
        "false" | "off" | "0" => Some(false),
        _ => None,
    })
}

/// The server takes STDIN and STDOUT for each other; the direction is in FROM and TO.
fn copy(t: Tokens<'_>) -> Option<Fact> {
    if !t.is(0, "COPY") {
        return None;
    }
    let at = t
        .outside_parens()
        .find(|&i| t.is_any(i, &["FROM", "TO"]) && t.is_any(i + 1, &["STDIN", "STDOUT"]))?;
    Some(if t.is(at, "FROM") { Fact::CopyFromStdin } else { Fact::CopyToStdout })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::postgres::split;

    fn read(sql: &str) -> (TransactionClass, Vec<Fact>) {
        let scan = split::scan(sql);
        classify(Tokens::new(sql, &scan.tokens))
    }

    fn facts(sql: &str) -> Vec<Fact> {
        read(sql).1
    }

    #[test]
    fn transaction_control() {
        use TransactionClass::{Controls, MayRun, MustNotRun};
        for (sql, class, expected) in [
            ("BEGIN", Controls, Some(Fact::BeginsTransaction)),
            ("begin isolation level serializable", Controls, Some(Fact::BeginsTransaction)),
            ("START TRANSACTION READ ONLY", Controls, Some(Fact::BeginsTransaction)),
            ("COMMIT", Controls, Some(Fact::EndsTransaction)),
            ("COMMIT AND CHAIN", Controls, Some(Fact::EndsTransaction)),
            ("END TRANSACTION", Controls, Some(Fact::EndsTransaction)),
            ("ROLLBACK", Controls, Some(Fact::RollsBack)),
            ("ABORT WORK", Controls, Some(Fact::RollsBack)),
            ("ROLLBACK WORK AND CHAIN", Controls, Some(Fact::RollsBack)),
            ("PREPARE TRANSACTION 'x'", Controls, Some(Fact::PreparesTransaction)),
            ("PREPARE p AS SELECT 1", MayRun, None),
            ("SET TRANSACTION READ ONLY", Controls, Some(Fact::SetsTransaction)),
            ("SAVEPOINT a", MayRun, None),
            ("RELEASE SAVEPOINT a", MayRun, None),
            ("ROLLBACK TO a", MayRun, None),
            ("ROLLBACK TRANSACTION TO SAVEPOINT a", MayRun, None),
            ("SELECT \"commit\" FROM \"begin\"", MayRun, None),
            ("\"COMMIT\"", MayRun, None),
        ] {
            assert_eq!(read(sql), (class, expected.into_iter().collect()), "{sql}");
        }
        for sql in ["COMMIT PREPARED 'x'", "ROLLBACK PREPARED 'x'"] {
            let (class, facts) = read(sql);
            assert_eq!((class, &facts[0]), (MustNotRun, &Fact::PreparesTransaction), "{sql}");
        }
    }

    #[test]
    fn refused_inside_a_transaction() {
        for sql in [
            "CREATE INDEX CONCURRENTLY i ON t (c)",
            "create unique index concurrently if not exists i on t (c)",
            "CREATE INDEX CONCURRENTLY ON t (c)",
            "DROP INDEX CONCURRENTLY IF EXISTS i",
            "REINDEX INDEX CONCURRENTLY i",
            "REINDEX TABLE CONCURRENTLY t",
            "REINDEX (VERBOSE) TABLE CONCURRENTLY t",
            "REINDEX (CONCURRENTLY, VERBOSE) TABLE t",
            "REINDEX (CONCURRENTLY on) TABLE t",
            "REINDEX DATABASE d",
            "REINDEX (VERBOSE) SYSTEM",
            "REINDEX SCHEMA s",
            "ALTER TABLE s.p DETACH PARTITION s.c CONCURRENTLY",
            "ALTER TABLE IF EXISTS p DETACH PARTITION \"c\" CONCURRENTLY",
            "VACUUM",
            "VACUUM (ANALYZE) t",
            "CLUSTER",
            "CLUSTER VERBOSE",
            "CLUSTER (VERBOSE)",
            "ALTER SYSTEM SET work_mem = '1MB'",
            "CREATE DATABASE d",
            "DROP DATABASE IF EXISTS d",
            "ALTER DATABASE d SET TABLESPACE t",
            "CREATE TABLESPACE t LOCATION '/x'",
            "DROP TABLESPACE t",
            "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p",
            "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (create_slot = true)",
            "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (connect)",
            "DROP SUBSCRIPTION s",
            "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
            "ALTER SUBSCRIPTION s SET PUBLICATION p",
            "ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (copy_data = false)",
            "ALTER SUBSCRIPTION s SET (failover = true)",
            "DISCARD ALL",
            "COMMIT PREPARED 'x'",
        ] {
            let (class, facts) = read(sql);
            assert_eq!(class, TransactionClass::MustNotRun, "{sql}");
            assert!(facts.iter().any(|f| matches!(f, Fact::CannotRunInTransaction(_))), "{sql}");
        }
    }

    #[test]
    fn allowed_inside_a_transaction() {
        for sql in [
            "CREATE INDEX i ON t (c)",
            "CREATE INDEX \"concurrently\" ON t (c)",
            "CREATE INDEX i ON t (\"concurrently\")",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
            "REINDEX TABLE t",
            "REINDEX (CONCURRENTLY false) TABLE t",
            "ALTER TABLE p DETACH PARTITION c",
            "ALTER TABLE p DETACH PARTITION c FINALIZE",
            "ALTER TABLE p ADD COLUMN concurrently int",
            "ANALYZE",
            "CLUSTER t",
            "CLUSTER VERBOSE t USING i",
            "CLUSTER (VERBOSE) t",
            "ALTER DATABASE d SET work_mem = '1MB'",
            "ALTER TABLE t SET TABLESPACE x",
            "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (connect = false)",
            "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (a = b, create_slot = 'off')",
            "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
            "ALTER SUBSCRIPTION s SET (synchronous_commit = off)",
            "ALTER SUBSCRIPTION s ENABLE",
            "DISCARD PLANS",
            "ALTER TYPE e ADD VALUE 'x'",
            "CREATE VIEW vacuum AS SELECT 1",
        ] {
            assert_eq!(read(sql).0, TransactionClass::MayRun, "{sql}");
        }
    }

    #[test]
    fn discard_all_releases_locks_too() {
        assert!(facts("DISCARD ALL").contains(&Fact::ReleasesLocks));
        assert_eq!(facts("DISCARD TEMP"), []);
    }

    #[test]
    fn copy_from_and_to_the_client() {
        assert_eq!(facts("COPY t FROM STDIN"), [Fact::CopyFromStdin]);
        assert_eq!(facts("copy s.t (a, b) from stdin with (format csv)"), [Fact::CopyFromStdin]);
        assert_eq!(facts("COPY t FROM STDOUT"), [Fact::CopyFromStdin]);
        assert_eq!(facts("COPY (SELECT 1 FROM stdin) TO STDOUT"), [Fact::CopyToStdout]);
        assert_eq!(facts("COPY t FROM '/tmp/stdin'"), []);
        assert_eq!(facts("COPY t FROM PROGRAM 'x'"), []);
        assert_eq!(facts("COPY t FROM \"stdin\""), []);
    }

    #[test]
    fn calls_and_bodies_that_commit() {
        assert_eq!(facts("CALL p(1)"), [Fact::MayCommit { opaque: true }]);
        for sql in [
            "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$",
            "DO $x$ BEGIN IF a THEN ROLLBACK; ELSE COMMIT AND CHAIN; END IF; END $x$",
            "DO LANGUAGE plpgsql 'BEGIN /* x */ COMMIT; END'",
            "DO $$ BEGIN FOR i IN 1..3 LOOP <<l>> COMMIT; END LOOP; END $$ LANGUAGE \"plpgsql\"",
        ] {
            assert_eq!(facts(sql), [Fact::MayCommit { opaque: false }], "{sql}");
        }
        assert_eq!(facts("DO $$ BEGIN CALL p(); END $$"), [Fact::MayCommit { opaque: true }]);
        for sql in [
            "DO $$ BEGIN RAISE NOTICE 'COMMIT;'; -- COMMIT;\n END $$",
            "DO $$ BEGIN PERFORM 1 AS commit; END $$",
            "DO LANGUAGE plpython3u $$ COMMIT; $$",
            "DO $$ COMMIT; $$ LANGUAGE 'plperl'",
            "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$",
            "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
            "DO",
            "DO 'x",
            "DO $$",
        ] {
            assert_eq!(facts(sql), [], "{sql}");
        }
    }
}
