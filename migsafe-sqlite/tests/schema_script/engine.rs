//! Scripts as migrations, through the engine, with every rule.

use std::collections::BTreeMap;

use migsafe_sqlite::core::diagnosis::diagnose;
use migsafe_sqlite::core::history::History;
use migsafe_sqlite::core::lock::LockState;
use migsafe_sqlite::core::migrations::MigrationName;
use migsafe_sqlite::core::policy::{Facts, Scope};
use migsafe_sqlite::core::schema::Snapshot;
use migsafe_sqlite::core::sql::{self, Script};
use migsafe_sqlite::core::store::DatabaseFacts;
use migsafe_sqlite::{
    Dialect, Environment, Migrations, Options, Policy, Severity, SqliteStore, ensure_up_to_date,
};

use crate::changes::{CHANGES, RICH};
use crate::common::Db;
use crate::run::{between, compare, made, snapshot};

const BLOG: &str = "
CREATE TABLE User (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, manager INTEGER REFERENCES User (id) ON DELETE CASCADE);
CREATE TABLE Post (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES User (id) ON DELETE CASCADE, title TEXT);
CREATE INDEX User_name ON User (name);
CREATE VIEW Authors AS SELECT u.name, count(*) AS posts FROM User u JOIN Post p ON p.author = u.id GROUP BY u.id;
CREATE TABLE Log (what TEXT);
CREATE TRIGGER log_posts AFTER INSERT ON Post BEGIN INSERT INTO Log SELECT name FROM User WHERE id = new.author; END;
";

const ROWS: &str = "
INSERT INTO User VALUES (1, 'ann', NULL), (2, 'ben', 1), (7, 'gone', 1);
DELETE FROM User WHERE id = 7;
INSERT INTO Post VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'z');
";

/// The schema that the migrations and one more script lead to.
async fn target(change: &[(&str, &str)]) -> Snapshot {
    let changed = change.iter().fold(BLOG.to_owned(), |sql, (from, to)| {
        assert!(sql.contains(from), "{from}");
        sql.replace(from, to)
    });
    snapshot(&made(&changed).await).await
}

fn migrations(script: &str) -> Migrations {
    Migrations::from_scripts([
        ("20250101000000_blog".to_owned(), format!("{BLOG}{ROWS}")),
        ("20250102000000_change".to_owned(), script.to_owned()),
    ])
    .unwrap()
}

async fn started(db: &Db) -> SqliteStore {
    let store = db.store();
    let first = [("20250101000000_blog".to_owned(), format!("{BLOG}{ROWS}"))];
    let policy = Policy::for_environment(Environment::development());
    let options = Options::default().with_policy(policy);
    ensure_up_to_date(&store, &Migrations::from_scripts(first).unwrap(), options).await.unwrap();
    store
}

/// A script that loses nothing is deployed in production, and all rows are there.
#[tokio::test]
async fn a_script_is_deployed_in_production() {
    let db = Db::none();
    let store = started(&db).await;
    let change = [
        ("name TEXT, manager", "name TEXT CHECK (length(name) < 50), manager"),
        ("title TEXT)", "title TEXT, body TEXT NOT NULL DEFAULT '')"),
        ("AS posts", "AS written"),
    ];
    let target = target(&change).await;
    let script = between(&snapshot(&store).await, &target);
    assert!(script.is_complete() && script.destructive() == 0);
    let report = ensure_up_to_date(&store, &migrations(&script.to_sql()), Options::default()).await;
    let report = report.unwrap_or_else(|error| panic!("{error:#?}\n{}", script.to_sql()));
    assert_eq!(report.applied().len(), 1);
    assert!(report.status().findings().is_empty(), "{:#?}", report.status().findings());
    assert!(compare(&snapshot(&store).await, &target).is_empty());
    assert_eq!(db.texts("SELECT id || name FROM User ORDER BY id").await, ["1ann", "2ben"]);
    assert_eq!(
        db.texts("SELECT id || author || title || body FROM Post").await,
        ["11x", "21y", "32z"]
    );
    assert_eq!(db.texts("SELECT seq FROM sqlite_sequence").await, ["7"]);
    assert!(db.texts("SELECT 1 FROM pragma_foreign_key_check").await.is_empty());
    // Foreign keys are on again, and everything that uses the tables works.
    db.run("PRAGMA foreign_keys = ON; INSERT INTO Post (author, title) VALUES (2, 'new'); DELETE FROM User WHERE id = 1")
        .await;
    assert_eq!(db.texts("SELECT count(*) FROM Post").await, ["0"]);
    assert_eq!(db.texts("SELECT what FROM Log").await.last().unwrap(), "ben");
}

