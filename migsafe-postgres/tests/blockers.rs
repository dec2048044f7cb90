//! Who is in whose way, on a real server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod common;

use std::time::Duration;

use migsafe_postgres::core::engine::{self, LocksReport};
use migsafe_postgres::core::lock::{Blocker, Blockers};
use migsafe_postgres::core::sql::ObjectName;
use migsafe_postgres::core::{Options, ensure_up_to_date};
use migsafe_postgres::{HistoryStore, Migrations, PostgresOptions, PostgresStore};
use migsafe_testing::{Client, Postgres};

use crate::common::*;

fn pid(client: &Client) -> i32 {
    i32::try_from(client.process_id()).unwrap()
}

fn relation(schema: Option<&str>, name: &str) -> ObjectName {
    ObjectName { schema: schema.map(str::to_owned), name: name.to_owned() }
}

async fn look(store: &PostgresStore, relations: &[ObjectName]) -> Blockers {
    let inspector = store.lock_inspector().unwrap();
    inspector.blockers(relations).await.unwrap().expect("PostgreSQL can tell")
}

async fn report(store: &PostgresStore, migrations: &Migrations) -> LocksReport {
    engine::locks_in_the_way(store, migrations).await.unwrap()
}

fn one(script: &'static str) -> Migrations {
    folder(&[("20250101000000_m", script)])
}

/// A statement that waits, on a thread of its own, until its connection is ended.
fn in_the_background(mut client: Client, sql: &'static str) -> std::thread::JoinHandle<bool> {
    std::thread::spawn(move || client.query(sql).is_ok())
}

fn until_waiting(database: &migsafe_testing::Database, count: &str) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())";
    wait_until(database, waiting, count, Duration::from_secs(10));
}

#[test]
fn a_reader_in_a_transaction_is_in_the_way_of_an_alter_table() {
    let database = database_with_history();
    database.query("CREATE TABLE users (id int); CREATE TABLE others (id int)").unwrap();
    let mut reader = database.client();
    reader.query("SET application_name = 'report'; BEGIN; SELECT * FROM users").unwrap();
    let mut elsewhere = database.client();
    elsewhere.query("BEGIN; LOCK others").unwrap();
    let migrations = one(
        "ALTER TABLE users ADD a int; CREATE INDEX i ON users (id); ALTER TABLE IF EXISTS n ADD b int; \
         CREATE TABLE fresh (id int); ALTER TABLE fresh ADD UNIQUE (id)",
    );
    block_on(async {
        let store = store(&database.url()).await;
        let report = report(&store, &migrations).await;
        let pending = report.pending.as_ref().unwrap();
        assert_eq!(pending.relations[0].relation, "public.users");
        assert_eq!(pending.relations[1].exists, Some(false));
        assert_eq!(pending.relations.len(), 2, "nobody uses what the script itself makes");
        let found: Vec<_> = report.obstacles.iter().map(|o| (o.pid, &*o.mode)).collect();
        assert_eq!(found, [(pid(&reader), "AccessShareLock")]);
        let around = report.blockers.as_ref().unwrap();
        assert!(around.sees_all && around.session(pid(&elsewhere)).is_none());
        let session = around.session(pid(&reader)).unwrap();
        assert!(session.is_idle_in_transaction());
        assert_eq!(session.session.application.as_deref(), Some("report"));
        assert_eq!(session.session.query.as_deref().map(|q| q.contains("FROM users")), Some(true));
        assert!(session.session.transaction_age_ms.unwrap() >= 0);
        assert_eq!(session.cancel_statement(), None);
        // A statement of another session of the same number does nothing.
        let mut stale: Blocker = session.clone();
        stale.backend_start = stale.backend_start.map(|at| at - Duration::from_secs(1));
        assert_eq!(
            database.query(&stale.terminate_statement().unwrap()).unwrap(),
            Vec::<Vec<_>>::new()
        );
        reader.query("SELECT 1").unwrap();
        // The one that is printed ends it.
        database.query(&session.terminate_statement().unwrap()).unwrap();
        assert!(reader.query("SELECT 1").is_err());
        let deployed = deploy(&store, &migrations).await.unwrap();
        assert_eq!(deployed.applied().len(), 1);
    });
    elsewhere.query("COMMIT").unwrap();
}

