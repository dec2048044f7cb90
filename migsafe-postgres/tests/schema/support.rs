//! What these tests share.

use migsafe_postgres::PostgresStore;
use migsafe_postgres::core::schema::{Diff, DiffOptions, Snapshot, SnapshotOptions, diff};
use migsafe_postgres::core::store::SchemaReader as _;
use migsafe_testing::{Database, Postgres};

use crate::common::block_on;

/// Uses every kind of object.
pub(crate) const RICH: &str = include_str!("rich.sql");

pub(crate) fn read(url: &str) -> Snapshot {
    read_with(url, &SnapshotOptions::default())
}

pub(crate) fn read_with(url: &str, options: &SnapshotOptions) -> Snapshot {
    block_on(async {
        PostgresStore::connect(url).await.unwrap().read_schema(options).await.unwrap()
    })
}

pub(crate) fn compare(from: &Snapshot, to: &Snapshot) -> Diff {
    diff(from, to, &DiffOptions::default()).unwrap()
}

pub(crate) fn rich_on(server: &Postgres) -> Database {
    let database = server.create_database();
    database.query(RICH).unwrap();
    database
}

/// The lines of a comparison.
pub(crate) fn lines(found: &Diff) -> Vec<String> {
    found.changes().iter().map(ToString::to_string).collect()
}

pub(crate) fn assert_equal(from: &Snapshot, to: &Snapshot) {
    let found = compare(from, to);
    assert!(found.is_empty(), "{:#?}", lines(&found));
}
