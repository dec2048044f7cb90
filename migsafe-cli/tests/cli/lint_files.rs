//! `lint` on files that are named.

use std::fs;
use std::time::Instant;

use crate::common::{Project, Ran, assert_run};

const BAD: &str = "COMMIT;\n";

fn project() -> Project {
    let project = Project::empty()
        .with("20250101000000_a", BAD)
        .with("20250102000000_b", "SELECT 1;\nROLLBACK;\n");
    fs::write(project.migrations().join("migration_lock.toml"), "provider = \"postgresql\"\n")
        .unwrap();
    fs::write(project.path().join("single.sql"), BAD).unwrap();
    project
}

/// The paths that findings were made on.
fn paths(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let findings = json["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_path_is_a_file_a_migration_or_a_folder() {
    let project = project();
    let of = |files: &[&str]| {
        let mut args = vec!["lint", "--format=json"];
        args.extend(files);
        paths(&project.run(&args).exits(4))
    };
    let a = "prisma/migrations/20250101000000_a/migration.sql";
    let b = "prisma/migrations/20250102000000_b/migration.sql";
    assert_eq!(of(&[a]), [a]);
    assert_eq!(of(&["prisma/migrations/20250102000000_b"]), [b]);
    assert_eq!(of(&["prisma/migrations/20250102000000_b/"]), [b]);
    assert_eq!(of(&["prisma/migrations"]), [a, b]);
    assert_eq!(of(&[b, a, b, "single.sql", "./single.sql"]).len(), 4);
    assert_eq!(of(&["single.sql"]), ["single.sql"]);
    assert_eq!(of(&["prisma/migrations", b]), [a, b], "the folder is all of it");
}

#[test]
fn standard_input_is_a_script() {
    let project = project();
    assert_run!("lint_stdin", project.fed(&["lint", "-"], b"SELECT 1;\nCOMMIT;\n").exits(4));
    let alone = Project::empty();
    alone.fed(&["lint", "-"], b"COMMIT;").exits(2);
    alone.fed(&["lint", "-", "--dialect=sqlite"], b"SELECT 1;").exits(0);
    let ran = alone.fed(&["lint", "-", "--dialect=sqlite", "--format=json"], b"").exits(0);
    assert_eq!(ran.json()["files"][0]["path"], "<stdin>");
}

#[test]
fn a_folder_for_another_database_is_said_to_be_one() {
    let project = Project::empty().with("20250101000000_a", "SELECT 1;");
    let lock_file = project.migrations().join("migration_lock.toml");
    for (content, said) in [
        (Some("provider = \"mysql\"\n"), "migration_lock.toml says provider `mysql`"),
        (Some("nothing\n"), "migration_lock.toml names no provider"),
        (None, "there is no migration_lock.toml"),
    ] {
        match content {
            Some(content) => fs::write(&lock_file, content).unwrap(),
            None => fs::remove_file(&lock_file).unwrap(),
        }
        let ran = project.run(&["lint"]).exits(2);
        assert!(ran.stderr.contains(said), "{ran}");
    }
}

#[test]
fn what_cannot_be_linted_is_an_error() {
    let project = project();
    fs::create_dir_all(project.path().join("src/code")).unwrap();
    assert_run!("lint_missing_file", project.run(&["lint", "nope.sql"]).exits(1));
    assert_run!("lint_no_migrations", project.run(&["lint", "src"]).exits(1));
    assert_run!("lint_device", project.run(&["lint", "/dev/zero"]).exits(1));
    project.run(&["lint", "single.sql/x"]).exits(1);
    project.run(&["lint", "a\u{1b}[31m\u{202e}"]).exits(1);
}

/// No text makes it fall over, and every place is one of the text.
#[test]
fn any_bytes_are_linted() {
    let project = Project::empty();
    let insert = format!("INSERT INTO t VALUES {};\n", "(1, 'é', NULL),".repeat(500_000));
    let nested = format!("SELECT {}1{};\nCOMMIT;", "(".repeat(100_000), ")".repeat(100_000));
    let cases: [(&str, Vec<u8>); 6] = [
        ("empty", Vec::new()),
        ("not UTF-8", b"SELECT '\xff\xfe';\nCOMMIT;".to_vec()),
        ("NUL", b"SELECT 1;\0COMMIT;".to_vec()),
        ("UTF-16", b"\xff\xfeS\0E\0".to_vec()),
        ("large", insert.into_bytes()),
        ("nested", nested.into_bytes()),
    ];
    for (name, bytes) in cases {
        let formats = ["text", "json", "github", "sarif"];
        for dialect in ["postgresql", "sqlite"] {
            // One is enough of what takes long.
            for format in if name == "large" { &formats[..1] } else { &formats } {
                let begun = Instant::now();
                let args = ["lint", "-", "--dialect", dialect, "--format", format];
                let ran = project.fed(&args, &bytes);
                assert!(ran.code == 0 || ran.code == 4, "{name}: {ran}");
                let shown = ran.stdout.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
                assert!(!shown, "{name}: {ran}");
                assert!(ran.stdout.len() < 20_000, "{name}: {} bytes", ran.stdout.len());
                assert!(begun.elapsed().as_secs() < 60, "{name}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = project();
    let path = project.path().join("single.sql");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything.
    if fs::read(&path).is_err() {
        let ran = project.run(&["lint", "single.sql"]).exits(1);
        assert!(ran.stderr.starts_with("error[file-unreadable]: cannot read single.sql"), "{ran}");
    }
}
