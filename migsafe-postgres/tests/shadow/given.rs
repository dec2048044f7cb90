//! A database that is given for the purpose.

use migsafe_postgres::core::shadow::{ReplayError, ReplayOptions, replay};
use migsafe_postgres::core::store::{Isolation, ShadowProvider as _, StoreErrorCode};
use migsafe_postgres::{PostgresOptions, PostgresShadow};
use migsafe_testing::{Database, PgBouncer, PoolMode, Postgres, PostgresOptions as ServerOptions};

use crate::common::*;
use crate::support::{objects, replayed};

fn options(database: &Database) -> PostgresOptions {
    PostgresOptions::from_url(&database.url()).unwrap()
}

fn refusal(result: Result<migsafe_postgres::core::shadow::Replay, ReplayError>) -> String {
    match result {
        Err(ReplayError::Store(error)) => {
            assert_eq!(error.code(), StoreErrorCode::ShadowRefused, "{error}");
            error.to_string()
        }
        other => panic!("{other:?}"),
    }
}

fn content(database: &Database) -> String {
    value(
        database,
        "SELECT coalesce(string_agg(relname, ',' ORDER BY relname), '') FROM pg_class \
         WHERE relnamespace::regnamespace::text NOT IN ('pg_catalog', 'pg_toast', 'information_schema')",
    )
}

#[test]
fn it_is_used_again_and_again_and_left_empty() {
    let (live, shadow) = (database(), database());
    let provider = PostgresShadow::at(options(&shadow), Some(options(&live)));
    let everything = "CREATE SCHEMA s; CREATE TABLE s.t (id int); CREATE EXTENSION pg_trgm;
        CREATE TYPE mood AS ENUM ('a'); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE PUBLICATION p FOR TABLE s.t; CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql
        AS 'BEGIN END'; CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION e();
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC; SELECT lo_create(0);
        CREATE CAST (json AS int4range) WITH INOUT;";
    let scripts = folder(&[("1", everything)]);
    let first = replayed(&provider, &scripts).unwrap();
    assert_eq!(content(&shadow), "");
    let second = replayed(&provider, &scripts).unwrap();
    assert_eq!(first.snapshot, second.snapshot);
    // Also after a failure.
    replayed(&provider, &folder(&[("1", everything), ("2", "SELECT nix")])).unwrap_err();
    assert_eq!(content(&shadow), "");
    // And what a killed run left goes before the next one.
    shadow.query("CREATE TABLE left_behind (id int); CREATE SCHEMA s").unwrap();
    let third = replayed(&provider, &scripts).unwrap();
    assert_eq!(first.snapshot, third.snapshot);
    assert_eq!(value(&live, "SELECT count(*) FROM pg_class WHERE relname = 't'"), "0");
}

#[test]
fn the_schema_public_is_as_it_was() {
    let (live, shadow, fresh) = (database(), database(), database());
    let provider = PostgresShadow::at(options(&shadow), Some(options(&live)));
    replayed(&provider, &folder(&[])).unwrap();
    let look = "SELECT pg_get_userbyid(nspowner) || coalesce(nspacl::text, '') || obj_description(oid) \
                FROM pg_namespace WHERE nspname = 'public'";
    if Postgres::shared().major_version() >= 15 {
        assert_eq!(value(&shadow, look), value(&fresh, look));
    }
    assert_eq!(value(&shadow, "SELECT has_schema_privilege('public', 'USAGE')"), "t");
}

#[test]
fn the_live_database_is_recognised_by_any_name() {
    let live = database();
    live.query("CREATE TABLE precious (id int)").unwrap();
    let pooler = PgBouncer::start(Postgres::shared(), PoolMode::Transaction, 5);
    let other_address = live.url().replace("127.0.0.1", "localhost");
    let names = [live.url(), other_address, pooler.url(live.name())];
    for name in &names {
        for other in &names {
            let of = |url: &str| PostgresOptions::from_url(url).unwrap();
            let provider = PostgresShadow::at(of(name), Some(of(other)));
            let why = refusal(replayed(&provider, &folder(&[])));
            assert!(why.contains("is the live one"), "{why}");
        }
    }
    assert_eq!(content(&live), "precious");
}

