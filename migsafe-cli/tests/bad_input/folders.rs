//! Migrations folders with anything in them.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use migsafe_core::report::{Style, json, text};
use migsafe_core::store::MemoryStore;
use migsafe_core::{Dialect, Environment, Migrations, Options, Policy, engine, ensure_up_to_date};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{assert_shown, binary, block_on};

/// Something in the folder, below a name.
#[derive(Clone, Debug)]
enum Entry {
    /// A migration with this script.
    Script(Vec<u8>),
    /// A migration with a script for a statement or two that make sense.
    Sql(String),
    /// An empty folder.
    Folder,
    /// A file.
    File(Vec<u8>),
    /// A symbolic link, perhaps to nothing or to itself.
    Link(String),
    /// A migration whose script is a link.
    ScriptLink(String),
    /// A migration whose script is a folder.
    ScriptFolder,
    /// A migration whose script is a pipe that nobody writes to.
    Pipe,
    /// A migration whose script nobody may read.
    Forbidden,
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    let usable = |bytes: Vec<u8>| {
        let bytes: Vec<u8> =
            bytes.into_iter().map(|b| if matches!(b, b'/' | 0) { b'_' } else { b }).collect();
        if matches!(&*bytes, b"." | b".." | b"") { b"_".to_vec() } else { bytes }
    };
    prop_oneof![
        4 => "20250[1-9]0[1-9]00000[0-9]_[a-z]{1,5}".prop_map(String::into_bytes),
        1 => Just(b"migration_lock.toml".to_vec()),
        1 => "[A-Za-z]{1,2}".prop_map(String::into_bytes),
        1 => Just([b"20250101000000_".as_slice(), &[b'x'; 240]].concat()),
        2 => "\\PC{1,20}".prop_map(|text| text.into_bytes()).prop_map(usable),
        2 => vec(any::<u8>(), 1..30).prop_map(usable),
    ]
}

fn sql() -> impl Strategy<Value = String> {
    vec(
        prop_oneof![
            Just("CREATE TABLE t (id INTEGER)"),
            Just("DROP TABLE t"),
            Just("INSERT INTO nowhere VALUES (1)"),
            Just("BEGIN"),
            Just("COMMIT"),
            Just("PRAGMA foreign_keys=OFF"),
            Just("VACUUM"),
            Just("-- migsafe: no-transaction because\n"),
            Just("\u{feff}"),
            Just("SELECT '"),
            Just("/*"),
        ],
        0..4,
    )
    .prop_map(|parts| parts.join(";\n"))
}

fn entry() -> impl Strategy<Value = Entry> {
    let target =
        || prop_oneof![Just("."), Just(".."), Just("nowhere"), Just("/dev/zero"), Just("a")];
    prop_oneof![
        4 => sql().prop_map(Entry::Sql),
        3 => vec(any::<u8>(), 0..60).prop_map(Entry::Script),
        1 => Just(Entry::Folder),
        1 => vec(any::<u8>(), 0..60).prop_map(Entry::File),
        1 => target().prop_map(|target| Entry::Link(target.to_owned())),
        1 => target().prop_map(|target| Entry::ScriptLink(target.to_owned())),
        1 => Just(Entry::ScriptFolder),
        1 => Just(Entry::Pipe),
        1 => Just(Entry::Forbidden),
    ]
}

/// A name can come twice, be too long for the disk, or be refused by it: then there is one entry less.
fn make(folder: &Path, entries: &[(Vec<u8>, Entry)]) {
    for (name, entry) in entries {
        let path = folder.join(OsStr::from_bytes(name));
        let script = path.join("migration.sql");
        // Writing to a pipe that is there would wait for a reader.
        if path.symlink_metadata().is_ok() {
            continue;
        }
        if !matches!(entry, Entry::File(_) | Entry::Link(_)) {
            let _ = fs::create_dir(&path);
        }
        let _ = match entry {
            Entry::Script(bytes) => fs::write(script, bytes),
            Entry::Sql(sql) => fs::write(script, sql),
            Entry::Folder => Ok(()),
            Entry::File(bytes) => fs::write(path, bytes),
            Entry::Link(target) => symlink(target, path),
            Entry::ScriptLink(target) => symlink(target, script),
            Entry::ScriptFolder => fs::create_dir(script),
            Entry::Pipe => Command::new("mkfifo").arg(script).output().map(drop),
            Entry::Forbidden => fs::write(&script, "SELECT 1")
                .and_then(|()| fs::set_permissions(&script, Permissions::from_mode(0o000))),
        };
    }
}

fn entries() -> impl Strategy<Value = Vec<(Vec<u8>, Entry)>> {
    vec((name(), entry()), 0..6)
}

/// Whatever is printed of a set: as text, and as one document.
fn look_at(migrations: &Migrations, dialect: Dialect, tier: Environment) {
    let store = MemoryStore::new(dialect);
    let options = Options::default().with_policy(Policy::for_environment(tier));
    let status = block_on(engine::status(&store, migrations, &options)).unwrap();
    assert_shown(&text::status(&status, Style::plain().showing_all(true)));
    serde_json::from_str::<serde_json::Value>(&json::status(&status)).unwrap();
    match block_on(ensure_up_to_date(&store, migrations, options)) {
        Ok(report) => assert_shown(&text::deploy(&report, Style::plain())),
        Err(error) => {
            assert!(!error.code().is_empty() && !error.help().is_empty(), "{error:?}");
            assert!(!error.to_string().chars().any(|c| c.is_control() && c != '\n'), "{error}");
            assert_shown(&text::error(&error, Style::plain()));
            serde_json::from_str::<serde_json::Value>(&json::error(&error)).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_folder_is_read_and_reported(entries in entries(), production in any::<bool>()) {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path(), &entries);
        let tier = if production { Environment::production() } else { Environment::development() };
        match Migrations::from_directory(dir.path()) {
            Ok(migrations) => {
                for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                    look_at(&migrations, dialect, tier.clone());
                }
            }
            Err(error) => {
                assert_shown(&error.to_string());
                prop_assert!(!error.code().is_empty() && !error.help().is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 15, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_folder_is_deployed_or_refused(entries in entries()) {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("migrations");
        fs::create_dir(&folder).unwrap();
        make(&folder, &entries);
        let url = "sqlite:dev.db";
        binary::run(dir.path(), url, None, &["status", "--all"]);
        binary::run(dir.path(), url, None, &["deploy", "--env", "development"]);
        binary::run(dir.path(), url, None, &["deploy", "--resume"]);
        binary::run(dir.path(), url, None, &["status"]);
    }
}
