//! Generated folders and histories: what we find and what Prisma finds, side by side.

use std::collections::BTreeSet;

use migsafe_core::diagnosis::{Diagnosis, Mark, State};
use migsafe_core::testkit::{Scenario, strategy};
use migsafe_testing::{Prisma, PrismaCommand, PrismaVersion};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::site::{Kind, Site, code, names};

/// How many folders with histories.
const COUNT: usize = 60;

#[test]
fn generated_histories_are_diagnosed_alike() {
    // The same ones in every run.
    let mut runner = TestRunner::deterministic();
    let scenarios: Vec<Scenario> = (0..COUNT)
        .map(|_| strategy::scenario(8).new_tree(&mut runner).unwrap().current())
        .collect();
    for kind in Kind::ALL {
        let sites = Site::many(kind, COUNT);
        for (site, scenario) in sites.iter().zip(&scenarios) {
            site.write_all(&scenario.migrations());
            site.insert(&scenario.rows());
        }
        let diagnoses: Vec<_> =
            sites.iter().map(|site| site.status().diagnosis().clone()).collect();
        for version in PrismaVersion::ALL {
            let commands: Vec<_> =
                sites.iter().map(|site| site.ask(PrismaCommand::Diagnose)).collect();
            let answers = Prisma::new(version).run_all(&commands);
            for (n, (ours, answer)) in diagnoses.iter().zip(answers).enumerate() {
                let answer = answer.unwrap();
                let context = format!("{kind:?}, {version:?}, scenario {n}: {answer}");
                compare(ours, &answer, version, &context);
            }
        }
        deploy_refuses_the_same(&sites, &diagnoses);
    }
}

/// Prisma's diagnosis, predicted from ours. The differences between the versions are all that is not one to one.
fn compare(ours: &Diagnosis, answer: &Value, version: PrismaVersion, context: &str) {
    let old = version == PrismaVersion::V7_8;
    let mut unapplied = BTreeSet::new();
    let mut unpersisted = BTreeSet::new();
    let mut failed = Vec::new();
    let mut edited = BTreeSet::new();
    for entry in ours.entries() {
        let name = entry.name().as_str();
        let rows = || ours.attempts(entry);
        if entry.state() == State::Pending || (entry.state() == State::RolledBack && !old) {
            unapplied.insert(name);
        }
        if !entry.has_file() && (entry.has_live_row() || old) {
            unpersisted.insert(name);
        }
        failed.extend(rows().filter(|row| row.is_live() && !row.is_finished()).map(|_| name));
        // Up to 7.8 a rolled-back row of another text is compared too, when it is the older one.
        let text = entry.checksum().map(ToString::to_string);
        let first = rows().next();
        let old_row_differs =
            old && first.is_some_and(|row| !row.is_live() && Some(&row.checksum) != text.as_ref());
        if entry.has_file() && (entry.marks().contains(Mark::Edited) || old_row_differs) {
            edited.insert(name);
        }
    }
    let sorted =
        |set: &BTreeSet<&str>| set.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let history = &answer["history"];
    let tag = match (unapplied.is_empty(), unpersisted.is_empty()) {
        (true, true) => Value::Null,
        (false, true) => json!("databaseIsBehind"),
        (true, false) => json!("migrationsDirectoryIsBehind"),
        (false, false) => json!("historiesDiverge"),
    };
    assert_eq!(history["diagnostic"], tag, "{context}");
    assert_eq!(names(&history["unappliedMigrationNames"]), sorted(&unapplied), "{context}");
    assert_eq!(names(&history["unpersistedMigrationNames"]), sorted(&unpersisted), "{context}");
    failed.sort_unstable();
    assert_eq!(names(&answer["failedMigrationNames"]), failed, "{context}");
    assert_eq!(names(&answer["editedMigrationNames"]), sorted(&edited), "{context}");
}

/// Prisma's deploy is P3009 exactly where we find something failed, and has nothing to do exactly where we find
/// nothing pending.
fn deploy_refuses_the_same(sites: &[Site], diagnoses: &[Diagnosis]) {
    // Scripts with a `;` in a name are cut in two on PostgreSQL: those folders are left out where they would run.
    let chosen: Vec<_> = sites
        .iter()
        .zip(diagnoses)
        .filter(|(_, ours)| {
            ours.pending().all(|entry| !entry.name().as_str().contains(['"', '\u{1b}']))
        })
        .collect();
    assert!(chosen.len() > COUNT / 2);
    let commands: Vec<_> = chosen.iter().map(|(site, _)| site.ask(PrismaCommand::Deploy)).collect();
    let answers = Prisma::new(PrismaVersion::V7_10).run_all(&commands);
    for ((site, ours), answer) in chosen.into_iter().zip(answers) {
        if ours.summary().failed > 0 {
            assert_eq!(code(&answer), Some("P3009"), "{site:?}: {answer:?}");
            continue;
        }
        let mut pending: Vec<&str> = ours.pending().map(|entry| entry.name().as_str()).collect();
        pending.sort_unstable();
        assert_eq!(names(&answer.unwrap()["appliedMigrationNames"]), pending, "{site:?}");
        // And then we find nothing pending any more.
        let after = site.status();
        assert!(after.diagnosis().is_up_to_date(), "{site:?}");
        assert_eq!(after.diagnosis().pending().count(), 0);
    }
}
