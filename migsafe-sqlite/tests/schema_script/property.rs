//! Whatever the two schemas are: the script leads from one to the other, and the rows stay.

use std::collections::BTreeMap;

use migsafe_sqlite::SqliteStore;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::generate::{Schema, pair, quoted};
use crate::run::{execute, lead, made, rows, snapshot};

/// The rows of every table by `id`, each column as a number where it is one; the number of the row where it is kept.
type Content = BTreeMap<(usize, String), Vec<String>>;

async fn content(store: &SqliteStore, schema: &Schema, other: &Schema) -> Content {
    let mut found = Content::new();
    for (number, table) in &schema.tables {
        let Some(after) = other.table(*number) else { continue };
        let name = quoted(&table.name(*number));
        let of = |what: &str| {
            format!("SELECT CAST({what} AS REAL) FROM {name} ORDER BY CAST(id AS REAL)")
        };
        found.insert((*number, "id".to_owned()), rows(store, &of("id")).await);
        let kept = table.stored().into_iter().filter(|column| after.stored().contains(column));
        for column in kept {
            found.insert((*number, column.to_owned()), rows(store, &of(&quoted(column))).await);
        }
        let is_number = table.id_is_row_number();
        if is_number.is_some() && is_number == after.id_is_row_number() {
            found.insert((*number, "rowid".to_owned()), rows(store, &of("rowid")).await);
        }
        if table.is_autoincrement() && after.is_autoincrement() {
            let literal = table.name(*number).replace('\'', "''");
            let counter = format!("SELECT seq FROM sqlite_sequence WHERE name = '{literal}'");
            found.insert((*number, "counter".to_owned()), rows(store, &counter).await);
        }
    }
    found
}

/// Where NULL was, a default may be.
fn assert_kept(before: &Content, after: &Content, script: &str) {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (key, old) in before {
        let new = &after[key];
        assert_eq!(old.len(), new.len(), "{key:?}\n{script}");
        for (old, new) in old.iter().zip(new) {
            assert!(old == new || old == "NULL", "{key:?}: {old} → {new}\n{script}");
        }
    }
}

async fn there_and_back(from: &Schema, to: &Schema, nulls: bool) {
    let target = snapshot(&made(&to.sql(None)).await).await;
    let origin = snapshot(&made(&from.sql(None)).await).await;
    let store = made(&from.sql(Some(nulls))).await;
    let before = content(&store, from, to).await;
    let there = lead(&store, &target).await;
    assert!(there.is_complete(), "{:?}", there.manual());
    let after = content(&store, to, from).await;
    assert_kept(&before, &after, &there.to_sql());
    execute(&store, "DELETE FROM _prisma_migrations").await;
    let back = lead(&store, &origin).await;
    assert!(back.is_complete(), "{:?}", back.manual());
    assert_kept(&after, &content(&store, from, to).await, &back.to_sql());
    for (key, old) in &before {
        assert_eq!(old.len(), after[key].len());
    }
}

#[test]
fn the_script_leads_from_one_schema_to_the_other_and_keeps_the_rows() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 3000, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    TestRunner::new(config)
        .run(&(pair(), any::<bool>()), |((from, to), nulls)| {
            runtime.block_on(there_and_back(&from, &to, nulls));
            Ok(())
        })
        .unwrap();
}
