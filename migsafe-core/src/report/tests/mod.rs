//! Snapshots of every rendering over scenarios made in memory.

mod errors;
mod others;
mod runs;
mod statuses;

use super::{Report, Status, Style, json, text};
use crate::engine::{self, Error, Options};
use crate::migrations::Origin;
use crate::policy::{Environment, Policy};
use crate::store::{DatabaseFacts, MemoryStore};
use crate::testkit::{Scenario, block_on};
use crate::{Dialect, Migrations};

/// Text and JSON of one report in one snapshot.
macro_rules! assert_report {
    ($name:literal, $text:expr, $json:expr) => {
        let json = $json;
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["format_version"], 1);
        insta::assert_snapshot!($name, format!("{}\n===== json =====\n{json}", $text));
    };
}
use assert_report;

fn store(scenario: &Scenario) -> MemoryStore {
    let store = MemoryStore::with_rows(Dialect::Postgres, scenario.rows());
    store.hold_lock(scenario.lock().holder().cloned());
    store
}

fn development() -> Policy {
    Policy::for_environment(Environment::development())
}

fn status_with(scenario: &Scenario, policy: Policy) -> Status {
    let options = Options::default().with_policy(policy);
    let store = store(scenario);
    let status = block_on(engine::status(&store, &scenario.migrations(), &options));
    on_a_server(status.unwrap())
}

fn status_of(scenario: &Scenario) -> Status {
    status_with(scenario, Policy::default())
}

/// Facts that the store in memory does not have.
fn on_a_server(mut status: Status) -> Status {
    let facts = DatabaseFacts::default()
        .with_server(Some("17.2".to_owned()))
        .with_schema(Some("public".to_owned()));
    status.facts = facts;
    status.database = "postgresql://app@db.example:5432/shop".to_owned();
    status.origin = Origin::Directory("prisma/migrations".to_owned());
    status
}

fn run(store: &MemoryStore, migrations: &Migrations, options: Options) -> Result<Report, Error> {
    block_on(engine::ensure_up_to_date(store, migrations, options))
}

/// Three files, the first one applied.
fn two_pending() -> Scenario {
    Scenario::new()
        .file("20250101000000_init")
        .applied()
        .file("20250102000000_posts")
        .file("20250103000000_comments")
}
