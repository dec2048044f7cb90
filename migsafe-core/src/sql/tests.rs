//! `analyse` as a whole, on both dialects.

use super::*;
use crate::Dialect::{self, Postgres, Sqlite};

fn texts(dialect: Dialect, sql: &str) -> Vec<String> {
    let script = analyse(dialect, sql);
    script.statements().iter().map(|s| sql[s.range()].to_owned()).collect()
}

fn unparsed(statement: &Statement) -> bool {
    statement.has(|fact| matches!(fact, Fact::Unparsed(_)))
}

#[test]
fn a_plain_script_in_both_dialects() {
    let sql = "-- AddTable\nCREATE TABLE t (id int);\n\n/* é */ INSERT INTO t VALUES ('é;'); ;\n";
    for dialect in [Postgres, Sqlite] {
        let script = analyse(dialect, sql);
        assert_eq!(script.dialect(), dialect);
        assert!(script.is_split() && !script.is_empty());
        assert_eq!(script.problems(), []);
        let [create, insert] = script.statements() else { panic!("{script:?}") };
        assert_eq!(&sql[create.range()], "CREATE TABLE t (id int)");
        assert_eq!(
            (create.start(), create.verb()),
            (Position { line: 2, column: 1 }, "CREATE TABLE")
        );
        assert_eq!(create.class(), TransactionClass::MayRun);
        assert_eq!(&sql[insert.range()], "INSERT INTO t VALUES ('é;')");
        assert_eq!((insert.start(), insert.verb()), (Position { line: 4, column: 9 }, "INSERT"));
        assert_eq!(insert.facts(), []);
    }
}