/// One that loses something is refused until somebody approves it, and says what it loses.
#[tokio::test]
async fn a_script_that_loses_something_is_refused_in_production() {
    let db = Db::none();
    let store = started(&db).await;
    let change = [("title TEXT)", "headline TEXT)")];
    let target = target(&change).await;
    let script = between(&snapshot(&store).await, &target);
    assert_eq!(script.destructive(), 1, "{}", script.to_sql());
    let migrations = migrations(&script.to_sql());
    let error = ensure_up_to_date(&store, &migrations, Options::default()).await.unwrap_err();
    assert!(error.is_refusal(), "{error}");
    assert_eq!(db.texts("SELECT title FROM Post").await, ["x", "y", "z"]);
    let policy = Policy::for_environment(Environment::development())
        .with_override("data-loss", Severity::Warn, "it is meant to be lost")
        .unwrap();
    let options = Options::default().with_policy(policy);
    ensure_up_to_date(&store, &migrations, options).await.unwrap();
    assert!(compare(&snapshot(&store).await, &target).is_empty());
    assert_eq!(db.texts("SELECT count(*) FROM Post").await, ["3"]);
}

/// NOT NULL without a default: the rows decide.
#[tokio::test]
async fn a_column_that_takes_no_null_any_more_is_deployed_where_there_is_none() {
    for (null, expected) in [(false, true), (true, false)] {
        let db = Db::none();
        let store = started(&db).await;
        if null {
            db.run("UPDATE Post SET title = NULL WHERE id = 2").await;
        }
        let target = target(&[("title TEXT)", "title TEXT NOT NULL)")]).await;
        let script = between(&snapshot(&store).await, &target).to_sql();
        assert!(script.contains("the copy fails where the column title is NULL"), "{script}");
        let result = ensure_up_to_date(&store, &migrations(&script), Options::default()).await;
        match result {
            Ok(report) => {
                assert!(expected);
                let findings = report.status().findings();
                assert!(
                    findings.iter().all(|found| found.severity < Severity::Error),
                    "{findings:?}"
                );
                assert!(compare(&snapshot(&store).await, &target).is_empty());
            }
            Err(error) => {
                assert!(!expected && error.is_refusal(), "{error:#?}");
                assert!(error.to_string().contains("title"), "{error}");
            }
        }
    }
}

/// What the rules say in production about a script after the one that made the schema: rule, message.
fn findings(before: &str, script: &str) -> Vec<(String, String)> {
    let all = [("20250101000000_before", before), ("20250102000000_change", script)];
    let analysed: BTreeMap<MigrationName, Script> = all
        .iter()
        .map(|(name, sql)| (MigrationName::from(*name), sql::analyse(Dialect::Sqlite, sql)))
        .collect();
    let owned = all.map(|(name, sql)| (name.to_owned(), sql.to_owned()));
    let migrations = Migrations::from_scripts(owned).unwrap();
    let diagnosis = diagnose(&migrations, &History::present(Vec::new()), &LockState::Free);
    let database = DatabaseFacts::default().with_server_version(Some(3_051_003));
    let facts = Facts::new(Dialect::Sqlite, &migrations, &diagnosis, &database, &analysed)
        .with_scope(Scope::OneByOne);
    let findings = Policy::default().findings(&facts).into_iter();
    let findings = findings.filter(|finding| {
        let name = finding.migration.as_ref().map(MigrationName::as_str);
        name == Some("20250102000000_change") && finding.severity >= Severity::Error
    });
    findings.map(|finding| (finding.rule.to_string(), finding.message.to_string())).collect()
}

/// The rules know the form of the scripts: in production they refuse only what loses something or says so.
#[tokio::test]
async fn the_rules_refuse_only_what_loses_something() {
    let mut refused = Vec::new();
    for (name, from, to, _) in CHANGES {
        let changed = RICH.replacen(from, to, 1);
        let (before, after) =
            (snapshot(&made(RICH).await).await, snapshot(&made(&changed).await).await);
        for (way, sql, script) in [
            ("there", RICH, between(&before, &after)),
            ("back", changed.as_str(), between(&after, &before)),
        ] {
            for (rule, message) in findings(sql, &script.to_sql()) {
                refused
                    .push(format!("{name}, {way} ({}): {rule}: {message}", script.destructive()));
            }
        }
    }
    insta::assert_snapshot!(refused.join("\n"));
}
