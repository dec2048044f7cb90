//! The SQL between every pair of neighbouring states of real migration folders, forward and backward.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use migsafe_core::testkit::fixtures::{Run, trials};
use migsafe_postgres::core::schema::{Snapshot, script};
use migsafe_postgres::core::sql;
use migsafe_postgres::{Dialect, Migrations};
use migsafe_testing::{Client, Database, Postgres, tools};

use crate::common::database;
use crate::support::*;

/// Runs a migration statement by statement: some of them cannot run in a transaction.
fn apply(client: &mut Client, migration: &str) -> Result<(), String> {
    for statement in sql::analyse(Dialect::Postgres, migration).statements() {
        let text = &migration[statement.range()];
        client.query(text).map_err(|error| format!("{error}: {text}"))?;
    }
    Ok(())
}

/// The states of a database, after each migration.
fn states(database: &Database, migrations: &[(String, String)]) -> Vec<Snapshot> {
    let mut states = vec![read(&database.url())];
    let mut client = database.client();
    for (name, migration) in migrations {
        apply(&mut client, migration).unwrap_or_else(|error| panic!("{name}: {error}"));
        states.push(read(&database.url()));
    }
    states
}

/// Leads a database through states; what went wrong on the way.
fn lead<'a>(url: &str, client: &mut Client, states: impl Iterator<Item = &'a Snapshot>) -> Walk {
    let states: Vec<&Snapshot> = states.collect();
    let mut walk = Walk::default();
    for pair in states.windows(2) {
        let [from, to] = pair else { continue };
        let script = script(from, to, &compare(from, to));
        walk.statements += script.steps().len();
        walk.manual
            .extend(script.manual().iter().map(|m| format!("{}: {}", m.change(), m.what_to_do())));
        if script.is_empty() {
            continue;
        }
        if let Err(error) = carry_out(client, &script) {
            walk.faults.push(error);
            return walk;
        }
        let left = left_over(&read(url), to, &script);
        if !left.is_empty() {
            walk.faults.push(format!("{}\n{}", left.join("\n  "), script.to_sql()));
        }
    }
    walk
}

#[derive(Debug, Default)]
struct Walk {
    statements: usize,
    manual: Vec<String>,
    faults: Vec<String>,
}

/// There and back; how many statements each takes.
fn walk_folder(migrations: &[(String, String)]) -> (usize, usize) {
    let (live, follower) = (database(), database());
    let states = states(&live, migrations);
    let (forward, back) = std::thread::scope(|scope| {
        let forward = scope.spawn(|| lead(&follower.url(), &mut follower.client(), states.iter()));
        // On the real one, from its end to its beginning.
        let back = lead(&live.url(), &mut live.client(), states.iter().rev());
        (forward.join().unwrap(), back)
    });
    for walk in [&forward, &back] {
        assert!(walk.faults.is_empty(), "{}", walk.faults.join("\n\n"));
        assert_eq!(walk.manual, Vec::<String>::new());
    }
    (forward.statements, back.statements)
}

fn folder(path: &Path) -> Vec<(String, String)> {
    let migrations = Migrations::from_directory(path).unwrap();
    let scripts = migrations.iter().filter_map(|migration| {
        Some((migration.name().to_string(), migration.script()?.to_owned()))
    });
    scripts.collect()
}

#[test]
fn a_real_folder_is_walked_in_both_directions() {
    let path = tools::real_migrations().unwrap_or_else(|message| panic!("{message}"));
    let migrations = folder(&path);
    assert!(migrations.len() >= 200, "{}", migrations.len());
    let (forward, back) = walk_folder(&migrations);
    println!("{} migrations: {forward} statements forward, {back} back", migrations.len());
}

/// The examples on the pages of the rules: what was there before the last migration, and after it.
#[test]
fn the_examples_of_rules_are_walked_in_both_directions() {
    let trials = trials(Dialect::Postgres, Postgres::shared().version());
    let trials: Vec<_> = trials.iter().filter(|trial| trial.run == Run::Succeeds).collect();
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut found = Vec::new();
        while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.push((trial.place.clone(), walk_trial(&trial.migrations)));
        }
        found
    };
    let found: Vec<(String, Option<Walk>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let walked: Vec<(&String, &Walk)> =
        found.iter().filter_map(|(place, walk)| Some((place, walk.as_ref()?))).collect();
    let faults: Vec<String> = walked
        .iter()
        .flat_map(|(place, walk)| walk.faults.iter().map(move |f| format!("{place}: {f}")))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    let mut manual: Vec<&String> = walked.iter().flat_map(|(_, walk)| &walk.manual).collect();
    manual.sort();
    manual.dedup();
    println!("{} of {} examples, manual: {manual:#?}", walked.len(), trials.len());
    assert!(walked.len() * 10 >= trials.len() * 9, "{} of {}", walked.len(), trials.len());
    assert_eq!(manual, Vec::<&String>::new());
}

/// `None` for an example that needs more than its SQL says, such as a history.
fn walk_trial(migrations: &[(String, String)]) -> Option<Walk> {
    let ((_, last), setup) = migrations.split_last()?;
    let live = database();
    for (_, migration) in setup {
        apply(&mut live.client(), migration).ok()?;
    }
    let before = read(&live.url());
    apply(&mut live.client(), last).ok()?;
    let after = read(&live.url());
    let mut client = live.client();
    let walk = lead(&live.url(), &mut client, [&after, &before, &after].into_iter());
    Some(walk)
}
