//! Promise 2, and the budget of a step: what is sent, and how often.

use migsafe_testing::{Postgres, Proxy};

use crate::common::*;

fn commits(proxy: &Proxy) -> usize {
    proxy.messages().iter().filter(|sql| sql.ends_with("COMMIT")).count()
}

#[test]
fn up_to_date_costs_one_message_also_first_on_a_connection() {
    let database = database();
    let proxy = Proxy::start(Postgres::shared().port());
    let migrations = tables(20);
    block_on(async {
        deploy(&store(&database.url()).await, &migrations).await.unwrap();
        let store = store(&database.url_through(proxy.port())).await;
        for _ in 0..3 {
            proxy.reset_counts();
            let report = deploy(&store, &migrations).await.unwrap();
            assert!(report.status().is_up_to_date());
            assert_eq!(proxy.round_trips(), 1, "{:?}", proxy.statements());
            assert_eq!(proxy.connections(), 0);
            let messages = proxy.messages();
            assert_eq!(messages.len(), proxy.statements().len(), "simple protocol only");
            assert!(!messages[0].contains("advisory_xact_lock"), "no lock is taken");
        }
    });
}

#[test]
fn a_migration_costs_three_round_trips_and_one_commit() {
    let database = database_with_history();
    let proxy = Proxy::start(Postgres::shared().port());
    block_on(async {
        let store = store(&database.url_through(proxy.port())).await;
        for count in [1, 11] {
            proxy.reset_counts();
            let before = rows(&store).await.len();
            let report = deploy(&store, &tables(count)).await.unwrap();
            assert!(report.status().is_up_to_date());
            let applied = count - before;
            assert_eq!(report.applied().len(), applied);
            assert_eq!(commits(&proxy), applied, "{:#?}", proxy.messages());
            // A glance and two reads, and a last look with the lock (begin and roll back).
            let limit = 3 * applied + 5;
            assert!(proxy.round_trips() <= limit, "{} of {limit}", proxy.round_trips());
            assert_eq!(proxy.messages().len(), proxy.statements().len(), "simple protocol only");
        }
    });
}

#[test]
fn the_first_deploy_needs_one_more_transaction_for_the_table() {
    let database = database();
    let proxy = Proxy::start(Postgres::shared().port());
    block_on(async {
        let store = store(&database.url_through(proxy.port())).await;
        proxy.reset_counts();
        deploy(&store, &tables(2)).await.unwrap();
        assert_eq!(commits(&proxy), 3, "{:#?}", proxy.messages());
        // Glance, read and proof; begin, begin with proof, create; two steps; a last look.
        assert!(proxy.round_trips() <= 3 + 3 + 6 + 2, "{:#?}", proxy.messages());
    });
}

#[test]
fn the_session_takes_over_the_idle_connection() {
    let database = database_with_history();
    let proxy = Proxy::start(Postgres::shared().port());
    block_on(async {
        let store = store(&database.url_through(proxy.port())).await;
        deploy(&store, &tables(1)).await.unwrap();
        assert_eq!(proxy.connections(), 1);
        // Scripts ran on it, so that it was closed.
        rows(&store).await;
        assert_eq!(proxy.connections(), 2);
    });
}

#[test]
fn nothing_is_sent_that_a_script_could_leak_into() {
    let database = database_with_history();
    let proxy = Proxy::start(Postgres::shared().port());
    block_on(async {
        let store = store(&database.url_through(proxy.port())).await;
        deploy(&store, &tables(2)).await.unwrap();
    });
    for message in proxy.messages() {
        let message = message.to_uppercase();
        assert!(!message.contains("DISCARD") && !message.contains("ADVISORY_UNLOCK"), "{message}");
    }
}
