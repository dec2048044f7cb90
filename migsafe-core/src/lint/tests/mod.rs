//! Every rule on SQL: scripts, and exactly the findings they give.
#![cfg(all(feature = "postgres-sql", feature = "sqlite-sql", feature = "testkit"))]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};

use super::ALL;
use crate::Dialect::{self, Postgres, Sqlite};
use crate::diagnosis::diagnose;
use crate::history::History;
use crate::lock::LockState;
use crate::migrations::{MigrationName, Migrations};
use crate::policy::{Environment, Facts, Finding, Policy, Severity};
use crate::sql;
use crate::store::{DatabaseFacts, StatementSupport};

const NAME: &str = "20250101000000_a";

fn findings(dialect: Dialect, script: &'static str) -> Vec<Finding> {
    findings_with(dialect, script, StatementSupport::None)
}

fn findings_with(
    dialect: Dialect,
    script: &'static str,
    support: StatementSupport,
) -> Vec<Finding> {
    let migrations = Migrations::from_scripts([(NAME, script)]).unwrap();
    let diagnosis = diagnose(&migrations, &History::present(Vec::new()), &LockState::Free);
    let database = DatabaseFacts::default().with_statements(support);
    let scripts = BTreeMap::from([(MigrationName::from(NAME), sql::analyse(dialect, script))]);
    let facts = Facts::new(dialect, &migrations, &diagnosis, &database, &scripts);
    Policy::for_environment(Environment::development()).findings(&facts)
}

