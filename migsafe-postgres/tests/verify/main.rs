//! Whether what is expected is there, on a real server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

#[path = "../common/mod.rs"]
mod common;
mod deploys;
mod fences;
mod objects;
mod rows;

use migsafe_postgres::core::engine;
use migsafe_postgres::core::verify::{CheckOutcome, Expectations, Verification};
use migsafe_postgres::{Error, PostgresStore};

use crate::common::block_on;

/// What becomes of a file.
fn try_verify(url: &str, file: &str) -> Result<Verification, Error> {
    let expectations = Expectations::from_json(file).unwrap();
    block_on(async {
        let store = PostgresStore::connect(url).await.unwrap();
        engine::verify(&store, &expectations).await
    })
}

/// What is not met, a line each: what it is about, how it is missed, what is there.
fn missed(url: &str, file: &str) -> Vec<String> {
    lines(&try_verify(url, file).unwrap())
}

fn lines(verification: &Verification) -> Vec<String> {
    let line = |check: &migsafe_postgres::core::verify::Check| match check.outcome() {
        CheckOutcome::Met => None,
        CheckOutcome::Missed { miss, found, .. } => {
            Some(format!("{}: {}: {found}", check.subject(), miss.name()))
        }
        CheckOutcome::Unknown { why } => Some(format!("{}: unknown: {why}", check.subject())),
        other => panic!("{other:?}"),
    };
    verification.checks().iter().filter_map(line).collect()
}

/// The help of the only miss.
fn help(url: &str, file: &str) -> String {
    let verification = try_verify(url, file).unwrap();
    let mut missed = verification.missed();
    let Some(CheckOutcome::Missed { help, .. }) = missed.next().map(|check| check.outcome()) else {
        panic!("{:?}", lines(&verification));
    };
    assert!(missed.next().is_none());
    help.clone()
}
