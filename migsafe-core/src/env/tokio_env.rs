//! The `Env` of a tokio application.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the core meets the real clock; it is behind a feature"
)]

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Env;

/// The system's clock, tokio's timer and tokio's blocking pool.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit value by design")]
pub struct TokioEnv;

#[async_trait]
impl Env for TokioEnv {
    fn now(&self) -> DateTime<Utc> {
        // PostgreSQL keeps microseconds; what is written must be what is read back.
        let now: DateTime<Utc> = SystemTime::now().into();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    fn elapsed(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn random(&self) -> [u8; 16] {
        // `RandomState` is seeded by the operating system; clock and counter make every call
        // different. Row ids need to be unique, not secret.
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let nanos = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        let half = |salt: u8| {
            RandomState::new().hash_one((salt, count, nanos, std::process::id())).to_le_bytes()
        };
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&half(0));
        bytes[8..].copy_from_slice(&half(1));
        bytes
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    async fn run_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        // A panic inside stays inside: the caller sees that its result is missing.
        let _ = tokio::task::spawn_blocking(work).await;
    }
}
