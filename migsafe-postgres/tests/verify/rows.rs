//! What queries give.

use std::time::{Duration, Instant};

use migsafe_testing::{PgBouncer, PoolMode, Postgres};
use serde_json::{Value, json};

use crate::common::database;
use crate::{missed, try_verify};

/// A file with these expectations on rows in the schema `site`.
pub(crate) fn file(rows: &[(&str, &str, Value)]) -> String {
    file_within(30.0, rows)
}

fn file_within(seconds: f64, rows: &[(&str, &str, Value)]) -> String {
    let rows: Vec<Value> = rows
        .iter()
        .map(|(name, query, expect)| {
            json!({ "name": name, "query": query, "expect": expect, "timeoutSeconds": seconds })
        })
        .collect();
    json!({ "site": { "rows": rows } }).to_string()
}

const SITE: &str = "CREATE SCHEMA site; CREATE TABLE site.t (id integer, name text, ok boolean, price numeric(10, 2)); \
     INSERT INTO site.t VALUES (1, 'alice@example.com', true, 5), (2, NULL, false, 7.5)";

#[test]
fn conditions_are_met_or_missed() {
    let database = database();
    database.query(SITE).unwrap();
    database.query("CREATE TABLE public.t (id integer)").unwrap();
    for (query, expect, found) in [
        ("SELECT * FROM t", json!({"rows": 2}), None),
        ("TABLE t", json!({"rows": {"atLeast": 1, "atMost": 2}}), None),
        ("SELECT FROM t", json!({"rows": 2}), None),
        ("SELECT id, id FROM t", json!({"rows": 2}), None),
        ("VALUES (1), (2), (3)", json!({"rows": 2}), Some("3 rows")),
        ("SELECT 1 FROM t WHERE id > 5", json!({"rows": 0}), None),
        ("SELECT 1 FROM t", json!({"rows": 0}), Some("2 rows")),
        ("SELECT generate_series(1, 5000)", json!({"rows": 0}), Some("more than 1000 rows")),
        ("SELECT generate_series(1, 5000)", json!({"rows": {"atLeast": 4999}}), None),
        // A comment to the end, a semicolon, a WITH.
        (
            "WITH a AS (SELECT * FROM t) SELECT * FROM a ORDER BY id LIMIT 1; -- one",
            json!({"rows": 1}),
            None,
        ),
        ("SELECT count(*) FROM t -- all", json!({"value": 2}), None),
        ("(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1 DESC LIMIT 1", json!({"value": 2}), None),
        ("SELECT sum(price) FROM t", json!({"value": 12.5}), None),
        ("SELECT sum(price) FROM t", json!({"value": {"atLeast": 12.5, "atMost": 13}}), None),
        ("SELECT sum(price) FROM t", json!({"value": {"atLeast": 12.51}}), Some("'12.50'")),
        ("SELECT ok FROM t WHERE id = 1", json!({"value": true}), None),
        ("SELECT ok FROM t WHERE id = 1", json!({"value": false}), Some("'true'")),
        ("SELECT name FROM t WHERE id = 2", json!({"value": null}), None),
        ("SELECT name FROM t WHERE id = 1", json!({"value": null}), Some("'alice@example.com'")),
        ("SELECT name FROM t WHERE id = 3", json!({"value": null}), Some("no row")),
        ("SELECT name FROM t", json!({"value": "alice@example.com"}), Some("more than one row")),
        ("SELECT current_schema()", json!({"value": "site"}), None),
        ("SELECT ARRAY[1, 2]", json!({"value": "{1,2}"}), None),
        (
            "SELECT repeat('x', 2000000)",
            json!({"value": "x"}),
            Some(&*format!("'{}…'", "x".repeat(59))),
        ),
    ] {
        let missed = missed(&database.url(), &file(&[("r", query, expect.clone())]));
        match found {
            None => assert!(missed.is_empty(), "{query} {expect}: {missed:?}"),
            Some(found) => {
                assert_eq!(
                    missed,
                    [format!("rows site: r: different: {found}")],
                    "{query} {expect}"
                );
            }
        }
    }
}