#[test]
fn scripts_without_a_statement_are_empty() {
    for sql in ["", "\u{feff}", " \n", ";;", "-- x", "/* x */ ; -- y\n"] {
        for dialect in [Postgres, Sqlite] {
            let script = analyse(dialect, sql);
            assert!(script.is_empty(), "{dialect} {sql:?} {script:?}");
            assert_eq!(script.problems(), [], "{dialect} {sql:?}");
        }
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_statement() {
    for dialect in [Postgres, Sqlite] {
        let script = analyse(dialect, "\u{feff}BEGIN;");
        assert_eq!(script.problems(), []);
        assert_eq!(script.statements()[0].range(), 3..8);
        assert_eq!(script.statements()[0].start(), Position { line: 1, column: 2 });
        assert!(script.statements()[0].has(|f| *f == Fact::BeginsTransaction));
    }
}

#[test]
fn nul_is_a_problem_with_its_place() {
    for dialect in [Postgres, Sqlite] {
        let script = analyse(dialect, "SELECT 1;\n \0SELECT 2");
        assert!(!script.is_split() && !script.is_empty());
        assert_eq!(script.problems()[0].position(), Position { line: 2, column: 2 });
        assert!(script.problems()[0].message().contains("NUL"));
    }
}

#[test]
fn limits_are_kept() {
    let limits = Limits::default().with_max_bytes(10);
    let script = analyse_with(Postgres, "-- migsafe: no-transaction x\nVACUUM", &limits);
    assert!(!script.is_split());
    assert!(script.problems()[0].message().contains("larger than 10 bytes"));
    assert_eq!(script.header().no_transaction(), Some("x"), "the header is read in any case");

    let limits = Limits::default().with_max_nesting(usize::MAX).with_max_chain(usize::MAX);
    assert_eq!((limits.max_nesting(), limits.max_chain()), (2_000, 15_000));
    let limits = limits.with_max_nesting(3).with_max_chain(20);
    for dialect in [Postgres, Sqlite] {
        for fits in ["SELECT (((1)))", "SELECT ((1)), ((2)); SELECT (((1)))"] {
            assert!(analyse_with(dialect, fits, &limits).is_split(), "{fits}");
        }
        let numbers = format!(
            "SELECT {}1; SELECT CASE 1 {} END",
            "1, ".repeat(50),
            "WHEN 1 THEN 2 ".repeat(50)
        );
        assert!(analyse_with(dialect, &numbers, &limits).is_split());
        let chain = format!("SELECT 1; SELECT {}1", "1 + ".repeat(10));
        for over in ["SELECT ((((1))))", "SELECT CASE WHEN (((1))) THEN 1 END", &chain] {
            let script = analyse_with(dialect, over, &limits);
            assert!(!script.is_split(), "{over}");
            assert!(script.problems()[0].message().starts_with("not analysed: "), "{script:?}");
            assert_eq!(script.problems()[0].position().line, 1);
        }
    }
}

#[test]
fn facts_are_known_even_beyond_the_limits() {
    for dialect in [Postgres, Sqlite] {
        let script = analyse(dialect, &format!("SELECT {}1; COMMIT;", "NOT ".repeat(100_000)));
        assert!(!script.is_split());
        assert!(script.statements()[1].has(|fact| *fact == Fact::EndsTransaction));
    }
}

#[test]
fn what_is_too_deep_or_never_ends_is_given_up_without_harm() {
    let n = 100_000;
    for (nasty, splits) in [
        (format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n)), false),
        (format!("SELECT {}1", "(".repeat(n)), false),
        (format!("SELECT 1{}", ")".repeat(n)), false),
        (format!("SELECT {}1", "NOT ".repeat(n)), false),
        (format!("SELECT {}1", "- ".repeat(n)), false),
        (format!("SELECT 1{}", " + 1".repeat(n / 2)), false),
        (format!("SELECT 1{}", " OR a = 1".repeat(n / 2)), false),
        (format!("SELECT {}1{}", "CASE WHEN ".repeat(n), " THEN 1 END".repeat(n)), false),
        (format!("SELECT {}1{}", "(SELECT ".repeat(n), ")".repeat(n)), false),
        ("SELECT ".repeat(n), false),
        ("EXPLAIN ".repeat(n), false),
        ("CREATE ".repeat(n), false),
        ("[".repeat(n), false),
        ("'".repeat(n + 1), false),
        ("\"".repeat(n + 1), false),
        ("SELECT 1; SELECT 'abc; SELECT 2".to_owned(), false),
        ("SELECT 1; SELECT \"abc; SELECT 2".to_owned(), false),
        (format!("SELECT 1 IN ({}1)", "1,".repeat(n)), true),
        (format!("INSERT INTO t VALUES {}(1)", "(1, 'x'),".repeat(n)), true),
    ] {
        for dialect in [Postgres, Sqlite] {
            let script = analyse(dialect, &nasty);
            let start: String = nasty.chars().take(40).collect();
            assert_eq!(script.is_split(), splits, "{dialect} {start} {:?}", script.problems());
            assert_eq!(script.problems().is_empty(), splits, "{dialect} {start}");
        }
    }
    for nasty in ["$$", "$a$ $$", "/* x", "/* /* */", "E'\\'", "B'0", "U&\"x", "DO $$ BEGIN"] {
        let script = analyse(Postgres, &format!("SELECT 1;\nSELECT 2; {nasty}; COMMIT;"));
        assert!(!script.is_split(), "{nasty}");
        assert_eq!(script.problems()[0].position().line, 2, "{nasty} {:?}", script.problems());
    }
    let comments = "/* ".repeat(100_000);
    assert!(!analyse(Postgres, &comments).is_split());
    assert!(analyse(Sqlite, &comments).is_empty(), "SQLite takes it for a comment");
}