/// A dialect, a script, and the rules that must find something, each with its line (0 for none).
type Case = (Dialect, &'static str, &'static [(&'static str, u32)]);

const CASES: &[Case] = &[
    // Silence.
    (Postgres, "CREATE TABLE t (id int);\nCREATE INDEX i ON t (id);\n", &[]),
    (Postgres, "SET LOCAL lock_timeout = '1s'; SET LOCAL search_path = app; SELECT 1;", &[]),
    (Postgres, "SELECT set_config('search_path', 'app', true);", &[]),
    (Postgres, "COPY t FROM '/tmp/x'; SAVEPOINT a; ROLLBACK TO a;", &[]),
    (Postgres, "SELECT pg_advisory_xact_lock(1);", &[]),
    (Sqlite, "CREATE TABLE t (id INTEGER PRIMARY KEY);\nPRAGMA foreign_key_check;\n", &[]),
    (Sqlite, "DELETE FROM t; DROP TABLE t; UPDATE u SET a = 1;", &[]),
    // PostgreSQL.
    (Postgres, "SELECT 1;\nCREATE TABEL t;", &[("syntax-error", 2)]),
    (Postgres, "-- nothing\n", &[("empty-migration", 0)]),
    (
        Postgres,
        "BEGIN;\nSELECT 1;\nCOMMIT;",
        &[("transaction-nesting", 1), ("transaction-nesting", 3)],
    ),
    (
        Postgres,
        "\nCREATE INDEX CONCURRENTLY i ON t (c);",
        &[("statement-not-allowed-in-transaction", 2)],
    ),
    (
        Postgres,
        "-- migsafe: no-transaction because of the index\nVACUUM t;",
        &[("no-transaction-header", 0), ("statement-not-allowed-in-transaction", 2)],
    ),
    (
        Postgres,
        "-- migsafe: no-transaction because I like it\nSELECT 1;",
        &[("no-transaction-header", 0)],
    ),
    (Postgres, "-- migsafe: no-transaction\nSELECT 1;", &[("no-transaction-header", 1)]),
    (Postgres, "COPY t FROM STDIN;\n1\n\\.\n", &[("copy-from-stdin", 1)]),
    (Postgres, "COPY t TO STDOUT;", &[("copy-to-stdout", 1)]),
    (Postgres, "SELECT 1;\n\\connect other\n", &[("psql-command", 2)]),
    (Postgres, "SELECT pg_advisory_unlock_all();", &[("lock-release", 1)]),
    (Postgres, "DISCARD ALL;", &[("lock-release", 1)]),
    (
        Postgres,
        "SET search_path = app;\nSET ROLE owner;",
        &[("search-path-or-role-leak", 1), ("search-path-or-role-leak", 2)],
    ),
    (
        Postgres,
        "SELECT pg_catalog.set_config('search_path', '', false);",
        &[("search-path-or-role-leak", 1)],
    ),
    (Postgres, "SET statement_timeout = 0;", &[("session-set-leak", 1)]),
    (Postgres, "CALL p();", &[("opaque-call", 1)]),
    // SQLite.
    (Sqlite, "ATTACH 'x.db' AS x;", &[("lt-attach", 1)]),
    (Sqlite, "VACUUM;", &[("lt-vacuum-in-transaction", 1)]),
    (Sqlite, "PRAGMA journal_mode = WAL;", &[("lt-journal-mode", 1)]),
    (Sqlite, "PRAGMA foreign_keys = ON;\nSELECT 1;", &[("lt-pragma-foreign-keys", 1)]),
    (Sqlite, PRISMA_REBUILD, &[]),
    (Sqlite, "PRAGMA foreign_keys=OFF;\nDROP TABLE t;", &[("lt-foreign-keys-bracket", 1)]),
    (
        Sqlite,
        "DELETE FROM p;\nPRAGMA foreign_keys=OFF;\nDROP TABLE t;\nPRAGMA foreign_keys=ON;\n\
         INSERT OR REPLACE INTO p VALUES (1);\nINSERT INTO p VALUES (2);\nDROP INDEX i;",
        &[("lt-foreign-keys-bracket", 1), ("lt-foreign-keys-bracket", 5)],
    ),
];

/// What Prisma writes to rebuild a table.
const PRISMA_REBUILD: &str = r#"-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY);
INSERT INTO "new_User" ("id") SELECT "id" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
"#;

#[test]
fn every_script_gives_exactly_its_findings() {
    for (dialect, script, expected) in CASES {
        let mut found: Vec<(String, u32)> = findings(*dialect, script)
            .into_iter()
            .map(|f| (f.rule.into_owned(), f.location.line.unwrap_or_default()))
            .collect();
        found.sort();
        let mut expected: Vec<(String, u32)> =
            expected.iter().map(|(rule, line)| ((*rule).to_owned(), *line)).collect();
        expected.sort();
        assert_eq!(found, expected, "{script}");
    }
}

#[test]
fn every_rule_has_a_script_that_it_finds() {
    let found: BTreeSet<&str> =
        CASES.iter().flat_map(|(_, _, rules)| rules.iter().map(|(rule, _)| *rule)).collect();
    let rules: BTreeSet<&str> = ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(found, rules);
}

#[test]
fn messages_and_help_are_never_empty() {
    for (dialect, script, _) in CASES {
        for finding in findings(*dialect, script) {
            assert!(!finding.message.is_empty() && !finding.help.is_empty(), "{finding:?}");
            assert!(!finding.message.ends_with('.') && !finding.help.ends_with('.'), "{finding:?}");
            assert_ne!(finding.severity, Severity::Off);
        }
    }
}

#[test]
fn a_refused_statement_names_the_way_out() {
    let plain = findings(Postgres, "VACUUM t;").remove(0);
    assert_eq!(plain.message, "VACUUM cannot run in a transaction");
    assert!(plain.help.contains(&format!("`migsafe resolve --applied {NAME}`")), "{}", plain.help);
    let why = StatementSupport::Refused("give a direct URL".to_owned());
    let pooled = findings_with(Postgres, "VACUUM t;", why).remove(0);
    assert_eq!(pooled.help, "give a direct URL");
}

#[test]
fn with_a_journal_a_statement_alone_or_announced_is_no_finding() {
    let of = |script| findings_with(Postgres, script, StatementSupport::Available);
    assert_eq!(of("CREATE INDEX CONCURRENTLY i ON t (c);"), []);
    assert_eq!(of("-- migsafe: no-transaction because of it\nSELECT 1;\nVACUUM t;"), []);
    let batches =
        "-- migsafe: no-transaction because of it\n-- migsafe: repeat\nUPDATE t SET a = 1;";
    assert_eq!(of(batches), []);
    for wrong in [
        "-- migsafe: repeat\nUPDATE t SET a = 1;",
        "-- migsafe: no-transaction because of it\n-- migsafe: repeat\nVACUUM t;",
    ] {
        assert_eq!(of(wrong)[0].rule, "no-transaction-header", "{wrong}");
    }
    let mixed = of("SELECT 1;\nVACUUM t;").remove(0);
    assert_eq!(mixed.rule, "statement-not-allowed-in-transaction");
    assert!(mixed.help.contains("no-transaction because"), "{}", mixed.help);
}

#[test]
fn modes_without_a_journal_on_disk_are_called_by_name() {
    for (script, part) in [
        ("PRAGMA journal_mode = OFF;", "`off`: without a journal"),
        ("PRAGMA main.journal_mode('memory');", "`memory`: without a journal"),
        ("PRAGMA journal_mode = delete;", "`delete`: the mode cannot"),
    ] {
        let finding = findings(Sqlite, script).remove(0);
        assert!(finding.message.contains(part), "{}", finding.message);
    }
}
