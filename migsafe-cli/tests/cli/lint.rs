//! `lint` on a folder.

use migsafe_testing::Postgres;

use crate::common::{Project, assert_run};

/// Rules come and go; these tests are about one that stays.
fn project() -> Project {
    Project::empty()
        .with("20250101000000_good", "SELECT 1;\n")
        .with("20250102000000_bad", "SELECT 1;\nCOMMIT;\n")
}

fn on_postgres(args: &[&str]) -> Vec<String> {
    let mut all = vec!["lint".to_owned(), "--dialect".to_owned(), "postgresql".to_owned()];
    all.extend(args.iter().map(|arg| (*arg).to_owned()));
    all
}

fn lint(project: &Project, args: &[&str]) -> crate::common::Ran {
    let args = on_postgres(args);
    project.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn every_form() {
    let project = project();
    assert_run!("lint_text", lint(&project, &[]).exits(4));
    assert_run!("lint_github", lint(&project, &["--format", "github"]).exits(4));
    let json = lint(&project, &["--format", "json"]).exits(4);
    assert_eq!(
        json.json()["findings"][0]["path"],
        "prisma/migrations/20250102000000_bad/migration.sql"
    );
    assert_run!("lint_json", json);
    let sarif = lint(&project, &["--format", "sarif"]).exits(4);
    let log: serde_json::Value = serde_json::from_str(&sarif.stdout).unwrap();
    assert_eq!((&log["version"], sarif.stderr.as_str()), (&"2.1.0".into(), ""));
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "transaction-nesting");
}

#[test]
fn the_failing_severity_and_overrides_decide() {
    let project = project();
    let rule = |severity: &str| format!("--rule=transaction-nesting={severity}");
    lint(&project, &[&rule("warn")]).exits(0);
    lint(&project, &[&rule("warn"), "--fail-on", "warn"]).exits(4);
    lint(&project, &[&rule("note"), "--fail-on", "warn"]).exits(0);
    lint(&project, &[&rule("note"), "--fail-on", "note"]).exits(4);
    assert_run!("lint_passed", lint(&project, &[&rule("off"), "--fail-on", "note"]).exits(0));
}

/// The option, else the folder, else the URL.
#[test]
fn the_dialect_is_found_out() {
    let script = "PRAGMA journal_mode = WAL;\n";
    let project = Project::empty().with("20250101000000_a", script);
    project.run(&["lint"]).exits(2);
    let sqlite = project.run(&["lint", "--database-url", "sqlite:dev.db"]).exits(4);
    assert!(sqlite.stdout.contains("[lt-journal-mode]"), "{sqlite}");
    assert!(!project.path().join("dev.db").exists());
    let lock = project.migrations().join("migration_lock.toml");
    std::fs::write(lock, "provider = \"sqlite\"\n").unwrap();
    let told = project.on("postgresql://app:s3cret@db/x", &["lint"]).exits(4);
    assert!(told.stdout.contains("[lt-journal-mode]"), "{told}");
    let option = project.run(&["lint", "--dialect", "postgresql"]).exits(4);
    assert!(option.stdout.contains("[lock-file-mismatch]"), "{option}");
}

#[test]
fn pending_ones_are_those_of_the_database() {
    let project = Project::empty().with("20250101000000_a", "ATTACH ':memory:' AS x;\n");
    project.sqlite(&["resolve", "--applied", "20250101000000_a"]).exits(0);
    project.sqlite(&["lint"]).exits(4);
    assert_run!("lint_none_pending", project.sqlite(&["lint", "--pending"]).exits(0));
    project.write("20250102000000_b", "VACUUM;\n");
    let pending = project.sqlite(&["lint", "--pending", "--format=json"]).exits(4).json();
    assert_eq!(pending["summary"]["files"], 1);
    let found = pending["findings"].as_array().unwrap();
    assert!(found.iter().all(|finding| finding["migration"] == "20250102000000_b"), "{found:?}");
    let away = project.on("sqlite:/nowhere/at/all.db", &["lint", "--pending"]);
    assert!(away.code == 1 || away.code == 4, "{away}");
}

/// What a deploy would refuse because of rows, said before.
#[test]
fn rows_of_the_database_are_asked_about() {
    let project = Project::empty().with(
        "20250101000000_a",
        "CREATE TABLE t (id INTEGER PRIMARY KEY);\nINSERT INTO t VALUES (7);\n",
    );
    project.sqlite(&["deploy"]).exits(0);
    project.write("20250102000000_b", "DROP TABLE t;\n");
    let found = |args: &[&str], code: i32| {
        let json = project.sqlite(&[&["lint", "--format=json"], args].concat()).exits(code).json();
        let findings = json["findings"].as_array().unwrap().clone();
        findings.into_iter().find(|finding| finding["rule"] == "data-loss")
    };
    let loss = found(&["--pending", "--live"], 4).expect("a row is lost");
    assert_eq!(loss["message"], "drops the table t: 1 row is lost");
    assert_eq!(
        (&loss["line"], &loss["path"]),
        (&1.into(), &"prisma/migrations/20250102000000_b/migration.sql".into())
    );
    let unasked = project.sqlite(&["lint", "--format=json", "--pending"]).json();
    assert!(!unasked.to_string().contains("data-loss"), "{unasked}");
    project.sqlite(&["lint", "--live"]).exits(2);
    project.sqlite(&["lint", "--pending", "--no-samples"]).exits(2);
}