#[test]
fn the_default_limits_fit_the_stack() {
    let depth = Limits::default().with_max_nesting(usize::MAX).max_nesting() - 2;
    let chain = Limits::default().max_chain() / 2 - 10;
    let deepest = Limits::default().with_max_nesting(usize::MAX);
    for sql in [
        format!("SELECT {}1{}", "(SELECT ".repeat(depth), ")".repeat(depth)),
        format!("SELECT {}1{}", "f(a, ".repeat(depth), ")".repeat(depth)),
        format!("SELECT {}1{}", "CASE WHEN 1 THEN ".repeat(depth), " END".repeat(depth)),
        format!("SELECT {}1", "NOT NOT ".repeat(chain)),
        format!("SELECT {}1", "- - ".repeat(chain)),
        format!("SELECT {}1", "1 + ".repeat(chain)),
        format!("SELECT {}1", "a BETWEEN 1 AND ".repeat(chain / 2)),
        format!("SELECT 1 {}", "UNION ALL SELECT 1 ".repeat(chain / 2)),
    ] {
        for dialect in [Postgres, Sqlite] {
            let script = analyse_with(dialect, &sql, &deepest);
            assert_eq!(script.statements().len(), 1);
            assert!(!script.problems().iter().any(|p| p.message().contains("not analysed")));
        }
        assert!(analyse_with(Postgres, &sql, &deepest).is_split());
    }
}

#[test]
fn postgres_errors_are_marked_and_the_split_stays() {
    let sql = "SELECT 1;\nFROBNICATE TABLE x;\nCREATE TABLE t (id int);\nSELECT FROM WHERE;";
    let script = analyse(Postgres, sql);
    assert!(script.is_split());
    let marks: Vec<bool> = script.statements().iter().map(unparsed).collect();
    assert_eq!(marks, [false, true, false, true]);
    assert_eq!(script.problems()[0].position(), Position { line: 2, column: 1 });
    assert_eq!(texts(Postgres, sql)[1], "FROBNICATE TABLE x");
}

#[test]
fn postgres_missing_semicolons_are_noticed() {
    let sql = "CREATE TABLE a (b int)\nCREATE TABLE c (d int);\nBEGIN SELECT 1; COMMIT";
    let script = analyse(Postgres, sql);
    assert_eq!(script.statements().len(), 3);
    assert!(unparsed(&script.statements()[0]) && unparsed(&script.statements()[1]));
    assert!(!unparsed(&script.statements()[2]));
    assert_eq!(script.problems().len(), 2, "{:?}", script.problems());
    assert_eq!(script.problems()[0].position(), Position { line: 2, column: 1 });
}

#[test]
fn postgres_problems_are_capped() {
    let script = analyse(Postgres, &"SELECT FROM WHERE;\n".repeat(500));
    assert_eq!(script.problems().len(), 21);
    assert!(script.problems()[20].message().contains("more problems"));
    assert!(script.statements().iter().all(unparsed));
}

#[test]
fn postgres_bodies_are_one_statement_without_transaction_control() {
    let sql = "
        CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN; COMMIT; END $$;
        CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; END;
        CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END;
        DO $x$ BEGIN IF true THEN CREATE TABLE t (a int); END IF; END; $x$;
        SELECT 1";
    let script = analyse(Postgres, sql);
    assert_eq!(script.problems(), []);
    assert_eq!(script.statements().len(), 5);
    for statement in script.statements() {
        assert_eq!(statement.facts(), [], "{}", statement.verb());
        assert_eq!(statement.class(), TransactionClass::MayRun);
    }
}

#[test]
fn postgres_dumps_are_read() {
    let sql = "\\restrict abc\n\nSET statement_timeout = 0;\n\
               SELECT pg_catalog.set_config('search_path', '', false);\n\
               COPY public.t (id, \"a;\") FROM stdin;\n1\tit's\n\\N\t$$\n\\.\n\n\n\
               SELECT pg_catalog.setval('public.s', 2, true);\n\\unrestrict abc\n";
    let script = analyse(Postgres, sql);
    assert_eq!(script.problems(), []);
    assert!(script.is_split());
    let verbs: Vec<&str> = script.statements().iter().map(Statement::verb).collect();
    assert_eq!(verbs, ["\\restrict", "SET", "SELECT", "COPY", "SELECT", "\\unrestrict"]);
    assert_eq!(script.statements()[0].facts(), [Fact::PsqlCommand("\\restrict".to_owned())]);
    assert_eq!(script.statements()[2].facts(), [Fact::SetsSearchPath { local: false }]);
    assert_eq!(script.statements()[3].facts(), [Fact::CopyFromStdin]);
    assert_eq!(script.statements()[4].start(), Position { line: 11, column: 1 });
    assert_eq!(texts(Postgres, sql)[0], "\\restrict abc");
}

