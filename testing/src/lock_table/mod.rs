//! What statements lock, rewrite and read, measured on a real server.
//!
//! Each form runs on a small schema of its own, made anew for it. A form that the server accepts in a
//! transaction is run in one, looked at, and rolled back. One that it refuses there is run many times, each
//! time with another session in its way (with a lock on one of the tables, on a system catalog, or with an
//! old snapshot), and looked at while it waits: what it holds in any of its phases is seen in one of them.

mod alone;
mod form;
mod forms;
mod in_transaction;
mod measurement;
mod schema;

pub use form::Form;
pub use forms::forms;
pub use measurement::{Measurement, Rewrite};
pub use schema::TABLES;

use crate::{Postgres, PostgresOptions};

/// Settings under which nothing but the measured statement touches the tables.
pub fn options() -> PostgresOptions {
    PostgresOptions::default()
        .setting("autovacuum", "off")
        .setting("max_parallel_workers", "0")
        .setting("max_parallel_maintenance_workers", "0")
        .setting("allow_in_place_tablespaces", "on")
}

/// Measures every form that this server knows, in the order of [`forms`].
///
/// # Panics
///
/// If a form fails although the server is new enough for it.
#[must_use]
pub fn measure(server: &Postgres) -> Vec<Measurement> {
    let database = server.create_database();
    schema::prepare(&database);
    forms()
        .iter()
        .filter(|form| form.since <= server.major_version())
        .map(|form| {
            in_transaction::measure(&database, form)
                .unwrap_or_else(|| alone::measure(&database, form))
        })
        .collect()
}
