//! Snapshots of every rendering over scenarios made in memory.

mod diffs;
mod drifts;
mod errors;
#[cfg(all(feature = "postgres-sql", feature = "render"))]
mod lint;
mod others;
mod prometheus;
mod runs;
#[cfg(feature = "postgres-sql")]
mod sql;
mod statuses;
mod verifications;

use super::{Report, Status, Style, json, text};
use crate::engine::{self, Error, Options};
use crate::migrations::Origin;
use crate::policy::{Environment, Policy};
use crate::store::{DatabaseFacts, MemoryStore};
use crate::testkit::{Scenario, block_on};
use crate::{Dialect, Migrations};

/// A snapshot of a rendering. Ids and times of this run are taken out: how often the engine looks at the clock is
/// not the renderings' business. Those of the scenarios begin at the full minute.
fn assert_rendering(name: &str, text: &str) {
    let filters = vec![
        (r"2026-01-01([T ])00:00:0[0-4](\.\d+)?(Z| UTC)", "2026-01-01${1}00:00:0x$3"),
        (r#""(elapsed_ms|waited_ms|duration_ms)": \d+"#, "\"$1\": 0"),
        (r"\b\d+ ms\b", "0 ms"),
        (r"0{8}-0000-4000-8000-\d{12}", "<id>"),
    ];
    insta::with_settings!({ filters => filters }, { insta::assert_snapshot!(name, text) });
}

/// Text and JSON of one report in one snapshot.
fn assert_report(name: &str, text: &str, json: &str) {
    let read: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(read["format_version"], 1);
    assert_rendering(name, &format!("{text}\n===== json =====\n{json}"));
}

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
