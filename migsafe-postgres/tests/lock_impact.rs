//! What migsafe says that a statement locks, against what was measured of it.

use std::collections::BTreeMap;

use migsafe_core::diagnosis::diagnose;
use migsafe_core::history::{Absence, History};
use migsafe_core::lint::all_sites;
use migsafe_core::lock::impact::{Effect, LockImpact};
use migsafe_core::lock::measured::{MeasuredForm, Rewrite, Role, measured};
use migsafe_core::lock::{LockState, TableLock};
use migsafe_core::migrations::MigrationName;
use migsafe_core::policy::{Facts, Scope};
use migsafe_core::sql::{TransactionClass, analyse};
use migsafe_core::store::DatabaseFacts;
use migsafe_core::{Dialect, Migrations};
use migsafe_testing::lock_table::{Form, TABLES, forms};

/// Forms of which it takes more than the scripts to say whether rows are read: whether an index is there that is
/// used, which rows are in the default partition, what a CHECK implies.
const NOT_DECIDED: [&str; 12] = [
    "attach-partition",
    "attach-partition-proven",
    "attach-partition-beside-default",
    "attach-partition-beside-proven-default",
    "create-partition-of",
    "create-partition-of-beside-default",
    "update-filtered",
    "delete-filtered",
    "delete-referenced",
    "select-for-update",
    "add-primary-key-using-index",
    "add-primary-key-using-index-nullable",
];

const PARTITIONED: &str = "the table is partitioned";

#[test]
fn by_the_text_alone_nothing_is_missed_and_nothing_is_made_up() {
    let mut wrong = Vec::new();
    for_each(|form, measured, major| {
        // That a table is partitioned is not in the text; its partitions go with it.
        if form.note == PARTITIONED {
            return;
        }
        let script = analyse(Dialect::Postgres, form.statement);
        let statement = &script.statements()[0];
        let impact = LockImpact::of_statement(statement, form.statement, Some(major * 10_000));
        wrong.extend(contradictions(measured, &impact).map(|text| format!("{}: {text}", form.id)));
        let must_not = statement.class() == TransactionClass::MustNotRun;
        if must_not != measured.is_refused_in_transaction()
            || must_not != impact.refused_in_transaction
        {
            wrong.push(format!("{}: in a transaction", form.id));
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn with_the_scripts_before_it_is_what_was_measured() {
    let mut wrong = Vec::new();
    for_each(|form, measured, major| {
        let Some(impact) = with_scripts(form, major) else {
            wrong.push(format!("{}: no site", form.id));
            return;
        };
        wrong.extend(contradictions(measured, &impact).map(|text| format!("{}: {text}", form.id)));
        if NOT_DECIDED.contains(&form.id) {
            return;
        }
        let yes = |is: bool| if is { Effect::Yes } else { Effect::No };
        if impact.rewrite != yes(measured.rewrite() == Rewrite::Table) {
            wrong.push(format!("{}: rewrite {}", form.id, impact.rewrite));
        }
        let scans = measured.scans().iter().any(|role| *role != Role::Referencing);
        if impact.scan != yes(scans) && form.note != PARTITIONED {
            wrong.push(format!("{}: scan {}", form.id, impact.scan));
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn for_each(mut check: impl FnMut(&Form, &MeasuredForm, u32)) {
    for form in forms() {
        for major in form.since..=18 {
            check(&form, measured(form.id, major).expect("it was measured"), major);
        }
    }
}

/// Every lock that was measured is said, or it is said that there are more; what is said to happen happens.
fn contradictions(measured: &MeasuredForm, impact: &LockImpact) -> impl Iterator<Item = String> {
    let mut wrong = Vec::new();
    for (role, mode) in measured.locks() {
        let said = impact.relations.iter().find(|relation| relation.role == *role);
        let covers = said.is_some_and(|said| said.lock.is_none_or(|lock| lock >= *mode));
        let unimportant =
            *mode == TableLock::AccessShare || matches!(role, Role::Index | Role::Sequence);
        let missed = !(covers || (unimportant && said.is_none()));
        if missed && impact.is_complete {
            wrong.push(format!("{role} {mode} is missed"));
        }
        if role == &Role::Table && said.is_none() && !unimportant && impact.is_complete {
            wrong.push("the table is not named".to_owned());
        }
    }
    for said in impact.relations.iter().filter(|said| said.certain && said.name.is_some()) {
        let made_up = match (said.lock, measured.lock(said.role)) {
            (Some(lock), Some(mode)) => lock != mode,
            (Some(lock), None) => lock != TableLock::AccessShare,
            (None, _) => false,
        };
        if made_up {
            wrong.push(format!("{} {:?} is made up", said.role, said.lock));
        }
    }
    let rewrites = measured.rewrite() == Rewrite::Table;
    let scans = !measured.scans().is_empty();
    for (what, said, is) in [("rewrite", &impact.rewrite, rewrites), ("scan", &impact.scan, scans)]
    {
        if (is && *said == Effect::No && impact.is_complete) || (!is && *said == Effect::Yes) {
            wrong.push(format!("{what} is {is}, not {said}"));
        }
    }
    wrong.into_iter()
}

/// The statement after the scripts that made its schema.
fn with_scripts(form: &Form, major: u32) -> Option<LockImpact> {
    let before = format!(
        "{TABLES}\n{}",
        form.setup.iter().map(|sql| format!("{sql};\n")).collect::<String>()
    );
    let zone = form.session.map_or_else(String::new, |sql| format!("{sql};\n"));
    let text = format!("{zone}{}", form.statement);
    let files = [("20250101000000_before", before), ("20250102000000_it", text)];
    let migrations = Migrations::from_scripts(files.clone()).ok()?;
    let scripts: BTreeMap<MigrationName, _> = files
        .iter()
        .map(|(name, sql)| (MigrationName::from(*name), analyse(Dialect::Postgres, sql)))
        .collect();
    let diagnosis = diagnose(&migrations, &History::Absent(Absence::Table), &LockState::Free);
    let database = DatabaseFacts::default().with_server_version(Some(major * 10_000));
    let facts = Facts::new(Dialect::Postgres, &migrations, &diagnosis, &database, &scripts)
        .with_scope(Scope::OneByOne);
    let last = scripts.values().last()?.statements().len() - 1;
    let sites = all_sites(&facts)
        .filter(|site| site.migration.as_str() == files[1].0 && site.index == last);
    Some(LockImpact::all(sites.map(|site| LockImpact::of_site(&site))))
}
