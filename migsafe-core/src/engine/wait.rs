//! Waiting with a deadline and a jittered back-off.

use std::time::Duration;

use crate::env::Env;
use crate::store::{HistoryStore, StoreError, StoreErrorCode};

/// A wait that begins short and grows to the poll interval.
pub(super) struct Backoff {
    started: Duration,
    limit: Duration,
    next: Duration,
    longest: Duration,
}

impl Backoff {
    pub(super) fn new(env: &dyn Env, limit: Duration, longest: Duration) -> Self {
        let next = Duration::from_millis(5).min(longest);
        Self { started: env.elapsed(), limit, next, longest }
    }

    pub(super) fn waited(&self, env: &dyn Env) -> Duration {
        env.elapsed().saturating_sub(self.started)
    }

    /// Moves the deadline, since somebody gets on; the pauses stay as long as they are.
    pub(super) fn begin_anew(&mut self, env: &dyn Env) {
        self.started = env.elapsed();
    }

    /// Sleeps for the next pause; false when the deadline has passed and no pause was made. The last
    /// pause ends at the deadline, so that one last look is taken there.
    pub(super) async fn pause(&mut self, env: &dyn Env) -> bool {
        let left = self.limit.saturating_sub(self.waited(env));
        if left.is_zero() {
            return false;
        }
        env.sleep(jittered(env, self.next).min(left)).await;
        self.next = (self.next * 2).min(self.longest);
        true
    }
}

/// Whether an error outside of the lock is another deployer's doing all the same, to be waited for: where
/// there is no lock to look at, the file itself is the lock. Prisma has it for itself for the whole of its
/// run, keeps readers out, and may begin with a read that keeps us from committing.
pub(super) fn is_lock(store: &dyn HistoryStore, error: &StoreError) -> bool {
    error.code() == StoreErrorCode::Timeout && store.lock_inspector().is_none()
}

/// Between half and the whole of a duration, so that replicas that started together drift apart.
pub(super) fn jittered(env: &dyn Env, duration: Duration) -> Duration {
    let share = u32::from(env.random()[15]);
    duration / 2 + duration * share / 510
}