#[test]
fn a_database_with_something_in_it_is_refused() {
    for (what, named) in [
        ("CREATE TABLE t (id int)", "the relation t"),
        ("CREATE SCHEMA app", "the schema app"),
        ("CREATE EXTENSION pg_trgm", "the extension pg_trgm"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "the function f()"),
        ("CREATE TYPE mood AS ENUM ('a')", "the type mood"),
    ] {
        let (live, shadow) = (database(), database());
        shadow.query(what).unwrap();
        let before = value(&shadow, "SELECT count(*) FROM pg_depend");
        let provider = PostgresShadow::at(options(&shadow), Some(options(&live)));
        let why = refusal(replayed(&provider, &folder(&[])));
        assert!(why.contains(named), "{why}");
        assert_eq!(value(&shadow, "SELECT count(*) FROM pg_depend"), before);
    }
}

#[test]
fn two_runs_do_not_use_it_at_once() {
    let (live, shadow) = (database(), database());
    let provider = PostgresShadow::at(options(&shadow), Some(options(&live)));
    let scripts = folder(&[("1", "CREATE TABLE t (id int); SELECT pg_sleep(0.2);")]);
    block_on(async {
        let options = ReplayOptions::default();
        let run = || replay(&provider, scripts.as_slice(), &options);
        let (a, b, c) = tokio::join!(run(), run(), run());
        let (a, b, c) = (a.unwrap(), b.unwrap(), c.unwrap());
        assert!(a.snapshot == b.snapshot && b.snapshot == c.snapshot);
        assert_eq!(objects(&a).iter().filter(|name| name.starts_with("table")).count(), 1);
    });
}

#[test]
fn a_role_that_does_not_own_it_is_refused() {
    let (live, shadow) = (database(), database());
    let role = format!("guest_of_{}", shadow.name());
    shadow
        .query(&format!(
            "CREATE ROLE {role} LOGIN; GRANT ALL ON DATABASE {} TO {role}",
            shadow.name()
        ))
        .unwrap();
    let of = PostgresOptions::from_url(&shadow.url_as(&role)).unwrap();
    let why = refusal(replayed(&PostgresShadow::at(of, Some(options(&live))), &folder(&[])));
    assert!(why.contains("does not own it"), "{why}");
    shadow.query(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}

#[test]
fn on_a_server_of_its_own_everything_runs() {
    let live = database();
    let elsewhere = Postgres::start(ServerOptions::default());
    let shadow = elsewhere.create_database();
    let provider = PostgresShadow::at(options(&shadow), Some(options(&live)));
    block_on(async {
        let database = provider.open().await.unwrap();
        assert_eq!(database.isolation(), Isolation::Separate);
        database.close().await.unwrap();
    });
    let script = "CREATE ROLE app_role; DO $$ BEGIN EXECUTE 'CREATE TABLE ' || 'dynamic (id int)'; END $$; \
                  GRANT SELECT ON dynamic TO app_role";
    let found = replayed(&provider, &folder(&[("1", script)])).unwrap();
    assert!(found.skipped.is_empty());
    assert!(objects(&found).iter().any(|name| name == "table public.dynamic"));
    // On the server of the live database nothing of that is run.
    let neighbour = database();
    let beside = PostgresShadow::at(options(&neighbour), Some(options(&live)));
    let refused = replayed(&beside, &folder(&[("1", script)]));
    assert!(matches!(refused, Err(ReplayError::Refused(_))), "{refused:?}");
}

#[test]
fn somebody_who_locks_what_is_in_it_is_not_waited_for_for_ever() {
    let (live, shadow) = (database(), database());
    let provider = PostgresShadow::at(options(&shadow), Some(options(&live)));
    replayed(&provider, &folder(&[])).unwrap();
    let mut other = shadow.client();
    other.query("CREATE TABLE busy (id int); BEGIN; LOCK TABLE busy IN SHARE MODE").unwrap();
    match replayed(&provider, &folder(&[])) {
        Err(ReplayError::Store(error)) => {
            assert_eq!(error.code(), StoreErrorCode::ShadowRefused, "{error}");
            assert!(error.help().contains("somebody else"), "{}", error.help());
        }
        other => panic!("{other:?}"),
    }
    other.query("ROLLBACK").unwrap();
    replayed(&provider, &folder(&[])).unwrap();
    assert_eq!(content(&shadow), "");
}