#[test]
fn who_waits_for_whom_is_a_chain() {
    let database = database();
    database.query("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)").unwrap();
    let mut first = database.client();
    first.query("BEGIN; UPDATE a SET id = 2").unwrap();
    let second = database.client();
    let second_pid = pid(&second);
    let second = in_the_background(second, "BEGIN; LOCK TABLE a IN SHARE MODE; SELECT 1");
    until_waiting(&database, "1");
    let third = database.client();
    let third_pid = pid(&third);
    let third = in_the_background(third, "UPDATE a SET id = 3");
    until_waiting(&database, "2");
    block_on(async {
        let store = store(&database.url()).await;
        // Nothing is asked for: who waits and who makes wait is shown all the same.
        let around = look(&store, &[]).await;
        assert_eq!(around.chain(third_pid), [third_pid, second_pid, pid(&first)]);
        assert_eq!(around.blocks(pid(&first)), [second_pid]);
        let waiting = around.session(second_pid).unwrap();
        let lock = waiting.locks.iter().find(|lock| !lock.granted).unwrap();
        assert_eq!((&*lock.on, &*lock.mode), ("public.a", "ShareLock"));
        assert!(lock.waiting_ms.unwrap() >= 0);
        let holding = around.session(pid(&first)).unwrap();
        assert!(holding.locks.iter().any(|lock| lock.granted && lock.mode == "RowExclusiveLock"));
        // A waiting request is in the way as well: a migration queues behind it.
        let report = report(&store, &one("UPDATE a SET id = 4")).await;
        let found: Vec<_> = report.obstacles.iter().map(|o| (o.pid, o.granted)).collect();
        assert_eq!(found, [(second_pid, false)]);
        // Cancelling leaves the session connected.
        database.query(&waiting.cancel_statement().unwrap()).unwrap();
        assert!(!second.join().unwrap());
        first.query("COMMIT").unwrap();
        assert!(third.join().unwrap());
    });
}

