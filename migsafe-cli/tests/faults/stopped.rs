//! Processes that are stopped with SIGSTOP while they hold the lock, or the lease, and go on much later.

use std::time::Duration;

use migsafe_testing::{Postgres, Proxy};
use serde_json::Value;

use crate::common::{LIMIT, Process, Scripts, until};
use crate::on_postgres::{OnPostgres, SCRIPTS, SLOW};

/// The migration lock is held: others wait, give up and say who has it; `locks` says how to end that, and
/// exactly that ends it.
fn others_can_go_on(on: &OnPostgres, context: &str) {
    let wait = ["deploy", "--lock-wait", "1", "--format", "json"];
    let ran = on.project.run(&wait).exits(5);
    let document = ran.json();
    assert_eq!(document["error"]["code"], "lock-not-obtained", "{context}: {ran}");
    let holder = &document["error"]["lock_holder"];
    let sql = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 72707369 \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let pid = on.database.client().value(sql).unwrap().unwrap();
    assert_eq!(holder["pid"].to_string(), pid, "{context}: {ran}");
    assert_eq!(holder["user"], "postgres", "{context}: {ran}");
    assert_eq!(holder["application"], "migsafe", "{context}: {ran}");
    on.check_truth(context);
    let locks = on.project.run(&["locks", "--format", "json"]).exits(0).json();
    let [holder] = locks["holders"].as_array().unwrap().as_slice() else { panic!("{locks}") };
    assert_eq!(holder["pid"].to_string(), pid, "{locks}");
    let statement = holder["terminate_statement"].as_str().unwrap();
    on.database.query(statement).unwrap();
    let free = || {
        let locks = on.project.run(&["locks", "--format", "json"]).exits(0).json();
        locks["holders"].as_array().is_some_and(Vec::is_empty)
    };
    until("the lock is free", free);
    on.deploy_and_check(context);
}

/// The stopped process goes on, changes nothing, and does not claim to have done what another did. It may
/// find out that all is done, and say so.
fn goes_on(on: &OnPostgres, process: Process, context: &str) {
    process.signal("CONT");
    let ran = process.wait(LIMIT);
    let document: Value = ran.json();
    assert_eq!(ran.applied(), 1, "only the first was its own, {context}: {ran}");
    assert!(matches!(ran.code, 0 | 1), "{context}: {ran}");
    assert_eq!(ran.code == 0, document["error"].is_null(), "{context}: {ran}");
    assert!(ran.code == 1 || document["up_to_date"] == true, "{context}: {ran}");
    on.check_finished(context);
}

const JSON: [&str; 3] = ["deploy", "--format", "json"];

#[test]
fn stopped_in_the_midst_of_a_script() {
    let on = OnPostgres::new(Postgres::shared(), SLOW);
    let process = on.project.spawn(&JSON);
    until("it sleeps", || on.is_active("pg_sleep(0.2)"));
    process.signal("STOP");
    others_can_go_on(&on, "stopped in a script");
    goes_on(&on, process, "went on in a script");
}

/// The connection stands still in the middle of a transaction, as if the process had been stopped between two messages.
#[test]
fn stopped_between_two_messages() {
    for pattern in ["INSERT INTO log VALUES ('data')", "SET CONSTRAINTS ALL IMMEDIATE"] {
        let on = OnPostgres::new(Postgres::shared(), SCRIPTS);
        let proxy = Proxy::start(Postgres::shared().port());
        // Slow enough that the stall cannot come too late.
        proxy.delay(Duration::from_millis(100));
        let process = on.project.spawn_through(&on.database.url_through(proxy.port()), &JSON);
        // The first migration is whole before.
        until("the first step", || proxy.messages().iter().any(|m| m.contains("SET CONSTRAINTS")));
        proxy.stall_on(pattern);
        proxy.delay(Duration::ZERO);
        until("it stands still", || proxy.fired() == 1);
        process.signal("STOP");
        others_can_go_on(&on, pattern);
        proxy.heal();
        goes_on(&on, process, pattern);
    }
}

const LONG_INDEX: &Scripts = &[
    SLOW[0],
    SLOW[1],
    SLOW[2],
    (
        "20250101000004_index",
        "-- migsafe: no-transaction because the index is built concurrently\n\
         INSERT INTO log VALUES ('before');\n\
         CREATE INDEX CONCURRENTLY data_v ON data (slow(v));\n\
         INSERT INTO log VALUES ('after');\n\
         SELECT pg_sleep(0.5);\n",
        &["before", "after"],
    ),
];

/// A migration that runs by statement: nobody holds the lock, and others wait all the same, for the statement may
/// still be sent. They say for whom; ended as they say, another deployer goes on, and the one that comes
/// back is fenced off.
#[test]
fn stopped_while_it_has_a_lease() {
    let on = OnPostgres::new(Postgres::shared(), LONG_INDEX);
    let process = on.project.spawn(&JSON);
    until("it builds", || on.is_active("CREATE INDEX CONCURRENTLY"));
    process.signal("STOP");
    let ran = on.project.run(&["status", "--all", "--format", "json"]).exits(3);
    assert_eq!(ran.states()["20250101000004_index"], "running", "{ran}");
    let impatient = ["deploy", "--lock-wait", "1", "--format", "json"];
    let ran = on.project.run(&impatient).exits(5);
    let document = ran.json();
    assert_eq!(document["outcome"], "locked", "{ran}");
    let holder = &document["error"]["lock_holder"];
    assert_eq!((&holder["user"], &holder["application"]), (&"postgres".into(), &"migsafe".into()));
    on.check_truth("stopped with a lease");
    let locks = on.project.run(&["locks", "--format", "json"]).exits(0);
    let document = locks.json();
    assert_eq!(document["state"], "free", "{locks}");
    // The session that runs the statement, and the one that keeps the lease.
    let sessions = document["holders"].as_array().unwrap();
    assert_eq!(sessions.len(), 2, "{locks}");
    for session in sessions {
        on.database.query(session["terminate_statement"].as_str().unwrap()).unwrap();
    }
    on.deploy_and_check("the lease went to another");
    process.signal("CONT");
    let ran = process.wait(LIMIT);
    assert_eq!(ran.code, 1, "{ran}");
    on.check_finished("the lease went to another");
}

/// The same between two messages, and nobody ends a session: the lease runs out by the server's clock, for nothing of
/// the stopped process can be under way. What it then still sends is refused.
#[test]
fn stopped_until_its_lease_has_run_out() {
    let on = OnPostgres::new(Postgres::shared(), LONG_INDEX);
    let proxy = Proxy::start(Postgres::shared().port());
    proxy.stall_on("INSERT INTO log VALUES ('after')");
    let process = on.project.spawn_through(&on.database.url_through(proxy.port()), &JSON);
    until("it stands still", || proxy.fired() == 1);
    process.signal("STOP");
    let ran = on.project.run(&["deploy", "--lock-wait", "1", "--format", "json"]).exits(5);
    assert_eq!(ran.json()["outcome"], "locked", "{ran}");
    on.check_truth("stopped between two statements");
    let ran = on.project.run(&["deploy", "--lock-wait", "50", "--format", "json"]).exits(0);
    assert_eq!((ran.applied(), &ran.json()["up_to_date"]), (1, &true.into()), "{ran}");
    proxy.heal();
    process.signal("CONT");
    let ran = process.wait(LIMIT);
    assert_eq!((ran.code, ran.applied()), (1, 3), "{ran}");
    assert_eq!(ran.json()["error"]["code"], "conflict", "{ran}");
    on.check_finished("the lease ran out");
}
