//! What a killed run leaves, and who may remove it.

use migsafe_testing::Postgres;

use crate::common::*;
use crate::support::{Site, replayed};

fn exists(site: &Site, name: &str) -> bool {
    let sql = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    value(site.database(), &sql) == "1"
}

#[test]
fn only_what_is_ours_and_abandoned_is_dropped() {
    let site = Site::new();
    // Unique to the test: the server is shared.
    let digits = format!("{:08x}", std::process::id());
    let number = i32::from_str_radix(&digits, 16).unwrap();
    let create = |name: &str, owner: &str| {
        let sql = format!("CREATE DATABASE {name} OWNER {owner}");
        site.database().query(&sql).unwrap();
    };
    let abandoned = format!("migsafe_shadow_{digits}");
    create(&abandoned, &site.role);
    let strangers = format!("migsafe_shadow_{:08x}", number ^ 0x7000_0000);
    let stranger = format!("{}_stranger", site.role);
    site.database().query(&format!("CREATE ROLE {stranger}")).unwrap();
    create(&strangers, &stranger);
    let other_name = format!("migsafe_shadow_{digits}_mine");
    create(&other_name, &site.role);
    let used = format!("migsafe_shadow_{:08x}", number ^ 0x6000_0000);
    create(&used, &site.role);
    let user = Postgres::shared().client(&used);

    // Its maker lives: in another database of the server, and the lock is seen from here.
    let mut maker = Postgres::shared().client("postgres");
    maker
        .query(&format!("BEGIN; SELECT pg_advisory_xact_lock({}, {number})", 0x6d73_6473))
        .unwrap();
    replayed(&site.shadow(), &folder(&[])).unwrap();
    assert!(exists(&site, &abandoned));

    drop(maker);
    let free = format!(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = {}",
        0x6d73_6473
    );
    wait_until(site.database(), &free, "0", std::time::Duration::from_secs(10));
    replayed(&site.shadow(), &folder(&[])).unwrap();
    assert!(!exists(&site, &abandoned));
    for kept in [&strangers, &other_name, &used] {
        assert!(exists(&site, kept), "{kept}");
    }
    drop(user);
    for name in [&strangers, &other_name, &used] {
        site.database().query(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
    }
    site.database().query(&format!("DROP ROLE {stranger}")).unwrap();
}