#[test]
fn ordinary_rights_see_who_and_what_is_locked_but_not_what_they_do() {
    let database = database_with_history();
    let role = format!("app_of_{}", database.name());
    database
        .query(&format!(
            "CREATE ROLE {role} LOGIN; CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int);
             CREATE TABLE t (id int); GRANT SELECT ON _prisma_migrations, t TO {role}"
        ))
        .unwrap();
    let mut owner = database.client();
    owner.query("BEGIN; SELECT * FROM t; SELECT * FROM hidden.t").unwrap();
    let migrations = one("ALTER TABLE t ADD a int; ALTER TABLE hidden.t ADD a int");
    block_on(async {
        let store = store(&database.url_as(&role)).await;
        let report = report(&store, &migrations).await;
        let names: Vec<_> = report.obstacles.iter().map(|o| &*o.relation).collect();
        assert_eq!(names, ["public.t", "hidden.t"]);
        let around = report.blockers.as_ref().unwrap();
        assert!(!around.sees_all);
        let session = around.session(pid(&owner)).unwrap();
        assert_eq!(session.session.user.as_deref(), Some("postgres"));
        assert_eq!((&session.session.state, &session.session.query), (&None, &None));
        assert_eq!(session.backend_start, None);
        // Bound to the transaction instead; the role may not use it, the owner may.
        let statement = session.terminate_statement().unwrap();
        assert!(statement.contains("virtualtransaction = '"), "{statement}");
        let port = Postgres::shared().port();
        let mut client = Client::connect_as(port, &role, database.name()).unwrap();
        let refused = client.query(&statement).unwrap_err();
        assert_eq!(refused.code, "42501");
        owner.query("COMMIT; BEGIN").unwrap();
        database.query(&statement).unwrap();
        owner.query("COMMIT").expect("another transaction of the same session is left alone");
        let watcher = self::store(&database.url()).await;
        assert!(look(&watcher, &[]).await.sees_all);
        // Without the right to read the history the rest is told.
        database.query(&format!("REVOKE SELECT ON _prisma_migrations FROM {role}")).unwrap();
        let report = self::report(&store, &migrations).await;
        assert!(report.pending.is_none() && report.blockers.is_some());
        assert!(report.unread.unwrap().contains("permission"));
    });
    database.query(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}

#[test]
fn names_are_those_that_the_scripts_would_find() {
    let database = database();
    database
        .query(
            "CREATE SCHEMA app; CREATE TABLE app.t (id int); CREATE TABLE t (id int);
             CREATE INDEX i ON app.t (id); CREATE TABLE \"Odd \"\"'x\" (id int)",
        )
        .unwrap();
    let mut holder = database.client();
    holder.query("BEGIN; LOCK app.t; LOCK \"Odd \"\"'x\"").unwrap();
    block_on(async {
        let url = database.url();
        let options = PostgresOptions::from_url(&url).unwrap().with_schema("app").unwrap();
        let store = PostgresStore::from_options(options);
        let asked = [
            relation(None, "t"),
            relation(Some("public"), "t"),
            relation(None, "i"),
            relation(Some("public"), "Odd \"'x"),
            relation(None, "nowhere"),
        ];
        let around = look(&store, &asked).await;
        let found: Vec<_> = (0..asked.len()).map(|n| around.found(n)).collect();
        let odd = "public.Odd \"'x";
        assert_eq!(found, [Some("app.t"), Some("public.t"), Some("app.i"), Some(odd), None]);
        let session = around.session(pid(&holder)).unwrap();
        let locked: Vec<_> = session.locks.iter().map(|lock| &*lock.on).collect();
        assert_eq!(locked, ["app.t", odd]);
        // An index leads to its table.
        let around = look(&store, &asked[2..3]).await;
        assert_eq!(around.session(pid(&holder)).unwrap().locks[0].on, "app.t");
    });
}

#[test]
fn sessions_idle_in_a_transaction_are_shown_after_a_while() {
    let database = database();
    let mut idle = database.client();
    idle.query("BEGIN; SELECT 1").unwrap();
    let mut prepared = database.client();
    block_on(async {
        let store = store(&database.url()).await;
        assert!(look(&store, &[]).await.sessions.is_empty());
        tokio::time::sleep(Duration::from_millis(5_200)).await;
        let around = look(&store, &[]).await;
        assert_eq!(around.sessions.len(), 1);
        assert_eq!(around.sessions[0].session.pid, pid(&idle));
    });
    prepared.query("SELECT 1").unwrap();
}

#[test]
fn a_dry_run_says_how_large_it_is_and_waits_for_nobody() {
    let database = database_with_history();
    database
        .query(
            "CREATE TABLE users (id int PRIMARY KEY, mail text);
             INSERT INTO users SELECT i, repeat('x', 200) FROM generate_series(1, 20000) i;
             CREATE INDEX users_mail ON users (mail); ANALYZE users; CREATE TABLE never (id int)",
        )
        .unwrap();
    let mut owner = database.client();
    owner.query("BEGIN; LOCK users IN ACCESS EXCLUSIVE MODE").unwrap();
    let migrations = one(
        "ALTER TABLE users ALTER mail SET NOT NULL; ALTER TABLE never ADD a uuid DEFAULT gen_random_uuid()",
    );
    block_on(async {
        let store = store(&database.url()).await;
        let options = Options::default().dry_run(true).with_retries(2);
        let started = std::time::Instant::now();
        let report = ensure_up_to_date(&store, &migrations, options).await.unwrap();
        assert!(started.elapsed() < Duration::from_secs(5), "the lock was waited for");
        let locks = report.locks().unwrap();
        let pending = locks.pending.as_ref().unwrap();
        let [users, never] = &*pending.relations else { panic!("{pending:?}") };
        assert_eq!((users.size.rows, users.size.indexes), (Some(20_000), Some(2)));
        let bytes = users.size.bytes.unwrap();
        assert!((4_000_000..20_000_000).contains(&bytes), "{bytes}");
        assert_eq!((never.size.rows, never.size.bytes), (None, None));
        assert_eq!(never.size.indexes, Some(0));
        let slow: Vec<_> = pending.statements.iter().map(|s| (s.rewrite, s.scan)).collect();
        assert_eq!(slow, [("no", "depends"), ("yes", "yes")]);
        assert!(locks.is_in_the_way(pid(&owner)));
        assert_eq!(locks.patience.unwrap().lock_timeout_ms, Some(5_000));
    });
    // What was said to be read and rewritten is.
    owner.query("ROLLBACK").unwrap();
    let file =
        |name: &str| database.query(&format!("SELECT pg_relation_filenode('{name}')")).unwrap();
    let before = (file("users"), file("never"));
    block_on(async {
        let store = store(&database.url()).await;
        ensure_up_to_date(&store, &migrations, Options::default()).await.unwrap();
    });
    let after = (file("users"), file("never"));
    assert_eq!(before.0, after.0);
    assert_ne!(before.1, after.1);
}

#[test]
fn partitions_and_children_are_in_the_way_too() {
    let database = database_with_history();
    for sql in [
        "CREATE TABLE pt (id int, n int) PARTITION BY RANGE (id)",
        "CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (1000)",
        "CREATE TABLE ptd PARTITION OF pt DEFAULT PARTITION BY LIST (n)",
        "CREATE TABLE ptdd PARTITION OF ptd DEFAULT",
        "CREATE TABLE inh (id int)",
        "CREATE TABLE inhc () INHERITS (inh)",
        "INSERT INTO pt SELECT n, n FROM generate_series(1, 3000) n",
        "INSERT INTO inhc SELECT n FROM generate_series(1, 2000) n",
        "ANALYZE",
        "CREATE TABLE other (id int)",
    ] {
        database.query(sql).unwrap();
    }
    let mut writer = database.client();
    writer.query("BEGIN; INSERT INTO pt1 VALUES (1, 1); INSERT INTO inhc VALUES (1); INSERT INTO other VALUES (1)").unwrap();
    let migrations = one(
        "CREATE INDEX i ON pt (id); ALTER TABLE inh ADD COLUMN a int; ALTER TABLE public.pt ADD COLUMN a int",
    );
    block_on(async {
        let store = store(&database.url()).await;
        let report = report(&store, &migrations).await;
        let pending = report.pending.as_ref().unwrap();
        let found: Vec<_> = pending
            .relations
            .iter()
            .map(|r| (&*r.relation, r.below.as_deref(), r.size.rows))
            .collect();
        let pt = Some("public.pt");
        assert_eq!(
            found,
            [
                ("public.pt", None, Some(3000)),
                ("public.inh", None, Some(2000)),
                ("public.pt1", pt, Some(999)),
                ("public.ptd", pt, None),
                ("public.ptdd", pt, Some(2001)),
                ("public.inhc", Some("public.inh"), Some(2000)),
            ]
        );
        assert!(pending.relations.iter().all(|r| r.size.bytes.is_none_or(|bytes| bytes > 0)));
        let mut obstacles: Vec<_> = report.obstacles.iter().map(|o| &*o.relation).collect();
        obstacles.sort_unstable();
        assert_eq!(obstacles, ["public.inhc", "public.pt", "public.pt1"]);
        assert!(report.is_in_the_way(pid(&writer)));
    });
    // So it is: each statement waits for the writer, on a partition or a child.
    for (sql, on) in
        [("CREATE INDEX i ON pt (id)", "pt1"), ("ALTER TABLE inh ADD COLUMN a int", "inhc")]
    {
        let mut client = database.client();
        client.query("SET lock_timeout = '200ms'").unwrap();
        let error = client.query(sql).unwrap_err();
        assert_eq!(error.code, "55P03", "{sql} {on}");
    }
}

#[test]
fn tables_are_looked_up_where_the_script_says() {
    let database = database_with_history();
    database.query("CREATE SCHEMA s; CREATE TABLE s.t (id int); CREATE TABLE u (id int)").unwrap();
    let mut reader = database.client();
    reader.query("BEGIN; SELECT * FROM s.t").unwrap();
    let migrations = one("SET LOCAL search_path = s; ALTER TABLE t ADD COLUMN a int");
    block_on(async {
        let store = store(&database.url()).await;
        let report = report(&store, &migrations).await;
        let [t] = &*report.pending.as_ref().unwrap().relations else { panic!("{report:?}") };
        assert_eq!((&*t.relation, t.exists), ("s.t", Some(true)));
        assert!(report.is_in_the_way(pid(&reader)));
    });
}
