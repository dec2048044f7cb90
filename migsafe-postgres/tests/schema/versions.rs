//! The same schema on servers of different major versions.

use migsafe_testing::{Postgres, PostgresOptions, tools};

use crate::support::*;

/// The servers of the matrix, and the one that the other tests run on.
fn servers() -> Vec<Postgres> {
    let mut folders = vec![tools::postgres().unwrap()];
    folders.extend(["14", "18"].map(|version| tools::postgres_of(version).unwrap()));
    folders.sort();
    folders.dedup();
    folders.into_iter().map(|f| Postgres::start(PostgresOptions::default().bin_dir(f))).collect()
}

#[test]
fn the_same_schema_is_equal_on_every_major_version() {
    use migsafe_postgres::core::schema::SnapshotOptions;
    let servers = servers();
    let options = SnapshotOptions::default().with_privileges(true);
    let snapshots: Vec<_> =
        servers.iter().map(|server| read_with(&rich_on(server).url(), &options)).collect();
    assert!(snapshots.len() >= 2);
    for from in &snapshots {
        for to in &snapshots {
            let found = compare(from, to);
            let (a, b) = (from.server(), to.server());
            assert!(found.is_empty(), "{a} and {b}: {:#?}", lines(&found));
            println!("{a} and {b}: {} tolerated", found.tolerated().len());
        }
    }
}
