//! A network that stands still: connections stay open and nothing comes through.

use std::time::Duration;

use migsafe_testing::{PgBouncer, PoolMode, Postgres, Proxy};

use crate::common::{LIMIT, Scripts, until};
use crate::on_postgres::{OnPostgres, SCRIPTS, SLOW};

/// How long a deploy may hang that was told to wait for a second, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The messages of a deploy that stand for the rest: the first look, the lock, the script, COMMIT, the lease, a statement
/// of a migration by statement inside and outside a transaction, its end.
const PLACES: [&str; 8] = [
    "_prisma_migrations",
    "pg_try_advisory_xact_lock",
    "INSERT INTO log VALUES ('data')",
    "SET CONSTRAINTS ALL IMMEDIATE",
    "INSERT INTO migsafe.lease",
    "INSERT INTO log VALUES ('before')",
    "CREATE INDEX CONCURRENTLY",
    "DELETE FROM migsafe.lease",
];

fn stands_still(place: &str, answers_only: bool) {
    let on = OnPostgres::new(Postgres::shared(), SCRIPTS);
    let proxy = Proxy::start(Postgres::shared().port());
    if answers_only {
        proxy.stall_after(place);
    } else {
        proxy.stall_on(place);
    }
    let limits = "connect_timeout=1&socket_timeout=1";
    let url = format!("{}?{limits}", on.database.url_through(proxy.port()));
    let args = ["deploy", "--lock-wait", "1", "--statement-timeout", "2"];
    let process = on.project.spawn_through(&url, &args);
    until(place, || proxy.fired() == 1);
    let context = format!("{place}, only the answers: {answers_only}");
    let ran = process.try_wait(PATIENCE).unwrap_or_else(|ran| panic!("{context}: it hangs: {ran}"));
    // An answer that is lost can still be learnt, over another connection.
    let codes: &[i32] = if answers_only { &[0, 1, 5] } else { &[1, 5] };
    assert!(codes.contains(&ran.code), "{context}: {ran}");
    assert!(!ran.stderr.contains("migration-failed"), "{context}: {ran}");
    on.check_truth(&context);
    // What stands still is noticed in the end; here at once.
    proxy.cut_all();
    on.deploy_and_check(&context);
}

#[test]
fn a_connection_on_which_nothing_moves() {
    for place in PLACES {
        stands_still(place, false);
    }
}

#[test]
fn a_connection_that_gives_no_answers() {
    for place in PLACES {
        stands_still(place, true);
    }
}

/// The process is killed and the network does not tell the server: the transaction stays open. The next deploy names
/// it, and one statement ends it.
#[test]
fn a_process_killed_behind_a_dead_network() {
    let on = OnPostgres::new(Postgres::shared(), SCRIPTS);
    let proxy = Proxy::start(Postgres::shared().port());
    proxy.stall_on("INSERT INTO log VALUES ('data')");
    let url = on.database.url_through(proxy.port());
    let process = on.project.spawn_through(&url, &["deploy"]);
    until("it stands still", || proxy.fired() == 1);
    assert!(process.kill().was_killed());
    let args = ["deploy", "--lock-wait", "1", "--format", "json"];
    let ran = on.project.spawn(&args).wait(LIMIT).exits(5);
    assert_eq!(ran.json()["error"]["lock_holder"]["state"], "idle in transaction", "{ran}");
    on.check_truth("a transaction without a client");
    let locks = on.project.run(&["locks", "--format", "json"]).exits(0).json();
    let statement = locks["holders"][0]["terminate_statement"].as_str().unwrap().to_owned();
    on.database.query(&statement).unwrap();
    on.deploy_and_check("its session was ended");
}

const LONG: &Scripts = &[
    SCRIPTS[0],
    SLOW[1],
    (
        "20250101000003_sleep",
        "INSERT INTO log VALUES ('sleep');\nSELECT pg_sleep(5);\n",
        &["sleep"],
    ),
];

/// A script may take much longer than any answer: as long as the server is at work, nothing is broken.
#[test]
fn a_long_script_is_no_dead_network() {
    let pooler = PgBouncer::start(Postgres::shared(), PoolMode::Transaction, 4);
    for pooled in [false, true] {
        let on = OnPostgres::new(Postgres::shared(), LONG);
        let direct = on.database.url();
        let url = if pooled { pooler.url(on.database.name()) } else { direct };
        let url = format!("{url}?connect_timeout=1&socket_timeout=1");
        let ran = on.project.spawn_through(&url, &["deploy"]).wait(LIMIT).exits(0);
        let context = format!("pooled: {pooled}\n{ran}");
        on.project.check_finished(&context, &on.project.status(), &on.marks());
    }
}