#[test]
fn postgres_psql_lines_end_the_statement_before_them() {
    let script = analyse(Postgres, "SELECT 1 \\gset\nSELECT 2;\n\\i other.sql\nBEGIN;");
    assert_eq!(script.problems(), []);
    let verbs: Vec<&str> = script.statements().iter().map(Statement::verb).collect();
    assert_eq!(verbs, ["SELECT", "\\gset", "SELECT", "\\i", "BEGIN"]);
}

#[test]
fn sqlite_redefined_tables_of_prisma() {
    let sql = "-- RedefineTables\nPRAGMA defer_foreign_keys=ON;\nPRAGMA foreign_keys=OFF;\n\
               CREATE TABLE \"new_T\" (\"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);\n\
               INSERT INTO \"new_T\" (\"id\") SELECT \"id\" FROM \"T\";\nDROP TABLE \"T\";\n\
               ALTER TABLE \"new_T\" RENAME TO \"T\";\nPRAGMA foreign_keys=ON;\n";
    let script = analyse(Sqlite, sql);
    assert_eq!(script.problems(), []);
    assert!(script.is_split());
    assert_eq!(script.statements().len(), 7);
    assert_eq!(script.statements()[1].facts(), [Fact::ForeignKeysPragma { on: false }]);
    assert_eq!(script.statements()[6].facts(), [Fact::ForeignKeysPragma { on: true }]);
}

#[test]
fn sqlite_scripts_the_parser_rejects_are_still_judged() {
    let sql = "CREATE TABLE t (a);\n  FROB x;\nBEGIN;\nPRAGMA foreign_keys=off;\nCOMMIT;\nVACUUM;";
    let script = analyse(Sqlite, sql);
    assert!(!script.is_split());
    assert_eq!(script.problems().len(), 1);
    assert_eq!(script.problems()[0].position(), Position { line: 2, column: 3 });
    assert_eq!(script.statements().len(), 6);
    assert!(unparsed(&script.statements()[1]) && !unparsed(&script.statements()[0]));
    assert!(script.statements()[4].has(|fact| *fact == Fact::EndsTransaction));
}

#[test]
fn sqlite_triggers_are_one_statement() {
    let sql = "CREATE TRIGGER g AFTER INSERT ON t BEGIN\n  UPDATE t SET a = CASE WHEN 1 THEN 2 END;\n\
               \n  DELETE FROM u;\nEND;\nBEGIN; END;";
    let script = analyse(Sqlite, sql);
    assert_eq!(script.problems(), []);
    let verbs: Vec<&str> = script.statements().iter().map(Statement::verb).collect();
    assert_eq!(verbs, ["CREATE TRIGGER", "BEGIN", "END"]);
}

#[test]
fn large_data_is_within_the_limits() {
    let row = "(1, 'some text that a seed file holds', NULL, '2025-11-12 19:03:09'),\n";
    let sql = format!("INSERT INTO t VALUES\n{}(2, '', NULL, '');\nSELECT 1", row.repeat(30_000));
    for dialect in [Postgres, Sqlite] {
        let script = analyse(dialect, &sql);
        assert!(script.is_split(), "{:?}", script.problems());
        assert_eq!(script.statements().len(), 2);
        assert_eq!(script.statements()[1].start().line, 30_003);
    }
}

#[test]
fn the_header_comes_with_the_script() {
    let script = analyse(Postgres, "-- migsafe: no-transaction because of it\nVACUUM;");
    assert_eq!(script.header().no_transaction(), Some("of it"));
}
