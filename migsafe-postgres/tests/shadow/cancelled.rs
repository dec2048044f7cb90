//! A replay whose future is dropped.

use std::time::Duration;

use migsafe_postgres::core::shadow::{ReplayOptions, replay};

use crate::common::*;
use crate::support::Site;

#[test]
fn a_dropped_future_removes_its_database_too() {
    let site = Site::new();
    let migrations = folder(&[("1", "CREATE TABLE t (id int)"), ("2", "SELECT pg_sleep(60)")]);
    block_on(async {
        let shadow = site.shadow();
        let options = ReplayOptions::default();
        let work = replay(&shadow, migrations.as_slice(), &options);
        let cut = tokio::time::timeout(Duration::from_secs(2), work).await;
        assert!(cut.is_err(), "it ended by itself");
        assert_eq!(site.databases(), "1");
        is_removed(&site).await;
    });
}

#[test]
fn a_future_dropped_while_the_database_is_made_removes_it_too() {
    let site = Site::new();
    let migrations = folder(&[("1", "SELECT pg_sleep(60)")]);
    block_on(async {
        let shadow = site.shadow();
        for step in 0..40 {
            let options = ReplayOptions::default();
            let work = replay(&shadow, migrations.as_slice(), &options);
            let cut = tokio::time::timeout(Duration::from_millis(5 * step), work).await;
            assert!(cut.is_err(), "it ended by itself");
            // What still happens in the background comes to its end.
            until_idle().await;
            is_removed(&site).await;
        }
    });
}

/// In the background; the runtime lives on, as an application's does.
async fn is_removed(site: &Site) {
    for _ in 0..100 {
        if site.databases() == "0" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the database is still there");
}

async fn until_idle() {
    while tokio::runtime::Handle::current().metrics().num_alive_tasks() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
