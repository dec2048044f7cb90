//! Times against the floor: the same statements sent through the driver by hand. Not run by
//! default: `cargo test --release -p migsafe-sqlite --test performance -- --ignored --nocapture
//! --test-threads=1`.
#![allow(clippy::print_stdout, reason = "it prints its measurements")]
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use std::time::{Duration, Instant};

use migsafe_sqlite::{HistoryStore as _, Migrations, SqliteStore, ensure_up_to_date};

use common::{Db, HISTORY, lenient, run};

/// The best time of each, run in turns: what else the machine does only adds to it.
#[derive(Clone, Copy)]
struct Best(Duration);

impl Best {
    fn new() -> Self {
        Self(Duration::MAX)
    }

    async fn of(&mut self, work: impl Future<Output = ()>) {
        let began = Instant::now();
        work.await;
        self.0 = self.0.min(began.elapsed());
    }

    fn per(self, floor: Self) -> f64 {
        self.0.as_secs_f64() / floor.0.as_secs_f64()
    }
}

fn folder(count: usize) -> Migrations {
    let named = (0..count).map(|index| {
        let script =
            format!("CREATE TABLE t{index} (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n");
        (format!("2025{index:010}_m{index}"), script)
    });
    Migrations::from_scripts(named).unwrap()
}

#[tokio::test]
#[ignore = "a measurement"]
async fn reading() {
    for count in [10, 100, 1000, 5000] {
        let db = Db::with_history().await;
        db.run(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO _prisma_migrations SELECT printf('%08x-0000-4000-8000-000000000000', i), \
             lower(hex(randomblob(32))), \
             1795178878531 + i, printf('%014d_create_something_%d', 20250101000000 + i, i), NULL, \
             NULL, 1795178878530 + i, 1 FROM n"
        ))
        .await;
        let store = db.store();
        let mut connection = db.connect().await;
        let [mut floor, mut ours, mut cold_floor, mut cold] = [Best::new(); 4];
        for _ in 0..if count > 500 { 200 } else { 1000 } {
            floor
                .of(async {
                    let select = sqlx::query("SELECT * FROM _prisma_migrations");
                    assert_eq!(select.fetch_all(&mut connection).await.unwrap().len(), count);
                })
                .await;
            ours.of(async {
                assert_eq!(store.read().await.unwrap().history.rows().len(), count);
            })
            .await;
            cold_floor
                .of(async {
                    let mut connection = db.connect().await;
                    let select = sqlx::query("SELECT * FROM _prisma_migrations");
                    select.fetch_all(&mut connection).await.unwrap();
                })
                .await;
            cold.of(async {
                assert_eq!(db.store().read().await.unwrap().history.rows().len(), count);
            })
            .await;
        }
        println!(
            "read N={count}: SELECT * {:?}, store {:?} = {:.2}x; cold {:?}, {:?} = {:.2}x",
            floor.0,
            ours.0,
            ours.per(floor),
            cold_floor.0,
            cold.0,
            cold.per(cold_floor),
        );
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn deploying() {
    for count in [10, 100, 1000] {
        let migrations = folder(count);
        let runs = if count > 500 { 3 } else { 7 };
        let mut ratios = Vec::new();
        for _ in 0..runs {
            let db = Db::none();
            let mut connection = db.connect().await;
            let began = Instant::now();
            run(&mut connection, HISTORY).await.unwrap();
            for (index, migration) in migrations.iter().enumerate() {
                let script = migration.script().unwrap();
                let insert = format!(
                    "BEGIN IMMEDIATE; {script} INSERT INTO _prisma_migrations VALUES ('{index}', \
                     '{}', 1795178878531, '{}', NULL, NULL, 1795178878531, 1); COMMIT",
                    "0".repeat(64),
                    migration.name()
                );
                run(&mut connection, &insert).await.unwrap();
            }
            let floor = began.elapsed();
            let db = Db::none();
            let store = SqliteStore::from_path(&db.path).unwrap();
            let began = Instant::now();
            let report = ensure_up_to_date(&store, &migrations, lenient()).await.unwrap();
            assert_eq!(report.applied().len(), count);
            let ours = began.elapsed();
            ratios.push((ours.as_secs_f64() / floor.as_secs_f64(), floor, ours));
        }
        ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (ratio, floor, ours) = ratios[runs / 2];
        println!("deploy N={count}: by hand {floor:?}, engine and store {ours:?} = {ratio:.2}x");
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn parts_of_a_deploy() {
    for _ in 0..3 {
        let db = Db::none();
        let store = db.store();
        let mut last = Instant::now();
        let mut lap = |what: &str| {
            println!("{what}: {:?}", last.elapsed());
            last = Instant::now();
        };
        store.read().await.unwrap();
        lap("read without a file");
        let mut session = store.open_session().await.unwrap();
        lap("open a session");
        session.begin().await.unwrap();
        lap("first begin");
        session.create_history_table().await.unwrap();
        lap("create the table");
        for index in 0..3 {
            session.begin().await.unwrap();
            lap("begin");
            let script =
                format!("CREATE TABLE t{index} (id INTEGER PRIMARY KEY, name TEXT NOT NULL);");
            common::apply(&mut *session, &format!("2025010100000{index}_m"), &script).await;
            lap("analyse and apply");
        }
        session.finish().await;
        lap("finish");
    }
}
