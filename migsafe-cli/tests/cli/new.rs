//! `new`.

use std::fs;

use crate::common::{Project, assert_run};

#[test]
fn makes_a_migration_that_can_be_deployed() {
    let project = Project::empty();
    fs::create_dir(project.path().join("prisma")).unwrap();
    assert_run!("new_first", project.sqlite(&["new", "New users"]).exits(0));
    // From here on the folder says which database it is for.
    assert_run!("new_second", project.run(&["new", "new_posts"]).exits(0));
    let names: Vec<String> = {
        let entries = fs::read_dir(project.migrations()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names.len(), 3);
    assert!(names[0].ends_with("_new_users") && names[1].ends_with("_new_posts"), "{names:?}");
    assert!(!project.path().join("dev.db").exists());
    let ran = project.sqlite(&["deploy"]).exits(0);
    assert!(ran.stdout.contains("Applied 2 migrations"), "{ran}");
}

#[test]
fn the_folder_is_made_where_the_usual_ones_are_looked_for() {
    let project = Project::empty();
    let ran = project.sqlite(&["new", "new_a"]).exits(0);
    assert!(ran.stdout.contains("migrations/migration_lock.toml"), "{ran}");
    assert!(project.path().join("migrations").is_dir());
    project.sqlite(&["new", "new_b", "--migrations", "db/steps"]).exits(0);
    assert!(project.path().join("db/steps/migration_lock.toml").is_file());
}

#[test]
fn refusals() {
    let project = Project::empty();
    assert_run!("new_without_url", project.run(&["new", "a"]).exits(2));
    assert_run!("new_bad_name", project.sqlite(&["new", "../.."]).exits(2));
    fs::write(project.path().join("file"), "").unwrap();
    assert_run!("new_in_a_file", project.sqlite(&["new", "a", "--migrations", "file"]).exits(1));
    assert!(!project.path().join("migrations").exists());
}

#[test]
fn templates() {
    let project = Project::empty();
    fs::create_dir(project.path().join("prisma")).unwrap();
    project.sqlite(&["new", "new_users"]).exits(0);
    let script = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n\
                  INSERT INTO users VALUES (1, 'one');\n";
    let mut paths = fs::read_dir(project.migrations()).unwrap().map(|entry| entry.unwrap().path());
    let folder = paths.find(|path| path.is_dir()).unwrap();
    fs::write(folder.join("migration.sql"), script).unwrap();
    let rename = [
        "new",
        "--template",
        "rename-column",
        "--table",
        "users",
        "--column",
        "name",
        "--to",
        "new_name",
        "--type",
        "TEXT",
        "--release",
    ];
    let release = |n| {
        let mut args = rename.to_vec();
        args.push(n);
        args
    };
    let mut shown = release("1");
    shown.push("--dry-run");
    assert_run!("template_dry_run", project.sqlite(&shown).exits(0));
    for n in ["1", "2", "3"] {
        project.sqlite(&release(n)).exits(0);
        project.sqlite(&["deploy"]).exits(0);
    }
    assert_eq!(fs::read_dir(project.migrations()).unwrap().count(), 4);
    assert_run!("template_no_release", project.sqlite(&release("4")).exits(2));
    let index = ["new", "--template", "add-index", "--table", "users"];
    assert_run!("template_incomplete", project.sqlite(&index).exits(2));
    let not_null =
        ["new", "--template", "set-not-null", "--table", "users", "--column", "new_name"];
    assert_run!("template_not_offered", project.sqlite(&not_null).exits(2));
    let hostile = [
        "new",
        "--template",
        "add-index",
        "--table",
        "a\"b\n;DROP",
        "--column",
        "c\n--",
        "--dry-run",
        "--format",
        "json",
    ];
    assert_run!("template_hostile_names", project.sqlite(&hostile).exits(0));
}
