//! Each single change is seen, and nothing else is.

use migsafe_postgres::core::schema::{Snapshot, SnapshotOptions};
use migsafe_testing::{Database, Postgres};

use crate::changes::{CHANGES, NEWER_CHANGES, PRIVILEGE_CHANGES};
use crate::common::database;
use crate::support::*;

/// Makes each change on a copy; what was not seen, as text.
fn unseen(
    changes: &[(&str, &str, &str)],
    original: &Database,
    before: &Snapshot,
    options: &SnapshotOptions,
) -> Vec<String> {
    std::thread::scope(|scope| {
        let workers: Vec<_> = changes
            .chunks(changes.len().div_ceil(4).max(1))
            .map(|part| {
                scope.spawn(move || {
                    part.iter()
                        .filter_map(|change| {
                            let copy = Copy::of(Postgres::shared(), original);
                            fault(change, &copy, before, options)
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

/// What is wrong with how a change is seen, if anything.
fn fault(
    (name, sql, expected): &(&str, &str, &str),
    copy: &Copy<'_>,
    before: &Snapshot,
    options: &SnapshotOptions,
) -> Option<String> {
    if let Err(error) = copy.query(sql) {
        return Some(format!("{name}: {error}"));
    }
    let after = read_with(&copy.url(), options);
    let found = compare(before, &after);
    let is_seen = lines(&found).iter().any(|line| line.contains(expected));
    // A change of one thing is not told as a change of many.
    let is_told_shortly = found.changes().len() <= 40;
    (!is_seen || !is_told_shortly).then(|| format!("{name}: {:#?}", lines(&found)))
}

#[test]
fn each_single_change_is_seen() {
    let original = rich_on(Postgres::shared());
    let options = SnapshotOptions::default();
    let before = read(&original.url());
    assert!(CHANGES.len() >= 85, "{}", CHANGES.len());
    let major = Postgres::shared().major_version();
    let newer = NEWER_CHANGES.iter().filter(|(since, ..)| *since <= major);
    let all: Vec<_> = newer.map(|(_, name, sql, seen)| (*name, *sql, *seen)).collect();
    let all: Vec<_> = CHANGES.iter().copied().chain(all).collect();
    let unseen = unseen(&all, &original, &before, &options);
    println!("{} changes, {} of them not seen", all.len(), unseen.len());
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
}

#[test]
fn each_change_of_rights_is_seen_when_asked_for() {
    let server = Postgres::shared();
    create_reader(server);
    let original = rich_on(server);
    let options = SnapshotOptions::default().with_privileges(true);
    let before = read_with(&original.url(), &options);
    let unseen = unseen(PRIVILEGE_CHANGES, &original, &before, &options);
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
    // Not asked for, they are no differences.
    let copy = Copy::of(server, &original);
    copy.query("GRANT ALL ON ALL TABLES IN SCHEMA app TO migsafe_reader").unwrap();
    assert_equal(&read(&original.url()), &read(&copy.url()));
}

#[test]
fn the_schema_holds_every_kind_and_no_secret() {
    use migsafe_postgres::core::schema::Kind;
    let snapshot = read(&rich_on(Postgres::shared()).url());
    for kind in Kind::ALL {
        let found = snapshot.objects().any(|object| object.key().kind() == *kind);
        // Base types need functions in C; the others are SQLite's, or read with rights only.
        let elsewhere =
            matches!(kind, Kind::BaseType | Kind::VirtualTable | Kind::DefaultPrivileges);
        assert_eq!(found, !elsewhere, "{kind}");
    }
    assert!(!snapshot.to_json().contains("never shown"));
    assert_eq!(Snapshot::from_json(&snapshot.to_json()).unwrap(), snapshot);
}

#[test]
fn an_empty_database_has_the_schema_public_and_what_the_server_brings() {
    let snapshot = read(&database().url());
    let names: Vec<String> = snapshot.objects().map(|o| o.key().to_string()).collect();
    assert_eq!(names, ["extension plpgsql", "schema public"]);
}

#[test]
fn a_range_type_is_one_object_with_its_functions() {
    let database = database();
    database.query("CREATE TYPE public.spans AS RANGE (subtype = integer)").unwrap();
    let snapshot = read(&database.url());
    let names: Vec<String> = snapshot.objects().map(|o| o.key().to_string()).collect();
    assert_eq!(names, ["extension plpgsql", "schema public", "range type public.spans"]);
}
