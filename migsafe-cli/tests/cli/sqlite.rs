//! The life of an SQLite database.

use std::fs;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::common::{Project, assert_run};

#[test]
fn from_an_empty_database_to_an_up_to_date_one() {
    let project = Project::new();
    assert_run!("status_pending", project.sqlite(&["status"]).exits(3));
    assert!(!project.path().join("dev.db").exists(), "status creates nothing");
    assert_run!("deploy_dry_run", project.sqlite(&["deploy", "--dry-run"]).exits(3));
    assert!(!project.path().join("dev.db").exists(), "a dry run creates nothing");
    assert_run!("deploy_one", project.sqlite(&["deploy", "--count", "1"]).exits(0));
    assert_run!("deploy_rest", project.sqlite(&["deploy"]).exits(0));
    assert_run!("deploy_nothing", project.sqlite(&["deploy"]).exits(0));
    assert_run!("status_clean", project.sqlite(&["status"]).exits(0));
    assert_run!("locks", project.sqlite(&["locks"]).exits(0));
}

#[test]
fn the_url_may_be_prismas_and_given_as_an_option() {
    let project = Project::new();
    project.run(&["deploy", "--database-url", "file:./dev.db"]).exits(0);
    project.sqlite(&["status"]).exits(0);
    assert!(project.path().join("dev.db").exists());
}

#[test]
fn deploy_up_to_a_migration() {
    let project = Project::new().with("20250103000000_tags", "CREATE TABLE tags (id INTEGER);");
    project.sqlite(&["deploy", "--to", "20250102000000_posts"]).exits(0);
    let ran = project.sqlite(&["status"]).exits(3);
    assert!(ran.stdout.contains("2 applied, 1 pending"), "{ran}");
}

#[test]
fn verify_and_wait_change_nothing() {
    let project = Project::new();
    assert_run!("deploy_verify", project.sqlite(&["deploy", "--mode", "verify"]).exits(3));
    let wait = ["deploy", "--mode", "wait", "--lock-wait", "0.2"];
    assert_run!("deploy_wait", project.sqlite(&wait).exits(3));
    assert!(!project.path().join("dev.db").exists());
    project.sqlite(&["deploy"]).exits(0);
    project.sqlite(&["deploy", "--mode", "verify"]).exits(0);
    project.sqlite(&wait).exits(0);
}

#[test]
fn a_failure_and_its_mending() {
    let project = Project::new()
        .with(
            "20250103000000_bad",
            "CREATE TABLE tags (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n",
        )
        .with("20250104000000_after", "CREATE TABLE after (id INTEGER);");
    assert_run!("failed_deploy", project.sqlite(&["deploy"]).exits(1));
    assert_run!("failed_status", project.sqlite(&["status"]).exits(4));
    assert_run!("failed_deploy_again", project.sqlite(&["deploy"]).exits(4));
    let back = ["resolve", "--rolled-back", "20250103000000_bad"];
    let dry = project.sqlite(&[back.as_slice(), &["--dry-run"]].concat()).exits(0);
    assert_run!("resolve_rolled_back_dry_run", dry);
    project.sqlite(&["status"]).exits(4);
    assert_run!("resolve_rolled_back", project.sqlite(&back).exits(0));
    assert_run!("resolved_status", project.sqlite(&["status"]).exits(3));
    project.write("20250103000000_bad", "CREATE TABLE tags (id INTEGER);\n");
    project.sqlite(&["deploy"]).exits(0);
    assert_run!("mended_status", project.sqlite(&["status"]).exits(0));
}

#[test]
fn resolve_applied() {
    let project = Project::new();
    let name = "20250101000000_init";
    assert_run!("resolve_applied", project.sqlite(&["resolve", "--applied", name]).exits(0));
    assert_run!("resolve_applied_status", project.sqlite(&["status"]).exits(3));
    let again = project.sqlite(&["resolve", "--applied", name, "--yes"]).exits(4);
    assert_run!("resolve_applied_again", again);
    let unknown = project.sqlite(&["resolve", "--applied", "nope"]).exits(4);
    assert_run!("resolve_unknown", unknown);
    let not_failed = project.sqlite(&["resolve", "--rolled-back", name]).exits(4);
    assert_run!("resolve_not_failed", not_failed);
}

#[test]
fn a_refusal_and_its_override() {
    let project = Project::new();
    project.sqlite(&["deploy"]).exits(0);
    project.remove("20250102000000_posts");
    project.write("20250101000000_init", "CREATE TABLE users (id INTEGER, name TEXT);\n");
    project.write("20250103000000_tags", "CREATE TABLE tags (id INTEGER);\n");
    assert_run!("refused_status", project.sqlite(&["status"]).exits(4));
    assert_run!("refused_deploy", project.sqlite(&["deploy"]).exits(4));
    let only_one = project.sqlite(&["status", "--rule", "orphaned=warn"]).exits(4);
    assert!(only_one.stdout.contains("warn[orphaned]"), "{only_one}");
    let rules = ["--rule", "orphaned=warn", "--rule", "edited=note"];
    let allowed = [&["deploy"], rules.as_slice()].concat();
    assert_run!("refused_overridden", project.sqlite(&allowed).exits(0));
    project.sqlite(&["status", "--env", "development"]).exits(0);
    project.sqlite(&["status", "--env", "staging"]).exits(4);
}

#[test]
fn a_long_history_is_folded() {
    let mut project = Project::empty();
    for n in 1..=9 {
        let script = format!("CREATE TABLE t{n} (id INTEGER);");
        project = project.with(&format!("2025010{n}000000_t{n}"), &script);
    }
    project.sqlite(&["deploy"]).exits(0);
    assert_run!("status_folded", project.sqlite(&["status"]).exits(0));
    assert_run!("status_all", project.sqlite(&["status", "--all"]).exits(0));
}

#[test]
fn the_folder_is_found_or_given() {
    let project = Project::new();
    let other = project.path().join("migrations");
    fs::rename(project.migrations(), &other).unwrap();
    fs::remove_dir(project.path().join("prisma")).unwrap();
    let ran = project.sqlite(&["status"]).exits(3);
    assert!(ran.stdout.contains("migrations   migrations (2)"), "{ran}");
    fs::rename(&other, project.path().join("elsewhere")).unwrap();
    project.sqlite(&["status"]).exits(1);
    project.sqlite(&["status", "--migrations", "elsewhere"]).exits(3);
}

/// As Prisma has it while it deploys.
#[test]
fn who_has_the_file_for_itself_is_named() {
    let project = Project::new();
    project.sqlite(&["deploy", "--count", "1"]).exits(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let file = project.path().join("dev.db");
    let held = runtime.block_on(async {
        let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
        let sql = "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE";
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection
    });
    for args in [&["status"][..], &["resolve", "--applied", "20250102000000_posts", "--yes"]] {
        let ran = project.sqlite(args).exits(1);
        assert!(ran.stderr.starts_with("error[timeout]"), "{ran}");
        if cfg!(target_os = "linux") {
            let by = format!("has been locked by process {}", std::process::id());
            assert!(ran.stderr.contains(&by), "{ran}");
        }
        assert!(ran.stderr.contains("wait until it has ended"), "{ran}");
    }
    runtime.block_on(held.close()).unwrap();
    project.sqlite(&["status"]).exits(3);
}