/// Each of them leaves the others alone.
#[test]
fn what_cannot_be_found_out_is_unknown_and_spoils_nothing() {
    let database = database();
    database.query(SITE).unwrap();
    let role = format!("reader_{}", database.name());
    database
        .query(&format!(
            "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA site TO {role}; GRANT SELECT ON site.t TO {role};
             CREATE TABLE site.secret (id integer); CREATE TABLE site.busy (id integer);
             GRANT SELECT ON site.busy TO {role};
             CREATE TABLE site.guarded (id integer); GRANT SELECT ON site.guarded TO {role};
             ALTER TABLE site.guarded ENABLE ROW LEVEL SECURITY;
             CREATE FUNCTION site.leak() RETURNS integer LANGUAGE plpgsql STABLE AS
             'BEGIN RAISE EXCEPTION ''the secret is %'', (SELECT name FROM site.t LIMIT 1) USING ERRCODE = ''42703''; END'"
        ))
        .unwrap();
    let mut blocker = database.client();
    blocker.query("BEGIN; LOCK TABLE site.busy").unwrap();
    let one = || json!({"rows": 1});
    let rows = [
        (
            "a gone",
            "SELECT pg_terminate_backend(pg_backend_pid()) FROM t LIMIT 1",
            json!({"value": 1}),
        ),
        ("b no table", "SELECT 1 FROM nowhere", one()),
        ("c right", "SELECT 1 FROM secret", one()),
        ("d security", "SELECT 1 FROM guarded", one()),
        ("e slow", "SELECT pg_sleep(20)", json!({"value": 1})),
        ("f busy", "SELECT 1 FROM busy", one()),
        ("g cast", "SELECT name::integer FROM t WHERE id = 1", json!({"value": 1})),
        ("h raised", "SELECT leak()", json!({"value": 1})),
        ("i columns", "SELECT FROM t", json!({"value": 1})),
        ("j good", "SELECT 1 FROM t", json!({"rows": 2})),
        ("k wrong", "SELECT 1 FROM t", json!({"rows": 3})),
    ];
    let start = Instant::now();
    let found = missed(&database.url_as(&role), &file_within(0.5, &rows));
    // The lock is waited for as long as the query may take, at most.
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    let hidden = "what it says can hold a value, and is not repeated";
    let expected = [
        "a gone: unknown: the server ended the connection (57P01)",
        "b no table: unknown: relation \"nowhere\" does not exist (42P01)",
        "c right: unknown: permission denied for table secret (42501)",
        "d security: unknown: row-level security would hide rows",
        "e slow: unknown: it took longer than 0.5 s",
        "f busy: unknown: ",
        &format!("g cast: unknown: the server refuses it with SQLSTATE 22P02; {hidden}"),
        &format!("h raised: unknown: the server refuses it with SQLSTATE 42703; {hidden}"),
        "i columns: unknown: ",
        "k wrong: different: 2 rows",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (line, expected) in found.iter().zip(expected) {
        assert!(line.starts_with(&format!("rows site: {expected}")), "{line}\n{expected}");
        assert!(!line.contains("alice"), "{line}");
    }
    drop(blocker);
    let code = try_verify(&database.url_as(&role), &file_within(0.5, &rows)).unwrap().exit_code();
    assert_eq!(code.code(), 1);
    database.query(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}

#[test]
fn queries_work_through_a_transaction_pooler() {
    let database = database();
    database.query(SITE).unwrap();
    let pooler = PgBouncer::start(Postgres::shared(), PoolMode::Transaction, 1);
    let file = file(&[
        ("a", "SELECT count(*) FROM t", json!({"value": 2})),
        ("b", "SELECT 1 / (id - 1) FROM t", json!({"value": 2})),
        ("c", "SELECT * FROM t", json!({"rows": 2})),
    ]);
    let found = missed(&pooler.url(database.name()), &file);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("22012"), "{found:?}");
}