/// SQLite locks the whole file, and says so; without `--live` nobody asked.
#[test]
fn one_lock_for_the_whole_file() {
    let project = Project::empty().with("20250101000000_a", "CREATE TABLE t (id INTEGER);\n");
    let live = ["lint", "--pending", "--live"];
    let text = project.sqlite(&live);
    assert!(text.stdout.contains("SQLite has one lock for the whole file"), "{text}");
    let json = project.sqlite(&[&live[..], &["--format=json"]].concat()).json();
    assert_eq!(json["locks"]["supported"], false, "{json}");
    let unasked = project.sqlite(&["lint", "--pending", "--format=json"]).json();
    assert!(unasked.get("locks").is_none(), "{unasked}");
    project.sqlite(&["deploy"]).exits(0);
    let none = project.sqlite(&[&live[..], &["--format=json"]].concat()).exits(0).json();
    assert!(none.get("locks").is_none(), "nothing is pending: {none}");
}

/// What goes through a whole table keeps the lock for long.
#[test]
fn sqlite_whole_tables() {
    let fill = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\nCREATE TABLE \"a b\" (id INTEGER);\n\
                INSERT INTO t (a) WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 12345) SELECT i FROM r;\n\
                INSERT INTO \"a b\" VALUES (1);\n";
    let project = Project::empty().with("20250101000000_a", fill);
    project.sqlite(&["deploy"]).exits(0);
    let rebuild = "CREATE TABLE new_t (id INTEGER PRIMARY KEY, a TEXT NOT NULL);\n\
                   INSERT INTO new_t SELECT * FROM t;\nDROP TABLE t;\nALTER TABLE new_t RENAME TO t;\n\
                   UPDATE \"a b\" SET id = 2 WHERE id = 1;\nALTER TABLE \"a b\" ADD COLUMN b INT CHECK (b > 0);\n\
                   CREATE TABLE other (id INTEGER);\nCREATE INDEX other_id ON other (id);\nANALYZE;\n";
    let project = project.with("20250102000000_b", rebuild);
    let ran = project.sqlite(&["deploy", "--dry-run", "--env=development"]);
    insta::assert_snapshot!(ran.exits(3).to_string());
}

/// What pending statements lock, how large it is, and who holds it.
#[test]
fn locks_of_the_database_are_looked_at() {
    let database = Postgres::shared().create_database();
    database
        .query(
            "CREATE TABLE users AS SELECT g AS id FROM generate_series(1, 5000) g; ANALYZE users",
        )
        .unwrap();
    let mut reader = database.client();
    reader.query("SET application_name = 'report'; BEGIN; SELECT * FROM users LIMIT 1").unwrap();
    let project = Project::empty().with(
        "20250101000000_mail",
        "ALTER TABLE users ADD COLUMN mail text;\nALTER TABLE users ALTER COLUMN id TYPE bigint;\n",
    );
    let live = ["lint", "--pending", "--live"];
    assert_run!("lint_live_locks", project.on(&database.url(), &live));
    let json = project.on(&database.url(), &[&live[..], &["--format=json"]].concat());
    assert_eq!(json.stderr, "");
    let locks = &json.json()["locks"];
    let users = &locks["pending"]["relations"][0];
    assert_eq!(
        (&users["relation"], &users["lock"], &users["rows"]),
        (&"public.users".into(), &"ACCESS EXCLUSIVE".into(), &5000.into())
    );
    assert_eq!(locks["pending"]["statements"][1]["rewrite"], "depends");
    assert_eq!(locks["pending"]["windows"][0]["later_statements"], 1);
    assert_eq!(locks["sessions"][0]["pid"].as_u64(), Some(reader.process_id().into()));
    assert_eq!(locks["patience"]["lock_timeout_ms"], 5000);
    reader.query("COMMIT").unwrap();
    let history = database.query("SELECT to_regclass('_prisma_migrations')").unwrap();
    assert_eq!(history[0][0], None, "nothing was written");
}

/// Nothing is written, and nothing is connected to.
#[test]
fn a_database_is_not_needed() {
    let ran =
        lint(&project(), &["--database-url", "postgresql://app:s3cret@127.0.0.1:1/x"]).exits(4);
    assert_eq!(ran.stderr, "");
}

#[test]
fn errors_are_said_in_every_form() {
    let project = Project::empty();
    assert_run!("lint_no_folder", project.run(&["lint"]).exits(1));
    assert_run!("lint_no_folder_github", project.run(&["lint", "--format=github"]).exits(1));
    let sarif = project.run(&["lint", "--format=sarif"]).exits(1);
    assert_eq!(sarif.stdout, "", "a log without findings would say that all is well");
    assert!(sarif.stderr.starts_with("error[migrations-not-found]"), "{sarif}");
    assert_eq!(project.run(&["lint", "--format=json"]).exits(1).json()["kind"], "error");
}
