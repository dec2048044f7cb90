//! A database that is made for the purpose.

use migsafe_postgres::core::schema::{DiffOptions, SnapshotOptions, diff};
use migsafe_postgres::core::shadow::{DirectoryCache, ReplayError, ReplayOptions, replay};
use migsafe_postgres::core::store::{SchemaReader as _, StoreErrorCode};
use migsafe_postgres::{PostgresOptions, PostgresShadow};
use migsafe_testing::Postgres;

use crate::common::*;
use crate::support::{Site, objects, replayed};

#[test]
fn a_replay_gives_what_a_deploy_gives_and_leaves_nothing() {
    let site = Site::new();
    let migrations = folder(&[
        (
            "1_init",
            "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id serial PRIMARY KEY, m mood);",
        ),
        ("2_add", "ALTER TYPE mood ADD VALUE 'b';"),
        ("3_index", "CREATE INDEX CONCURRENTLY t_m ON t (m);"),
        ("4_leaks", "SET search_path = pg_catalog; SET ROLE pg_monitor;"),
        ("5_view", "CREATE VIEW v AS SELECT m FROM t WHERE m = 'b';"),
    ]);
    block_on(async {
        let live = store(&site.database().url()).await;
        let options = options().with_policy(lenient());
        migsafe_postgres::ensure_up_to_date(&live, &migrations, options).await.unwrap();
        let expected = live.read_schema(&SnapshotOptions::default()).await.unwrap();
        let shadow = site.shadow();
        let found =
            replay(&shadow, migrations.as_slice(), &ReplayOptions::default()).await.unwrap();
        let difference = diff(&expected, &found.snapshot, &DiffOptions::default()).unwrap();
        assert!(difference.is_empty(), "{:#?}", difference.changes());
        assert!(difference.limits().is_empty());
        assert!(!found.cached && found.skipped.is_empty());
    });
    assert_eq!(site.databases(), "0");
}

