//! A server that crashes in the middle of a deploy and comes back.

use std::thread;

use migsafe_testing::{Postgres, PostgresOptions};

use crate::common::{LIMIT, until};
use crate::on_postgres::{OnPostgres, SLOW, timed};
use crate::random::Random;

const CRASHES: usize = 8;

/// What holds while the server is gone, and after it has come back.
fn crash(server: &Postgres, on: &OnPostgres, deploy: crate::common::Process, context: &str) {
    server.stop_immediate();
    let ran = deploy.wait(LIMIT);
    assert!(matches!(ran.code, 0 | 1), "{context}: {ran}");
    assert!(!ran.stderr.contains("migration-failed"), "{context}: {ran}");
    // Nothing can be found out, and that is what is said.
    on.project.run(&["status"]).exits(1);
    server.restart();
    on.check_truth(context);
}

#[test]
fn a_server_that_is_stopped_immediately_in_mid_migration() {
    let server = Postgres::start(PostgresOptions::default());
    let deploy = |on: &OnPostgres| on.project.spawn(&["deploy", "--lock-wait", "2"]);
    // In the middle of a transactional script, and of a statement outside a transaction.
    for text in ["pg_sleep(0.2)", "CREATE INDEX CONCURRENTLY"] {
        let on = OnPostgres::new(&server, SLOW);
        let process = deploy(&on);
        until(text, || on.is_active(text));
        crash(&server, &on, process, text);
        on.deploy_and_check(text);
    }
    let undisturbed = OnPostgres::new(&server, SLOW);
    let whole = timed(|| undisturbed.deploy_and_check("undisturbed"));
    let mut random = Random::new(2);
    let mut on = OnPostgres::new(&server, SLOW);
    for number in 1..=CRASHES {
        let process = deploy(&on);
        let pause = random.below(whole);
        thread::sleep(pause);
        let context = format!("crash {number} after {pause:?}");
        crash(&server, &on, process, &context);
        if number % 2 == 0 {
            on.deploy_and_check(&context);
            on = OnPostgres::new(&server, SLOW);
        }
    }
    on.deploy_and_check("after the last crash");
    eprintln!("PostgreSQL: {} immediate stops of the server", CRASHES + 2);
}
