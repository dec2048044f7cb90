//! Roles that may do less: reading needs USAGE and SELECT only, and what may not be seen is never
//! taken for absent.

use std::time::Duration;

use migsafe_postgres::core::diagnosis::State;
use migsafe_postgres::core::engine::{Resolution, locks, plan_resolution, status};
use migsafe_postgres::core::history::{Absence, History};
use migsafe_postgres::core::migrations::MigrationName;
use migsafe_postgres::core::report::{Style, text};
use migsafe_postgres::core::store::StoreErrorCode;
use migsafe_postgres::{
    HistoryStore, Mode, PostgresOptions, PostgresStore, StatementMode, ensure_up_to_date,
};
use migsafe_testing::{Database, Postgres};

use crate::common::*;

/// A role of its own for one test.
fn role(database: &Database, grants: &str) -> String {
    let role = format!("role_of_{}", database.name());
    database
        .query(&format!("CREATE ROLE {role} LOGIN; {}", grants.replace("$role", &role)))
        .unwrap();
    role
}

fn drop_role(database: Database, role: &str) {
    drop(database);
    Postgres::shared().client("postgres").query(&format!("DROP ROLE {role}")).unwrap();
}

#[test]
fn select_is_enough_for_reading() {
    let database = database();
    let migrations = tables(2);
    let role = role(&database, "");
    block_on(async {
        deploy(&store(&database.url()).await, &migrations).await.unwrap();
        database.query(&format!("GRANT SELECT ON _prisma_migrations TO {role}")).unwrap();
        database
            .query(&format!("ALTER ROLE {role} SET default_transaction_read_only = on"))
            .unwrap();
        let store = store(&database.url_as(&role)).await;
        let verify = options().with_mode(Mode::Verify);
        let report = ensure_up_to_date(&store, &migrations, verify).await.unwrap();
        assert!(report.status().is_up_to_date());
        // And deploying says what is missing.
        let error = deploy(&store, &tables(3)).await.unwrap_err();
        assert_eq!(error.code(), "not-recorded", "{error}");
        assert!(error.to_string().contains("permission denied"), "{error}");
        assert!(!has_table(&database, "t_3"));
    });
    drop_role(database, &role);
}

/// The role that the chapter on start-up gives to replicas, and one that may write the history besides.
#[test]
fn a_journal_that_may_not_be_read_is_not_taken_for_none() {
    const INDEX: &str = "20250101000000_index";
    let setup = ("20240101000000_t", "CREATE TABLE t (id int);\n");
    let migrations = folder(&[setup, (INDEX, "CREATE INDEX CONCURRENTLY t_id ON t (id);\n")]);
    let database = database();
    block_on(async { deploy(&store(&database.url()).await, &folder(&[setup])).await.unwrap() });
    let role = role(&database, "GRANT SELECT, UPDATE ON _prisma_migrations TO $role");
    let mut writer = database.client();
    writer.query("BEGIN; INSERT INTO t VALUES (1)").unwrap();
    let (url, all) = (database.url(), migrations.clone());
    let deployer = std::thread::spawn(move || {
        block_on(async {
            deploy(&store(&url).await, &all).await.map(|report| report.applied().len())
        })
    });
    let building = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND query LIKE 'CREATE INDEX%' AND state = 'active' AND wait_event_type = 'Lock'";
    wait_until(&database, building, "1", Duration::from_secs(20));

    block_on(async {
        let replica = store(&database.url_as(&role)).await;
        let wait = |limit| options().with_mode(Mode::Wait).with_lock_wait(limit);
        let seen = status(&replica, &migrations, &options()).await.unwrap();
        let entry = seen.diagnosis().entry(INDEX).unwrap();
        assert_eq!((entry.state(), entry.is_uncertain()), (State::Failed, true));
        let finding = seen.findings().iter().find(|finding| finding.rule == "failed").unwrap();
        assert!(finding.message.contains("running in another session"), "{finding:?}");
        assert!(finding.help.contains("GRANT USAGE ON SCHEMA migsafe TO"), "{finding:?}");
        assert!(!finding.help.contains("resolve"), "{finding:?}");
        let report = locks(&replica).await.unwrap();
        assert!(report.holders.is_empty());
        let page = text::locks(&report, Style::plain());
        assert!(page.contains("this role may not see"), "{page}");
        assert!(page.contains("GRANT SELECT ON migsafe.journal, migsafe.lease TO"), "{page}");
        let rolled_back = Resolution::RolledBack(MigrationName::new(INDEX.to_owned()));
        let error = plan_resolution(&replica, &migrations, &rolled_back).await.unwrap_err();
        assert_eq!(error.code(), "running", "{error}");
        // It is waited for, and not for ever.
        let run = ensure_up_to_date(&replica, &migrations, wait(Duration::from_millis(300)));
        let error = run.await.unwrap_err();
        assert!(error.is_refusal(), "{error}");
        assert!(error.report().unwrap().elapsed() >= Duration::from_millis(300));

        let grants = finding.help.split_once("GRANT").unwrap().1;
        database.query(&format!("GRANT{grants}")).unwrap();
        let seen = status(&replica, &migrations, &options()).await.unwrap();
        assert_eq!(seen.diagnosis().entry(INDEX).unwrap().state(), State::Running);
        assert_eq!(locks(&replica).await.unwrap().hidden, None);
        database.query(&format!("REVOKE USAGE ON SCHEMA migsafe FROM {role}")).unwrap();

        let waiting = ensure_up_to_date(&replica, &migrations, wait(Duration::from_secs(30)));
        let release = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            writer.query("COMMIT").unwrap();
        };
        let (waited, ()) = tokio::join!(waiting, release);
        assert!(waited.unwrap().status().is_up_to_date());
    });
    assert_eq!(deployer.join().unwrap().unwrap(), 1);
    drop_role(database, &role);
}

