//! The law of scripts: carried out on one schema, its SQL gives the other, and loses no row that it does not say.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use migsafe_postgres::core::schema::{ChangeScript, Kind, Snapshot, script};
use migsafe_testing::{Client, Database};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::common::database;
use crate::generated::{Schema, schema};
use crate::support::*;

/// So many pairs, always the same ones; `PROPTEST_CASES` and `SCRIPT_SEED` say otherwise.
fn pairs() -> Vec<(Schema, Schema)> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("SCRIPT_SEED").and_then(|seed| u8::try_from(seed).ok()).unwrap_or(7);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = (schema(), schema());
    (0..number("PROPTEST_CASES").unwrap_or(60))
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

fn built(sql: &str) -> Database {
    let database = database();
    database.query(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    database
}

/// The tables with rows, and the text of each value, by column.
fn values(client: &mut Client, snapshot: &Snapshot) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for object in snapshot.objects().filter(|object| object.key().kind() == Kind::Column) {
        let key = object.key();
        let is_of_table = snapshot.objects().any(|table| {
            table.key().kind() == Kind::Table && Some(table.key().name()) == key.parent()
        });
        if !is_of_table {
            continue;
        }
        let (table, column) = (key.parent().unwrap_or_default(), key.name());
        let sql = format!(
            "SELECT count(*) || ': ' || coalesce(string_agg(v, ' | ' ORDER BY v), '') \
             FROM (SELECT \"{column}\"::text AS v FROM s.\"{table}\") AS all_values"
        );
        let text = client.value(&sql).unwrap().unwrap_or_default();
        values.insert(format!("{table}.{column}"), text);
    }
    values
}

/// What was lost although the script did not say so.
fn losses(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    script: &ChangeScript,
) -> Vec<String> {
    let count = |value: &String| value.split(':').next().unwrap_or_default().to_owned();
    let mut lost = Vec::new();
    for (name, old) in before {
        let Some(new) = after.get(name) else { continue };
        let table = name.split('.').next();
        let is_dropped = script.steps().iter().any(|step| {
            step.loss().is_some()
                && step.object().kind() == Kind::Table
                && Some(step.object().name()) == table
        });
        let is_said = script.steps().iter().any(|step| {
            step.loss().is_some()
                && (format!(
                    "{}.{}",
                    step.object().parent().unwrap_or_default(),
                    step.object().name()
                ) == *name)
        });
        if !is_dropped && count(old) != count(new) {
            lost.push(format!("rows of {name}: {old} → {new}"));
        }
        // What is computed may be computed otherwise, and types write one value in several ways.
        let is_plain = !name.ends_with(".doubled");
        if script.destructive() == 0 && is_plain && !is_said && normal(old) != normal(new) {
            lost.push(format!("{name}: {old} → {new}"));
        }
    }
    lost
}

/// Numbers with and without places after the point are one.
fn normal(text: &str) -> String {
    text.replace(".00", "")
}

fn check(from_sql: &str, to_sql: &str) -> Result<usize, String> {
    let (one, other) = (built(from_sql), built(to_sql));
    let (from, to) = (read(&one.url()), read(&other.url()));
    let fail = |what: &str, script: &ChangeScript| {
        format!("{what}\nSCRIPT\n{}\nFROM\n{from_sql}\nTO\n{to_sql}", script.to_sql())
    };
    let mut client = one.client();
    let mut statements = 0;
    for (from, to) in [(&from, &to), (&to, &from)] {
        let script = script(from, to, &compare(from, to));
        statements += script.steps().len();
        let before = values(&mut client, from);
        carry_out(&mut client, &script).map_err(|error| fail(&error, &script))?;
        let got = read(&one.url());
        let left = left_over(&got, to, &script);
        if !left.is_empty() {
            return Err(fail(&left.join("\n"), &script));
        }
        let lost = losses(&before, &values(&mut client, &got), &script);
        if !lost.is_empty() {
            return Err(fail(&lost.join("\n"), &script));
        }
        // What is left to a person would have to be done before the way back.
        if !script.is_complete() {
            break;
        }
    }
    Ok(statements)
}

#[test]
fn a_script_leads_from_any_schema_to_any_other() {
    let pairs = pairs();
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut outcomes = Vec::new();
        while let Some((from, to)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            outcomes.push(check(&from.sql(), &to.sql()));
        }
        outcomes
    };
    let outcomes: Vec<Result<usize, String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..3).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let faults: Vec<&String> = outcomes.iter().filter_map(|o| o.as_ref().err()).collect();
    // The shortest says most.
    let shortest = faults.iter().min_by_key(|fault| fault.len());
    assert!(faults.is_empty(), "{} of {} pairs\n{}", faults.len(), pairs.len(), shortest.unwrap());
    let statements: usize = outcomes.iter().filter_map(|o| o.as_ref().ok()).sum();
    println!("{} pairs there and back, {statements} statements", pairs.len());
}
