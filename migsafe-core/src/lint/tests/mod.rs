//! What the examples on the pages of the rules cannot show.
#![cfg(all(feature = "postgres-sql", feature = "sqlite-sql", feature = "testkit"))]

mod fixtures;
mod generated;
mod suppression;

use std::collections::BTreeMap;

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
    findings_for(dialect, script, support, Environment::development())
}

fn findings_for(
    dialect: Dialect,
    script: &str,
    support: StatementSupport,
    environment: Environment,
) -> Vec<Finding> {
    let migrations = Migrations::from_scripts([(NAME, script.to_owned())]).unwrap();
    let diagnosis = diagnose(&migrations, &History::present(Vec::new()), &LockState::Free);
    let database = DatabaseFacts::default().with_statements(support);
    let scripts = BTreeMap::from([(MigrationName::from(NAME), sql::analyse(dialect, script))]);
    let facts = Facts::new(dialect, &migrations, &diagnosis, &database, &scripts);
    Policy::for_environment(environment).findings(&facts)
}

/// The findings of a script that is made in the test.
fn findings_of(dialect: Dialect, script: &str) -> Vec<Finding> {
    findings_for(dialect, script, StatementSupport::None, Environment::production())
}

#[test]
fn suggestions_that_repeat_the_script_do_not_grow_with_its_square() {
    let statement = "ALTER TABLE t ADD COLUMN c int NOT NULL;DROP TABLE x;\n";
    let suggested = |times: usize| {
        let mut findings = findings_of(Sqlite, &statement.repeat(times));
        findings.retain(|finding| finding.rule == "lt-add-not-null-without-default");
        assert_eq!(findings.len(), times);
        let scripts = findings.iter().filter_map(|finding| finding.suggestion.as_ref());
        scripts.flat_map(|suggestion| suggestion.scripts()).map(String::len).collect::<Vec<_>>()
    };
    let few = suggested(20);
    assert_eq!(few.len(), 20, "each has one");
    assert!(few.iter().all(|length| *length > 20 * statement.len()), "{few:?}");
    assert!(suggested(90).iter().sum::<usize>() < 2 << 20);
    assert_eq!(suggested(1000), [0_usize; 0]);
}

#[test]
fn nothing_is_suggested_that_a_partitioned_table_refuses() {
    let table =
        "CREATE TABLE t (id int NOT NULL, p int NOT NULL REFERENCES u) PARTITION BY RANGE (id);";
    let of = |sql: &str, made: &str| {
        let scripts = [("20250101000000_a", made), ("20250102000000_b", sql)]
            .map(|(name, script)| (name, script.to_owned()));
        let migrations = Migrations::from_scripts(scripts).unwrap();
        let diagnosis = diagnose(&migrations, &History::present(Vec::new()), &LockState::Free);
        let database = DatabaseFacts::default();
        let scripts: BTreeMap<_, _> = migrations
            .iter()
            .map(|m| (m.name().clone(), sql::analyse(Postgres, m.script().unwrap())))
            .collect();
        let facts = Facts::new(Postgres, &migrations, &diagnosis, &database, &scripts)
            .with_scope(crate::policy::Scope::OneByOne);
        let mut findings = Policy::for_environment(Environment::production()).findings(&facts);
        findings.retain(|finding| {
            finding.migration.as_ref().is_some_and(|m| m.as_str().ends_with('b'))
        });
        let suggests = findings.iter().any(|finding| finding.suggestion.is_some());
        let rules = findings.into_iter().map(|finding| finding.rule.to_string());
        (rules.collect::<Vec<_>>(), suggests)
    };
    for (rule, sql) in [
        ("add-unique-constraint", "ALTER TABLE t ADD CONSTRAINT c UNIQUE (id, p);"),
        ("add-primary-key", "ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY (id, p);"),
        (
            "add-foreign-key-validated",
            "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (p) REFERENCES u (id);",
        ),
        ("index-not-concurrent", "CREATE INDEX i ON t (p);"),
    ] {
        for (made, suggests) in
            [(table, false), ("CREATE TABLE t (id int NOT NULL, p int NOT NULL);", true)]
        {
            let (rules, suggested) = of(sql, made);
            assert!(rules.iter().any(|found| found == rule), "{rule}: {rules:?}");
            assert_eq!(suggested, suggests, "{rule} {made}");
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
    let batches = "-- migsafe: no-transaction because of it\n-- migsafe: repeat\nUPDATE t SET a = 1 WHERE a IS NULL;";
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

#[test]
fn what_nobody_has_read_does_not_pass_in_production() {
    let deep = format!("SELECT {}1{};", "(".repeat(600), ")".repeat(600));
    let support = || StatementSupport::Available;
    for dialect in [Postgres, Sqlite] {
        let of = |script: &str, environment| {
            let finding = findings_for(dialect, script, support(), environment).remove(0);
            (finding.rule.into_owned(), finding.severity)
        };
        let rule = || "syntax-error".to_owned();
        assert_eq!(of(&deep, Environment::production()), (rule(), Severity::Error));
        assert_eq!(of(&deep, Environment::development()), (rule(), Severity::Warn));
        assert_eq!(of("SELEC 1;", Environment::production()), (rule(), Severity::Warn));
    }
}
