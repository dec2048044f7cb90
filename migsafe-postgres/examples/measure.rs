#![allow(clippy::unwrap_used, missing_docs)]
use migsafe_postgres::*;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::time::Instant;
fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(|a, b| a.total_cmp(b));
    v[v.len() / 2]
}
fn main() {
    let base = std::env::args().nth(1).unwrap();
    let rt =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    rt.block_on(async {
        for n in [10usize, 100, 1000, 5000] {
            let mut admin: sqlx::PgConnection = base.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(format!("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0); INSERT INTO _prisma_migrations SELECT gen_random_uuid()::text, repeat('ab',32), now(), '2025'||lpad(g::text,10,'0')||'_some_name', null, null, now(), 1 FROM generate_series(1,{n}) g; ANALYZE"))).execute(&mut admin).await.unwrap();
            let store = PostgresStore::connect(&base).await.unwrap();
            let (mut raw, mut ours, mut one, mut first) = (vec![], vec![], vec![], vec![]);
            let rounds = if n >= 1000 { 60 } else { 300 };
            for _ in 0..rounds {
                let t = Instant::now();
                let r = sqlx::raw_sql("SELECT * FROM _prisma_migrations").fetch_all(&mut admin).await.unwrap();
                raw.push(t.elapsed().as_secs_f64()*1e3); assert_eq!(r.len(), n);
                let t = Instant::now();
                let r = store.read().await.unwrap();
                ours.push(t.elapsed().as_secs_f64()*1e3); assert_eq!(r.history.rows().len(), n);
                let t = Instant::now();
                sqlx::raw_sql("SELECT 1").fetch_all(&mut admin).await.unwrap();
                one.push(t.elapsed().as_secs_f64()*1e3);
            }
            for _ in 0..20 {
                let s = PostgresStore::connect(&base).await.unwrap();
                let t = Instant::now();
                s.read().await.unwrap();
                first.push(t.elapsed().as_secs_f64()*1e3);
            }
            println!("N={n}: SELECT 1 {:.3}  raw SELECT * {:.3}  store.read {:.3}  first on connection {:.3}", median(one), median(raw), median(ours), median(first));
            admin.close().await.unwrap();
        }
        for n in [100usize, 500] {
            let mut admin: sqlx::PgConnection = base.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
            sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").execute(&mut admin).await.unwrap();
            let m = Migrations::from_scripts((1..=n).map(|i| (format!("2025{i:010}_t"), format!("CREATE TABLE t_{i} (id BIGINT PRIMARY KEY, a INTEGER NOT NULL, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);")))).unwrap();
            let store = PostgresStore::connect(&base).await.unwrap();
            let t = Instant::now();
            let report = ensure_up_to_date(&store, &m, Options::default()).await.unwrap();
            let total = t.elapsed().as_secs_f64()*1e3;
            assert_eq!(report.applied().len(), n);
            // limit: the same DDL, one commit each
            sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").execute(&mut admin).await.unwrap();
            let t = Instant::now();
            for i in 0..n { sqlx::raw_sql(AssertSqlSafe(format!("CREATE TABLE t_{i} (id BIGINT PRIMARY KEY, a INTEGER NOT NULL, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);"))).execute(&mut admin).await.unwrap(); }
            let limit = t.elapsed().as_secs_f64()*1e3;
            println!("deploy {n}: {total:.0} ms, {:.2} per migration; bare DDL {:.2} per statement", total/n as f64, limit/n as f64);
        }
    });
}
