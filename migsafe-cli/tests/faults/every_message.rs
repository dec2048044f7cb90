//! A deploy to PostgreSQL that is killed, or cut off, at every message it sends.

use std::thread;
use std::time::Duration;

use migsafe_testing::{Postgres, Proxy};

use crate::common::{LIMIT, until};
use crate::on_postgres::{OnPostgres, SCRIPTS};

/// What happens at a message.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The process is killed before the server gets the message.
    KilledBefore,
    /// The process is killed when the server has the message, and perhaps is done with it.
    KilledAfter,
    /// The connection is cut, the process goes on.
    CutBefore,
    /// The server is done with the message, its answer is lost, the process goes on.
    CutAfter,
}

/// How many messages a deploy sends that nobody disturbs.
fn messages(on: &OnPostgres) -> usize {
    let proxy = Proxy::start(Postgres::shared().port());
    let url = on.database.url_through(proxy.port());
    on.project.spawn_through(&url, &["deploy"]).wait(LIMIT).exits(0);
    on.check_finished("undisturbed");
    proxy.statements().len()
}

fn at_every_message(fault: Fault) {
    let on = OnPostgres::new(Postgres::shared(), SCRIPTS);
    let count = messages(&on);
    for number in 1..=count {
        on.reset();
        at(&on, number, fault);
    }
    eprintln!("{fault:?}: {count} messages");
}

fn at(on: &OnPostgres, number: usize, fault: Fault) {
    let proxy = Proxy::start(Postgres::shared().port());
    let url = on.database.url_through(proxy.port());
    match fault {
        Fault::KilledBefore => proxy.stall_on_number(number),
        Fault::KilledAfter => proxy.stall_after_number(number),
        Fault::CutBefore => proxy.cut_before_number(number),
        Fault::CutAfter => proxy.cut_after_number(number),
    }
    let process = on.project.spawn_through(&url, &["deploy", "--lock-wait", "30"]);
    let message = || proxy.statements().get(number - 1).cloned().unwrap_or_default();
    let mut context = format!("{fault:?}, message {number}");
    match fault {
        Fault::KilledBefore | Fault::KilledAfter => {
            until(&context, || proxy.fired() == 1);
            context = format!("{context}: {}", message());
            if matches!(fault, Fault::KilledAfter) && number.is_multiple_of(2) {
                // Time for the server to be done with it; otherwise it is killed in the midst of it.
                thread::sleep(Duration::from_millis(20));
            }
            assert!(process.kill().was_killed(), "{context}");
            // The network notices that the process is gone.
            proxy.cut_all();
        }
        Fault::CutBefore | Fault::CutAfter => {
            let ran = process.wait(LIMIT);
            assert_eq!(proxy.fired(), 1, "{context}\n{ran}");
            context = format!("{context}: {}", message());
            assert!(matches!(ran.code, 0 | 1), "{context}\n{ran}");
            // A lost answer is no failure of the script, and stops nobody.
            assert!(!ran.stderr.contains("migration-failed"), "{context}\n{ran}");
        }
    }
    on.check_truth(&context);
    on.deploy_and_check(&context);
}

#[test]
fn killed_before_every_message() {
    at_every_message(Fault::KilledBefore);
}

#[test]
fn killed_after_every_message() {
    at_every_message(Fault::KilledAfter);
}

#[test]
fn cut_before_every_message() {
    at_every_message(Fault::CutBefore);
}

#[test]
fn cut_after_every_message() {
    at_every_message(Fault::CutAfter);
}