/// Found out before the first step, not after the migrations before it.
#[test]
fn a_role_that_may_not_keep_a_journal_is_refused_before_anything_is_written() {
    let database = database_with_history();
    let role = role(
        &database,
        "GRANT ALL ON SCHEMA public TO $role; GRANT ALL ON _prisma_migrations TO $role",
    );
    let all = folder(&[
        ("20240101000000_t", "CREATE TABLE t (id int);\n"),
        ("20250101000000_index", "CREATE INDEX CONCURRENTLY t_id ON t (id);\n"),
    ]);
    block_on(async {
        for mode in [StatementMode::Detect, StatementMode::Forced] {
            let options = PostgresOptions::from_url(&database.url_as(&role)).unwrap();
            let store = PostgresStore::from_options(options.with_statement_mode(mode));
            let error = deploy(&store, &all).await.unwrap_err();
            assert!(error.is_refusal(), "{error}");
            let grant = format!("GRANT CREATE ON DATABASE \"{}\" TO \"{role}\"", database.name());
            assert!(error.help().contains(&grant), "{}", error.help());
            assert!(!has_table(&database, "t"));
        }
        // The tables of another role.
        database
            .query(
                "CREATE SCHEMA migsafe; CREATE TABLE migsafe.journal (); CREATE TABLE migsafe.lease ()",
            )
            .unwrap();
        let store = store(&database.url_as(&role)).await;
        let error = deploy(&store, &all).await.unwrap_err();
        assert!(error.help().contains("GRANT USAGE ON SCHEMA migsafe TO"), "{}", error.help());
        database.query("DROP SCHEMA migsafe CASCADE").unwrap();
        database.query(&format!("GRANT CREATE ON DATABASE {} TO {role}", database.name())).unwrap();
        assert_eq!(deploy(&store, &all).await.unwrap().applied().len(), 2);
    });
    database.query(&format!("DROP OWNED BY {role}")).unwrap();
    drop_role(database, &role);
}

#[test]
fn without_select_reading_is_an_error() {
    let database = database_with_history();
    let role = role(&database, "");
    block_on(async {
        let error = store(&database.url_as(&role)).await.read().await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::Permission, "{error}");
    });
    drop_role(database, &role);
}

#[test]
fn without_usage_reading_is_an_error_and_never_absent() {
    let database = database_with_history();
    let role = role(
        &database,
        "GRANT SELECT ON _prisma_migrations TO $role; REVOKE USAGE ON SCHEMA public FROM PUBLIC;
         CREATE SCHEMA second; GRANT USAGE ON SCHEMA second TO $role;
         ALTER ROLE $role SET search_path = public, second",
    );
    block_on(async {
        // The search path would show `second`, which holds nothing.
        let store_1 = store(&database.url_as(&role)).await;
        let error = store_1.read().await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::Permission, "{error}");
        assert!(error.to_string().contains("public"), "{error}");
        let url = format!("{}?schema=public", database.url_as(&role));
        let error = store(&url).await.read().await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::Permission, "{error}");
        let error = deploy(&store_1, &tables(1)).await.unwrap_err();
        assert_eq!(error.code(), "permission", "{error}");
        // Without any schema there is nowhere to look.
        database.query(&format!("ALTER ROLE {role} SET search_path = nowhere")).unwrap();
        let error = store(&database.url_as(&role)).await.read().await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::UnsafeSetting, "{error}");
        // A closed schema that holds no history is nobody's business.
        database
            .query(&format!(
                "ALTER ROLE {role} SET search_path = public, second; DROP TABLE _prisma_migrations"
            ))
            .unwrap();
        let reading = store(&database.url_as(&role)).await.read().await.unwrap();
        assert_eq!(reading.history, History::Absent(Absence::Table));
        assert_eq!(reading.database.schema(), Some("second"));
    });
    drop_role(database, &role);
}

#[test]
fn row_level_security_is_an_error() {
    let database = database_with_history();
    let role = role(
        &database,
        "GRANT SELECT ON _prisma_migrations TO $role;
         ALTER TABLE _prisma_migrations ENABLE ROW LEVEL SECURITY",
    );
    block_on(async {
        let error = store(&database.url_as(&role)).await.read().await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::Permission, "{error}");
        assert!(error.to_string().contains("row-level security"), "{error}");
        // Its owner is not subject to it.
        rows(&store(&database.url()).await).await;
    });
    drop_role(database, &role);
}

#[test]
fn a_marker_in_a_closed_schema_does_not_keep_from_reading() {
    let database = database_with_history();
    let role = role(
        &database,
        "GRANT SELECT ON _prisma_migrations TO $role; CREATE SCHEMA prisma_contract;
         CREATE TABLE prisma_contract.marker ()",
    );
    block_on(async {
        let reading = store(&database.url_as(&role)).await.read().await.unwrap();
        assert!(reading.database.has_prisma8_marker());
    });
    drop_role(database, &role);
}

#[test]
fn read_only_by_default_does_not_keep_from_deploying() {
    let database = database();
    let sql = format!(
        "ALTER DATABASE {0} SET default_transaction_read_only = on;
         ALTER DATABASE {0} SET default_transaction_isolation = 'serializable'",
        database.name()
    );
    database.query(&sql).unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        deploy(&store, &tables(2)).await.unwrap();
        assert_eq!(rows(&store).await.len(), 2);
    });
}
