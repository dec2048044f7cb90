//! A process that deploys, seen from outside: it can be given a turn, and it can be killed.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use migsafe_core::engine::{Error, Options, ensure_up_to_date};
use migsafe_core::report::Report;
use migsafe_core::store::MemoryStore;

use crate::scenario::Scenario;

type Run<'a> = Pin<Box<dyn Future<Output = Result<Report, Error>> + 'a>>;

pub(crate) struct Deployer<'a> {
    run: Option<Run<'a>>,
}

impl<'a> Deployer<'a> {
    pub(crate) fn start(store: &'a MemoryStore, scenario: &'a Scenario) -> Self {
        let run = ensure_up_to_date(store, scenario.migrations(), Options::default());
        Self { run: Some(Box::pin(run)) }
    }

    /// Lets it go on to the next point at which it waits; true when it has ended. Whatever it ends with,
    /// it may not say that something has failed or has to be mended.
    pub(crate) fn turn(&mut self) -> bool {
        let Some(run) = &mut self.run else {
            return true;
        };
        let Poll::Ready(result) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            return false;
        };
        self.run = None;
        if let Err(error) = result {
            let known = ["outcome-unknown", "connection-lost", "connection", "lock-not-obtained"];
            assert!(known.contains(&error.code()), "{}: {error}", error.code());
        }
        true
    }

    /// Lets it go on for so many turns; true when it has ended.
    pub(crate) fn turns(&mut self, count: usize) -> bool {
        (0..count).any(|_| self.turn())
    }

    /// Kills it where it waits.
    pub(crate) fn kill(&mut self) {
        self.run = None;
    }

    /// Lets it go on to its end.
    pub(crate) fn end(&mut self) {
        assert!(self.turns(100_000), "it never ends");
    }
}
