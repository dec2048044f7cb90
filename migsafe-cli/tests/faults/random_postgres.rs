//! Processes that deploy to PostgreSQL and are killed at random times, often in a row.

use std::thread;

use migsafe_testing::Postgres;

use crate::common::LIMIT;
use crate::on_postgres::{OnPostgres, SLOW, timed};
use crate::random::Random;

const KILLS: usize = 80;

#[test]
fn killed_at_random_times_until_it_is_done() {
    let mut random = Random::new(1);
    let undisturbed = OnPostgres::new(Postgres::shared(), SLOW);
    let whole = timed(|| undisturbed.deploy_and_check("undisturbed"));
    let (mut kills, mut in_a_statement, mut rounds) = (0, 0, 0);
    while kills < KILLS {
        rounds += 1;
        let on = OnPostgres::new(Postgres::shared(), SLOW);
        // Again and again on the same database, until one comes through.
        for attempt in 1.. {
            let process = on.project.spawn(&["deploy", "--lock-wait", "30"]);
            let pause = random.below(whole);
            thread::sleep(pause);
            let busy = ["pg_sleep", "RECURSIVE", "CREATE INDEX CONCURRENTLY"];
            let is_busy = busy.iter().any(|text| on.is_active(text));
            let ran = process.kill();
            if !ran.was_killed() {
                assert_eq!(ran.code, 0, "{ran}");
                break;
            }
            kills += 1;
            in_a_statement += usize::from(is_busy);
            let context = format!("round {rounds}, kill {attempt} after {pause:?}");
            on.check_truth(&context);
            // Three times in a row, then one deploy that nobody kills; every second round goes on.
            if rounds % 2 == 1 && attempt == 3 {
                on.deploy_and_check(&context);
                break;
            }
        }
        on.project.spawn(&["deploy", "--lock-wait", "50"]).wait(LIMIT).exits(0);
        on.check_finished(&format!("round {rounds}"));
    }
    assert!(in_a_statement >= KILLS / 4, "only {in_a_statement} of {kills} hit a long statement");
    eprintln!(
        "PostgreSQL: {kills} random kills, {in_a_statement} of them in a long statement, in {rounds} rounds"
    );
}
