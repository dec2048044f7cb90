//! The SQL of each single change, on a server, forward and backward.

use migsafe_postgres::core::schema::{Snapshot, SnapshotOptions, script};
use migsafe_testing::{Database, Postgres};

use crate::changes::{CHANGES, NEWER_CHANGES, PRIVILEGE_CHANGES};
use crate::support::*;

/// What a change was made of, in one direction.
#[derive(Debug)]
struct Outcome {
    name: String,
    fault: Option<String>,
    /// What is left to a person, a line each.
    manual: Vec<String>,
}

/// Leads a copy of a database from one snapshot to another, and looks at what came of it.
fn lead(
    name: &str,
    copy: &Copy<'_>,
    from: &Snapshot,
    to: &Snapshot,
    options: &SnapshotOptions,
) -> Outcome {
    let found = compare(from, to);
    let script = script(from, to, &found);
    let mut client = copy.client();
    let fault = match carry_out(&mut client, &script) {
        Err(error) => Some(error),
        Ok(()) => {
            let left = left_over(&read_with(&copy.url(), options), to, &script);
            (!left.is_empty()).then(|| left.join("\n  "))
        }
    };
    let fault = fault.map(|fault| format!("{name}: {fault}\n{}", script.to_sql()));
    let manual = script.manual().iter().map(|m| format!("{name}: {}", m.change())).collect();
    Outcome { name: name.to_owned(), fault, manual }
}

/// Each change on copies of a database, there and back.
fn outcomes(
    changes: &[(&str, &str, &str)],
    original: &Database,
    options: &SnapshotOptions,
) -> Vec<[Outcome; 2]> {
    let before = read_with(&original.url(), options);
    let both = |(name, sql, _): &(&str, &str, &str)| {
        let changed = Copy::of(Postgres::shared(), original);
        changed.query(sql).unwrap();
        let after = read_with(&changed.url(), options);
        let back = lead(&format!("{name}, back"), &changed, &after, &before, options);
        // What is back where it was can be led again.
        let fresh = (!back.manual.is_empty() || back.fault.is_some())
            .then(|| Copy::of(Postgres::shared(), original));
        [lead(name, fresh.as_ref().unwrap_or(&changed), &before, &after, options), back]
    };
    std::thread::scope(|scope| {
        let both = &both;
        let workers: Vec<_> = changes
            .chunks(changes.len().div_ceil(4).max(1))
            .map(|part| scope.spawn(move || part.iter().map(both).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

/// No fault, and exactly this left to a person.
fn assert_outcomes(outcomes: &[[Outcome; 2]], manual: &[&str]) {
    let all: Vec<&Outcome> = outcomes.iter().flatten().collect();
    let faults: Vec<&str> = all.iter().filter_map(|o| o.fault.as_deref()).collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n\n"));
    let left: Vec<&str> = all.iter().flat_map(|o| &o.manual).map(String::as_str).collect();
    assert_eq!(left, manual, "{:#?}", all.iter().map(|o| &o.name).collect::<Vec<_>>());
}

/// All that no SQL can be written for.
const MANUAL: [&str; 4] = [
    "end an inheritance, back: changed column app.derived.x: inherited: no → yes",
    "end an inheritance, back: changed column app.derived.y: inherited: no → yes",
    "end an inheritance, back: changed constraint app.derived.base_y_check: inherited: no → yes",
    "make an index invalid: changed index app.posts.posts_trgm: invalid: no → yes",
];

#[test]
fn each_single_change_is_carried_out_forward_and_backward() {
    let original = rich_on(Postgres::shared());
    let major = Postgres::shared().major_version();
    let newer = NEWER_CHANGES.iter().filter(|(since, ..)| *since <= major);
    let all: Vec<_> = newer.map(|(_, name, sql, seen)| (*name, *sql, *seen)).collect();
    let all: Vec<_> = CHANGES.iter().copied().chain(all).collect();
    let outcomes = outcomes(&all, &original, &SnapshotOptions::default());
    assert_outcomes(&outcomes, &MANUAL);
    let complete =
        |side: usize| outcomes.iter().filter(|pair| pair[side].manual.is_empty()).count();
    println!("{} changes, {} complete forward, {} back", all.len(), complete(0), complete(1));
}

#[test]
fn each_change_of_rights_is_carried_out_forward_and_backward() {
    let server = Postgres::shared();
    create_reader(server);
    let original = rich_on(server);
    let options = SnapshotOptions::default().with_privileges(true);
    assert_outcomes(&outcomes(PRIVILEGE_CHANGES, &original, &options), &[]);
}