#[test]
fn scripts_run_as_prisma_runs_them() {
    let site = Site::new();
    let found = replayed(
        &site.shadow(),
        &folder(&[
            // Transactions of its own, which a deploy refuses.
            ("1", "BEGIN; CREATE TABLE a (id int); COMMIT; CREATE TABLE b (id int);"),
            // Left open: what Prisma's connection takes along when it ends.
            ("2", "BEGIN; CREATE TABLE lost (id int);"),
            // A new value of a new type, which no savepoint lets through.
            ("3", "CREATE TYPE k AS ENUM ('a', 'b'); CREATE TABLE c (k k DEFAULT 'b');"),
            ("4", "VACUUM; CREATE TABLE d (id int); REINDEX TABLE CONCURRENTLY d;"),
            ("5", ""),
        ]),
    )
    .unwrap();
    let names = objects(&found);
    for table in ["a", "b", "c", "d"] {
        assert!(names.contains(&format!("table public.{table}")), "{names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("lost")), "{names:?}");
}

#[test]
fn the_schema_of_the_url_is_made_and_used() {
    let site = Site::new();
    let options = site.options().with_schema("my App").unwrap();
    let shadow = PostgresShadow::beside(options);
    let found = replayed(&shadow, &folder(&[("1", "CREATE TABLE t (id int)")])).unwrap();
    assert_eq!(
        objects(&found).first().map(String::as_str),
        Some("schema \"my App\""),
        "{:?}",
        objects(&found)
    );
    assert!(objects(&found).iter().any(|name| name == "table \"my App\".t"));
}

#[test]
fn settings_of_the_database_hold() {
    let site = Site::new();
    site.database()
        .query(&format!(
            "CREATE SCHEMA own; ALTER DATABASE {} SET search_path = own, public",
            site.database().name()
        ))
        .unwrap();
    let scripts = folder(&[("1", "CREATE SCHEMA own;"), ("2", "CREATE TABLE t (id int);")]);
    let found = replayed(&site.shadow(), &scripts).unwrap();
    assert!(objects(&found).iter().any(|name| name == "table own.t"), "{:?}", objects(&found));
}

#[test]
fn a_database_of_another_encoding_and_locale_has_a_shadow_alike() {
    let site = Site::new();
    let name = format!("{}_latin", site.database().name());
    site.database()
        .query(&format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
        ))
        .unwrap();
    let url = Postgres::shared().url(&name);
    let shadow = PostgresShadow::beside(PostgresOptions::from_url(&url).unwrap());
    let script = "DO $$ BEGIN ASSERT (SELECT pg_encoding_to_char(encoding) || datcollate FROM pg_database \
                  WHERE datname = current_database()) = 'LATIN1C'; END $$";
    replayed(&shadow, &folder(&[("1", script)])).unwrap();
    site.database().query(&format!("DROP DATABASE {name}")).unwrap();
}

#[test]
fn a_script_that_fails_is_named_with_its_place() {
    let site = Site::new();
    for (script, statement, line, column, code) in [
        ("SELECT 1;\n  SELECT nix;", 2, 2, 10, "42703"),
        ("SELECT 1;\nSELECT 1/0;", 2, 2, 1, "22012"),
        ("SELECT 'é';\nSELECT nix FROM pg_class;", 2, 2, 8, "42703"),
        ("CREATE ROLE x;\nCREATE ROLE y;\nSELECT nix;", 3, 3, 8, "42703"),
        ("VACUUM;\nSELECT 'é', nix;", 2, 2, 13, "42703"),
    ] {
        let migrations = folder(&[("1_good", "CREATE TABLE t (id int)"), ("2_bad", script)]);
        let Err(ReplayError::Failed { migration, failure }) = replayed(&site.shadow(), &migrations)
        else {
            panic!("{script}");
        };
        assert_eq!(migration.as_str(), "2_bad");
        assert_eq!(failure.code.as_deref(), Some(code), "{failure:?}");
        let place = &failure.location;
        assert_eq!(
            (place.statement, place.line, place.column),
            (Some(statement), Some(line), Some(column)),
            "{script}: {failure:?}"
        );
    }
    assert_eq!(site.databases(), "0");
}

#[test]
fn what_is_no_sql_is_not_run() {
    let site = Site::new();
    let Err(ReplayError::Refused(refused)) =
        replayed(&site.shadow(), &folder(&[("1", "SELECT 1;\nCREATE TABEL t;")]))
    else {
        panic!("not refused");
    };
    assert_eq!(refused[0].location.line, Some(2), "{refused:?}");
    assert!(refused[0].why.contains("not known"), "{refused:?}");
}

#[test]
fn data_for_a_client_that_is_not_there_is_an_error_and_no_hang() {
    let site = Site::new();
    let migrations = folder(&[("1", "CREATE TABLE t (id int);\nCOPY t FROM STDIN;")]);
    let Err(ReplayError::Failed { failure, .. }) = replayed(&site.shadow(), &migrations) else {
        panic!("not failed");
    };
    assert_eq!(failure.location.line, Some(2));
    assert_eq!(site.databases(), "0");
}

#[test]
fn what_all_databases_share_is_left_alone() {
    let site = Site::new();
    let role = format!("{}_made", site.role);
    let script = format!(
        "CREATE ROLE {role};\nCREATE TABLE t (id int);\nALTER SYSTEM SET work_mem = '1GB';"
    );
    let found = replayed(&site.shadow(), &folder(&[("1", script.as_str())])).unwrap();
    assert!(objects(&found).iter().any(|name| name == "table public.t"));
    let skipped: Vec<_> =
        found.skipped.iter().map(|one| (one.verb.as_str(), one.location.line)).collect();
    assert_eq!(skipped.len(), 2, "{skipped:?}");
    assert_eq!((skipped[0].1, skipped[1].1), (Some(1), Some(3)));
    let sql = format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'");
    assert_eq!(value(site.database(), &sql), "0");
}

#[test]
fn what_cannot_be_foreseen_stops_before_the_first_statement() {
    let site = Site::new();
    let role = format!("{}_made", site.role);
    let script = format!("SELECT 1;\nDO $$ BEGIN EXECUTE 'CREATE ROLE ' || '{role}'; END $$;");
    let migrations = folder(&[("1", "CREATE TABLE t (id int)"), ("2", script.as_str())]);
    let Err(ReplayError::Refused(refused)) = replayed(&site.shadow(), &migrations) else {
        panic!("not refused");
    };
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].migration.as_str(), refused[0].location.line), ("2", Some(2)));
    let sql = format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'");
    assert_eq!(value(site.database(), &sql), "0");
    assert_eq!(site.databases(), "0");
}

#[test]
fn without_the_right_to_make_databases_it_says_what_to_do() {
    let site = Site::new();
    site.database().query(&format!("ALTER ROLE {} NOCREATEDB", site.role)).unwrap();
    let Err(ReplayError::Store(error)) = replayed(&site.shadow(), &folder(&[])) else {
        panic!("made a database");
    };
    assert_eq!(error.code(), StoreErrorCode::Permission);
    assert!(error.help().contains("CREATEDB"), "{}", error.help());
    assert!(error.help().contains("--shadow-database-url"), "{}", error.help());
}

#[test]
fn a_schema_once_replayed_is_not_replayed_again() {
    let site = Site::new();
    let folder_of_cache = tempfile::tempdir().unwrap();
    let cache = std::sync::Arc::new(DirectoryCache::new(folder_of_cache.path()));
    let options = ReplayOptions::default().with_cache(Some(cache));
    let role = format!("{}_x", site.role);
    let script = format!("CREATE TABLE t (id int); CREATE ROLE {role};");
    let migrations = folder(&[("1", script.as_str())]);
    let shadow = site.shadow();
    let run = || block_on(replay(&shadow, migrations.as_slice(), &options)).unwrap();
    let (first, second) = (run(), run());
    assert!(!first.cached && second.cached);
    assert_eq!(first.snapshot, second.snapshot);
    assert_eq!(first.skipped.len(), second.skipped.len());
    // Another setting may give another schema.
    let name = site.database().name();
    site.database().query(&format!("ALTER DATABASE {name} SET search_path = x")).unwrap();
    site.database().query(&format!("ALTER DATABASE {name} RESET search_path")).unwrap();
    assert!(run().cached);
    site.database().query(&format!("ALTER DATABASE {name} SET bytea_output = 'escape'")).unwrap();
    assert!(!run().cached);
}
